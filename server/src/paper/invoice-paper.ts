import type { Content, CustomTableLayout, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { amountInWords, formatYuanGrouped } from '../kernel/money.ts';
import { PAPER_FONT, SPECIMEN_TEXT } from './policy-paper.ts';

/** What the sample of an invoice shows. All amounts are in fen. */
export interface InvoicePaper {
  typeLabel: string;
  number: string;
  /** YYYY-MM-DD. */
  issuedOn: string;
  buyerName: string;
  buyerTaxNumber: string;
  sellerName: string;
  /** Goods or service, as the invoice names it. */
  content: string;
  policyNumber: string;
  netFen: number;
  vatFen: number;
  amountFen: number;
}

export const NAVY = '#0a3b72';
export const INK = '#1a2330';
export const MUTED = '#586579';
const HAIRLINE = '#b4c2d4';

/** As one printable run: control characters would break lines, direction marks let a name read differently. */
export const printable = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .trim();

export const layout: CustomTableLayout = {
  hLineWidth: () => 0.6,
  vLineWidth: () => 0.6,
  hLineColor: () => HAIRLINE,
  vLineColor: () => HAIRLINE,
  paddingLeft: () => 8,
  paddingRight: () => 8,
  paddingTop: () => 6,
  paddingBottom: () => 6,
};

/**
 * The sample of an invoice as a pdfmake document, for the sandbox. It bears no seal, no check code and no tax office's form, and says
 * on its face that it is none: only the tax office's system makes real ones.
 */
export function invoiceDocument(input: InvoicePaper): TDocumentDefinitions {
  const data = Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, typeof value === 'string' ? printable(value) : value]),
  ) as unknown as InvoicePaper;
  const money = (fen: number) => `¥${formatYuanGrouped(fen)}`;
  const party = (label: string, name: string, taxNumber: string): Content => ({
    stack: [
      { text: label, color: MUTED, fontSize: 9 },
      { text: name, bold: true, margin: [0, 3, 0, 0] },
      { text: `纳税人识别号：${taxNumber}`, fontSize: 9, margin: [0, 3, 0, 0] },
    ],
  });
  return {
    version: '1.7',
    language: 'zh-CN',
    info: { title: `发票样张 ${data.number}`, author: data.sellerName, subject: SPECIMEN_TEXT },
    pageSize: 'A5',
    pageOrientation: 'landscape',
    pageMargins: [36, 36, 36, 36],
    watermark: { text: SPECIMEN_TEXT, color: NAVY, opacity: 0.09, bold: true, fontSize: 44, angle: -30 },
    content: [
      { text: `${data.typeLabel}（演示样张）`, fontSize: 17, bold: true, color: NAVY, alignment: 'center' },
      {
        margin: [0, 10, 0, 8],
        columns: [
          { text: [{ text: '发票号码　', color: MUTED }, data.number] },
          { text: [{ text: '开票日期　', color: MUTED }, data.issuedOn], alignment: 'right' },
        ],
      },
      {
        layout,
        table: {
          widths: ['*', '*'],
          body: [
            [
              party('购买方', data.buyerName, data.buyerTaxNumber),
              party('销售方', data.sellerName, '演示机构，无纳税人识别号'),
            ],
          ],
        },
      },
      {
        layout,
        margin: [0, 8, 0, 0],
        table: {
          widths: ['*', 40, 86, 86],
          body: [
            ['项目名称', '税率', '金额', '税额'].map((text) => ({ text, color: MUTED, fontSize: 9 })),
            [
              `${data.content}\n保单号：${data.policyNumber}`,
              '6%',
              { text: money(data.netFen), alignment: 'right' },
              { text: money(data.vatFen), alignment: 'right' },
            ],
            [
              { text: `价税合计　${amountInWords(data.amountFen)}`, colSpan: 3 },
              {},
              {},
              { text: money(data.amountFen), bold: true, alignment: 'right' },
            ],
          ],
        },
      },
      {
        margin: [0, 12, 0, 0],
        text: '本页由沙箱中的演示保险公司自动生成，不是发票，不能用于报销、抵扣或任何其他用途。',
        color: MUTED,
        fontSize: 9,
      },
    ],
    defaultStyle: { font: PAPER_FONT, fontSize: 10, color: INK },
  };
}
