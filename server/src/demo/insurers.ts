import type { DepositKind, GuaranteeForm, PremiumFormula } from '../db/vocabulary.ts';
import type { PremiumTier } from '../kernel/premium.ts';

/** A fictional issuer of guarantees. Names, licences, telephone numbers and accounts exist nowhere. */
export interface DemoInsurer {
  /** Stable handle by which products refer to the insurer; never shown. */
  readonly key: string;
  readonly name: string;
  readonly shortName: string;
  /** INSURANCE for property insurers, SURETY for guarantee companies: each sells one form only. */
  readonly form: GuaranteeForm;
  readonly licenseNumber: string;
  readonly licenseValidFrom: string;
  readonly licenseValidUntil: string;
  readonly hotline: string;
  readonly account: {
    readonly accountName: string;
    readonly bankName: string;
    readonly accountNumber: string;
  };
  /** Own drawing, 120 × 40, shapes only. */
  readonly logoSvg: string;
}

/** An offer of one insurer for one deposit kind. */
export interface DemoProduct {
  readonly insurerKey: string;
  readonly name: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly formula: PremiumFormula;
  /** Decimal share of the sum, a year's with ANNUAL_PRO_RATA; null with TIERED and MANUAL. */
  readonly rate: string | null;
  readonly minimumFen: number;
  /** Largest sum the insurer takes without being asked, in fen; null is no limit. */
  readonly maximumSumFen: number | null;
  /** Smallest sum, in fen. */
  readonly minimumSumFen: number | null;
  readonly maximumDays: number | null;
  /** Where it is sold; null is everywhere. */
  readonly regionCodes: readonly string[] | null;
  /** Whether its terms come with annexes, twenty pages in all. */
  readonly hasAnnexes: boolean;
  /** Brackets by rising limit with TIERED, else null. */
  readonly tiers: readonly PremiumTier[] | null;
}

const logo = (shapes: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40" width="120" height="40">${shapes}</svg>`;

interface InsurerSketch {
  readonly key: string;
  readonly name: string;
  readonly shortName: string;
  readonly form: GuaranteeForm;
  readonly shapes: string;
}

const sketches: readonly InsurerSketch[] = [
  {
    key: 'hengyue',
    name: '辽东衡岳财产保险股份有限公司（演示）',
    shortName: '衡岳保险',
    form: 'INSURANCE',
    shapes:
      '<path d="M12 32 30 8l18 24z" fill="#1f5fa8"/><path d="M36 32 50 14l14 18z" fill="#6ea3dc"/>' +
      '<path d="M72 12h36M72 20h28M72 28h36" stroke="#1f5fa8" stroke-width="4" stroke-linecap="round"/>',
  },
  {
    key: 'mingze',
    name: '衍水明泽财产保险股份有限公司（演示）',
    shortName: '明泽保险',
    form: 'INSURANCE',
    shapes:
      '<circle cx="28" cy="20" r="14" fill="#0b7a75"/>' +
      '<path d="M18 20q5-6 10 0t10 0" fill="none" stroke="#fff" stroke-width="3"/>' +
      '<path d="M52 14q8-8 16 0t16 0 16 0M52 26q8-8 16 0t16 0 16 0" fill="none" stroke="#0b7a75" ' +
      'stroke-width="4" stroke-linecap="round"/>',
  },
  {
    key: 'yunhua',
    name: '雁岭云桦财产保险股份有限公司（演示）',
    shortName: '云桦保险',
    form: 'INSURANCE',
    shapes:
      '<path d="M28 6c10 6 14 14 0 28C14 20 18 12 28 6z" fill="#3c8c40"/>' +
      '<path d="M28 12v22" stroke="#fff" stroke-width="2"/>' +
      '<rect x="56" y="10" width="8" height="20" rx="2" fill="#3c8c40"/>' +
      '<rect x="72" y="10" width="8" height="20" rx="2" fill="#7dbb80"/>' +
      '<rect x="88" y="10" width="8" height="20" rx="2" fill="#b9dcbb"/>',
  },
  {
    key: 'pinglan',
    name: '凤屿平澜财产保险股份有限公司（演示）',
    shortName: '平澜保险',
    form: 'INSURANCE',
    shapes:
      '<path d="M14 8h28v14c0 6-6 10-14 12-8-2-14-6-14-12z" fill="#8a2b5b"/>' +
      '<path d="m21 19 5 5 9-9" fill="none" stroke="#fff" stroke-width="3"/>' +
      '<path d="M56 20h48" stroke="#8a2b5b" stroke-width="6" stroke-linecap="round" stroke-dasharray="1 11"/>',
  },
  {
    key: 'panbai',
    name: '辽东磐柏融资担保有限公司（演示）',
    shortName: '磐柏担保',
    form: 'SURETY',
    shapes:
      '<rect x="14" y="8" width="12" height="12" fill="#b4541a"/><rect x="28" y="8" width="12" height="12" ' +
      'fill="#e0935f"/><rect x="14" y="22" width="26" height="10" fill="#7a3811"/>' +
      '<path d="M54 32V12h14l8 10 8-10h14v20" fill="none" stroke="#b4541a" stroke-width="4"/>',
  },
  {
    key: 'xinqiao',
    name: '溪岭信桥工程担保有限公司（演示）',
    shortName: '信桥担保',
    form: 'SURETY',
    shapes:
      '<path d="M10 28h100" stroke="#37474f" stroke-width="4" stroke-linecap="round"/>' +
      '<path d="M20 28a20 18 0 0 1 40 0M60 28a20 18 0 0 1 40 0" fill="none" stroke="#c28a12" stroke-width="4"/>',
  },
];

/** The six fictional issuers: four property insurers and two guarantee companies. */
export const demoInsurers: readonly DemoInsurer[] = sketches.map((sketch, index) => ({
  key: sketch.key,
  name: sketch.name,
  shortName: sketch.shortName,
  form: sketch.form,
  licenseNumber: `演示-${String(index + 1).padStart(6, '0')}`,
  licenseValidFrom: `20${15 + index}-07-01`,
  licenseValidUntil: `20${35 + index}-06-30`,
  hotline: `400-000-${String(index + 1).padStart(4, '0')}`,
  account: {
    accountName: sketch.name,
    bankName: '演示银行本溪分行',
    // Sixteen digits, so that forms and checks treat it as a real one; the leading zeros mark it as fictional.
    accountNumber: `0000${String(21050000 + index + 1)}${String(1001 + index * 37)}`,
  },
  logoSvg: logo(sketch.shapes),
}));

const YUAN = 100;
const WAN = 10_000 * YUAN;

/** Offer terms without the insurer: formula, rate or tiers, minimum in yuan, maximum in units of 10,000 yuan. */
type Terms =
  | readonly ['PER_CASE' | 'ANNUAL_PRO_RATA', rate: string, minimumYuan: number, maximumWan: number | null]
  | readonly ['TIERED', tiers: readonly PremiumTier[], minimumYuan: number, maximumWan: number | null]
  | readonly ['MANUAL', null, minimumYuan: number, maximumWan: number | null];

const tiers = (...brackets: readonly (readonly [upToWan: number | null, rate: string])[]): PremiumTier[] =>
  brackets.map(([upToWan, rate]) => ({ upToFen: upToWan === null ? null : upToWan * WAN, rate }));

const termsOf: Readonly<Record<string, Readonly<Record<DepositKind, Terms>>>> = {
  hengyue: {
    BID: ['PER_CASE', '0.004', 300, 80],
    PERFORMANCE: ['ANNUAL_PRO_RATA', '0.012', 500, 2000],
    ADVANCE_PAYMENT: ['ANNUAL_PRO_RATA', '0.015', 500, 3000],
    WAGE: ['PER_CASE', '0.01', 300, 500],
    QUALITY: ['ANNUAL_PRO_RATA', '0.008', 400, 500],
  },
  mingze: {
    BID: ['TIERED', tiers([10, '0.006'], [30, '0.005'], [null, '0.0038']), 260, 80],
    PERFORMANCE: ['ANNUAL_PRO_RATA', '0.0115', 500, 3000],
    ADVANCE_PAYMENT: ['ANNUAL_PRO_RATA', '0.014', 500, 2500],
    WAGE: ['TIERED', tiers([50, '0.012'], [200, '0.01'], [null, '0.0085']), 300, null],
    QUALITY: ['PER_CASE', '0.015', 400, 300],
  },
  yunhua: {
    BID: ['PER_CASE', '0.0045', 200, 80],
    PERFORMANCE: ['TIERED', tiers([100, '0.016'], [500, '0.013'], [null, '0.011']), 500, 5000],
    ADVANCE_PAYMENT: ['ANNUAL_PRO_RATA', '0.016', 450, null],
    WAGE: ['PER_CASE', '0.0095', 280, 400],
    QUALITY: ['ANNUAL_PRO_RATA', '0.0075', 350, 600],
  },
  pinglan: {
    BID: ['PER_CASE', '0.0042', 280, 80],
    PERFORMANCE: ['ANNUAL_PRO_RATA', '0.0125', 480, 1500],
    ADVANCE_PAYMENT: ['TIERED', tiers([200, '0.018'], [1000, '0.016'], [null, '0.014']), 500, 4000],
    WAGE: ['ANNUAL_PRO_RATA', '0.009', 300, 300],
    QUALITY: ['ANNUAL_PRO_RATA', '0.0085', 380, 400],
  },
  panbai: {
    BID: ['PER_CASE', '0.005', 300, 80],
    PERFORMANCE: ['ANNUAL_PRO_RATA', '0.014', 500, 5000],
    ADVANCE_PAYMENT: ['MANUAL', null, 500, null],
    WAGE: ['PER_CASE', '0.011', 320, 600],
    QUALITY: ['ANNUAL_PRO_RATA', '0.009', 400, 800],
  },
  xinqiao: {
    BID: ['TIERED', tiers([20, '0.0055'], [50, '0.0048'], [null, '0.0044']), 300, 80],
    PERFORMANCE: ['ANNUAL_PRO_RATA', '0.0135', 500, 3000],
    ADVANCE_PAYMENT: ['ANNUAL_PRO_RATA', '0.017', 500, 2000],
    WAGE: ['PER_CASE', '0.0105', 300, 500],
    QUALITY: ['PER_CASE', '0.016', 420, 500],
  },
};

const productWords: Readonly<Record<DepositKind, string>> = {
  BID: '建设工程投标保证',
  PERFORMANCE: '建设工程合同履约保证',
  ADVANCE_PAYMENT: '建设工程预付款保证',
  WAGE: '农民工工资支付保证',
  QUALITY: '建设工程质量保证',
};

/** Limits other than the largest sum: bid products cover the longest validity, and one surety works in the city's core alone. */
function limitsOf(insurerKey: string, kind: DepositKind) {
  return {
    minimumSumFen: kind === 'BID' ? null : 1_000 * YUAN,
    maximumDays: kind === 'BID' ? null : 1_825,
    regionCodes: insurerKey === 'xinqiao' && kind !== 'BID' ? ['210502', '210503', '210504', '2105GX'] : null,
    hasAnnexes: insurerKey === 'pinglan' && kind === 'PERFORMANCE',
  };
}

function productOf(insurer: DemoInsurer, depositKind: DepositKind, terms: Terms): DemoProduct {
  const [formula, pricing, minimumYuan, maximumWan] = terms;
  return {
    insurerKey: insurer.key,
    name: `${insurer.shortName}${productWords[depositKind]}${insurer.form === 'SURETY' ? '担保' : '保险'}`,
    depositKind,
    form: insurer.form,
    formula,
    rate: typeof pricing === 'string' ? pricing : null,
    minimumFen: minimumYuan * YUAN,
    maximumSumFen: maximumWan === null ? null : maximumWan * WAN,
    ...limitsOf(insurer.key, depositKind),
    tiers: formula === 'TIERED' ? pricing : null,
  };
}

/** One product an insurer and deposit kind: thirty, with every formula among them. */
export const demoProducts: readonly DemoProduct[] = demoInsurers.flatMap((insurer) =>
  (Object.entries(termsOf[insurer.key] ?? {}) as [DepositKind, Terms][]).map(([depositKind, terms]) =>
    productOf(insurer, depositKind, terms),
  ),
);
