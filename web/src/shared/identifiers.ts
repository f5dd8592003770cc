/** Full-width letters, digits and signs to half width; a Chinese keyboard gives them easily. */
export function toHalfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
}

/** One number is one number: without +86, spaces, dashes and full-width digits. */
export function normaliseMobile(text: string): string {
  return toHalfWidth(text)
    .replace(/[\s-]/g, '')
    .replace(/^\+?86(?=1\d{10}$)/, '');
}

/** Whether `text`, normalised, is a mobile number of the mainland. */
export function isMobile(text: string): boolean {
  return /^1[3-9]\d{9}$/.test(normaliseMobile(text));
}

const creditCodeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const creditCodeWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** Trimmed, upper case, half width: as a credit code is compared and sent. */
export function normaliseCode(text: string): string {
  return toHalfWidth(text).replace(/\s/g, '').toUpperCase();
}

/** Why `text` is not a 统一社会信用代码 (GB 32100), in words; null if it is one. */
export function creditCodeFault(text: string): string | null {
  const code = normaliseCode(text);
  if (code.length !== 18) return `统一社会信用代码应为 18 位，现在是 ${code.length} 位。`;
  const values = [...code].map((sign) => creditCodeAlphabet.indexOf(sign));
  if (values.includes(-1)) return '统一社会信用代码含有不允许的字符（不含字母 I、O、S、V、Z）。';
  const sum = creditCodeWeights.reduce((total, weight, index) => total + weight * values[index]!, 0);
  return (31 - (sum % 31)) % 31 === values[17] ? null : '统一社会信用代码校验位不正确，请对照营业执照核对。';
}

const residentIdWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Why `text` is not a 居民身份证 number (GB 11643), in words; null if it is one. */
export function residentIdFault(text: string): string | null {
  const id = normaliseCode(text);
  if (!/^\d{17}[\dX]$/.test(id)) return '居民身份证号码应为 18 位数字，末位可为 X。';
  const [year, month, day] = [Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14))];
  const birth = new Date(Date.UTC(year, month - 1, day));
  const isRealDay = birth.getUTCMonth() === month - 1 && birth.getUTCDate() === day;
  if (!isRealDay || year < 1900 || birth.getTime() > Date.now()) return '居民身份证号码中的出生日期不正确。';
  const sum = residentIdWeights.reduce((total, weight, index) => total + weight * Number(id[index]), 0);
  return '10X98765432'[sum % 11] === id[17] ? null : '居民身份证号码校验位不正确，请核对。';
}
