import type { DepositKind, DocumentKind, GuaranteeForm } from '../../db/vocabulary.ts';
import { formatYuanGrouped } from '../../kernel/money.ts';
import { isWithin, regionByCode } from '../../kernel/regions.ts';
import type { InsurerRow, ProductRow } from './insurer.queries.ts';

/** What is to be secured, as far as it decides who may secure it. */
export interface OfferCase {
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  /** Of the section. */
  readonly regionCode: string;
  /** In fen; null while it is not known. */
  readonly sumInsuredFen: number | null;
  /** Of cover; null while they are not known. */
  readonly days: number | null;
  /** The day of business on which it is asked. */
  readonly today: string;
}

/** A product with what decides beside it whether it may be sold. */
export interface Candidate {
  readonly product: ProductRow;
  readonly insurer: InsurerRow;
  /** Kinds of its documents in force. */
  readonly documentKinds: ReadonlySet<DocumentKind>;
}

/**
 * Why a product is not on offer: what it does not fit of the case, or why it is not sold to anybody. The latter is the business of
 * the platform and of the insurer, and not told to bidders.
 */
export interface OfferFault {
  readonly concerns: 'KIND' | 'SALE' | 'REGION' | 'SUM' | 'DAYS';
  readonly message: string;
}

/** What has to be read before a contract: an exclusion that was not shown does not bind. */
export const documentsToRead = [
  'POLICY_NOTICE',
  'EXCLUSIONS',
  'APPLICANT_DECLARATION',
  'SPECIAL_TERMS',
  'POLICY_TERMS',
] as const satisfies readonly DocumentKind[];

const isWithinDays = (day: string, from: string | null, until: string | null) =>
  (from === null || from <= day) && (until === null || day <= until);

/**
 * The one place that says whether a product may be chosen for a case, and why not: for the list, for the choice, and for the order
 * that is submitted.
 *
 * @returns every reason, in Chinese; none: the product is on offer
 */
export function offerFaults({ product, insurer, documentKinds }: Candidate, asked: OfferCase): OfferFault[] {
  const faults: OfferFault[] = [];
  const report = (concerns: OfferFault['concerns'], message: string) => faults.push({ concerns, message });

  if (product.depositKind !== asked.depositKind || product.form !== asked.form)
    report('KIND', '保证金类型或保函形式不符');
  if (!product.active) report('SALE', '产品已停售');
  if (insurer.state !== 'ACTIVE') report('SALE', '机构已暂停业务');
  if (!isWithinDays(asked.today, insurer.licenseValidFrom, insurer.licenseValidUntil))
    report('SALE', '机构的许可证不在有效期内');
  if (!isWithinDays(asked.today, product.validFrom, product.validUntil)) report('SALE', '产品不在销售期内');
  if (documentsToRead.some((kind) => !documentKinds.has(kind))) report('SALE', '产品缺少投保前须阅读的文件');
  if (product.regionCodes?.every((code) => !isWithin(asked.regionCode, code)))
    report('REGION', `承保区域为${regionNames(product.regionCodes)}，不含本标段所在区域`);
  if (asked.sumInsuredFen !== null) {
    const { minimumSumFen, maximumSumFen } = product;
    if (minimumSumFen !== null && asked.sumInsuredFen < minimumSumFen)
      report('SUM', `保险金额低于最低限额 ${formatYuanGrouped(minimumSumFen)} 元`);
    if (maximumSumFen !== null && asked.sumInsuredFen > maximumSumFen)
      report('SUM', `保险金额超过最高限额 ${formatYuanGrouped(maximumSumFen)} 元`);
  }
  if (asked.days !== null && product.maximumDays !== null && asked.days > product.maximumDays)
    report('DAYS', `保障天数超过最长 ${product.maximumDays} 天`);
  return faults;
}

const regionNames = (codes: readonly string[]) =>
  codes.map((code) => regionByCode(code)?.name ?? code).join('、');
