import { setImmediate } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import { type Actor, actorId } from '../../access/actor.ts';
import { EXPORT_NOUN } from '../../access/secrecy.ts';
import { requireAllowance } from '../../command/allowance.ts';
import type { Core, RequestFacts } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { type Command, run } from '../../command/run.ts';
import { events } from '../../db/tables/ledger.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { invariant } from '../../kernel/invariant.ts';
import { decodeCursor, type PageRequest } from '../../kernel/page.ts';
import { limits } from '../../limits.ts';
import type { SheetValue } from '../../paper/sheet.ts';
import { readFilter } from './export.filter.ts';
import type { ExportedList } from './export.lists.ts';
import { ExportTooLarge } from './export.refusals.ts';

export interface ExportedFile {
  /** Chinese, with the time in Shanghai: "保证金订单-20261124-1000.xlsx". */
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * A list as a spreadsheet: what the same filter shows on the page, whole. Who took what along is recorded before a byte of it leaves.
 *
 * Refuses: InvalidInput, RateLimited, ExportTooLarge.
 *
 * @param given the filter, as in the address
 */
export async function exportList(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  list: ExportedList,
  given: URLSearchParams,
): Promise<ExportedFile> {
  const filter = readFilter(list.filter, given);
  await run(core, actor, request, mayExport);
  const rows = await rowsOf(core, actor, list, filter);
  const bytes = await core.paper.renderSheet({ name: list.label, columns: list.columns(actor), rows });
  await run(core, actor, request, async (command) => {
    const by = actorId(actor);
    invariant(by, 'a list is exported by somebody');
    await mayExport(command);
    const { search, ...others } = filter;
    await note(command, {
      noun: EXPORT_NOUN,
      objectId: by,
      event: 'EXPORT',
      note: `${list.label}，${rows.length} 条`,
      // Not the words that were searched for: they may name a person.
      data: { list: list.label, rows: rows.length, filter: others, searched: search !== undefined },
    });
  });
  const time = formatInstant(core.clock.now());
  const digits = time.slice(0, 16).replace(/[-:]/g, '').replace('T', '-');
  return { fileName: `${list.label}-${digits}.xlsx`, bytes };
}

async function rowsOf(
  { database }: Core,
  actor: Actor,
  list: ExportedList,
  filter: Record<string, unknown>,
): Promise<(readonly SheetValue[])[]> {
  const rows: (readonly SheetValue[])[] = [];
  let request: PageRequest = { first: limits.pageSizeMax, after: null };
  for (;;) {
    const { page, rows: more } = await list.page(database.reader, actor, filter, request);
    if (request.after === null && page.hasNextPage) {
      const matching = await page.count();
      if (matching > limits.exportRowsMax) throw new ExportTooLarge(matching);
    }
    rows.push(...more);
    const last = page.edges.at(-1);
    if (!page.hasNextPage || !last) return rows;
    // Rows that came meanwhile are newer than the first page, so that the count above holds.
    const after = decodeCursor(last.cursor);
    invariant(after, 'a cursor of ours can be read');
    request = { first: limits.pageSizeMax, after };
    await setImmediate();
  }
}

/** Refuses: RateLimited, when somebody takes lists along more often than anybody reads them. */
function mayExport(command: Command): Promise<void> {
  const own = eq(events.objectId, actorId(command.actor) ?? '');
  return requireAllowance(command, and(own, eq(events.noun, EXPORT_NOUN)), limits.exportsPerPerson);
}
