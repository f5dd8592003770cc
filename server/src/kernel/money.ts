/** The largest amount that is read from outside: 10^13 fen, a hundred billion yuan. */
export const AMOUNT_MAX_FEN = 10 ** 13;

/** An exact decimal as `parseRate` writes it: 0 < rate <= 1, no trailing zeros, at most 8 digits after the point. */
export type Rate = string;

/**
 * Fen of an amount in yuan: `"400"` and `"400.00"` are 40000. At most two digits after the point, no sign, no
 * grouping, no exponent, no leading zeros.
 *
 * @returns `null` if the text is anything else, or more than `AMOUNT_MAX_FEN`
 */
export function parseYuan(text: string): number | null {
  return parseScaled(text, 2);
}

/** Fen of an amount in 万元, the other unit of the exchange: `"1.5"` is 1500000. Exact to the fen, else `null`. */
export function parseTenThousandYuan(text: string): number | null {
  return parseScaled(text, 6);
}

function parseScaled(text: string, places: number): number | null {
  const [, whole, fraction = ''] = /^(0|[1-9]\d{0,12})(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > places) return null;
  // At most 13 + 6 digits, which a number may round, but never down to the maximum.
  const fen = Number(whole + fraction.padEnd(places, '0'));
  return fen > AMOUNT_MAX_FEN ? null : fen;
}

/**
 * Yuan with two digits, as the `Money` scalar has them: 40000 is `"400.00"`.
 *
 * @throws RangeError if `fen` is not a safe integer; a bug, not a refusal
 */
export function formatYuan(fen: number): string {
  requireInteger(fen, 'fen');
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Yuan as people read them: 109589 is `"1,095.89"`. */
export function formatYuanGrouped(fen: number): string {
  return formatYuan(fen).replace(/\B(?=(\d{3})+\.)/g, ',');
}

/**
 * The rate in its one written form: `"0.040"` is `"0.04"`.
 *
 * @returns `null` unless it is a decimal with at most 8 digits after the point, over 0 and not over 1
 */
export function parseRate(text: string): Rate | null {
  const [, whole, fraction = ''] = /^([01])(?:\.(\d{1,8}))?$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const digits = fraction.replace(/0+$/, '');
  const isOverOne = whole === '1' && digits !== '';
  const isZero = whole === '0' && digits === '';
  if (isOverOne || isZero) return null;
  return digits === '' ? whole : `${whole}.${digits}`;
}

/** The rate in percent with two digits or as many as it has: `"0.04"` is `"4.00%"`, `"0.00125"` is `"0.125%"`. */
export function formatRate(rate: Rate): string {
  const { digits, scale } = exactRate(rate);
  const places = Math.max(scale - 2, 2);
  const text = String(digits * 10n ** BigInt(places + 2 - scale)).padStart(places + 1, '0');
  return `${text.slice(0, -places)}.${text.slice(-places)}%`;
}

/**
 * `fen × rate × numerator / denominator`, exact until the end, then rounded half up to the fen.
 *
 * @param fen amount in fen, 0 or more
 * @param rate exact decimal as `parseRate` gives it
 * @param numerator whole number, 0 or more: the days of cover in a premium by time
 * @param denominator whole number over 0: 365 there
 * @throws RangeError if an argument is none of this, or the result is no safe integer; a bug, not a refusal
 */
export function timesRateHalfUp(fen: number, rate: Rate, numerator = 1, denominator = 1): number {
  requireInteger(fen, 'fen', 0);
  requireInteger(numerator, 'numerator', 0);
  requireInteger(denominator, 'denominator', 1);
  const { digits, scale } = exactRate(rate);
  return divideHalfUp(BigInt(fen) * digits * BigInt(numerator), 10n ** BigInt(scale) * BigInt(denominator));
}

/** What a price that includes value-added tax is made of; the two add up to it. */
export interface VatSplit {
  readonly netFen: number;
  readonly vatFen: number;
}

/**
 * The tax within a price: net = gross / (1 + percent), rounded half up to the fen, and the rest is tax, so that 400.00
 * at 6 % is 377.36 + 22.64.
 *
 * @param grossFen price with tax in fen, 0 or more
 * @param percent whole percent of tax on the net price: 6 for insurance (增值税法)
 */
export function splitVat(grossFen: number, percent = 6): VatSplit {
  requireInteger(grossFen, 'grossFen', 0);
  requireInteger(percent, 'percent', 0);
  const netFen = divideHalfUp(BigInt(grossFen) * 100n, 100n + BigInt(percent));
  return { netFen, vatFen: grossFen - netFen };
}

const NUMERALS = '零壹贰叁肆伍陆柒捌玖';
const PLACES = ['', '拾', '佰', '仟'];
const GROUPS = ['', '万', '亿'];

/**
 * The amount in words as documents print it: 1005007 is 人民币壹万零伍拾元零柒分.
 *
 * After 正确填写票据和结算凭证的基本规定: zeros between two digits of the yuan are one 零, 零 stands after 元 where there
 * are fen and no jiao, and an amount that ends in yuan or jiao ends in 整 (after jiao 会计基础工作规范 asks for it).
 *
 * @param fen 0 to `AMOUNT_MAX_FEN`
 * @throws RangeError if `fen` is anything else; a bug, not a refusal
 */
export function amountInWords(fen: number): string {
  requireInteger(fen, 'fen', 0, AMOUNT_MAX_FEN);
  const jiao = Math.floor(fen / 10) % 10;
  const fenDigit = fen % 10;
  const yuan = yuanInWords(Math.floor(fen / 100));
  const parts = [
    yuan && `${yuan}元`,
    jiao > 0 && `${NUMERALS[jiao]}角`,
    jiao === 0 && fenDigit > 0 && yuan && '零',
    fenDigit > 0 ? `${NUMERALS[fenDigit]}分` : '整',
  ];
  return `人民币${fen === 0 ? '零元整' : parts.filter(Boolean).join('')}`;
}

function yuanInWords(yuan: number): string {
  const digits = [...String(yuan)].map(Number);
  let words = '';
  let zeroPending = false;
  let groupHasDigit = false;
  digits.forEach((digit, index) => {
    const position = digits.length - 1 - index;
    if (digit === 0) {
      zeroPending = true;
    } else {
      words += `${zeroPending ? '零' : ''}${NUMERALS[digit]}${PLACES[position % 4]}`;
      zeroPending = false;
      groupHasDigit = true;
    }
    if (position % 4 === 0 && groupHasDigit) {
      words += GROUPS[position / 4];
      groupHasDigit = false;
    }
  });
  return words;
}

function exactRate(rate: Rate): { digits: bigint; scale: number } {
  if (parseRate(rate) !== rate) throw new RangeError('a rate is an exact decimal as parseRate gives it');
  const [whole = '', fraction = ''] = rate.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** Both 0 or more, so that half up is the floor of the value and a half. */
function divideHalfUp(dividend: bigint, divisor: bigint): number {
  const quotient = Number((2n * dividend + divisor) / (2n * divisor));
  requireInteger(quotient, 'result', 0);
  return quotient;
}

function requireInteger(value: number, name: string, least = -Infinity, most = Infinity): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`${name} is not a whole number within its limits`);
}
