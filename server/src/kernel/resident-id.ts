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

/**
 * What is wrong with a 居民身份证 number (GB 11643), in Chinese, or `null`. The 居住证 of people from Hong Kong, Macao and
 * Taiwan (81, 82, 83) is numbered alike.
 *
 * @param text as `normaliseIdNumber` gives it
 * @param today `YYYY-MM-DD`; nobody is born later
 */
export function residentIdFault(text: string, today: string): string | null {
  if (text.length !== 18) return `身份证号码应为 18 位，现为 ${text.length} 位`;
  if (!/^[1-8]\d{16}[\dX]$/.test(text)) return '身份证号码应为 17 位数字加 1 位数字或字母 X，首位为 1 至 8';
  return bodyFault(text, today, '身份证号码');
}

/** Positions 7 to 14 are the birth date, 18 the check character; common to residents and, since 2023, to foreigners. */
function bodyFault(number: string, today: string, name: string): string | null {
  const birth = number.slice(6, 14).replace(/(....)(..)(..)/, '$1-$2-$3');
  if (!isDay(birth) || birth < '1900-01-01') return `${name}第 7 至 14 位不是真实的出生日期`;
  if (birth > today) return `${name}中的出生日期晚于今天`;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  return number[17] === CHECK_CHARACTERS[sum % 11] ? null : `${name}校验不符，请逐位核对`;
}

/**
 * What is wrong with the number of a person's document, in Chinese, or `null`.
 *
 * @param number as `normaliseIdNumber` gives it
 * @param today `YYYY-MM-DD`
 */
export function identityFault(idType: IdType, number: string, today: string): string | null {
  switch (idType) {
    case 'RESIDENT_ID':
      return residentIdFault(number, today);
    case 'PASSPORT':
      return /^[A-Z0-9]{5,17}$/.test(number) ? null : '护照号码应为 5 至 17 位字母或数字';
    case 'HK_MACAO_PERMIT':
      return /^[HM]\d{8}(\d{2})?$/.test(number)
        ? null
        : '港澳居民来往内地通行证号码应为字母 H 或 M 加 8 位或 10 位数字';
    case 'TAIWAN_PERMIT':
      return /^\d{8}(\d{2})?$/.test(number) ? null : '台湾居民来往大陆通行证号码应为 8 位或 10 位数字';
    case 'FOREIGN_PERMANENT_RESIDENT':
      // Cards of before December 2023 stay valid: a country in three letters and twelve digits.
      if (/^[A-Z]{3}\d{12}$/.test(number)) return null;
      return /^9\d{16}[\dX]$/.test(number)
        ? bodyFault(number, today, '外国人永久居留身份证号码')
        : '外国人永久居留身份证号码应为 9 开头的 18 位号码，或 3 位字母加 12 位数字';
  }
}

/** First three and last four characters; of a number too short to hide anything between, only first and last two. */
export function maskIdNumber(number: string): string {
  const [head, tail] = number.length >= 15 ? [3, 4] : [1, 2];
  return number.slice(0, head) + '*'.repeat(Math.max(number.length - head - tail, 0)) + number.slice(-tail);
}
