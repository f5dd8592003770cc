import { formatRate, formatYuanGrouped, parseRate, type Rate, splitVat, timesRateHalfUp } from './money.ts';

/** How a product makes a premium of a sum; belongs to the product. `MANUAL`: the underwriter sets it. */
export type PremiumFormula = 'PER_CASE' | 'ANNUAL_PRO_RATA' | 'TIERED' | 'MANUAL';

/** One bracket of `TIERED`: its rate holds for the whole sum, not only for what is over the bracket before. */
export interface PremiumTier {
  /** The largest sum insured of this bracket, in fen, itself included; `null` in the last: no limit. */
  readonly upToFen: number | null;
  readonly rate: Rate;
}

export interface PremiumInput {
  readonly formula: PremiumFormula;
  /** Of `PER_CASE` for the whole cover, of `ANNUAL_PRO_RATA` for 365 days; `null` with the others. */
  readonly rate: Rate | null;
  /** Of `TIERED`, by rising limit (`tiersFault`); `null` with the others. */
  readonly tiers: readonly PremiumTier[] | null;
  readonly minimumFen: number;
  readonly sumInsuredFen: number;
  /** Days of cover, first and last included. */
  readonly days: number;
}

/** The premium and all it was made of, so that it can be shown and not only claimed. */
export interface PremiumBreakdown {
  readonly premiumFen: number;
  readonly sumInsuredFen: number;
  /** The rate that was applied: with `TIERED` that of the bracket. */
  readonly rate: Rate;
  readonly days: number;
  readonly formula: PremiumFormula;
  readonly minimumFen: number;
  readonly minimumApplied: boolean;
  readonly netFen: number;
  readonly vatFen: number;
  /** The calculation in Chinese: 保险金额 10,000.00 元 × 费率 4.00% = 400.00 元. */
  readonly formulaText: string;
}

/**
 * The premium of a sum insured, rounded half up to the fen, never below the minimum, 6 % tax included.
 *
 * @returns `null` where no rate decides: with `MANUAL`, and for a sum above the last bracket of `TIERED`
 * @throws RangeError if an amount is no whole number of fen, the days are not over 0, or the formula lacks its rate or
 *   tiers; a bug, not a refusal
 */
export function premium(input: PremiumInput): PremiumBreakdown | null {
  const { formula, sumInsuredFen, minimumFen, days } = input;
  if (!Number.isSafeInteger(days) || days < 1) throw new RangeError('days is not a whole number over 0');
  if (!Number.isSafeInteger(minimumFen) || minimumFen < 0)
    throw new RangeError('minimumFen is not an amount');
  if (formula === 'MANUAL') return null;
  const rate = formula === 'TIERED' ? tierRate(input) : input.rate;
  if (rate === undefined) return null;
  if (rate === null) throw new RangeError(`${formula} has no rate`);

  const isByTime = formula === 'ANNUAL_PRO_RATA';
  const computedFen = isByTime
    ? timesRateHalfUp(sumInsuredFen, rate, days, 365)
    : timesRateHalfUp(sumInsuredFen, rate);
  const minimumApplied = computedFen < minimumFen;
  const premiumFen = minimumApplied ? minimumFen : computedFen;

  const rateName = { PER_CASE: '费率', ANNUAL_PRO_RATA: '年费率', TIERED: '分档费率' }[formula];
  const formulaText =
    `保险金额 ${formatYuanGrouped(sumInsuredFen)} 元 × ${rateName} ${formatRate(rate)}` +
    `${isByTime ? ` × ${days} 天 ÷ 365 天` : ''} = ${formatYuanGrouped(computedFen)} 元` +
    `${minimumApplied ? `，低于最低保费，按最低保费 ${formatYuanGrouped(minimumFen)} 元计收` : ''}`;

  const { netFen, vatFen } = splitVat(premiumFen);
  return {
    premiumFen,
    sumInsuredFen,
    rate,
    days,
    formula,
    minimumFen,
    minimumApplied,
    netFen,
    vatFen,
    formulaText,
  };
}

function tierRate({ tiers, sumInsuredFen }: PremiumInput): Rate | undefined {
  if (tiers === null || tiersFault(tiers) !== null) throw new RangeError('TIERED has no usable tiers');
  return tiers.find(({ upToFen }) => upToFen === null || sumInsuredFen <= upToFen)?.rate;
}

/** Why these brackets are not usable, in Chinese for whoever enters them, or `null`. */
export function tiersFault(tiers: readonly PremiumTier[]): string | null {
  if (tiers.length === 0) return '请至少填写一个费率分档';
  let lowerFen = 0;
  for (const [index, { upToFen, rate }] of tiers.entries()) {
    const isLast = index === tiers.length - 1;
    if (parseRate(rate) !== rate) return `第 ${index + 1} 档的费率应大于 0 且不超过 1，最多 8 位小数`;
    if (upToFen === null && !isLast) return `第 ${index + 1} 档不是最后一档，应填写保险金额上限`;
    if (upToFen !== null && !(Number.isSafeInteger(upToFen) && upToFen > lowerFen))
      return `第 ${index + 1} 档的保险金额上限应大于上一档`;
    lowerFen = upToFen ?? lowerFen;
  }
  return null;
}
