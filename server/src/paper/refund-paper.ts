import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { amountInWords, formatYuanGrouped } from '../kernel/money.ts';
import { INK, layout, MUTED, NAVY, printable } from './invoice-paper.ts';
import { PAPER_FONT, SPECIMEN_TEXT } from './policy-paper.ts';

/** What the sample of a bank's receipt for a refund shows. */
export interface RefundPaper {
  transactionNumber: string;
  /** YYYY-MM-DD. */
  paidOn: string;
  payerName: string;
  payeeName: string;
  /** As it may be shown: the last four digits. */
  payeeAccountMasked: string;
  amountFen: number;
  /** What the money goes back for. */
  purpose: string;
}

/** The sample of a receipt as a pdfmake document, for the sandbox. No bank made it and no money moved, and it says so on its face. */
export function refundDocument(data: RefundPaper): TDocumentDefinitions {
  const rows: readonly (readonly [string, string])[] = [
    ['银行流水号', data.transactionNumber],
    ['退款日期', data.paidOn],
    ['付款人', data.payerName],
    ['收款人', data.payeeName],
    ['收款账号', data.payeeAccountMasked],
    ['金额', `¥${formatYuanGrouped(data.amountFen)}（${amountInWords(data.amountFen)}）`],
    ['用途', data.purpose],
  ];
  return {
    version: '1.7',
    language: 'zh-CN',
    info: { title: `退款回单样张 ${data.transactionNumber}`, author: data.payerName, subject: SPECIMEN_TEXT },
    pageSize: 'A5',
    pageOrientation: 'landscape',
    pageMargins: [36, 36, 36, 36],
    watermark: { text: SPECIMEN_TEXT, color: NAVY, opacity: 0.09, bold: true, fontSize: 44, angle: -30 },
    content: [
      { text: '退款回单（演示样张）', fontSize: 17, bold: true, color: NAVY, alignment: 'center' },
      {
        layout,
        margin: [0, 14, 0, 0],
        table: {
          widths: [86, '*'],
          body: rows.map(([label, value]) => [{ text: label, color: MUTED }, printable(value)]),
        },
      },
      {
        margin: [0, 12, 0, 0],
        text: '本页由沙箱中的演示保险公司自动生成，没有任何款项实际转移，不是银行凭证，不能用于任何其他用途。',
        color: MUTED,
        fontSize: 9,
      },
    ],
    defaultStyle: { font: PAPER_FONT, fontSize: 10, color: INK },
  };
}
