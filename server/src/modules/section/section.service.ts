import { and, eq } from 'drizzle-orm';
import { bear, expectState, fire } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { makeSearchable } from '../../db/search.ts';
import { bidSections, depositRequirements } from '../../db/tables/section.ts';
import { newId } from '../../kernel/id.ts';
import { type ParsedSection, readExchangeRow } from './exchange.ts';
import { changesOf } from './section.changes.ts';
import { sectionLife } from './section.machine.ts';
import { depositsOfSections, type SectionRow, sectionById } from './section.queries.ts';

export interface SectionImport {
  readonly created: number;
  readonly updated: number;
  /** Rows whose announcement is not newer than what is known. */
  readonly unchanged: number;
  readonly rejected: readonly RejectedRow[];
}
export interface RejectedRow {
  /** Counted from 1. */
  readonly row: number;
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Takes in announcements of a trading centre. A later DATA_TIMESTAMP wins; a rejected row does not stop the others.
 *
 * @param source the centre whose codes these are
 */
export async function importBidSections(
  command: Command,
  source: string,
  rows: readonly Record<string, unknown>[],
): Promise<SectionImport> {
  const rejected: RejectedRow[] = [];
  const counts = { created: 0, updated: 0, unchanged: 0 };
  for (const [i, raw] of rows.entries()) {
    const read = readExchangeRow(raw);
    if (read.ok) counts[await takeIn(command, source, read.section)] += 1;
    else rejected.push({ row: i + 1, field: read.field, code: read.code, message: read.message });
  }
  return { ...counts, rejected };
}

async function takeIn(
  command: Command,
  source: string,
  parsed: ParsedSection,
): Promise<'created' | 'updated' | 'unchanged'> {
  const { deposits, ...facts } = parsed;
  const [known] = await command.db
    .select()
    .from(bidSections)
    .where(and(eq(bidSections.source, source), eq(bidSections.code, parsed.code)));
  if (known && known.dataTimestamp >= parsed.dataTimestamp) return 'unchanged';

  const change = { note: parsed.noticeName, data: { dataTimestamp: parsed.dataTimestamp } };
  if (known) {
    // What failed stays failed: a late announcement of it says so in words, not in dates.
    if (known.state === 'FAILED') return 'unchanged';
    const [before = []] = await depositsOfSections(command.db, [known.id]);
    const changes = changesOf(known, facts, { before, after: deposits });
    const data = { ...change.data, changes };
    await fire(command, sectionLife, known, 'REANNOUNCE', { ...change, data, set: facts });
  } else {
    await bear(command, sectionLife, { id: newId('sec'), source, ...facts, createdAt: command.now }, change);
  }

  const section = known ?? (await newest(command, source, parsed.code));
  await makeSearchable(command.db, section.id, parsed);
  for (const deposit of deposits) {
    await command.db
      .insert(depositRequirements)
      .values({ sectionId: section.id, ...deposit })
      .onConflictDoUpdate({
        target: [depositRequirements.sectionId, depositRequirements.kind],
        set: { amountFen: deposit.amountFen, deadlineAt: deposit.deadlineAt },
      });
  }
  return known ? 'updated' : 'created';
}

async function newest(command: Command, source: string, code: string): Promise<SectionRow> {
  const [row] = await command.db
    .select()
    .from(bidSections)
    .where(and(eq(bidSections.source, source), eq(bidSections.code, code)));
  if (!row) throw new NotFound();
  return row;
}

async function known(command: Command, id: string): Promise<SectionRow> {
  const section = await sectionById(command.db, id);
  if (!section) throw new NotFound();
  return section;
}

interface Move {
  readonly id: string;
  readonly reason?: string | null | undefined;
  readonly expectedState?: string | null | undefined;
}

/**
 * Moves the deadline and the opening to later. The bid deposit's deadline moves along.
 *
 * Refuses: NotFound, StaleState, InvalidInput, TransitionRefused.
 */
export async function postponeBidSection(
  command: Command,
  input: Move & { readonly openAt: number; readonly deadlineAt: number },
): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  if (input.openAt < input.deadlineAt) {
    throw new InvalidInput([{ path: 'openAt', message: '开标时间不得早于投标截止时间' }]);
  }
  if (section.deadlineAt !== null && input.deadlineAt <= section.deadlineAt) {
    throw new InvalidInput([{ path: 'deadlineAt', message: '延期后的截止时间应晚于原截止时间' }]);
  }
  const [deposits = []] = await depositsOfSections(command.db, [section.id]);
  const { openAt, deadlineAt } = input;
  const changes = changesOf(
    section,
    { openAt, deadlineAt },
    {
      before: deposits,
      after: deposits.filter(({ kind }) => kind === 'BID').map((deposit) => ({ ...deposit, deadlineAt })),
    },
  );
  const moved = await fire(command, sectionLife, section, 'POSTPONE', {
    set: { openAt, deadlineAt },
    note: input.reason ?? null,
    data: { openAt, deadlineAt, changes },
  });
  await command.db
    .update(depositRequirements)
    .set({ deadlineAt: input.deadlineAt })
    .where(and(eq(depositRequirements.sectionId, section.id), eq(depositRequirements.kind, 'BID')));
  return moved;
}

/** Stops the section for now; no order may be started or submitted meanwhile. */
export async function suspendBidSection(command: Command, input: Move): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  return fire(command, sectionLife, section, 'SUSPEND', { note: input.reason ?? null });
}

export async function resumeBidSection(command: Command, input: Move): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  return fire(command, sectionLife, section, 'RESUME');
}

/**
 * Opens the bids: the event that ends the secrecy of who bought a bid guarantee. Operators may only confirm it once the planned
 * time has passed; the centre itself knows best.
 *
 * Refuses: NotFound, StaleState, InvalidInput, TransitionRefused.
 */
export async function openBidSection(
  command: Command,
  input: Move & { readonly openedAt?: number | null | undefined },
): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  const openedAt = input.openedAt ?? command.now;
  if (openedAt > command.now) throw new InvalidInput([{ path: 'openedAt', message: '开标时间不能在将来' }]);
  const planned = section.openAt ?? section.deadlineAt;
  const centre = command.actor.kind === 'API_CLIENT';
  if (!centre && planned !== null && command.now < planned) {
    throw new InvalidInput([{ path: 'id', message: '未到计划开标时间，运营人员不能确认开标' }]);
  }
  return fire(command, sectionLife, section, 'OPEN', { set: { openedAt }, data: { openedAt } });
}

export async function failBidSection(command: Command, input: Move): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  return fire(command, sectionLife, section, 'FAIL', { note: input.reason ?? null });
}

export async function awardBidSection(
  command: Command,
  input: Move & {
    readonly winnerName: string;
    readonly winnerCreditCode?: string | null | undefined;
    readonly amount?: number | null | undefined;
  },
): Promise<SectionRow> {
  const section = await known(command, input.id);
  expectState(section, input.expectedState);
  return fire(command, sectionLife, section, 'AWARD', {
    set: { winnerName: input.winnerName },
    note: input.winnerName,
    data: { winnerCreditCode: input.winnerCreditCode ?? null, amountFen: input.amount ?? null },
  });
}
