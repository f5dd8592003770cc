/**
 * The closed lists of the domain, spelled alike in TypeScript, in the database and in the API. Chinese labels stand beside
 * them, since a list without its labels shows raw words to people sooner or later.
 */
export const DEPOSIT_KINDS = ['BID', 'PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY'] as const;
export type DepositKind = (typeof DEPOSIT_KINDS)[number];
export const depositKindLabel: Record<DepositKind, string> = {
  BID: '投标保证金',
  PERFORMANCE: '履约保证金',
  ADVANCE_PAYMENT: '预付款保证金',
  WAGE: '农民工工资保证金',
  QUALITY: '工程质量保证金',
};

export const GUARANTEE_FORMS = ['INSURANCE', 'SURETY', 'BANK'] as const;
export type GuaranteeForm = (typeof GUARANTEE_FORMS)[number];
export const guaranteeFormLabel: Record<GuaranteeForm, string> = {
  INSURANCE: '保险保证',
  SURETY: '担保保函',
  BANK: '银行保函',
};

/** Where something comes from that was filled in before anybody typed. */
export const PREFILL_SOURCES = ['SECTION', 'PROFILE', 'LAST_ORDER', 'RULE'] as const;
export type PrefillSource = (typeof PREFILL_SOURCES)[number];
export const prefillSourceLabel: Record<PrefillSource, string> = {
  SECTION: '标段公告',
  PROFILE: '企业信息',
  LAST_ORDER: '上次订单',
  RULE: '平台规则',
};

export const PROJECT_TYPES = ['HOUSING', 'HIGHWAY', 'WATER', 'MUNICIPAL', 'TRAFFIC', 'OTHER'] as const;
export type ProjectType = (typeof PROJECT_TYPES)[number];
export const projectTypeLabel: Record<ProjectType, string> = {
  HOUSING: '房屋建筑',
  HIGHWAY: '公路',
  WATER: '水利',
  MUNICIPAL: '市政',
  TRAFFIC: '交通运输',
  OTHER: '其他',
};

/** The tree of project types: what stands above them, in the order of the filter. */
export const projectTypeGroups: readonly { label: string; types: readonly ProjectType[] }[] = [
  { label: '工程建设项目招标投标', types: PROJECT_TYPES },
];

/** When somebody wants to be reminded of a deadline: so long before it. */
export const REMINDERS = ['THREE_DAYS', 'ONE_DAY', 'TWO_HOURS', 'NONE'] as const;
export type Reminder = (typeof REMINDERS)[number];
export const reminderLabel: Record<Reminder, string> = {
  THREE_DAYS: '截止前 3 天',
  ONE_DAY: '截止前 1 天',
  TWO_HOURS: '截止前 2 小时',
  NONE: '不提醒',
};

export const PREMIUM_FORMULAS = ['PER_CASE', 'ANNUAL_PRO_RATA', 'TIERED', 'MANUAL'] as const;
export type PremiumFormula = (typeof PREMIUM_FORMULAS)[number];
export const premiumFormulaLabel: Record<PremiumFormula, string> = {
  PER_CASE: '按次费率',
  ANNUAL_PRO_RATA: '年费率按日折算',
  TIERED: '分档费率',
  MANUAL: '人工核定',
};

export const ROLES = ['BIDDER', 'OPERATOR', 'UNDERWRITER', 'REGULATOR'] as const;
export type Role = (typeof ROLES)[number];
export const roleLabel: Record<Role, string> = {
  BIDDER: '投标企业',
  OPERATOR: '平台运营人员',
  UNDERWRITER: '核保人员',
  REGULATOR: '监管人员',
};

export const OWNERSHIPS = [
  'STATE_OWNED',
  'PRIVATE',
  'FOREIGN',
  'JOINT_VENTURE',
  'COLLECTIVE',
  'INDIVIDUAL',
  'OTHER',
] as const;
export type Ownership = (typeof OWNERSHIPS)[number];
export const ownershipLabel: Record<Ownership, string> = {
  STATE_OWNED: '国有企业',
  PRIVATE: '民营企业',
  FOREIGN: '外商投资企业',
  JOINT_VENTURE: '合资企业',
  COLLECTIVE: '集体企业',
  INDIVIDUAL: '个体工商户',
  OTHER: '其他',
};

export const ID_TYPES = [
  'RESIDENT_ID',
  'PASSPORT',
  'HK_MACAO_PERMIT',
  'TAIWAN_PERMIT',
  'FOREIGN_PERMANENT_RESIDENT',
] as const;
export type IdType = (typeof ID_TYPES)[number];
export const idTypeLabel: Record<IdType, string> = {
  RESIDENT_ID: '居民身份证',
  PASSPORT: '护照',
  HK_MACAO_PERMIT: '港澳居民来往内地通行证',
  TAIWAN_PERMIT: '台湾居民来往大陆通行证',
  FOREIGN_PERMANENT_RESIDENT: '外国人永久居留身份证',
};

export const QUALIFICATIONS = ['SPECIAL', 'FIRST', 'SECOND', 'THIRD', 'NONE'] as const;
export type Qualification = (typeof QUALIFICATIONS)[number];
export const qualificationLabel: Record<Qualification, string> = {
  SPECIAL: '特级',
  FIRST: '一级',
  SECOND: '二级',
  THIRD: '三级',
  NONE: '无资质等级',
};

export const INVOICE_TYPES = [
  'E_ORDINARY',
  'PAPER_ORDINARY',
  'PAPER_SPECIAL',
  'DIGITAL_ORDINARY',
  'DIGITAL_SPECIAL',
] as const;
export type InvoiceType = (typeof INVOICE_TYPES)[number];
export const invoiceTypeLabel: Record<InvoiceType, string> = {
  E_ORDINARY: '电子增值税普通发票',
  PAPER_ORDINARY: '纸质增值税普通发票',
  PAPER_SPECIAL: '纸质增值税专用发票',
  DIGITAL_ORDINARY: '数电票（普通发票）',
  DIGITAL_SPECIAL: '数电票（增值税专用发票）',
};
export const isDigital = (type: InvoiceType) => type === 'DIGITAL_ORDINARY' || type === 'DIGITAL_SPECIAL';
export const isPaper = (type: InvoiceType) => type === 'PAPER_ORDINARY' || type === 'PAPER_SPECIAL';
export const isSpecial = (type: InvoiceType) => type === 'PAPER_SPECIAL' || type === 'DIGITAL_SPECIAL';

export const DOCUMENT_KINDS = [
  'SERVICE_AGREEMENT',
  'PRIVACY_POLICY',
  'CUSTOMER_NOTICE',
  'BROKERAGE_AGREEMENT',
  'USER_AGREEMENT',
  'POLICY_NOTICE',
  'EXCLUSIONS',
  'APPLICANT_DECLARATION',
  'SPECIAL_TERMS',
  'POLICY_TERMS',
  'APPLICATION_FORM',
  'COUNTER_GUARANTEE',
] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];
export const documentKindLabel: Record<DocumentKind, string> = {
  SERVICE_AGREEMENT: '平台服务协议',
  PRIVACY_POLICY: '隐私权政策',
  CUSTOMER_NOTICE: '客户告知书',
  BROKERAGE_AGREEMENT: '保险经纪委托协议',
  USER_AGREEMENT: '用户服务协议',
  POLICY_NOTICE: '投保须知',
  EXCLUSIONS: '免责条款',
  APPLICANT_DECLARATION: '投保人声明',
  SPECIAL_TERMS: '特别约定',
  POLICY_TERMS: '保险条款',
  APPLICATION_FORM: '投保单',
  COUNTER_GUARANTEE: '反担保',
};

/** The papers that are filled in from an application, each under the insurer's own document of that kind. */
export const ORDER_PAPER_KINDS = ['APPLICATION_FORM', 'COUNTER_GUARANTEE'] as const;
export type OrderPaperKind = (typeof ORDER_PAPER_KINDS)[number];

/** The two statements of the insurers' page and the disclosure in front of it. */
export const CONSENT_STATEMENTS = ['DISCLOSURE', 'PAGE_BY_PAGE', 'FULLY_UNDERSTOOD'] as const;
export type ConsentStatement = (typeof CONSENT_STATEMENTS)[number];

export const SALES_EVENT_KINDS = [
  'PAGE_OPENED',
  'DISCLOSURE_ACCEPTED',
  'DOCUMENT_OPENED',
  'DOCUMENT_PAGE_TURNED',
  'DOCUMENT_READ_TO_END',
  'STATEMENT_TICKED',
  'STATEMENT_CLEARED',
  'STATEMENT_ACCEPTED',
  'RECORDING_STARTED',
  'RECORDING_FAILED',
] as const;
export type SalesEventKind = (typeof SALES_EVENT_KINDS)[number];

export const SMS_PURPOSES = ['REGISTER', 'SIGN_IN', 'RESET_PASSWORD', 'CHANGE_MOBILE'] as const;
export type SmsPurpose = (typeof SMS_PURPOSES)[number];

/** What somebody shows to be let in, each with a counter of its own. */
export const SIGN_IN_PROOFS = ['PASSWORD', 'SECOND_FACTOR'] as const;
export type SignInProof = (typeof SIGN_IN_PROOFS)[number];

export const UPLOAD_PURPOSES = [
  'LICENSE',
  'VOUCHER',
  'POLICY',
  'INVOICE',
  'EVIDENCE',
  'DOCUMENT',
  'STATEMENT',
] as const;
export type UploadPurpose = (typeof UPLOAD_PURPOSES)[number];

export const API_SCOPES = [
  'sections:write',
  'deposits:read',
  'underwriting:write',
  'payments:write',
  'invoices:write',
  'policies:read',
] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export const INSURER_STATES = ['ACTIVE', 'SUSPENDED'] as const;
export type InsurerState = (typeof INSURER_STATES)[number];
export const CERTIFICATION_STATES = ['PENDING_REVIEW', 'APPROVED', 'REJECTED', 'WITHDRAWN'] as const;
export type CertificationState = (typeof CERTIFICATION_STATES)[number];
export const INVITATION_STATES = ['PENDING', 'ACCEPTED', 'DECLINED', 'REVOKED', 'EXPIRED'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];
export const BID_SECTION_STATES = ['ANNOUNCED', 'SUSPENDED', 'OPENED', 'AWARDED', 'FAILED'] as const;
export type BidSectionState = (typeof BID_SECTION_STATES)[number];
export const ORDER_STATES = [
  'DRAFT',
  'UNDERWRITING',
  'AWAITING_PAYMENT',
  'PAYMENT_REVIEW',
  'ISSUING',
  'COMPLETED',
  'SURRENDERED',
  'DECLINED',
  'CANCELLED',
  'LAPSED',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];
/** States in which no other order of the same enterprise, section and kind may exist. */
export const LIVE_ORDER_STATES = [
  'DRAFT',
  'UNDERWRITING',
  'AWAITING_PAYMENT',
  'PAYMENT_REVIEW',
  'ISSUING',
  'COMPLETED',
] as const satisfies readonly OrderState[];
/** Applied for, and not covered yet. */
export const ORDER_STATES_UNDER_WAY = [
  'UNDERWRITING',
  'AWAITING_PAYMENT',
  'PAYMENT_REVIEW',
  'ISSUING',
] as const satisfies readonly OrderState[];
export const QUOTE_STATES = [
  'SUBMITTED',
  'MATERIAL_REQUESTED',
  'OFFERED',
  'ACCEPTED',
  'ISSUED',
  'DECLINED',
  'WITHDRAWN',
  'EXPIRED',
] as const;
export type QuoteState = (typeof QUOTE_STATES)[number];
export const PROPOSAL_STATES = ['PENDING', 'AGREED', 'REFUSED', 'WITHDRAWN'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export const PAYMENT_STATES = [
  'AWAITING_TRANSFER',
  'VOUCHER_SUBMITTED',
  'CONFIRMED',
  'EXCEPTION',
  'REFUNDING',
  'REFUNDED',
  'CLOSED',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];
/** What is wrong with money that came in for an order. */
export const PAYMENT_EXCEPTION_KINDS = ['SHORT', 'OVER', 'FOREIGN_PAYER', 'LATE', 'OTHER'] as const;
export type PaymentExceptionKind = (typeof PAYMENT_EXCEPTION_KINDS)[number];
export const paymentExceptionLabel: Record<PaymentExceptionKind, string> = {
  SHORT: '到账金额不足',
  OVER: '到账金额多于应付',
  FOREIGN_PAYER: '付款人不是投保企业',
  LATE: '款项逾期到账',
  OTHER: '其他异常',
};
export const REFUND_STATES = ['REFUNDING', 'REFUNDED'] as const;
export type RefundState = (typeof REFUND_STATES)[number];
export const REFUND_KINDS = ['SURPLUS', 'WHOLE', 'SURRENDER'] as const;
export type RefundKind = (typeof REFUND_KINDS)[number];
export const refundKindLabel: Record<RefundKind, string> = {
  SURPLUS: '退还多付款项',
  WHOLE: '退还全部款项',
  SURRENDER: '退保退费',
};
/** What became of money on a bank's statement. */
export const BANK_LINE_STATES = ['QUEUED', 'MATCHED', 'SET_ASIDE'] as const;
export type BankLineState = (typeof BANK_LINE_STATES)[number];
export const BANK_LINE_DIRECTIONS = ['IN', 'OUT'] as const;
export type BankLineDirection = (typeof BANK_LINE_DIRECTIONS)[number];
export const bankLineDirectionLabel: Record<BankLineDirection, string> = { IN: '到账', OUT: '付款' };
export const BANK_LINE_REASONS = [
  'UNMATCHED',
  'AMBIGUOUS',
  'DUPLICATE',
  'SHORT',
  'OVER',
  'FOREIGN_PAYER',
  'LATE',
  'NO_REFUND',
  'REFUND_AMOUNT',
  'PAYEE',
] as const;
export type BankLineReason = (typeof BANK_LINE_REASONS)[number];
export const bankLineReasonLabel: Record<BankLineReason, string> = {
  UNMATCHED: '未找到对应的订单',
  AMBIGUOUS: '附言对应多笔订单',
  DUPLICATE: '重复付款或流水号已使用',
  SHORT: '到账金额不足',
  OVER: '到账金额多于应付',
  FOREIGN_PAYER: '付款人不是投保企业',
  LATE: '款项逾期到账',
  NO_REFUND: '没有待付的退款',
  REFUND_AMOUNT: '金额与待付的退款不符',
  PAYEE: '收款账号不是原付款账户',
};
/** Accounts of the books, each kept per insurer. */
export const LEDGER_ACCOUNTS = [
  'BANK',
  'SUSPENSE',
  'CUSTOMER_FUNDS',
  'PREMIUM_UNINVOICED',
  'PREMIUM_INVOICED',
  'VAT',
  'REFUNDS_PAYABLE',
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];
/** What happened to money. */
export const LEDGER_KINDS = [
  'HOLD',
  'RELEASE',
  'RECEIVE',
  'EARN',
  'OWE_REFUND',
  'PAY_REFUND',
  'INVOICE',
  'REVERSE_INVOICE',
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];
export const POLICY_STATES = ['ISSUED', 'ACTIVE', 'EXPIRED', 'SURRENDERED', 'RELEASED', 'EXHAUSTED'] as const;
export type PolicyState = (typeof POLICY_STATES)[number];
/** States in which a guarantee stands for the deposit: its cover has begun, or begins on the day it names. */
export const POLICY_STATES_IN_FORCE = ['ISSUED', 'ACTIVE'] as const satisfies readonly PolicyState[];
/** Formats of an invoice's files, in the order in which people want them. */
export const INVOICE_FORMATS = ['PDF', 'OFD', 'XML'] as const;
export type InvoiceFormat = (typeof INVOICE_FORMATS)[number];

export const INVOICE_STATES = [
  'NOT_REQUESTED',
  'REQUESTED',
  'ISSUING',
  'ISSUED',
  'SHIPPED',
  'DELIVERED',
  'REJECTED',
  'REVERSED',
] as const;
export type InvoiceState = (typeof INVOICE_STATES)[number];
export const SURRENDER_STATES = [
  'SUBMITTED',
  'INSURER_REVIEW',
  'REFUNDING',
  'DONE',
  'REJECTED',
  'WITHDRAWN',
] as const;
export type SurrenderState = (typeof SURRENDER_STATES)[number];
/** Of an order at most one surrender is in one of these: underway, or done. */
export const STANDING_SURRENDER_STATES = [
  'SUBMITTED',
  'INSURER_REVIEW',
  'REFUNDING',
  'DONE',
] as const satisfies readonly SurrenderState[];

/** Why a guarantee is given back. */
export const SURRENDER_CAUSES = ['TENDER_SUSPENDED', 'TENDER_FAILED', 'BIDDER_GAVE_UP'] as const;
export type SurrenderCause = (typeof SURRENDER_CAUSES)[number];
export const surrenderCauseLabel: Record<SurrenderCause, string> = {
  TENDER_SUSPENDED: '标段暂停招标',
  TENDER_FAILED: '标段流标或终止招标',
  BIDDER_GAVE_UP: '企业放弃投标',
};

export const TICKET_STATES = ['OPEN', 'IN_PROGRESS', 'WAITING_CUSTOMER', 'RESOLVED', 'CLOSED'] as const;
export type TicketState = (typeof TICKET_STATES)[number];
/** What a ticket is about. */
export const TICKET_TYPES = ['TITLE_CHANGE', 'RESEND', 'POLICY_CORRECTION', 'COMPLAINT', 'OTHER'] as const;
export type TicketType = (typeof TICKET_TYPES)[number];
export const ticketTypeLabel: Record<TicketType, string> = {
  TITLE_CHANGE: '改抬头',
  RESEND: '补寄',
  POLICY_CORRECTION: '保单更正',
  COMPLAINT: '投诉',
  OTHER: '其他',
};
/** Who wrote a message of a ticket. */
export const TICKET_AUTHORS = ['BIDDER', 'OPERATOR', 'UNDERWRITER'] as const;
export type TicketAuthor = (typeof TICKET_AUTHORS)[number];
