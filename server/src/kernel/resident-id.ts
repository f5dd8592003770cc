import { isDay } from './clock.ts';
import { toHalfWidth } from './text.ts';

/** 证件类型 of a person. */
export type IdType =
  | 'RESIDENT_ID'
  | 'PASSPORT'
  | 'HK_MACAO_PERMIT'
  | 'TAIWAN_PERMIT'
  | 'FOREIGN_PERMANENT_RESIDENT';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/** The number in its one written form: without spaces, upper case, half width. It may still be wrong. */
export function normaliseIdNumber(text: string): string {
  return toHalfWidth(text).replace(/\s/g, '').toUpperCase();
}

interface Place {
  /** Characters that may stand there. */
  readonly allowed: string;
  /** What may stand there, in Chinese. */
  readonly said: string;
}

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digit: Place = { allowed: DIGITS, said: '数字' };
const letter: Place = { allowed: LETTERS, said: '字母' };
const digitOrLetter: Place = { allowed: DIGITS + LETTERS, said: '字母或数字' };
const checkCharacter: Place = { allowed: `${DIGITS}X`, said: '数字或字母 X' };
const times = (count: number, place: Place): Place[] => Array.from({ length: count }, () => place);

/** Names the first character that may not stand where it does, or `null`. Both texts have the same length. */
function placeFault(name: string, number: string, places: readonly Place[]): string | null {
  const characters = [...number];
  const index = characters.findIndex((character, at) => !places[at]?.allowed.includes(character));
  return index < 0 ? null : `${name}第 ${index + 1} 位“${characters[index]}”应为${places[index]?.said}`;
}

/** A number of one of these lengths whose characters stand where they may, or what is wrong with it. */
function shapeFault(name: string, number: string, shapes: readonly (readonly Place[])[]): string | null {
  const { length } = [...number];
  const places = shapes.find((shape) => shape.length === length);
  if (places) return placeFault(name, number, places);
  return `${name}应为 ${shapes.map((shape) => shape.length).join(' 或 ')} 位，现为 ${length} 位`;
}

const residentShape = [{ allowed: '12345678', said: '数字 1 至 8' }, ...times(16, digit), checkCharacter];
const foreignShape = [{ allowed: '9', said: '数字 9' }, ...times(16, digit), checkCharacter];
/** Cards of before December 2023 stay valid: a country in three letters and twelve digits. */
const formerForeignShape = [...times(3, letter), ...times(12, digit)];
const homecomingHead: Place = { allowed: 'HM', said: '字母 H 或 M' };
const homecomingShapes = [8, 10].map((count) => [homecomingHead, ...times(count, digit)]);
const taiwanShapes = [8, 10].map((count) => times(count, digit));

/**
 * What is wrong with a 居民身份证 number (GB 11643), in Chinese and naming the character, or `null`. The 居住证 of people
 * from Hong Kong, Macao and Taiwan (81, 82, 83) is numbered alike.
 *
 * @param text as `normaliseIdNumber` gives it
 * @param today `YYYY-MM-DD`; nobody is born later
 */
export function residentIdFault(text: string, today: string): string | null {
  return shapeFault('身份证号码', text, [residentShape]) ?? bodyFault(text, today, '身份证号码');
}

/** Positions 7 to 14 are the birth date, 18 the check character; common to residents and, since 2023, to foreigners. */
function bodyFault(number: string, today: string, name: string): string | null {
  const birth = number.slice(6, 14).replace(/(....)(..)(..)/, '$1-$2-$3');
  if (!isDay(birth) || birth < '1900-01-01') return `${name}第 7 至 14 位不是真实的出生日期`;
  if (birth > today) return `${name}第 7 至 14 位的出生日期晚于今天`;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  if (number[17] === CHECK_CHARACTERS[sum % 11]) return null;
  return `${name}的第 18 位校验码“${number[17]}”与前 17 位不符，请核对第 18 位，并对照证件逐位重读`;
}

/**
 * What is wrong with the number of a person's document, in Chinese and naming the character, or `null`. The client says
 * the same in the same words.
 *
 * @param number as `normaliseIdNumber` gives it
 * @param today `YYYY-MM-DD`
 */
export function identityFault(idType: IdType, number: string, today: string): string | null {
  switch (idType) {
    case 'RESIDENT_ID':
      return residentIdFault(number, today);
    case 'PASSPORT': {
      const { length } = [...number];
      if (length < 5 || length > 17) return `护照号码应为 5 至 17 位，现为 ${length} 位`;
      return placeFault('护照号码', number, times(length, digitOrLetter));
    }
    case 'HK_MACAO_PERMIT':
      return shapeFault('港澳居民来往内地通行证号码', number, homecomingShapes);
    case 'TAIWAN_PERMIT':
      return shapeFault('台湾居民来往大陆通行证号码', number, taiwanShapes);
    case 'FOREIGN_PERMANENT_RESIDENT': {
      const name = '外国人永久居留身份证号码';
      const fault = shapeFault(name, number, [formerForeignShape, foreignShape]);
      return fault ?? (number.length === 18 ? bodyFault(number, today, name) : null);
    }
  }
}

/** First three and last four characters; of a number too short to hide anything between, only first and last two. */
export function maskIdNumber(number: string): string {
  const [head, tail] = number.length >= 15 ? [3, 4] : [1, 2];
  return number.slice(0, head) + '*'.repeat(Math.max(number.length - head - tail, 0)) + number.slice(-tail);
}
