import { formatMoney } from '../../shared/format.ts';

/** 1 元起 / 至多 800,000.00 元 / 100.00 至 800,000.00 元 / 不限 */
export function sumLimits(minimum: string | null, maximum: string | null): string {
  if (minimum && maximum) return `${formatMoney(minimum)} 至 ${formatMoney(maximum)} 元`;
  if (minimum) return `${formatMoney(minimum)} 元起`;
  return maximum ? `至多 ${formatMoney(maximum)} 元` : '不限';
}
