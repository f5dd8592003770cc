import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PremiumInput, premium, tiersFault } from './premium.ts';

const tiers = [
  { upToFen: 10_000_000, rate: '0.01' },
  { upToFen: 50_000_000, rate: '0.008' },
  { upToFen: null, rate: '0.005' },
];
const sample: PremiumInput = {
  formula: 'PER_CASE',
  rate: '0.04',
  tiers: null,
  minimumFen: 0,
  sumInsuredFen: 1_000_000,
  days: 1000,
};

test('a premium per case does not depend on the days: 10,000 at 4 % for 1000 days is 400', () => {
  expect(premium(sample)).toEqual({
    premiumFen: 40_000,
    sumInsuredFen: 1_000_000,
    rate: '0.04',
    days: 1000,
    formula: 'PER_CASE',
    minimumFen: 0,
    minimumApplied: false,
    netFen: 37_736,
    vatFen: 2_264,
    formulaText: '保险金额 10,000.00 元 × 费率 4.00% = 400.00 元',
  });
});

test('a premium by time takes the days of 365', () => {
  expect(premium({ ...sample, formula: 'ANNUAL_PRO_RATA' })).toMatchObject({
    premiumFen: 109_589,
    formulaText: '保险金额 10,000.00 元 × 年费率 4.00% × 1000 天 ÷ 365 天 = 1,095.89 元',
  });
});

test.each([
  [10_000_000, '0.01', 100_000],
  [10_000_001, '0.008', 80_000],
  [50_000_000, '0.008', 400_000],
  [50_000_001, '0.005', 250_000],
])('a premium by tiers for %i fen takes the rate %s for the whole sum', (sumInsuredFen, rate, premiumFen) => {
  expect(premium({ ...sample, formula: 'TIERED', rate: null, tiers, sumInsuredFen })).toMatchObject({
    rate,
    premiumFen,
  });
});

test('a sum above the last tier has no premium', () => {
  const limited = tiers.slice(0, 2);
  expect(premium({ ...sample, formula: 'TIERED', tiers: limited, sumInsuredFen: 50_000_001 })).toBeNull();
});

test('a premium below the minimum is raised to it, and the text says so', () => {
  expect(premium({ ...sample, minimumFen: 50_000 })).toMatchObject({
    premiumFen: 50_000,
    minimumApplied: true,
    netFen: 47_170,
    vatFen: 2_830,
    formulaText: '保险金额 10,000.00 元 × 费率 4.00% = 400.00 元，低于最低保费，按最低保费 500.00 元计收',
  });
});

test('a premium equal to the minimum is not raised', () => {
  expect(premium({ ...sample, minimumFen: 40_000 })).toMatchObject({
    premiumFen: 40_000,
    minimumApplied: false,
  });
});

test('a manual premium is not computed', () => {
  expect(premium({ ...sample, formula: 'MANUAL', rate: null })).toBeNull();
});

test('a formula without its rate or tiers, and days or amounts that are none, are bugs', () => {
  expect(() => premium({ ...sample, rate: null })).toThrow(RangeError);
  expect(() => premium({ ...sample, formula: 'TIERED', tiers: null })).toThrow(RangeError);
  expect(() => premium({ ...sample, formula: 'TIERED', tiers: [...tiers].reverse() })).toThrow(RangeError);
  expect(() => premium({ ...sample, days: 0 })).toThrow(RangeError);
  expect(() => premium({ ...sample, sumInsuredFen: 0.5 })).toThrow(RangeError);
  expect(() => premium({ ...sample, minimumFen: -1 })).toThrow(RangeError);
});

test('a premium is at least the minimum, is net and tax, and does not fall when the sum rises', () => {
  const sums = fc.integer({ min: 1, max: 10 ** 11 });
  fc.assert(
    fc.property(
      fc.constantFrom('PER_CASE' as const, 'ANNUAL_PRO_RATA' as const),
      sums,
      sums,
      fc.integer({ min: 1, max: 3650 }),
      fc.integer({ min: 0, max: 10 ** 6 }),
      (formula, one, other, days, minimumFen) => {
        const input = { ...sample, formula, days, minimumFen };
        const lower = premium({ ...input, sumInsuredFen: Math.min(one, other) });
        const higher = premium({ ...input, sumInsuredFen: Math.max(one, other) });
        if (lower === null || higher === null) throw new Error('no premium');
        expect(lower.premiumFen).toBeGreaterThanOrEqual(minimumFen);
        expect(higher.premiumFen).toBeGreaterThanOrEqual(lower.premiumFen);
        expect(lower.netFen + lower.vatFen).toBe(lower.premiumFen);
      },
    ),
  );
});

test('a premium by tiers is at least the minimum and is net and tax; within a tier it does not fall when the sum rises', () => {
  const sums = fc.integer({ min: 1, max: 10 ** 11 });
  fc.assert(
    fc.property(sums, sums, fc.integer({ min: 0, max: 10 ** 6 }), (one, other, minimumFen) => {
      const input: PremiumInput = { ...sample, formula: 'TIERED', rate: null, tiers, minimumFen };
      const lower = premium({ ...input, sumInsuredFen: Math.min(one, other) });
      const higher = premium({ ...input, sumInsuredFen: Math.max(one, other) });
      if (lower === null || higher === null) throw new Error('no premium');
      expect(lower.premiumFen).toBeGreaterThanOrEqual(minimumFen);
      expect(lower.netFen + lower.vatFen).toBe(lower.premiumFen);
      // A larger sum may fall into a cheaper tier; that is what tiers are for.
      if (lower.rate === higher.rate) expect(higher.premiumFen).toBeGreaterThanOrEqual(lower.premiumFen);
    }),
  );
});

test('tiers rise, end without a limit or with one, and have real rates', () => {
  expect(tiersFault(tiers)).toBeNull();
  expect(tiersFault(tiers.slice(0, 2))).toBeNull();
  expect(tiersFault([])).toBe('请至少填写一个费率分档');
  expect(tiersFault([{ upToFen: null, rate: '0.01' }, ...tiers])).toBe(
    '第 1 档不是最后一档，应填写保险金额上限',
  );
  expect(tiersFault([tiers[1]!, tiers[0]!])).toBe('第 2 档的保险金额上限应大于上一档');
  expect(tiersFault([{ upToFen: null, rate: '4%' }])).toBe('第 1 档的费率应大于 0 且不超过 1，最多 8 位小数');
});
