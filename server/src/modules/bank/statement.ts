import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { RejectedLine } from '../../db/tables/bank.ts';
import type { BankLineDirection } from '../../db/vocabulary.ts';
import { normaliseBankAccount } from '../../kernel/bank-account.ts';
import { isDay, parseInstant, startOfDay } from '../../kernel/clock.ts';
import { parseYuan } from '../../kernel/money.ts';
import { toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';

/** Reads statements of banks. Pure: nothing is looked up, nothing is written. */

/** Money that came in or went out. */
export interface StatementLine {
  readonly direction: BankLineDirection;
  readonly transactionNumber: string | null;
  readonly bookedOn: string;
  /** Milliseconds; the first instant of the day where the bank gives no time. */
  readonly bookedAt: number;
  /** Over 0 either way. */
  readonly amountFen: number;
  /** The other side: of money that went out, who was paid. */
  readonly payerName: string;
  readonly payerAccount: string | null;
  readonly remark: string;
}
export interface Statement {
  /** The account it is of, where the file says so. */
  readonly accountNumber: string | null;
  readonly lines: readonly StatementLine[];
  /** Reversals, and what the bank has not booked yet. */
  readonly outgoing: number;
  readonly rejected: readonly RejectedLine[];
}
export type StatementReading = Statement | { readonly fault: string };

/** Titles of columns as banks write them, without blanks, brackets and units. The first that is there counts. */
const titles = {
  serial: [
    '交易流水号',
    '流水号',
    '银行流水号',
    '交易流水',
    '核心流水号',
    '账户明细编号-交易流水号',
    '交易参考号',
    '凭证号',
  ],
  day: ['交易日期', '记账日期', '入账日期', '日期', '交易时间'],
  time: ['交易时间', '时间'],
  credit: ['贷方发生额', '收入金额', '收入', '转入金额', '贷方金额', '存入金额', '贷方'],
  debit: ['借方发生额', '支出金额', '支出', '转出金额', '借方金额', '借方'],
  amount: ['交易金额', '发生额', '金额'],
  direction: ['借贷标志', '借贷方向', '借贷', '收支标志', '收支', '交易类型'],
  name: ['对方户名', '对方单位名称', '对方单位', '对方名称', '付款人名称', '对方账户名称'],
  account: ['对方账号', '对方帐号', '对方账户', '付款人账号'],
  payee: ['收款人名称'],
  payeeAccount: ['收款人账号'],
  own: ['本方账号', '本方帐号', '查询账号', '账号'],
} as const;
const remarkTitles = ['附言', '交易附言', '客户附言', '摘要', '用途', '交易用途', '备注', '摘要/附言'];
type Column = keyof typeof titles;

const plainTitle = (title: string) =>
  toHalfWidth(title)
    .replace(/\[[^\]]*\]|\([^)]*\)|（[^）]*）|\/元|[\s:：]/g, '')
    .trim();

/** Reads a statement by its content: camt.053, or the CSV of a bank in UTF-8 or GB 18030. */
export function readStatement(bytes: Uint8Array): StatementReading {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      const read = text.trimStart().startsWith('<') ? readCamt(text) : readCsv(text);
      if ('lines' in read && read.lines.length > limits.statementLinesMax)
        return { fault: `一次最多导入 ${limits.statementLinesMax} 笔流水，请分成几个文件` };
      return read;
    } catch (fault) {
      // Not this encoding; the next one may fit.
      if (!(fault instanceof TypeError)) throw fault;
    }
  }
  return { fault: '文件既不是 UTF-8 也不是 GBK 编码，无法读取' };
}

const HEADER_ROWS_MAX = 30;

function readCsv(text: string): StatementReading {
  let records: string[][];
  try {
    const separator = /^[^\n]*\t/.test(text) && !/^[^\n]*,/.test(text) ? '\t' : ',';
    records = parseCsv(text, {
      bom: true,
      delimiter: separator,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
    });
  } catch (fault) {
    if (!(fault instanceof CsvError)) throw fault;
    return { fault: `CSV 第 ${fault.lines ?? '?'} 行格式不正确，请检查引号` };
  }
  const rows = records.map((row) => row.map(cell));
  const head = rows.slice(0, HEADER_ROWS_MAX).findIndex((row) => {
    const names = row.map(plainTitle);
    const has = (column: Column) => titles[column].some((title) => names.includes(title));
    return has('day') && (has('credit') || has('amount')) && has('name');
  });
  if (head < 0) return { fault: '没有找到表头：应有交易日期、贷方发生额（或收入、交易金额）和对方户名等列' };
  const names = rows[head]?.map(plainTitle) ?? [];
  const at = Object.fromEntries(
    Object.entries(titles).map(([column, known]) => [
      column,
      names.indexOf(known.find((title) => names.includes(title)) ?? ''),
    ]),
  ) as Record<Column, number>;
  const remarks = names.flatMap((name, index) => (remarkTitles.includes(name) ? [index] : []));
  if (at.credit < 0 && at.direction < 0 && at.debit >= 0) return { fault: '表头缺少贷方发生额（收入）一列' };

  const lines: StatementLine[] = [];
  const rejected: RejectedLine[] = [];
  let outgoing = 0;
  let own: string | null = null;
  for (const [index, row] of rows.entries()) {
    const get = (column: Column) => (at[column] < 0 ? '' : (row[at[column]] ?? ''));
    if (index < head) {
      own ??= /账[号户][^0-9]*(\d[\d ]{7,40})/.exec(row.join(' '))?.[1] ?? null;
      continue;
    }
    if (index === head || row.every((value) => value === '')) continue;
    // Totals at the end have no date.
    if (get('day') === '' || /合计|总计|笔数/.test(row[0] ?? '')) continue;
    own ??= get('own') || null;
    const reject = (column: Column, message: string) =>
      rejected.push({
        row: index + 1,
        column: rows[head]?.[at[column]] ?? column,
        message: `${message}：${get(column).slice(0, 40)}`,
      });

    const isSingle = at.credit < 0;
    const amount = readAmount(get(isSingle ? 'amount' : 'credit'));
    const direction = get('direction');
    if (amount === null) {
      reject(isSingle ? 'amount' : 'credit', '金额应精确到分');
      continue;
    }
    const wentOut = isSingle ? (amount < 0 || isOutgoing(direction) ? amount : 0) : readAmount(get('debit'));
    if (wentOut === null) {
      reject('debit', '金额应精确到分');
      continue;
    }
    const isOut = wentOut !== 0 && (isSingle || amount === 0);
    const moved = isOut ? Math.abs(wentOut) : amount;
    if (moved <= 0 || (!isSingle && wentOut < 0)) {
      outgoing += 1;
      continue;
    }
    const booked = readTime(get('day'), at.time === at.day ? '' : get('time'));
    if (!booked) {
      reject('day', '不是有效的日期');
      continue;
    }
    // Where a file has a column for each side, the other side of what went out is its payee.
    const hasPayee = isOut && at.payee >= 0;
    lines.push({
      ...booked,
      direction: isOut ? 'OUT' : 'IN',
      transactionNumber: serialOf(get('serial')),
      amountFen: moved,
      payerName: get(hasPayee ? 'payee' : 'name'),
      payerAccount: normaliseBankAccount(get(hasPayee ? 'payeeAccount' : 'account').replaceAll('-', '')),
      remark: [...new Set(remarks.map((column) => row[column] ?? ''))].filter(Boolean).join(' '),
    });
  }
  return { accountNumber: own && normaliseBankAccount(own), lines, outgoing, rejected };
}

const isOutgoing = (direction: string) => /借|支|往|^D/i.test(direction);

/** Spreadsheets keep long numbers from being rounded by a tab, an apostrophe or ="…". */
const cell = (text: string) =>
  toHalfWidth(text)
    .replace(/^="?|"$/g, '')
    .replace(/^[\s']+|[\s']+$/g, '');

/** Fen, negative for money that went out, 0 for an empty cell; null for what is no amount. */
function readAmount(text: string): number | null {
  const plain = text.replace(/[,¥￥+元\s]|CNY|RMB/gi, '');
  if (plain === '' || plain === '-') return 0;
  const negative = plain.startsWith('-');
  const fen = parseYuan(plain.replace(/^-/, '').replace(/^\./, '0.'));
  return fen === null ? null : negative ? -fen : fen;
}

function readTime(dayText: string, timeText: string): { bookedOn: string; bookedAt: number } | null {
  const match = /^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[\sT]*(.*)$/.exec(dayText);
  if (!match) return null;
  const [, year = '', month = '', date = '', rest = ''] = match;
  const bookedOn = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  if (!isDay(bookedOn)) return null;
  const clock = /^(\d{2}):?(\d{2}):?(\d{2})?/.exec(rest || timeText.replace(/^.*\s/, ''));
  const bookedAt = clock
    ? parseInstant(`${bookedOn}T${clock[1]}:${clock[2]}:${clock[3] ?? '00'}+08:00`)
    : startOfDay(bookedOn);
  return bookedAt === null ? null : { bookedOn, bookedAt };
}

/** As vouchers give it; a number that is of no such form identifies nothing. */
function serialOf(text: string): string | null {
  const number = text.replace(/\s/g, '').toUpperCase();
  return /^[0-9A-Z-]{4,64}$/.test(number) && !/^0+$/.test(number) ? number : null;
}

/** One or many, as XML has it. */
type Xml = { readonly [name: string]: Xml } | string | undefined;
const list = (value: unknown): Record<string, unknown>[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]) as Record<string, unknown>[];
const textAt = (from: unknown, ...path: string[]): string => {
  let value = from as Xml;
  for (const name of path) value = typeof value === 'object' ? value[name] : undefined;
  if (typeof value === 'object') return typeof value['#text'] === 'string' ? value['#text'] : '';
  return value ?? '';
};

function readCamt(text: string): StatementReading {
  // A document type is where entities come from: there is none in a statement.
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return { fault: 'XML 中不允许文档类型声明' };
  if (XMLValidator.validate(text) !== true) return { fault: 'XML 格式不正确' };
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    removeNSPrefix: true,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
  });
  const content = parser.parse(text) as Record<string, Record<string, Record<string, unknown>>>;
  const statements = list(content.Document?.BkToCstmrStmt?.Stmt);
  if (statements.length === 0) return { fault: 'XML 不是 camt.053 对账单（缺少 BkToCstmrStmt/Stmt）' };
  const accounts = new Set(
    statements.map((one) => textAt(one, 'Acct', 'Id', 'Othr', 'Id') || textAt(one, 'Acct', 'Id', 'IBAN')),
  );
  if (accounts.size > 1) return { fault: '一个文件只能是一个账户的对账单' };

  const lines: StatementLine[] = [];
  const rejected: RejectedLine[] = [];
  let outgoing = 0;
  for (const [index, entry] of statements.flatMap((one) => list(one.Ntry)).entries()) {
    const status = textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts');
    const isOut = textAt(entry, 'CdtDbtInd') !== 'CRDT';
    const side = isOut ? 'Cdtr' : 'Dbtr';
    if (textAt(entry, 'RvslInd') === 'true' || (status && status !== 'BOOK')) {
      outgoing += 1;
      continue;
    }
    const details = list(entry.NtryDtls).flatMap((one) => list(one.TxDtls));
    for (const detail of details.length > 1 ? details : [details[0] ?? {}]) {
      const amountOf =
        details.length > 1 ? (detail.Amt ?? textAt(detail, 'AmtDtls', 'TxAmt', 'Amt')) : entry.Amt;
      const amount = readAmount(textAt({ amountOf }, 'amountOf'));
      const currency = textAt(entry, 'Amt', '@Ccy');
      const when = textAt(entry, 'BookgDt', 'DtTm') || textAt(entry, 'BookgDt', 'Dt');
      const instant = /[Z+]|\d-\d\d:\d\d$/.test(when.slice(10)) ? parseInstant(when) : null;
      const booked = readTime(when, '');
      if (amount === null || amount <= 0 || currency !== 'CNY' || !booked) {
        const column = !booked ? 'BookgDt' : 'Amt';
        rejected.push({
          row: index + 1,
          column,
          message: !booked ? '不是有效的日期' : '应为大于 0 的人民币金额',
        });
        continue;
      }
      const party = (detail.RltdPties ?? {}) as Record<string, unknown>;
      lines.push({
        direction: isOut ? 'OUT' : 'IN',
        bookedOn: booked.bookedOn,
        bookedAt: instant ?? booked.bookedAt,
        transactionNumber: serialOf(
          textAt(detail, 'Refs', 'AcctSvcrRef') ||
            (details.length > 1 ? '' : textAt(entry, 'AcctSvcrRef')) ||
            textAt(detail, 'Refs', 'TxId'),
        ),
        amountFen: amount,
        payerName: expanded(textAt(party, side, 'Nm') || textAt(party, side, 'Pty', 'Nm')),
        payerAccount: normaliseBankAccount(textAt(party, `${side}Acct`, 'Id', 'Othr', 'Id')),
        remark: expanded(
          [
            ...list((detail.RmtInf as Record<string, unknown> | undefined)?.Ustrd).map(String),
            textAt(detail, 'AddtlTxInf'),
            textAt(entry, 'AddtlNtryInf'),
          ]
            .filter(Boolean)
            .join(' '),
        ),
      });
    }
  }
  const [account = ''] = accounts;
  return { accountNumber: normaliseBankAccount(account), lines, outgoing, rejected };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The five that XML itself knows; the parser expands none. */
const expanded = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
