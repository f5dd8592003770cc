import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import { expect, test } from 'vitest';
import { makeSelfSigned, readDetached, type SealKey, signDetached } from './cades.ts';
import { judgeSeal } from './trust.ts';

const now = Date.parse('2026-11-28T08:00:00Z');
const dayMs = 86_400_000;
const owner = '示例财产保险股份有限公司';
const content = new TextEncoder().encode('保单');

interface Authority {
  readonly certificate: pkijs.Certificate;
  readonly key: CryptoKey;
}

/** A certificate of `issuer`, or a root of its own. */
async function certified(
  name: string,
  issuer: Authority | null,
  { from = now - dayMs, until = now + 365 * dayMs, ca = false } = {},
): Promise<Authority> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const certificate = new pkijs.Certificate({
    version: 2,
    serialNumber: new asn1js.Integer({ value: Math.floor(Math.random() * 1e9) + 1 }),
  });
  const named = (text: string) =>
    new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: text }) });
  certificate.subject.typesAndValues.push(named(name));
  if (issuer) certificate.issuer.typesAndValues.push(...issuer.certificate.subject.typesAndValues);
  else certificate.issuer.typesAndValues.push(named(name));
  certificate.notBefore.value = new Date(from);
  certificate.notAfter.value = new Date(until);
  const constraints = new pkijs.BasicConstraints({ cA: ca });
  certificate.extensions = [
    new pkijs.Extension({
      extnID: '2.5.29.19',
      critical: true,
      extnValue: constraints.toSchema().toBER(),
      parsedValue: constraints,
    }),
  ];
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(issuer?.key ?? pair.privateKey, 'SHA-256');
  return { certificate: pkijs.Certificate.fromBER(certificate.toSchema(true).toBER()), key: pair.privateKey };
}

async function revoking(issuer: Authority, revoked: readonly pkijs.Certificate[], nextUpdate: number) {
  const list = new pkijs.CertificateRevocationList({ version: 1 });
  list.issuer.typesAndValues.push(...issuer.certificate.subject.typesAndValues);
  list.thisUpdate = new pkijs.Time({ type: 0, value: new Date(now - dayMs) });
  list.nextUpdate = new pkijs.Time({ type: 0, value: new Date(nextUpdate) });
  if (revoked.length > 0)
    list.revokedCertificates = revoked.map(
      ({ serialNumber }) =>
        new pkijs.RevokedCertificate({
          userCertificate: serialNumber,
          revocationDate: new pkijs.Time({ type: 0, value: new Date(now - dayMs) }),
        }),
    );
  await list.sign(issuer.key, 'SHA-256');
  return pkijs.CertificateRevocationList.fromBER(list.toSchema(true).toBER());
}

const sealOf = async ({ certificate, key }: Authority, above: readonly Authority[] = [], at = now) => {
  const sealKey: SealKey = {
    privateKey: key,
    certificates: [certificate, ...above.map((one) => one.certificate)],
  };
  return readDetached(await signDetached(sealKey, content, new Date(at)), content);
};

test('a seal whose certificate leads to a root is trusted, and any other is not, with the reason', async () => {
  const root = await certified('示例根', null, { ca: true });
  const middle = await certified('示例签发', root, { ca: true });
  const signer = await certified(owner, middle);
  const seal = await sealOf(signer, [middle]);
  const store = { roots: [root.certificate], revocations: [] };
  expect(await judgeSeal(seal, store, owner, now)).toEqual({
    trusted: true,
    fault: null,
    root: '示例根',
    revocationChecked: false,
  });

  const stranger = await certified('示例根', null, { ca: true });
  const noAuthority = await certified('不是签发者', root);
  const faults = [
    await judgeSeal(seal, { roots: [], revocations: [] }, owner, now),
    await judgeSeal(seal, { roots: [stranger.certificate], revocations: [] }, owner, now),
    await judgeSeal(await sealOf(signer), store, owner, now),
    await judgeSeal(await sealOf(await certified(owner, noAuthority), [noAuthority]), store, owner, now),
    await judgeSeal(seal, store, '另一家财产保险股份有限公司', now),
    await judgeSeal(await sealOf(signer, [middle], now - 2 * dayMs), store, owner, now),
    await judgeSeal(seal, store, owner, now + 366 * dayMs),
    await judgeSeal(await sealOf(signer, [middle], now + 600_000), store, owner, now),
  ].map(({ trusted, fault }) => [trusted, fault]);
  const noPath = '证书链不能追溯到受信任的根证书';
  const notInForce = '签章时或上传时证书不在有效期内';
  expect(faults).toEqual(
    [
      noPath,
      noPath,
      noPath,
      noPath,
      '证书的持有者不是出具机构',
      notInForce,
      notInForce,
      '签章时间晚于上传时间',
    ].map((fault) => [false, fault]),
  );
});

test('a list of revoked certificates counts if its issuer signed it, and only while it is current', async () => {
  const root = await certified('示例根', null, { ca: true });
  const signer = await certified(owner, root);
  const seal = await sealOf(signer);
  const judged = async (...revocations: pkijs.CertificateRevocationList[]) =>
    judgeSeal(seal, { roots: [root.certificate], revocations }, owner, now);
  expect(await judged(await revoking(root, [], now + dayMs))).toMatchObject({
    trusted: true,
    revocationChecked: true,
  });
  expect((await judged(await revoking(root, [signer.certificate], now + dayMs))).fault).toBe('证书已被吊销');
  expect((await judged(await revoking(root, [], now - 1000))).fault).toBe(
    '吊销列表已过期，无法确认证书未被吊销',
  );
  const forged = { certificate: root.certificate, key: signer.key };
  expect(await judged(await revoking(forged, [signer.certificate], now + dayMs))).toMatchObject({
    trusted: true,
    revocationChecked: false,
  });
});

test('a self-signed certificate is trusted where it is a root itself', async () => {
  const { key } = await makeSelfSigned(
    `${owner}（演示证书，自签名）`,
    new Date(now - dayMs),
    new Date(now + dayMs),
  );
  const seal = await readDetached(await signDetached(key, content, new Date(now)), content);
  expect(await judgeSeal(seal, { roots: key.certificates, revocations: [] }, owner, now)).toMatchObject({
    trusted: true,
    root: `${owner}（演示证书，自签名）`,
  });
  expect((await judgeSeal(seal, { roots: [], revocations: [] }, owner, now)).trusted).toBe(false);
});
