import { formatMoney } from '../../shared/format.ts';
import { toHalfWidth } from '../../shared/identifiers.ts';
import { issueAt, type RefusalContent, refusalText } from '../../shared/refusal-text.ts';
import { textRule } from '../../shared/rules.ts';

/** Fields of the voucher's form, by their paths in `SubmitVoucherInput`. */
export const voucherPaths = [
  'uploadId',
  'payerName',
  'payerAccount',
  'transactionNumber',
  'paidOn',
  'amount',
] as const;
export type VoucherPath = (typeof voucherPaths)[number];

/** Refusals that are about one field: their sentence stands there. */
const pathOfCode: Partial<Record<string, VoucherPath>> = {
  PAYER_MISMATCH: 'payerName',
  AMOUNT_MISMATCH: 'amount',
  TRANSACTION_USED: 'transactionNumber',
  UPLOAD_REFUSED: 'uploadId',
};

/** What the server said about one field, or ''. */
export function voucherIssue(refusal: RefusalContent | null, path: VoucherPath): string {
  if (refusal && pathOfCode[refusal.code] === path) {
    return (refusalText as Record<string, string>)[refusal.code] ?? refusal.message;
  }
  return issueAt(refusal, path);
}

/** Whether a refusal is said at its field already. */
export function standsAtField(refusal: RefusalContent): boolean {
  return refusal.code in pathOfCode;
}

/** Digits of an account number as the bank prints it in groups. */
export function normaliseAccount(text: string): string {
  return toHalfWidth(text).replace(/[\s-]/g, '');
}

/** "￥１，０００" → "1000.00"; null for what is no amount of yuan with at most two digits after the point. */
export function normaliseAmount(text: string): string | null {
  const plain = toHalfWidth(text).replace(/[\s,，¥￥元]/g, '');
  const match = /^0*(\d{1,12})(?:\.(\d{1,2}))?$/.exec(plain);
  return match ? `${match[1]}.${(match[2] ?? '').padEnd(2, '0')}` : null;
}

/** Company accounts have 8 to 32 digits; they carry no check digit. */
export const accountRule = textRule((text) =>
  /^\d{8,32}$/.test(normaliseAccount(text)) ? null : '银行账号应为 8 至 32 位数字。',
);

export const transactionRule = textRule((text) =>
  /^[0-9A-Za-z-]{4,64}$/.test(toHalfWidth(text).trim())
    ? null
    : '交易流水号应为 4 至 64 位字母、数字或短横线。',
);

/** The amount paid has to equal the amount due, to the fen. `due` as `Money` travels. */
export function amountRule(due: () => string) {
  return textRule((text) => {
    const amount = normaliseAmount(text);
    if (!amount) return '请输入正确的金额，最多两位小数。';
    return amount === due() ? null : `与应付金额 ${formatMoney(due())} 元不一致，请核对。`;
  });
}

/** The day in Shanghai at an instant, as "2026-11-24". */
export function shanghaiDay(at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(at);
}
