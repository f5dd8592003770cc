import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { SealCertificate, SealFacts } from './port.ts';

/** A private key with the certificates that speak for it, the signer's first. */
export interface SealKey {
  readonly privateKey: CryptoKey;
  readonly certificates: readonly pkijs.Certificate[];
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  /** ESS signing-certificate-v2: what makes a CMS signature a CAdES one, since it names the very certificate that signs. */
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
} as const;

const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/**
 * Signs bytes as CAdES-BES, detached: content type, digest, time and the hash of the signing certificate are signed with them.
 *
 * @returns the CMS message in DER
 */
export async function signDetached(key: SealKey, content: Uint8Array, at: Date): Promise<Uint8Array> {
  const [signer] = key.certificates;
  if (!signer) throw new Error('A key seals with its certificate.');
  const digest = await crypto.subtle.digest('SHA-256', exact(content));
  const certificateHash = await crypto.subtle.digest('SHA-256', signer.toSchema().toBER());
  const attribute = (type: string, value: asn1js.BaseBlock) => new pkijs.Attribute({ type, values: [value] });
  const signedData = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: OID.data }),
    certificates: [...key.certificates],
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer: signer.issuer, serialNumber: signer.serialNumber }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute(OID.contentType, new asn1js.ObjectIdentifier({ value: OID.data })),
            attribute(OID.signingTime, new asn1js.UTCTime({ valueDate: at })),
            attribute(OID.messageDigest, new asn1js.OctetString({ valueHex: digest })),
            // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }: SHA-256 is its default.
            attribute(
              OID.signingCertificateV2,
              new asn1js.Sequence({
                value: [
                  new asn1js.Sequence({
                    value: [
                      new asn1js.Sequence({ value: [new asn1js.OctetString({ valueHex: certificateHash })] }),
                    ],
                  }),
                ],
              }),
            ),
          ],
        }),
      }),
    ],
  });
  await signedData.sign(key.privateKey, 0, 'SHA-256', exact(content));
  const message = new pkijs.ContentInfo({ contentType: OID.signedData, content: signedData.toSchema(true) });
  return new Uint8Array(message.toSchema().toBER());
}

const broken = (fault: string): SealFacts => ({
  holds: false,
  fault,
  signedAt: null,
  chain: [],
  certificates: [],
});

/** Reads a detached signature from whoever. What cannot be read does not hold. */
export async function readDetached(cms: Uint8Array, content: Uint8Array): Promise<SealFacts> {
  let signedData: pkijs.SignedData;
  try {
    // Behind the message may stand the zeros that fill its slot.
    const parsed = asn1js.fromBER(exact(cms));
    if (parsed.offset < 0) return broken('签章数据无法读取');
    const message = new pkijs.ContentInfo({ schema: parsed.result });
    if (message.contentType !== OID.signedData) return broken('签章数据无法读取');
    signedData = new pkijs.SignedData({ schema: message.content });
  } catch {
    return broken('签章数据无法读取');
  }
  const certificates = (signedData.certificates ?? []).filter((item) => item instanceof pkijs.Certificate);
  const signedAt = signingTime(signedData.signerInfos[0]);
  try {
    const outcome = await signedData.verify({ signer: 0, data: exact(content), extendedMode: true });
    const signer = outcome.signerCertificate;
    const chain = signer ? await chainOf(signer, certificates) : [];
    return outcome.signatureVerified && signer
      ? { holds: true, fault: null, signedAt, chain, certificates: derOf(signer, certificates) }
      : { ...broken('文件内容与签章不符'), signedAt, chain };
  } catch (reason) {
    const { signerCertificate: signer } = reason as Partial<pkijs.SignedDataVerifyResult>;
    return {
      // The library fails with a name where digest or signature differ; a fault of its own is none of the document's.
      ...broken('文件内容与签章不符'),
      signedAt,
      chain: signer ? await chainOf(signer, certificates) : [],
    };
  }
}

const derOf = (signer: pkijs.Certificate, all: readonly pkijs.Certificate[]) =>
  [signer, ...all.filter((one) => one !== signer)].map((one) => new Uint8Array(one.toSchema().toBER()));

function signingTime(signer: pkijs.SignerInfo | undefined): number | null {
  const value = signer?.signedAttrs?.attributes.find(({ type }) => type === OID.signingTime)?.values[0];
  return value instanceof asn1js.UTCTime || value instanceof asn1js.GeneralizedTime
    ? value.toDate().getTime()
    : null;
}

/** From the signer's certificate to the last issuer that the message brings along. */
async function chainOf(
  signer: pkijs.Certificate,
  certificates: readonly pkijs.Certificate[],
): Promise<SealCertificate[]> {
  const chain: SealCertificate[] = [];
  const path: pkijs.Certificate[] = [signer];
  for (const certificate of path) {
    const { subject, issuer } = certificate;
    const selfSigned = subject.isEqual(issuer);
    const above = selfSigned
      ? undefined
      : certificates.find((candidate) => candidate.subject.isEqual(issuer));
    chain.push({
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      serialNumber: Buffer.from(certificate.serialNumber.valueBlock.valueHexView).toString('hex'),
      validFrom: certificate.notBefore.value.getTime(),
      validUntil: certificate.notAfter.value.getTime(),
      selfSigned,
      signatureHolds: await certificate.verify(above).catch(() => false),
    });
    if (above && !path.includes(above)) path.push(above);
  }
  return chain;
}

const nameOf = (name: pkijs.RelativeDistinguishedNames): string => namesOf(name)[0] ?? '未具名';

/** The names that a certificate gives to somebody: common name and organisation, as far as it has them. */
export const namesOf = (name: pkijs.RelativeDistinguishedNames): string[] =>
  [OID.commonName, OID.organization].flatMap((oid) => {
    const value: unknown = name.typesAndValues.find(({ type }) => type === oid)?.value.valueBlock.value;
    return typeof value === 'string' ? [value] : [];
  });

/** A self-signed certificate for a new key: enough to show what sealing is, and trusted by nobody. */
export async function makeSelfSigned(
  name: string,
  validFrom: Date,
  validUntil: Date,
): Promise<{ key: SealKey; pem: string }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  const serial = crypto.getRandomValues(new Uint8Array(16));
  // A serial number is positive and has no leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  certificate.serialNumber = new asn1js.Integer({ valueHex: exact(serial) });
  for (const side of [certificate.subject, certificate.issuer]) {
    side.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({
        type: OID.commonName,
        value: new asn1js.Utf8String({ value: name }),
      }),
    );
  }
  certificate.notBefore.value = validFrom;
  certificate.notAfter.value = validUntil;
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey);
  await certificate.sign(pair.privateKey, 'SHA-256');
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey);
  const pem = `${block('PRIVATE KEY', pkcs8)}${block('CERTIFICATE', certificate.toSchema(true).toBER())}`;
  return { key: { privateKey: pair.privateKey, certificates: [certificate] }, pem };
}

function block(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The blocks of a PEM text, each in DER. */
export const pemBlocks = (pem: string) =>
  [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \1-----/g)].map(([, label, body = '']) => ({
    label,
    der: exact(Buffer.from(body.replace(/\s/g, ''), 'base64')),
  }));

/**
 * A private key (PKCS#8, ECDSA P-256 or RSA) and its certificates, the signer's first, from one PEM text.
 *
 * @throws Error that says what is missing, never a value
 */
export async function parseSealKey(pem: string): Promise<SealKey> {
  const blocks = pemBlocks(pem);
  const pkcs8 = blocks.find(({ label }) => label === 'PRIVATE KEY')?.der;
  const certificates = blocks
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => pkijs.Certificate.fromBER(der));
  const [signer] = certificates;
  if (!pkcs8) throw new Error('no PRIVATE KEY (PKCS#8, not encrypted) in it');
  if (!signer) throw new Error('no CERTIFICATE in it');
  const isEllipticCurve = signer.subjectPublicKeyInfo.algorithm.algorithmId === '1.2.840.10045.2.1';
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    pkcs8,
    isEllipticCurve ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return { privateKey, certificates };
}
