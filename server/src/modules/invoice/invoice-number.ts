import type { FieldMessage } from '../../command/refusals.ts';
import { type InvoiceType, isDigital } from '../../db/vocabulary.ts';
import { toHalfWidth } from '../../kernel/text.ts';

/** An invoice's number with the code of the older kinds. */
export interface InvoiceNumber {
  readonly code: string | null;
  readonly number: string;
}

/** A number as it is typed: the code of the older kinds apart or in front of it. */
export interface TypedNumber {
  readonly code?: string | null | undefined;
  readonly number: string;
}
export const shownNumber = ({ code, number }: InvoiceNumber) => (code ? `${code} ${number}` : number);

/** Numbers are digits, however they were typed. */
const digits = (text: string | null | undefined) => toHalfWidth(text ?? '').replace(/\s/g, '');

/** How many digits the code of a kind has; fully digital invoices have none. */
const codeLengths: Readonly<Record<InvoiceType, readonly number[]>> = {
  E_ORDINARY: [12],
  PAPER_ORDINARY: [10, 12],
  PAPER_SPECIAL: [10],
  DIGITAL_ORDINARY: [],
  DIGITAL_SPECIAL: [],
};

/**
 * Reads an invoice's number as it was typed. A fully digital invoice has a number of 20 digits and no code; others have 8, and a
 * code of 10 or 12 digits that may stand in front of them.
 *
 * @returns the number, or what is wrong with it, in Chinese
 */
export function readInvoiceNumber(
  type: InvoiceType,
  typed: TypedNumber,
): { readonly number: InvoiceNumber | null; readonly faults: readonly FieldMessage[] } {
  const fault = (path: 'code' | 'number', message: string) => ({ number: null, faults: [{ path, message }] });
  const whole = digits(typed.number);
  const code = digits(typed.code);
  if (isDigital(type)) {
    if (code) return fault('code', '发票代码应留空，数电票没有发票代码');
    return /^\d{20}$/.test(whole)
      ? { number: { code: null, number: whole }, faults: [] }
      : fault('number', '发票号码应为 20 位数字（数电票）');
  }
  const lengths = codeLengths[type];
  const inFront = code ? '' : whole.slice(0, -8);
  const number = whole.slice(inFront.length);
  if (!/^\d{8}$/.test(number) || (inFront && !isCode(inFront, lengths))) {
    return fault('number', `发票号码应为 8 位数字，可在前面加上 ${lengths.join(' 位或 ')} 位发票代码`);
  }
  if (code && !isCode(code, lengths)) return fault('code', `发票代码应为 ${lengths.join(' 位或 ')} 位数字`);
  return { number: { code: code || inFront || null, number }, faults: [] };
}

const isCode = (text: string, lengths: readonly number[]) =>
  /^\d+$/.test(text) && lengths.includes(text.length);
