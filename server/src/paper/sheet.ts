import writeXlsxFile, { type CellObject } from 'write-excel-file/node';

/**
 * What a column holds: text; an amount in fen; an instant in milliseconds, shown as the clock in Shanghai shows it; a day,
 * `YYYY-MM-DD`.
 */
export type SheetKind = 'TEXT' | 'MONEY' | 'INSTANT' | 'DAY';

export interface SheetColumn {
  readonly header: string;
  readonly kind: SheetKind;
}
export type SheetValue = string | number | null;

/** A list as people take it along: one sheet, a header, a row each. Plain data, so that it can go to another thread. */
export interface Sheet {
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: readonly (readonly SheetValue[])[];
}

const shanghaiMs = 8 * 3_600_000;

/** Width in characters of what stands in a column of the kind; text is measured. */
const widthOf: Record<SheetKind, number> = { TEXT: 0, MONEY: 16, INSTANT: 20, DAY: 12 };
const textWidthMax = 44;

/** The file (XLSX) of a sheet. Computes for some hundred milliseconds where the list is long. */
export async function sheetFile(sheet: Sheet): Promise<Uint8Array> {
  const header = sheet.columns.map(
    ({ header, kind }): CellObject => ({
      value: header,
      type: String,
      fontWeight: 'bold',
      backgroundColor: '#EAF0F7',
      align: kind === 'MONEY' ? 'right' : 'left',
    }),
  );
  const rows = sheet.rows.map((row) => sheet.columns.map(({ kind }, i) => cellOf(kind, row[i] ?? null)));
  return writeXlsxFile([header, ...rows], {
    sheet: sheet.name,
    stickyRowsCount: 1,
    columns: sheet.columns.map(({ header, kind }, i) => ({
      width: widthOf[kind] || textWidth([header, ...sheet.rows.map((row) => row[i] ?? '')]),
    })),
  }).toBuffer();
}

function cellOf(kind: SheetKind, value: SheetValue): CellObject | null {
  if (value === null || value === '') return null;
  switch (kind) {
    case 'TEXT':
      // '@' keeps a long number as it is written, also when somebody edits the cell.
      return { value: harmless(String(value)), type: String, format: '@' };
    case 'MONEY':
      return { value: Number(value) / 100, type: Number, format: '#,##0.00' };
    case 'INSTANT':
      return { value: new Date(Number(value) + shanghaiMs), type: Date, format: 'yyyy-mm-dd hh:mm:ss' };
    case 'DAY':
      return { value: new Date(`${value}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
  }
}

/**
 * Text that no spreadsheet takes for a formula, also when the sheet is saved as CSV and opened again: an apostrophe goes before what
 * begins like one.
 */
export function harmless(text: string): string {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text;
}

/** Chinese characters are two wide. */
function textWidth(texts: readonly SheetValue[]): number {
  let widest = 0;
  for (const text of texts) {
    const width = [...String(text)].reduce((sum, sign) => sum + (sign > '\u2e7f' ? 2 : 1), 2);
    if (width > widest) widest = width;
  }
  return Math.min(widest, textWidthMax);
}
