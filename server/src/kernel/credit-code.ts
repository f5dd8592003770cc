import { toHalfWidth } from './text.ts';

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const LOOK_ALIKES: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', Z: '2' };

/** The code in its one written form: without spaces, upper case, half width. It may still be wrong. */
export function normaliseCreditCode(text: string): string {
  return toHalfWidth(text).replace(/\s/g, '').toUpperCase();
}

/**
 * What is wrong with a 统一社会信用代码 (GB 32100), in Chinese and naming the character, or `null`. An error for the
 * applicant; for the insured only a warning, since real lists hold codes of another making. The client says the same
 * in the same words.
 *
 * @param code as `normaliseCreditCode` gives it
 */
export function creditCodeFault(code: string): string | null {
  const characters = [...code];
  if (characters.length !== 18) return `统一社会信用代码应为 18 位，现为 ${characters.length} 位`;
  const index = characters.findIndex((character) => !ALPHABET.includes(character));
  if (index >= 0) {
    const wrong = characters[index] as string;
    const meant = LOOK_ALIKES[wrong];
    const hint = meant === undefined ? '' : `，是否应为数字“${meant}”`;
    return `第 ${index + 1} 位“${wrong}”不能出现在统一社会信用代码中${hint}`;
  }
  if (code[17] === creditCodeCheckDigit(code.slice(0, 17))) return null;
  // The computed character is not told: where another one is at fault, it would only make a wrong code look right.
  return `统一社会信用代码的第 18 位校验码“${code[17]}”与前 17 位不符，请核对第 18 位，并对照营业执照逐位重读`;
}

/**
 * The 18th character for the first 17.
 *
 * @throws RangeError if they are not 17 characters of the alphabet; a bug, not a refusal
 */
export function creditCodeCheckDigit(first17: string): string {
  const values = [...first17].map((character) => ALPHABET.indexOf(character));
  if (values.length !== 17 || values.includes(-1)) throw new RangeError('not 17 characters of a credit code');
  const sum = values.reduce((total, value, index) => total + value * (WEIGHTS[index] as number), 0);
  return ALPHABET[(31 - (sum % 31)) % 31] as string;
}
