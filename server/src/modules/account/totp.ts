import { Secret, TOTP } from 'otpauth';
import { limits } from '../../limits.ts';

/** Name under which authenticators list the account. */
const ISSUER = '本溪保函';
const PERIOD_SECONDS = 30;

const totpOf = (secret: string, label = '') =>
  new TOTP({
    issuer: ISSUER,
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  });

/** 160 bits in Base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** What the QR code says. SHA-1 and 30 seconds, since not every authenticator reads another wish. */
export const totpUri = (secret: string, label: string): string => totpOf(secret, label).toString();

/** The step of time that a code belongs to, or null if it is of none near now. */
export function totpStep(secret: string, code: string, nowMs: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: limits.totpStepsAside });
  return delta === null ? null : Math.floor(nowMs / (PERIOD_SECONDS * 1000)) + delta;
}
