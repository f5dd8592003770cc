import { formatMoney, formatRate } from '../../shared/format.ts';

/** As much of a product as its price is made of. */
export interface PremiumTerms {
  formula: 'PER_CASE' | 'ANNUAL_PRO_RATA' | 'TIERED' | 'MANUAL';
  /** Decimal share of the sum, such as "0.04"; null with TIERED and MANUAL. */
  rate: string | null;
  /** Brackets of TIERED by rising limit; the rate of a bracket holds for the whole sum. */
  tiers: readonly { upTo: string | null; rate: string }[] | null;
  /** Yuan with two digits. */
  minimumPremium: string;
  /** The smallest and the largest sum that the product insures, in yuan; null without a limit. */
  minimumSum: string | null;
  maximumSum: string | null;
}

/** A premium and what it was made of, in yuan with two digits: the part of the server's breakdown that is shown. */
export interface Premium {
  premium: string;
  formulaText: string;
  minimumApplied: boolean;
  net: string;
  vat: string;
}

/** Fen of what somebody typed as yuan: grouping commas and blanks are read over. Null if it is no amount over 0. */
export function parseYuan(text: string): number | null {
  const [, whole, fraction = ''] = /^(\d{1,11})(?:\.(\d{0,2}))?$/.exec(text.replace(/[,，\s]/g, '')) ?? [];
  if (whole === undefined) return null;
  const fen = Number(whole + fraction.padEnd(2, '0'));
  return fen > 0 ? fen : null;
}

/** 40000 → "400.00", as `Money` travels. */
export function formatYuan(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/**
 * The reference premium while somebody types, by the rule of the server (docs of `PremiumBreakdown`): exact in integers,
 * rounded half up to the fen, never below the minimum, 6 % tax included.
 *
 * @param sumInsuredFen in fen, over 0
 * @param days of cover, over 0
 * @returns null where only the underwriter can tell: a price set by hand, a sum outside the limits
 */
export function computePremium(terms: PremiumTerms, sumInsuredFen: number, days: number): Premium | null {
  const { formula } = terms;
  const rate = formula === 'TIERED' ? tierRate(terms, sumInsuredFen) : terms.rate;
  if (rate === null || formula === 'MANUAL' || isOutsideLimits(terms, sumInsuredFen)) return null;

  const isByTime = formula === 'ANNUAL_PRO_RATA';
  const [wholePart = '0', fraction = ''] = rate.split('.');
  const numerator = BigInt(sumInsuredFen) * BigInt(wholePart + fraction) * BigInt(isByTime ? days : 1);
  const denominator = 10n ** BigInt(fraction.length) * BigInt(isByTime ? 365 : 1);
  const computedFen = Number(divideHalfUp(numerator, denominator));

  const minimumFen = parseYuan(terms.minimumPremium) ?? 0;
  const minimumApplied = computedFen < minimumFen;
  const premiumFen = minimumApplied ? minimumFen : computedFen;
  const netFen = Number(divideHalfUp(BigInt(premiumFen) * 100n, 106n));

  const formulaText =
    `保险金额 ${money(sumInsuredFen)} 元 × ${rateNames[formula]} ${formatRate(rate)}` +
    `${isByTime ? ` × ${days} 天 ÷ 365 天` : ''} = ${money(computedFen)} 元` +
    `${minimumApplied ? `，低于最低保费，按最低保费 ${money(minimumFen)} 元计收` : ''}`;
  return {
    premium: formatYuan(premiumFen),
    formulaText,
    minimumApplied,
    net: formatYuan(netFen),
    vat: formatYuan(premiumFen - netFen),
  };
}

/** Whether a product does not insure so small or so large a sum. */
export function isOutsideLimits(
  { minimumSum, maximumSum }: Pick<PremiumTerms, 'minimumSum' | 'maximumSum'>,
  sumInsuredFen: number,
): boolean {
  const minimumFen = minimumSum === null ? null : parseYuan(minimumSum);
  const maximumFen = maximumSum === null ? null : parseYuan(maximumSum);
  return (
    (minimumFen !== null && sumInsuredFen < minimumFen) || (maximumFen !== null && sumInsuredFen > maximumFen)
  );
}

const rateNames = { PER_CASE: '费率', ANNUAL_PRO_RATA: '年费率', TIERED: '分档费率' } as const;

function tierRate({ tiers }: PremiumTerms, sumInsuredFen: number): string | null {
  const isWithin = (upTo: string | null) => upTo === null || sumInsuredFen <= (parseYuan(upTo) ?? 0);
  return tiers?.find(({ upTo }) => isWithin(upTo))?.rate ?? null;
}

function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

function money(fen: number): string {
  return formatMoney(formatYuan(fen));
}
