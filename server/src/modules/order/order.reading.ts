import { limits } from '../../limits.ts';
import type { DocumentRow } from '../insurer/insurer.queries.ts';
import type { SalesEventRow } from './order.queries.ts';

/** What is still missing of the reading of one document. */
export interface ReadingGap {
  readonly document: DocumentRow;
  readonly opened: boolean;
  /** Pages, from 1, that were not shown in their turn. */
  readonly missingPages: readonly number[];
  readonly readToEnd: boolean;
  /** Until a reader can have read it, counted by our clock from the receipt of its opening. */
  readonly secondsLeft: number;
}

/** The shortest time between a document's opening and its acceptance, in milliseconds. */
export const readingMs = (pages: number): number =>
  Math.min(pages * limits.readingMsPerPageMin, limits.readingMsPerDocumentMax);

/**
 * What is missing of the reading of a document: it has to be opened, each page shown after the one before it, and read to its end
 * after the last. Leafing back and opening it again take nothing away.
 *
 * @param acts of the order's sale, oldest first
 * @param now in milliseconds
 * @returns null where it was read
 */
export function readingGap(
  document: DocumentRow,
  acts: readonly SalesEventRow[],
  now: number,
): ReadingGap | null {
  const pages = document.pages.length;
  let openedAt: number | null = null;
  let shown = 0;
  let readToEnd = false;
  for (const act of acts) {
    if (act.documentId !== document.id) continue;
    if (act.kind === 'DOCUMENT_OPENED') {
      openedAt ??= act.receivedAt;
      shown = Math.max(shown, 1);
    }
    if (openedAt === null) continue;
    if (act.kind === 'DOCUMENT_PAGE_TURNED' && act.page === shown + 1) shown = act.page;
    if (act.kind === 'DOCUMENT_READ_TO_END' && shown >= pages) readToEnd = true;
  }
  const leftMs = (openedAt ?? now) + readingMs(pages) - now;
  if (readToEnd && leftMs <= 0) return null;
  return {
    document,
    opened: openedAt !== null,
    missingPages: Array.from({ length: pages }, (_, i) => i + 1).filter((page) => page > shown),
    readToEnd,
    secondsLeft: Math.max(0, Math.ceil(leftMs / 1000)),
  };
}

/** Whether all that is missing is time. */
export const onlyWaits = (gap: ReadingGap): boolean => gap.readToEnd;
