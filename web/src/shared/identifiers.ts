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
const lookAlikes: Readonly<Record<string, string>> = { I: '1', O: '0', S: '5', Z: '2' };

/** Without spaces, upper case, half width: as codes and document numbers are compared and sent. */
export function normaliseCode(text: string): string {
  return toHalfWidth(text).replace(/\s/g, '').toUpperCase();
}

/** Why `text` is not a 统一社会信用代码 (GB 32100), in the server's words; null if it is one. */
export function creditCodeFault(text: string): string | null {
  const characters = [...normaliseCode(text)];
  if (characters.length !== 18) return `统一社会信用代码应为 18 位，现为 ${characters.length} 位`;
  const values = characters.map((character) => creditCodeAlphabet.indexOf(character));
  const index = values.indexOf(-1);
  if (index >= 0) {
    const wrong = characters[index]!;
    const hint = lookAlikes[wrong] ? `，是否应为数字“${lookAlikes[wrong]}”` : '';
    return `第 ${index + 1} 位“${wrong}”不能出现在统一社会信用代码中${hint}`;
  }
  const sum = creditCodeWeights.reduce((total, weight, at) => total + weight * values[at]!, 0);
  if ((31 - (sum % 31)) % 31 === values[17]) return null;
  return `统一社会信用代码的第 18 位校验码“${characters[17]}”与前 17 位不符，请核对第 18 位，并对照营业执照逐位重读`;
}

type Place = readonly [pattern: RegExp, said: string];

const digit: Place = [/\d/, '数字'];
const times = (count: number, place: Place): Place[] => Array.from({ length: count }, () => place);
const numbered = (first: Place): Place[] => [first, ...times(16, digit), [/[\dX]/, '数字或字母 X']];
const homecoming: Place = [/[HM]/, '字母 H 或 M'];

/** Of each document: its name in a complaint, and what may stand at each place of a number of each length. */
const identityShapes = {
  RESIDENT_ID: ['身份证号码', [numbered([/[1-8]/, '数字 1 至 8'])]],
  HK_MACAO_PERMIT: [
    '港澳居民来往内地通行证号码',
    [8, 10].map((count) => [homecoming, ...times(count, digit)]),
  ],
  TAIWAN_PERMIT: ['台湾居民来往大陆通行证号码', [8, 10].map((count) => times(count, digit))],
  // Cards of before December 2023 stay valid: a country in three letters and twelve digits.
  FOREIGN_PERMANENT_RESIDENT: [
    '外国人永久居留身份证号码',
    [[...times(3, [/[A-Z]/, '字母']), ...times(12, digit)], numbered([/9/, '数字 9'])],
  ],
} as const satisfies Record<string, readonly [string, readonly Place[][]]>;

/** Why `text` is not the number of such a document, in the server's words; null if it may be one. */
export function identityFault(
  idType: keyof typeof identityShapes | 'PASSPORT',
  text: string,
  now: number = Date.now(),
): string | null {
  const characters = [...normaliseCode(text)];
  const { length } = characters;
  if (idType === 'PASSPORT') {
    if (length < 5 || length > 17) return `护照号码应为 5 至 17 位，现为 ${length} 位`;
    return placeFault('护照号码', characters, times(length, [/[A-Z\d]/, '字母或数字']));
  }
  const [name, shapes] = identityShapes[idType];
  const places = shapes.find((shape) => shape.length === length);
  if (!places) return `${name}应为 ${shapes.map((shape) => shape.length).join(' 或 ')} 位，现为 ${length} 位`;
  const fault = placeFault(name, characters, places);
  return fault ?? (length === 18 ? bodyFault(name, characters.join(''), now) : null);
}

function placeFault(name: string, characters: readonly string[], places: readonly Place[]): string | null {
  const index = characters.findIndex((character, at) => !places[at]![0].test(character));
  return index < 0 ? null : `${name}第 ${index + 1} 位“${characters[index]}”应为${places[index]![1]}`;
}

const bodyWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Positions 7 to 14 are the birth date, 18 the check character. */
function bodyFault(name: string, number: string, now: number): string | null {
  const birth = number.slice(6, 14).replace(/(....)(..)(..)/, '$1-$2-$3');
  const midnight = Date.parse(`${birth}T00:00:00Z`);
  const isRealDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(birth);
  if (!isRealDay || birth < '1900-01-01') return `${name}第 7 至 14 位不是真实的出生日期`;
  // Today is a day in Shanghai, eight hours ahead.
  if (birth > new Date(now + 8 * 3_600_000).toISOString().slice(0, 10))
    return `${name}第 7 至 14 位的出生日期晚于今天`;
  const sum = bodyWeights.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  if ('10X98765432'[sum % 11] === number[17]) return null;
  return `${name}的第 18 位校验码“${number[17]}”与前 17 位不符，请核对第 18 位，并对照证件逐位重读`;
}
