import { expect, test } from 'vitest';
import {
  computePremium,
  formatYuan,
  type PremiumTerms,
  parseYuan,
} from '../src/features/application/premium.ts';

const perCase: PremiumTerms = {
  formula: 'PER_CASE',
  rate: '0.04',
  tiers: null,
  minimumPremium: '300.00',
  minimumSum: null,
  maximumSum: null,
};

test('a rate for the whole cover does not depend on the days', () => {
  const premium = computePremium(perCase, 1_000_000, 1000);
  expect(premium).toEqual({
    premium: '400.00',
    formulaText: '保险金额 10,000.00 元 × 费率 4.00% = 400.00 元',
    minimumApplied: false,
    net: '377.36',
    vat: '22.64',
  });
  expect(computePremium(perCase, 1_000_000, 1)?.premium).toBe('400.00');
});

test('a rate by the year is taken for the days of cover and rounded half up to the fen', () => {
  const annual: PremiumTerms = {
    ...perCase,
    formula: 'ANNUAL_PRO_RATA',
    rate: '0.012',
    minimumPremium: '0.00',
  };
  // 1,000,000.00 × 1.2 % × 112 / 365 = 3682.1917…
  expect(computePremium(annual, 100_000_000, 112)).toMatchObject({
    premium: '3682.19',
    formulaText: '保险金额 1,000,000.00 元 × 年费率 1.20% × 112 天 ÷ 365 天 = 3,682.19 元',
  });
  // 0.01 × 50 % is half a fen.
  expect(computePremium({ ...perCase, rate: '0.5', minimumPremium: '0.00' }, 1, 1)?.premium).toBe('0.01');
});

test('a premium below the minimum is raised to it, and the calculation says so', () => {
  expect(computePremium(perCase, 100_000, 90)).toMatchObject({
    premium: '300.00',
    minimumApplied: true,
    formulaText: '保险金额 1,000.00 元 × 费率 4.00% = 40.00 元，低于最低保费，按最低保费 300.00 元计收',
  });
});

test('the bracket of a sum gives the rate of the whole sum, its own limit included', () => {
  const tiered: PremiumTerms = {
    ...perCase,
    formula: 'TIERED',
    rate: null,
    tiers: [
      { upTo: '100000.00', rate: '0.006' },
      { upTo: null, rate: '0.005' },
    ],
  };
  expect(computePremium(tiered, 10_000_000, 90)?.premium).toBe('600.00');
  expect(computePremium(tiered, 10_000_001, 90)?.premium).toBe('500.00');
});

test('a sum over the limit and a price by hand have no reference premium', () => {
  expect(computePremium({ ...perCase, maximumSum: '800000.00' }, 80_000_001, 90)).toBeNull();
  expect(computePremium({ ...perCase, maximumSum: '800000.00' }, 80_000_000, 90)).not.toBeNull();
  expect(computePremium({ ...perCase, formula: 'MANUAL', rate: null }, 1_000_000, 90)).toBeNull();
});

test('sums no binary fraction can hold are computed to the fen', () => {
  expect(computePremium({ ...perCase, rate: '0.00333333' }, 9_999_999_999_99, 1)?.premium).toBe(
    '33333300.00',
  );
});

test.each([
  ['62500', 6_250_000],
  ['62,500.5', 6_250_050],
  [' 0.07 ', 7],
  ['1000000.', 100_000_000],
])('%s is read as an amount', (text, fen) => {
  expect(parseYuan(text)).toBe(fen);
});

test.each(['', '0', '1.234', '-5', '1e3', '十万'])('“%s” is no amount', (text) => {
  expect(parseYuan(text)).toBeNull();
});

test('an amount travels with two digits', () => {
  expect(formatYuan(7)).toBe('0.07');
  expect(formatYuan(40_000)).toBe('400.00');
});
