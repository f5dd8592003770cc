import { randomBytes, randomInt } from 'node:crypto';
import { formatInstant } from './clock.ts';

// Both have 32 characters, so that five bits of a random byte choose one without favour.
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const READABLE = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/**
 * A new opaque id: the prefix names the noun, 26 random characters (130 bits) follow, `ord_…`. Random, since ids that
 * count or hold the time would tell how many bought a guarantee, and when.
 */
export function newId(prefix: string): string {
  return `${prefix}_${randomText(BASE32, 26)}`;
}

/** The prefix of an id that `newId` could have made, or `null`. */
export function prefixOf(id: string): string | null {
  return /^([a-z]+)_[a-z2-7]{26}$/.exec(id)?.[1] ?? null;
}

/** Random decimal digits, each as likely as any other. */
export function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

/**
 * 订单号 of 31 characters: the time in Shanghai to the millisecond, D, 13 random digits. A counter there would tell a
 * bidder how many others applied.
 */
export function orderNumber(nowMs: number): string {
  return `${shanghaiDigits(nowMs, 17)}D${randomDigits(13)}`;
}

/** 投保订单号: 19 random digits, the first not 0. Beyond 2^53, so a string everywhere. */
export function quoteNumber(): string {
  return `${randomInt(1, 10)}${randomDigits(18)}`;
}

/** 认证编号: RZ, the day in Shanghai, 8 random digits. */
export function certificationNumber(nowMs: number): string {
  return `RZ${shanghaiDigits(nowMs, 8)}${randomDigits(8)}`;
}

/** 工单号: SH, the day in Shanghai, 8 random digits. */
export function ticketNumber(nowMs: number): string {
  return `SH${shanghaiDigits(nowMs, 8)}${randomDigits(8)}`;
}

/** 验真码 of a policy: 8 characters (40 bits) that nobody takes for another when reading them out. */
export function verificationCode(): string {
  return randomText(READABLE, 8);
}

/**
 * The code a bidder writes into the remark of the transfer: 6 characters of the same alphabet and one that checks them, after the
 * scheme of ISO 7064 (MOD 33,32). One character mistyped, or two neighbours swapped, make another code invalid instead of another
 * order's.
 */
export function remarkCode(): string {
  const body = randomText(READABLE, 6);
  return body + checkCharacter(body);
}

const REMARK_CODE_CHARACTERS = 7;

/**
 * The codes that may stand in a remark, wherever in it and however spaced: `保函费 ab3c-4de` holds `AB3C4DE` if that checks.
 *
 * @param remark in half width
 */
export function remarkCodesIn(remark: string): string[] {
  const found = new Set<string>();
  for (const run of remark
    .toUpperCase()
    .replace(/[\s\-_.·]/g, '')
    .match(/[2-9A-HJ-NP-Z]+/g) ?? []) {
    for (let at = 0; at + REMARK_CODE_CHARACTERS <= run.length; at += 1) {
      const code = run.slice(at, at + REMARK_CODE_CHARACTERS);
      if (checkCharacter(code.slice(0, -1)) === code.at(-1)) found.add(code);
    }
  }
  return [...found];
}

function checkCharacter(body: string): string {
  const size = READABLE.length;
  let product = size;
  for (const character of body) {
    const sum = (product + READABLE.indexOf(character)) % size || size;
    product = (sum * 2) % (size + 1);
  }
  return READABLE[(size + 1 - product) % size] as string;
}

/** One of the codes that stand in for an authenticator: two groups of five (50 bits). */
export function recoveryCode(): string {
  return `${randomText(READABLE, 5)}-${randomText(READABLE, 5)}`;
}

// Asking for a few bytes costs as much as asking for a page of them. None is used twice.
let pool = randomBytes(0);

function randomText(alphabet: string, length: number): string {
  if (pool.length < length) pool = randomBytes(8192);
  let text = '';
  for (const byte of pool.subarray(0, length)) text += alphabet[byte & 31];
  pool = pool.subarray(length);
  return text;
}

/** `yyyyMMddHHmmssSSS` in Shanghai, cut to its first digits. */
function shanghaiDigits(instantMs: number, count: number): string {
  return formatInstant(instantMs).replace(/\D/g, '').slice(0, count);
}
