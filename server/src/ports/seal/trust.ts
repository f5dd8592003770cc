import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { namesOf, pemBlocks } from './cades.ts';
import type { SealFacts, SealTrust } from './port.ts';

interface TrustStore {
  readonly roots: readonly pkijs.Certificate[];
  readonly revocations: readonly pkijs.CertificateRevocationList[];
}

/** Files of a folder that hold certificates or lists of revoked ones; others, such as notes, are left alone. */
const isRelevant = (name: string) => /\.(pem|crt|cer|crl)$/i.test(name);

/**
 * Root certificates and revocation lists (PEM) of a folder, read anew each time: whoever takes a root away takes its trust away without a
 * restart. Private keys beside them are not looked at. A folder that does not exist trusts nobody.
 *
 * @throws Error that names a file that cannot be used
 */
export async function readTrustStore(folder: string): Promise<TrustStore> {
  const names = await readdir(folder).catch((reason: NodeJS.ErrnoException) => {
    if (reason.code === 'ENOENT') return [];
    throw reason;
  });
  const roots: pkijs.Certificate[] = [];
  const revocations: pkijs.CertificateRevocationList[] = [];
  for (const name of names.filter(isRelevant).toSorted()) {
    const blocks = pemBlocks(await readFile(join(folder, name), 'utf8'));
    const taken = blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CRL');
    if (taken.length === 0)
      throw new Error(`${join(folder, name)} holds neither CERTIFICATE nor X509 CRL in PEM.`);
    try {
      for (const { label, der } of taken)
        if (label === 'CERTIFICATE') roots.push(pkijs.Certificate.fromBER(der));
        else revocations.push(pkijs.CertificateRevocationList.fromBER(der));
    } catch (reason) {
      throw new Error(`${join(folder, name)} cannot be read.`, { cause: reason });
    }
  }
  return { roots, revocations };
}

const distrusted = (fault: string): SealTrust => ({
  trusted: false,
  fault,
  root: null,
  revocationChecked: false,
});
const sameBytes = (a: pkijs.Certificate, b: pkijs.Certificate) =>
  Buffer.from(a.toSchema().toBER()).equals(Buffer.from(b.toSchema().toBER()));

/**
 * Whether a seal that holds was made by its claimed owner: its certificate leads to a root of the store, was valid when it says that
 * it signed and is so now, is on no revocation list, and names the owner. The time of signing is the signer's own word; that the
 * certificate has to be valid now too keeps an expired key from signing into the past.
 *
 * @param owner full name that the certificate has to bear
 * @param now milliseconds
 */
export async function judgeSeal(
  { holds, signedAt, certificates }: SealFacts,
  { roots, revocations }: TrustStore,
  owner: string,
  now: number,
): Promise<SealTrust> {
  const [signer, ...others] = certificates.map((der) => pkijs.Certificate.fromBER(der));
  if (!holds || !signer) return distrusted('签章与文件内容不符');
  if (signedAt !== null && signedAt > now + CLOCK_SKEW_MS) return distrusted('签章时间晚于上传时间');

  const path = await pathToRoot(signer, others, roots, now);
  const root = path?.at(-1);
  if (!path || !root) return distrusted('证书链不能追溯到受信任的根证书');
  const moments = [signedAt ?? now, now];
  if (
    path.some((one) =>
      moments.some((at) => at < one.notBefore.value.getTime() || at > one.notAfter.value.getTime()),
    )
  )
    return distrusted('签章时或上传时证书不在有效期内');
  if (!mayVouch(signer)) return distrusted('证书不能用于签章');
  if (!namesOf(signer.subject).some((name) => name.includes(owner)))
    return distrusted('证书的持有者不是出具机构');

  let revocationChecked = path.length > 1;
  for (const [i, issuer] of path.slice(1).entries()) {
    const certificate = path[i];
    const lists = [];
    for (const list of revocations)
      if (
        list.issuer.isEqual(issuer.subject) &&
        (await list.verify({ issuerCertificate: issuer }).catch(() => false))
      )
        lists.push(list);
    if (certificate && lists.some((list) => list.isCertificateRevoked(certificate)))
      return distrusted('证书已被吊销');
    // A list that is out of date may lack what was revoked since: where lists are kept, they are kept up to date.
    const current = lists.some(({ nextUpdate }) => !nextUpdate || nextUpdate.value.getTime() >= now);
    if (lists.length > 0 && !current) return distrusted('吊销列表已过期，无法确认证书未被吊销');
    revocationChecked &&= current;
  }
  return { trusted: true, fault: null, root: namesOf(root.subject)[0] ?? '未具名', revocationChecked };
}

const CLOCK_SKEW_MS = 5 * 60_000;
const KEY_USAGE = '2.5.29.15';

/** A certificate that says what its key is for has to name signatures: digitalSignature or contentCommitment. */
function mayVouch({ extensions }: pkijs.Certificate): boolean {
  const usage = extensions?.find(({ extnID }) => extnID === KEY_USAGE)?.parsedValue;
  return !(usage instanceof asn1js.BitString) || ((usage.valueBlock.valueHexView[0] ?? 0) & 0xc0) !== 0;
}

/** From the signer to a root, or null. A self-signed certificate is trusted where it is a root itself. */
async function pathToRoot(
  signer: pkijs.Certificate,
  others: readonly pkijs.Certificate[],
  roots: readonly pkijs.Certificate[],
  now: number,
): Promise<pkijs.Certificate[] | null> {
  if (roots.some((root) => sameBytes(root, signer))) return [signer];
  const { notBefore, notAfter } = signer;
  // The engine takes the last one for the signer's. At which moments the path has to be in force is judged by whoever asks.
  const path = await new pkijs.CertificateChainValidationEngine({
    trustedCerts: [...roots],
    certs: [...others.filter((one) => !roots.some((root) => sameBytes(root, one))), signer],
    checkDate: new Date(Math.min(Math.max(now, notBefore.value.getTime()), notAfter.value.getTime())),
  }).verify();
  return path.result ? (path.certificatePath ?? null) : null;
}
