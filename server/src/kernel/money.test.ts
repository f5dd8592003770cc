import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AMOUNT_MAX_FEN,
  amountInWords,
  formatRate,
  formatYuan,
  formatYuanGrouped,
  parseRate,
  parseTenThousandYuan,
  parseYuan,
  splitVat,
  timesRateHalfUp,
} from './money.ts';

const amounts = fc.integer({ min: 0, max: AMOUNT_MAX_FEN });
/** Rates as whole hundred-millionths, so that the property can compute with exact integers of its own. */
const rateUnits = fc.integer({ min: 1, max: 10 ** 8 });
const rateOf = (units: number) => parseRate((units / 10 ** 8).toFixed(8)) as string;

describe('amounts', () => {
  test.each([
    ['400', 40_000],
    ['400.00', 40_000],
    ['10000.5', 1_000_050],
    ['0.00', 0],
    ['0', 0],
    ['0.05', 5],
    ['0.29', 29],
    ['100000000000.00', AMOUNT_MAX_FEN],
  ])('%s yuan is %i fen', (text, fen) => {
    expect(parseYuan(text)).toBe(fen);
  });

  test.each([
    '',
    ' 400',
    '-1.00',
    '-0',
    '−0',
    '+1',
    '1e308',
    '1e2',
    '0x10',
    '100.005',
    '1.000',
    '1.',
    '.5',
    '00.50',
    '007',
    '10,000.00',
    '４００',
    'NaN',
    'Infinity',
    '100000000000.01',
    '9999999999999.99',
    '99999999999999999999',
    '400\n',
  ])('%j is not an amount', (text) => {
    expect(parseYuan(text)).toBeNull();
  });

  test.each([
    ['80', 80_000_000],
    ['1.5', 1_500_000],
    ['0.000001', 1],
    ['0.0000001', null],
    ['10000000', AMOUNT_MAX_FEN],
    ['10000000.000001', null],
  ])('%s 万元 is %j fen', (text, fen) => {
    expect(parseTenThousandYuan(text)).toBe(fen);
  });

  test('an amount that is written is read back as it was', () => {
    fc.assert(fc.property(amounts, (fen) => parseYuan(formatYuan(fen)) === fen));
  });

  test('text that is read is an amount within the limits', () => {
    const numberLike = fc.string({ unit: fc.constantFrom(...'0123456789.-+e, '), maxLength: 18 });
    fc.assert(
      fc.property(numberLike, (text) => {
        const fen = parseYuan(text);
        return fen === null || (Number.isSafeInteger(fen) && fen >= 0 && fen <= AMOUNT_MAX_FEN);
      }),
    );
  });

  test('amounts are written with two digits, grouped for people', () => {
    expect(formatYuan(40_000)).toBe('400.00');
    expect(formatYuan(0)).toBe('0.00');
    expect(formatYuan(5)).toBe('0.05');
    expect(formatYuan(-44_444)).toBe('-444.44');
    expect(formatYuanGrouped(109_589)).toBe('1,095.89');
    expect(formatYuanGrouped(100_000_000)).toBe('1,000,000.00');
    expect(formatYuanGrouped(99_999)).toBe('999.99');
    expect(formatYuanGrouped(-100_000)).toBe('-1,000.00');
  });

  test('what is no whole number of fen is not written', () => {
    for (const fen of [0.5, Number.NaN, Infinity, 2 ** 53]) expect(() => formatYuan(fen)).toThrow(RangeError);
  });
});

describe('rates', () => {
  test.each([
    ['0.04', '0.04'],
    ['0.040', '0.04'],
    ['1', '1'],
    ['1.00', '1'],
    ['0.00000001', '0.00000001'],
  ])('%s is the rate %s', (text, rate) => {
    expect(parseRate(text)).toBe(rate);
  });

  test.each([
    '',
    '0',
    '0.0',
    '1.00000001',
    '2',
    '-0.04',
    '.04',
    '4%',
    '0.000000001',
    '4e-2',
    '0.0４',
    '00.04',
  ])('%j is not a rate', (text) => {
    expect(parseRate(text)).toBeNull();
  });

  test.each([
    ['0.04', '4.00%'],
    ['0.00125', '0.125%'],
    ['0.0005', '0.05%'],
    ['0.5', '50.00%'],
    ['1', '100.00%'],
    ['0.00000001', '0.000001%'],
  ])('the rate %s is shown as %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  test('half a fen is rounded up, less is dropped', () => {
    expect(timesRateHalfUp(50, '0.01')).toBe(1);
    expect(timesRateHalfUp(49, '0.01')).toBe(0);
    // 1.005 × 100 is 100.49999999999999 in floating point.
    expect(timesRateHalfUp(10_050, '0.01')).toBe(101);
  });

  test('the result is never more than half a fen away, and half goes up', () => {
    fc.assert(
      fc.property(
        amounts,
        rateUnits,
        fc.integer({ min: 1, max: 3650 }),
        fc.integer({ min: 1, max: 366 }),
        (fen, units, numerator, denominator) => {
          fc.pre(numerator <= denominator * 100);
          const result = BigInt(timesRateHalfUp(fen, rateOf(units), numerator, denominator));
          const divisor = 10n ** 8n * BigInt(denominator);
          const twiceError = 2n * (BigInt(fen) * BigInt(units) * BigInt(numerator) - result * divisor);
          return -divisor <= twiceError && twiceError < divisor;
        },
      ),
    );
  });

  test('what is no amount, no rate or no divisor is a bug', () => {
    expect(() => timesRateHalfUp(-1, '0.04')).toThrow(RangeError);
    expect(() => timesRateHalfUp(1.5, '0.04')).toThrow(RangeError);
    expect(() => timesRateHalfUp(1, '0.040')).toThrow(RangeError);
    expect(() => timesRateHalfUp(1, '4%')).toThrow(RangeError);
    expect(() => timesRateHalfUp(1, '0.04', 1, 0)).toThrow(RangeError);
    expect(() => timesRateHalfUp(Number.MAX_SAFE_INTEGER, '1', 2)).toThrow(RangeError);
  });
});

describe('tax', () => {
  test.each([
    [40_000, 37_736, 2_264],
    [44_444, 41_928, 2_516],
    [0, 0, 0],
    [1, 1, 0],
  ])('%i fen are %i net and %i tax', (grossFen, netFen, vatFen) => {
    expect(splitVat(grossFen)).toEqual({ netFen, vatFen });
  });

  test('net and tax add up to the price, and the tax is 6 % of the net price to the fen', () => {
    fc.assert(
      fc.property(amounts, (grossFen) => {
        const { netFen, vatFen } = splitVat(grossFen);
        expect(netFen + vatFen).toBe(grossFen);
        expect(Math.abs(vatFen * 100 - netFen * 6)).toBeLessThanOrEqual(53);
      }),
    );
  });
});

describe('amounts in words', () => {
  test.each([
    ['400.00', '人民币肆佰元整'],
    ['444.44', '人民币肆佰肆拾肆元肆角肆分'],
    ['10050.07', '人民币壹万零伍拾元零柒分'],
    ['0.00', '人民币零元整'],
    ['0.05', '人民币伍分'],
    ['0.50', '人民币伍角整'],
    ['0.55', '人民币伍角伍分'],
    ['1.00', '人民币壹元整'],
    ['10.00', '人民币壹拾元整'],
    ['10.30', '人民币壹拾元叁角整'],
    ['10.03', '人民币壹拾元零叁分'],
    ['15.00', '人民币壹拾伍元整'],
    ['1409.50', '人民币壹仟肆佰零玖元伍角整'],
    ['6007.14', '人民币陆仟零柒元壹角肆分'],
    ['1680.32', '人民币壹仟陆佰捌拾元叁角贰分'],
    ['16409.02', '人民币壹万陆仟肆佰零玖元零贰分'],
    ['325.04', '人民币叁佰贰拾伍元零肆分'],
    ['107000.53', '人民币壹拾万零柒仟元伍角叁分'],
    ['100000.00', '人民币壹拾万元整'],
    ['1000000.00', '人民币壹佰万元整'],
    ['1000001.00', '人民币壹佰万零壹元整'],
    ['20000300.00', '人民币贰仟万零叁佰元整'],
    ['100000000.00', '人民币壹亿元整'],
    ['100000001.00', '人民币壹亿零壹元整'],
    ['100010000.00', '人民币壹亿零壹万元整'],
    ['1000100000.00', '人民币壹拾亿零壹拾万元整'],
    ['1010101010.10', '人民币壹拾亿零壹仟零壹拾万零壹仟零壹拾元壹角整'],
    ['100000000000.00', '人民币壹仟亿元整'],
  ])('%s is %s', (yuan, words) => {
    expect(amountInWords(parseYuan(yuan) as number)).toBe(words);
  });

  test('every amount can be read back from its words', () => {
    fc.assert(
      fc.property(fc.oneof(amounts, fc.integer({ min: 0, max: 10 ** 7 })), (fen) => {
        expect(readWords(amountInWords(fen))).toBe(fen);
      }),
    );
  });

  test('no words have two 零 in a row or one before 元, 角, 万 or 亿', () => {
    fc.assert(
      fc.property(amounts, (fen) => {
        expect(amountInWords(fen + (fen === 0 ? 1 : 0))).not.toMatch(/零[零元角万亿整]/);
      }),
    );
  });

  test('negative amounts and those over the maximum have no words', () => {
    expect(() => amountInWords(-1)).toThrow(RangeError);
    expect(() => amountInWords(AMOUNT_MAX_FEN + 1)).toThrow(RangeError);
  });
});

/** Fen of an amount in words, read the way a person does. */
function readWords(words: string): number {
  const places: Record<string, number> = { 拾: 10, 佰: 100, 仟: 1000 };
  let fen = 0;
  let total = 0;
  let group = 0;
  let digit = 0;
  for (const character of words.replace('人民币', '').replace('整', '')) {
    const value = '零壹贰叁肆伍陆柒捌玖'.indexOf(character);
    if (value >= 0) {
      digit = value;
      continue;
    }
    if (character === '角') fen += digit * 10;
    else if (character === '分') fen += digit;
    else if (character === '元') fen += (total + group + digit) * 100;
    else if (character === '万') total += (group + digit) * 10 ** 4;
    else if (character === '亿') total += (group + digit) * 10 ** 8;
    else group += digit * (places[character] as number);
    if (character === '万' || character === '亿') group = 0;
    digit = 0;
  }
  return fen;
}
