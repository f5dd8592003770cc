import { CsvError, parse as parseCsv } from 'csv-parse/sync';
import {
  DEPOSIT_KINDS,
  type DepositKind,
  depositKindLabel,
  PROJECT_TYPES,
  type ProjectType,
} from '../../db/vocabulary.ts';
import { parseExchangeTime } from '../../kernel/clock.ts';
import { normaliseCreditCode } from '../../kernel/credit-code.ts';
import { invariant } from '../../kernel/invariant.ts';
import { parseTenThousandYuan, parseYuan } from '../../kernel/money.ts';
import { regionByCode } from '../../kernel/regions.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { capBroken, TENDER_CLASSES } from './caps.ts';

/**
 * Reads what trading centres send about sections, in the field names of the exchange (domain: section 9), from a call or from a
 * file. Pure: nothing is looked up in the database here, and nothing is written.
 */

/** The fields of a row and what people call them. Others that a centre sends beside them are passed over. */
const fieldLabel = {
  TENDER_PROJECT_CODE: '招标项目编号',
  TENDER_PROJECT_NAME: '招标项目名称',
  BID_SECTION_CODE: '标段编号',
  BID_SECTION_NAME: '标段名称',
  TENDERER_NAME: '招标人名称',
  TENDERER_CODE: '招标人代码',
  TENDER_AGENCY_NAME: '招标代理机构名称',
  REGION_CODE: '行政区域代码',
  BID_DOC_REFER_END_TIME: '投标文件递交截止时间',
  BID_OPEN_TIME: '开标时间',
  VALID_PERIOD: '投标有效期',
  MARGIN_AMOUNT: '投标保证金金额',
  MARGIN_UNIT: '投标保证金单位',
  CONTROL_PRICE: '招标控制价',
  NOTICE_NAME: '公告名称',
  NOTICE_SEND_TIME: '公告发布时间',
  DATA_TIMESTAMP: '数据时间戳',
  PROJECT_TYPE: '项目类型',
  TENDER_CLASS: '招标类别',
  PERFORMANCE_AMOUNT: '履约保证金金额',
  PERFORMANCE_UNIT: '履约保证金单位',
  PERFORMANCE_DEADLINE: '履约保证金缴纳截止时间',
  ADVANCE_PAYMENT_AMOUNT: '预付款保证金金额',
  ADVANCE_PAYMENT_UNIT: '预付款保证金单位',
  ADVANCE_PAYMENT_DEADLINE: '预付款保证金缴纳截止时间',
  WAGE_AMOUNT: '农民工工资保证金金额',
  WAGE_UNIT: '农民工工资保证金单位',
  WAGE_DEADLINE: '农民工工资保证金缴纳截止时间',
  QUALITY_AMOUNT: '工程质量保证金金额',
  QUALITY_UNIT: '工程质量保证金单位',
  QUALITY_DEADLINE: '工程质量保证金缴纳截止时间',
} as const;

export type ExchangeField = keyof typeof fieldLabel;

/** Centres send numbers now as strings, now as numbers. */
export type ExchangeValue = string | number | null;

export type ExchangeDeposit = {
  KIND: DepositKind;
  AMOUNT?: ExchangeValue;
  UNIT?: ExchangeValue;
  DEADLINE?: ExchangeValue;
};

/** A row in the exchange's own names. A type and not an interface, so that it is a plain record to `readExchangeRow`. */
export type ExchangeRow = { [field in ExchangeField]?: ExchangeValue } & { DEPOSITS?: ExchangeDeposit[] };

export interface ParsedDeposit {
  readonly kind: DepositKind;
  /** In fen; null where the section asks for the deposit without saying how much. */
  readonly amountFen: number | null;
  /** In UTC milliseconds, itself excluded. */
  readonly deadlineAt: number | null;
}

/** A section as read; amounts in fen, instants in UTC milliseconds. */
export interface ParsedSection {
  /** Opaque, 1 to 64 characters, as sent but for the blanks around it. */
  readonly code: string;
  readonly name: string;
  readonly projectCode: string | null;
  readonly projectName: string | null;
  readonly projectType: ProjectType;
  readonly tendererName: string | null;
  /** Normalised, not checked: real lists hold codes of another making. */
  readonly tendererCode: string | null;
  readonly agencyName: string | null;
  readonly regionCode: string;
  readonly deadlineAt: number;
  readonly openAt: number | null;
  readonly validityDays: number | null;
  readonly controlPriceFen: number | null;
  readonly noticeName: string | null;
  readonly noticeSentAt: number | null;
  readonly dataTimestamp: number;
  /** At most one a kind, in the order of `DEPOSIT_KINDS`. */
  readonly deposits: readonly ParsedDeposit[];
}

export type RejectionCode =
  | 'REQUIRED'
  | 'INVALID_TEXT'
  | 'INVALID_DATE'
  | 'INVALID_AMOUNT'
  | 'INVALID_UNIT'
  | 'INVALID_NUMBER'
  | 'UNKNOWN_REGION'
  | 'CAP_EXCEEDED'
  | 'OPEN_BEFORE_DEADLINE';

export interface RejectedSection {
  readonly ok: false;
  /** The exchange's name, `MARGIN_AMOUNT`, or `DEPOSITS[0].AMOUNT`. */
  readonly field: string;
  readonly code: RejectionCode;
  /** In Chinese, with the value or the rule it breaks. */
  readonly message: string;
}

export type ReadSection = { readonly ok: true; readonly section: ParsedSection } | RejectedSection;

/** Deposits that have columns of their own beside MARGIN_*, for files that cannot nest. */
const COLUMN_KINDS = ['PERFORMANCE', 'ADVANCE_PAYMENT', 'WAGE', 'QUALITY'] as const;

/** A field of a row: where it stands, how people call it, what it holds. */
interface Cell {
  readonly field: string;
  readonly label: string;
  readonly value: unknown;
}

interface DepositCells {
  readonly kind: DepositKind;
  readonly amount: Cell;
  readonly unit: Cell;
  readonly deadline: Cell;
  /** Whether to stand in the row is to be asked for: an entry of a list is, an empty column is not. */
  readonly named: boolean;
}

/** A deposit together with the field that a cap exceeded is reported on. */
interface FoundDeposit extends ParsedDeposit {
  readonly amountField: string;
}

/**
 * Reads one row of a trading centre.
 *
 * Empty strings are absent. An amount without a unit is in 元, as CONTROL_PRICE always is. A deposit of 0 is not asked for. Without
 * PROJECT_TYPE the type is OTHER, without TENDER_CLASS the caps are those of construction: names and codes are never parsed for
 * either. Without DATA_TIMESTAMP the row is as old as its notice.
 *
 * @returns the section, or the first fault in the order of the fields; caps come last, since they compare fields
 */
export function readExchangeRow(raw: Record<string, unknown>): ReadSection {
  const faults: RejectedSection[] = [];
  const report = (field: string, code: RejectionCode, message: string): null => {
    faults.push({ ok: false, field, code, message });
    return null;
  };
  const cell = (field: ExchangeField): Cell => ({ field, label: fieldLabel[field], value: raw[field] });

  /** What a cell holds, or null if it is empty or faulty; the fault is on record then. */
  const take = <T>(
    { field, label, value }: Cell,
    code: RejectionCode,
    rule: string,
    read: (text: string) => T | null,
  ): T | null => {
    if (isAbsent(value)) return null;
    const text = plainText(value);
    const result = text === null ? null : read(text);
    return (
      result ?? report(field, code, `${label}（${field}）${rule}${text === null ? '' : `：${excerpt(text)}`}`)
    );
  };
  const takeLine = (field: ExchangeField, charactersMax: number) =>
    take(cell(field), 'INVALID_TEXT', `应为不超过 ${charactersMax} 个字符的单行文字`, (text) =>
      // Names come with line breaks and tabs of the documents they were copied from.
      cleanLine(text.replace(/\s+/g, ' '), charactersMax),
    );
  const takeTime = (place: Cell) =>
    take(place, 'INVALID_DATE', '应为“2027-03-01 08:30:00”或“20270301083000”形式的有效时间', (text) =>
      parseExchangeTime(text.trim()),
    );
  const takeAmount = (place: Cell, unit: AmountUnit) =>
    take(place, 'INVALID_AMOUNT', `应为精确到分的非负十进制金额（单位：${unit}）`, (text) =>
      parseAmount(text, unit),
    );
  const takeDeposit = ({ kind, amount, unit, deadline, named }: DepositCells): FoundDeposit | null => {
    if (!named && isAbsent(amount.value) && isAbsent(deadline.value)) return null;
    const knownUnit = take(unit, 'INVALID_UNIT', '应为“元”或“万元”', parseUnit);
    const amountFen = takeAmount(amount, knownUnit ?? '元');
    const deadlineAt = takeTime(deadline);
    return amountFen === 0 ? null : { kind, amountFen, deadlineAt, amountField: amount.field };
  };
  const demand = <T>(field: ExchangeField, value: T | null): T | null =>
    // A field that is there but faulty has been reported already.
    value === null && faults.every((fault) => fault.field !== field)
      ? report(field, 'REQUIRED', `缺少${fieldLabel[field]}（${field}）`)
      : value;

  const code = demand(
    'BID_SECTION_CODE',
    take(cell('BID_SECTION_CODE'), 'INVALID_TEXT', `应为 1 至 ${limits.codeCharactersMax} 个字符`, (text) =>
      cleanLine(text, limits.codeCharactersMax),
    ),
  );
  const name = demand('BID_SECTION_NAME', takeLine('BID_SECTION_NAME', limits.nameCharactersMax));
  const projectCode = takeLine('TENDER_PROJECT_CODE', limits.codeCharactersMax);
  const projectName = takeLine('TENDER_PROJECT_NAME', limits.nameCharactersMax);
  const projectType = take(
    cell('PROJECT_TYPE'),
    'INVALID_TEXT',
    `应为 ${PROJECT_TYPES.join('、')} 之一`,
    (text) => PROJECT_TYPES.find((type) => type === text.trim()) ?? null,
  );
  const tenderClass = take(
    cell('TENDER_CLASS'),
    'INVALID_TEXT',
    `应为 ${TENDER_CLASSES.join('、')} 之一`,
    (text) => TENDER_CLASSES.find((known) => known === text.trim()) ?? null,
  );
  const tendererName = takeLine('TENDERER_NAME', limits.nameCharactersMax);
  const tendererCode = takeLine('TENDERER_CODE', limits.codeCharactersMax);
  const agencyName = takeLine('TENDER_AGENCY_NAME', limits.nameCharactersMax);
  const regionCode = demand(
    'REGION_CODE',
    take(
      cell('REGION_CODE'),
      'UNKNOWN_REGION',
      '不是已知的行政区域',
      (text) => regionByCode(text.trim())?.code ?? null,
    ),
  );
  const deadlineAt = demand('BID_DOC_REFER_END_TIME', takeTime(cell('BID_DOC_REFER_END_TIME')));
  const openAt = takeTime(cell('BID_OPEN_TIME'));
  const validityDays = take(
    cell('VALID_PERIOD'),
    'INVALID_NUMBER',
    `应为 1 至 ${limits.coverDaysMax} 的整数天数`,
    parseDays,
  );
  // A price of 0 is how some centres write that there is none.
  const controlPriceFen = takeAmount(cell('CONTROL_PRICE'), '元') || null;
  const noticeName = takeLine('NOTICE_NAME', limits.noteCharactersMax);
  const noticeSentAt = takeTime(cell('NOTICE_SEND_TIME'));
  const dataTimestamp = demand('DATA_TIMESTAMP', takeTime(cell('DATA_TIMESTAMP')) ?? noticeSentAt);

  const found: FoundDeposit[] = [];
  for (const cells of depositCellsOf(raw, cell, report)) {
    const deposit = takeDeposit(cells);
    if (deposit === null) continue;
    const twin = found.find(({ kind }) => kind === deposit.kind);
    if (twin === undefined) found.push(deposit);
    else if (deposit.amountFen !== null && deposit.amountFen !== twin.amountFen)
      report(
        deposit.amountField,
        'INVALID_AMOUNT',
        `${depositKindLabel[deposit.kind]}在同一标段中给出了两个不同的金额`,
      );
  }

  if (openAt !== null && deadlineAt !== null && openAt < deadlineAt)
    report('BID_OPEN_TIME', 'OPEN_BEFORE_DEADLINE', '开标时间（BID_OPEN_TIME）早于投标文件递交截止时间');
  for (const { kind, amountFen, amountField } of found) {
    const rule =
      amountFen === null ? null : capBroken(kind, amountFen, controlPriceFen, tenderClass ?? 'CONSTRUCTION');
    if (rule !== null) report(amountField, 'CAP_EXCEEDED', rule);
  }

  const [first] = faults;
  if (first !== undefined) return first;
  invariant(
    code !== null && name !== null && regionCode !== null && deadlineAt !== null && dataTimestamp !== null,
    'a required field is absent and was not reported',
  );
  return {
    ok: true,
    section: {
      code,
      name,
      projectCode,
      projectName,
      projectType: projectType ?? 'OTHER',
      tendererName,
      tendererCode: tendererCode === null ? null : normaliseCreditCode(tendererCode),
      agencyName,
      regionCode,
      deadlineAt,
      openAt,
      validityDays,
      controlPriceFen,
      noticeName,
      noticeSentAt,
      dataTimestamp,
      deposits: found
        .map(({ kind, amountFen, deadlineAt: own }) => ({
          kind,
          amountFen,
          deadlineAt: kind === 'BID' ? (own ?? deadlineAt) : own,
        }))
        .toSorted((a, b) => DEPOSIT_KINDS.indexOf(a.kind) - DEPOSIT_KINDS.indexOf(b.kind)),
    },
  };
}

/** Where a row may name deposits: MARGIN_*, the columns of each other kind, the list DEPOSITS. */
function depositCellsOf(
  raw: Record<string, unknown>,
  cell: (field: ExchangeField) => Cell,
  report: (field: string, code: RejectionCode, message: string) => null,
): DepositCells[] {
  // The bid deposit is due with the bid itself; the deadline of the section stands in for this empty cell.
  const noDeadline: Cell = { field: 'BID_DOC_REFER_END_TIME', label: '', value: null };
  const columns: DepositCells[] = [
    {
      kind: 'BID',
      amount: cell('MARGIN_AMOUNT'),
      unit: cell('MARGIN_UNIT'),
      deadline: noDeadline,
      named: false,
    },
    ...COLUMN_KINDS.map((kind) => ({
      kind,
      amount: cell(`${kind}_AMOUNT`),
      unit: cell(`${kind}_UNIT`),
      deadline: cell(`${kind}_DEADLINE`),
      named: false,
    })),
  ];
  const list = raw.DEPOSITS;
  if (isAbsent(list)) return columns;
  if (!Array.isArray(list)) {
    report('DEPOSITS', 'INVALID_TEXT', '保证金列表（DEPOSITS）应为数组');
    return columns;
  }
  for (const [index, entry] of list.entries()) {
    const at = `DEPOSITS[${index}]`;
    const values: Record<string, unknown> = typeof entry === 'object' && entry !== null ? entry : {};
    const kind = DEPOSIT_KINDS.find((known) => known === values.KIND);
    if (kind === undefined) {
      report(`${at}.KIND`, 'INVALID_TEXT', `保证金类型（${at}.KIND）应为 ${DEPOSIT_KINDS.join('、')} 之一`);
      continue;
    }
    const label = depositKindLabel[kind];
    columns.push({
      kind,
      amount: { field: `${at}.AMOUNT`, label: `${label}金额`, value: values.AMOUNT },
      unit: { field: `${at}.UNIT`, label: `${label}单位`, value: values.UNIT },
      deadline: { field: `${at}.DEADLINE`, label: `${label}缴纳截止时间`, value: values.DEADLINE },
      named: true,
    });
  }
  return columns;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The text of a string or of a number that has lost no digits; null for all else. */
function plainText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
}

/** Enough of a faulty value to find it by, and no more: it may be anything. */
function excerpt(text: string): string {
  const characters = [...text.toWellFormed().replace(/\p{Cc}/gu, ' ')];
  return characters.length > 40 ? `${characters.slice(0, 40).join('')}…` : characters.join('');
}

type AmountUnit = '元' | '万元';

function parseUnit(text: string): AmountUnit | null {
  const unit = text.trim();
  return unit === '元' || unit === '万元' ? unit : null;
}

/** Fen, exactly. Decimals of databases come padded, "51337.000000": zeros at the end of a fraction say nothing. */
function parseAmount(text: string, unit: AmountUnit): number | null {
  const trimmed = text.trim();
  if (trimmed.length > limits.codeCharactersMax) return null;
  const exact = trimmed.replace(/(?<=\.\d*[1-9])0+$|(?<=\d)\.0+$/, '');
  return unit === '元' ? parseYuan(exact) : parseTenThousandYuan(exact);
}

function parseDays(text: string): number | null {
  const days = /^[1-9]\d{0,3}$/.test(text.trim()) ? Number(text) : 0;
  return days >= 1 && days <= limits.coverDaysMax ? days : null;
}

export type ExchangeFile = { readonly rows: Record<string, unknown>[] } | { readonly fault: string };

/**
 * Takes a file of rows apart: JSON, an array of rows or `{ "sections": [...] }`, or CSV whose first line holds the names of the
 * exchange. UTF-8 with or without a byte order mark, else GB 18030, which is what spreadsheet programs write here. Cells stay as
 * they stand; `readExchangeRow` reads them.
 *
 * @param name file name, whose ending decides between JSON and CSV; without either, the first character does
 * @returns the rows, or what is wrong with the whole file, in Chinese
 */
export function readExchangeFile(name: string, bytes: Uint8Array): ExchangeFile {
  const text = decode(bytes);
  if (text === null) return { fault: '文件既不是 UTF-8 也不是 GB 18030 编码，无法读取' };
  const isJson = /\.json$/i.test(name) || (!/\.csv$/i.test(name) && /^\s*[[{]/.test(text));
  return isJson ? rowsOfJson(text) : rowsOfCsv(text);
}

function decode(bytes: Uint8Array): string | null {
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // Not this encoding; the next one may fit.
    }
  }
  return null;
}

/** Numbers as they were written, where a JavaScript number would not come out the same: 1484342247635894274, 5.10. */
function keepDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  return String(value) === context.source ? value : context.source;
}

function rowsOfJson(text: string): ExchangeFile {
  let content: unknown;
  try {
    // The types do not know the third parameter yet, which gives the digits as written.
    content = JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
  } catch {
    return { fault: '文件不是有效的 JSON' };
  }
  const list = isRecord(content) ? content.sections : content;
  if (!Array.isArray(list)) return { fault: 'JSON 应为标段数组，或者含有 sections 数组的对象' };
  const wrong = list.findIndex((row) => !isRecord(row));
  if (wrong >= 0) return { fault: `JSON 的第 ${wrong + 1} 条记录不是对象` };
  return { rows: list };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowsOfCsv(text: string): ExchangeFile {
  try {
    const records: string[][] = parseCsv(text, { skip_empty_lines: true, trim: true });
    const [header = [], ...lines] = records;
    // Spreadsheet programs leave empty columns behind the last one; those have no name.
    const named = header.filter((column) => column !== '');
    const repeated = named.find((column, index) => named.indexOf(column) !== index);
    if (repeated !== undefined) return { fault: `CSV 的表头中“${excerpt(repeated)}”出现了两次` };
    if (!named.includes('BID_SECTION_CODE'))
      return { fault: 'CSV 的第一行应为字段名，其中应有 BID_SECTION_CODE' };
    const rows = lines
      .filter((line) => line.some((value) => value !== ''))
      .map((line) => Object.fromEntries(line.map((value, index) => [header[index] ?? '', value])));
    return { rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? `第 ${error.lines} 行` : '';
    return { fault: `CSV ${line}格式不正确，请检查引号以及每行的列数` };
  }
}
