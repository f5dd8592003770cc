import type { ResultOf } from '../../gql/graphql.ts';
import { toHalfWidth } from '../../shared/identifiers.ts';
import { refusalText } from '../../shared/refusal-text.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { InvoicePageDocument, InvoiceTitlesDocument, ShippingAddressesDocument } from './invoice.gql.ts';

type Invoice = NonNullable<ResultOf<typeof InvoicePageDocument>['invoice']>;
export type InvoiceType = NonNullable<Invoice['type']>;
export type InvoiceState = Invoice['state'];
export type InvoiceTitle = ResultOf<typeof InvoiceTitlesDocument>['invoiceTitles'][number];
export type ShippingAddress = ResultOf<typeof ShippingAddressesDocument>['shippingAddresses'][number];

/** The types as the form offers them, in its two groups. */
export const invoiceTypeGroups = [
  {
    label: '电子发票',
    note: '1-2个工作日',
    types: [
      { value: 'E_ORDINARY', label: '电子增值税普通发票' },
      { value: 'DIGITAL_ORDINARY', label: '数电票（普通发票）' },
      { value: 'DIGITAL_SPECIAL', label: '数电票（增值税专用发票）' },
    ],
  },
  {
    label: '纸质发票',
    note: '3-5个工作日，按收件地址寄送',
    types: [
      { value: 'PAPER_ORDINARY', label: '纸质增值税普通发票' },
      { value: 'PAPER_SPECIAL', label: '纸质增值税专用发票' },
    ],
  },
] as const satisfies { label: string; note: string; types: { value: InvoiceType; label: string }[] }[];

export const isDigital = (type: InvoiceType) => type === 'DIGITAL_ORDINARY' || type === 'DIGITAL_SPECIAL';
export const isPaper = (type: InvoiceType) => type === 'PAPER_ORDINARY' || type === 'PAPER_SPECIAL';
export const isSpecial = (type: InvoiceType) => type === 'PAPER_SPECIAL' || type === 'DIGITAL_SPECIAL';

export interface Buyer {
  readonly name: string;
  readonly creditCode: string;
}

/** Whether a title bears another name or tax number than the enterprise has by now: it was changed since. */
export const isOutdated = (title: InvoiceTitle, buyer: Buyer): boolean =>
  comparable(title.name) !== comparable(buyer.name) || title.taxNumber !== buyer.creditCode;
/** Brackets of either width, and spaces, make no other name. */
const comparable = (name: string) => toHalfWidth(name).replace(/\s/g, '');

/** Why a title cannot stand on an invoice of this type to this buyer, in words; null if it can. */
export function titleFault(title: InvoiceTitle, type: InvoiceType, buyer: Buyer): string | null {
  if (isOutdated(title, buyer)) return '与现在的认证企业不一致，请点击“修改”并保存，以更新抬头。';
  if (isSpecial(type)) {
    const { registeredAddress, registeredPhone, bankName, bankAccount } = title;
    const isComplete = registeredAddress && registeredPhone && bankName && bankAccount;
    if (!title.special || !isComplete) return '专用发票需要注册地址、注册电话、开户银行和银行账号。';
  }
  if (!isPaper(type) && !title.email) return '电子发票需要收件人电子邮箱。';
  return null;
}

/** The title a form starts with: the default one among those that fit, or the only one that fits. */
export function preferredTitleId(titles: readonly InvoiceTitle[], type: InvoiceType, buyer: Buyer): string {
  const fitting = titles.filter((title) => titleFault(title, type, buyer) === null);
  return (
    (fitting.find((title) => title.isDefault) ?? (fitting.length === 1 ? fitting[0] : undefined))?.id ?? ''
  );
}

/** An address in one line, as a parcel bears it. */
export const addressLine = (
  address: Pick<ShippingAddress, 'recipient' | 'phone' | 'regionName' | 'address'>,
) => `${address.recipient}，${address.phone}，${address.regionName}${address.address}`;

export const invoiceTones: Record<InvoiceState, StateTone> = {
  NOT_REQUESTED: 'neutral',
  REQUESTED: 'progress',
  ISSUING: 'progress',
  ISSUED: 'success',
  SHIPPED: 'success',
  DELIVERED: 'success',
  REJECTED: 'danger',
  REVERSED: 'neutral',
};

/** How an invoice stands, said to the bidder. */
export const invoiceSentences: Record<InvoiceState, string> = {
  NOT_REQUESTED: '尚未申请发票。在项目开标后开具发票，电子发票1-2个工作日，纸质发票3-5个工作日。',
  REQUESTED: '发票申请已提交，等待保险公司受理。受理前可以撤回后修改。',
  ISSUING: '保险公司已受理，正在开票。',
  ISSUED: '发票已开具。',
  SHIPPED: '纸质发票已寄出，请留意查收。',
  DELIVERED: '纸质发票已送达。',
  REJECTED: '发票申请未通过，请按原因修改后重新申请。',
  REVERSED: '该发票已红冲，不再有效。',
};

/** How one invoice stands: beyond its state, one on paper is still to be posted, and one whose policy was given back to be reversed. */
export function sentenceOf({
  state,
  type,
  toReverse,
}: Pick<Invoice, 'state' | 'type' | 'toReverse'>): string {
  if (toReverse) return '保单已退保，该发票须先由保险公司红冲，红冲后退还保费。';
  return state === 'ISSUED' && type && isPaper(type) ? '发票已开具，等待寄出。' : invoiceSentences[state];
}

/** Why a request is not possible now: the server's sentence, or ours by code. Null when it is possible. */
export function blockedText(blocked: Invoice['requestBlocked']): string | null {
  if (blocked.allowed) return null;
  const ours = blocked.code ? (refusalText as Record<string, string>)[blocked.code] : undefined;
  return blocked.message ?? ours ?? '当前不能申请发票。';
}
