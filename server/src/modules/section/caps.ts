import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DEPOSIT_KINDS, type DepositKind, depositKindLabel } from '../../db/vocabulary.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';

/** What is tendered, as far as the law sets limits by it. */
export const TENDER_CLASSES = ['CONSTRUCTION', 'GOODS', 'SURVEY_DESIGN', 'OTHER'] as const;
export type TenderClass = (typeof TENDER_CLASSES)[number];
const tenderClassLabel: Readonly<Record<TenderClass, string>> = {
  CONSTRUCTION: '施工',
  GOODS: '货物',
  SURVEY_DESIGN: '勘察设计',
  OTHER: '其他',
};

/** One limit of the law. Shares are of the estimate, in basis points: 200 is 2 %. */
const capRule = z
  .strictObject({
    kind: z.enum(DEPOSIT_KINDS),
    /** What is tendered, where the limit is not for all. */
    tenderClasses: z.array(z.enum(TENDER_CLASSES)).min(1).optional(),
    basisPointsMin: z.int().positive().optional(),
    basisPointsMax: z.int().positive().max(10_000).optional(),
    /** Of what the law takes the share. The estimate stands in for it, since contracts are not made over it. */
    base: z.string().min(1).optional(),
    yuanMax: z.int().positive().optional(),
    /** The law and its article, as people look it up. */
    law: z.string().min(1),
  })
  .refine((rule) => rule.basisPointsMax !== undefined || rule.yuanMax !== undefined, 'sets no limit')
  .refine((rule) => rule.basisPointsMax === undefined || rule.base !== undefined, 'a share of what?');
type CapRule = z.infer<typeof capRule>;

/** The limits in force: data, so that a changed law is a changed line. */
const capRules: readonly CapRule[] = z
  .array(capRule)
  .parse(JSON.parse(readFileSync(new URL('../../../data/deposit-caps.json', import.meta.url), 'utf8')));

/**
 * The first limit of the law that an amount breaks, in Chinese with both figures and the law, or null. Exact to the fen: an amount
 * at its limit is in order. Shares are judged where the estimate is known.
 *
 * @param amountFen in fen
 * @param estimateFen in fen; null where the section names none
 */
export function capBroken(
  kind: DepositKind,
  amountFen: number,
  estimateFen: number | null,
  tenderClass: TenderClass,
): string | null {
  for (const rule of capRules) {
    if (rule.kind !== kind || (rule.tenderClasses && !rule.tenderClasses.includes(tenderClass))) continue;
    const broken = breaks(rule, amountFen, estimateFen, tenderClass);
    if (broken !== null)
      return `${depositKindLabel[kind]} ${formatYuanGrouped(amountFen)} 元${broken.found}。${rule.law}：${depositKindLabel[kind]}${broken.limit}`;
  }
  return null;
}

function breaks(
  { basisPointsMin, basisPointsMax, base, yuanMax }: CapRule,
  amountFen: number,
  estimateFen: number | null,
  tenderClass: TenderClass,
): { readonly found: string; readonly limit: string } | null {
  // Without rounding on either side: amounts reach 10^13 fen, whose ten thousandfold a number does not hold.
  const share = BigInt(amountFen) * 10_000n;
  const shareOf = (basisPoints: number) => BigInt(estimateFen ?? 0) * BigInt(basisPoints);
  const estimate = `招标控制价 ${formatYuanGrouped(estimateFen ?? 0)} 元的`;
  if (estimateFen !== null && basisPointsMax !== undefined && share > shareOf(basisPointsMax)) {
    const percent = `${basisPointsMax / 100}%`;
    return { found: `超过${estimate} ${percent}`, limit: `不得超过${base}的 ${percent}` };
  }
  if (estimateFen !== null && basisPointsMin !== undefined && share < shareOf(basisPointsMin)) {
    const percent = `${basisPointsMin / 100}%`;
    return { found: `低于${estimate} ${percent}`, limit: `不得低于${base}的 ${percent}` };
  }
  if (yuanMax !== undefined && amountFen > yuanMax * 100) {
    const most = `${formatYuanGrouped(yuanMax * 100)} 元`;
    return { found: `超过 ${most}`, limit: `在${tenderClassLabel[tenderClass]}招标中最高不得超过 ${most}` };
  }
  return null;
}
