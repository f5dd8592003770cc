import { and, eq, getTableName, sql } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Actor, actorId, type Party, partiesOf } from '../access/actor.ts';
import { isInside } from '../access/secrecy.ts';
import { prepared, shapeOf } from '../db/prepared.ts';
import { newId } from '../kernel/id.ts';
import { invariant } from '../kernel/invariant.ts';
import { type Machine, targetOf } from '../kernel/machine.ts';
import { appendEvent, type EventRow } from './events.ts';
import { StaleState, TransitionRefused } from './refusals.ts';
import type { Command } from './run.ts';

type LivingTable = SQLiteTable & { id: AnySQLiteColumn; state: AnySQLiteColumn };
type Row<T extends SQLiteTable> = T['$inferSelect'];
type NewRow<T extends SQLiteTable> = T['$inferInsert'];

/** A noun that lives: its machine, its table, and whose affair it is. Declared once, in `<noun>.machine.ts`. */
export interface Life<T extends LivingTable, S extends string, E extends string> {
  readonly machine: Machine<S, E, Party>;
  readonly table: T;
  /** The order under whose secrecy it falls, if any. */
  readonly orderId: (row: Row<T>) => string | null;
  /** The insurer whose own affair it is, if any. */
  readonly insurerId: (row: Row<T>) => string | null;
}

export interface Change<T extends SQLiteTable> {
  readonly set?: Partial<NewRow<T>>;
  /** What people read beside the event: a reason, a remark. */
  readonly note?: string | null;
  /** Facts kept with the event. No secrets, no personal data. */
  readonly data?: Record<string, unknown>;
}

/** What follows from an event in the same transaction. */
type EventListener = (command: Command, event: EventRow) => Promise<void>;
const eventListeners: EventListener[] = [];

/** Registers, when a module is loaded, what follows from every event. */
export function onEvent(listener: EventListener): void {
  eventListeners.push(listener);
}

async function append(command: Command, event: Parameters<typeof appendEvent>[1]): Promise<void> {
  const row = await appendEvent(command.db, event);
  for (const listener of eventListeners) await listener(command, row);
}

/**
 * Moves what lives along its machine. The only way to change a state: it writes the new state where the old one still holds,
 * and the event in the hash chain, in the command's transaction.
 *
 * Refuses: TransitionRefused, StaleState.
 *
 * @returns the row as it now stands
 */
export async function fire<T extends LivingTable, S extends string, E extends string>(
  command: Command,
  life: Life<T, S, E>,
  row: Row<T> & { id: string; state: S },
  event: NoInfer<E>,
  change: Change<T> = {},
): Promise<Row<T>> {
  const { table } = life;
  const { target, party } = accepted(command.actor, life, row, event);

  const { db } = command;
  const { shape, columns, values } = shapeOf({ ...change.set, state: target });
  const update = prepared(db, `move ${getTableName(table)} ${shape}`, () =>
    db
      .update(table)
      .set(columns)
      .where(and(eq(table.id, sql.placeholder('where id')), eq(table.state, sql.placeholder('where state'))))
      .returning()
      .prepare(),
  );
  const [moved] = (await update.execute({
    ...values,
    'where id': row.id,
    'where state': row.state,
  })) as Row<T>[];
  if (!moved) throw new StaleState();

  await record(command, life, moved as Row<T> & { id: string }, event, party, row.state, target, change);
  return moved;
}

/**
 * Refuses an event that would not be accepted, before anything else of the request is judged: the state comes before amounts and
 * dates. `fire` asks again.
 *
 * Refuses: TransitionRefused.
 */
export function requireEvent<T extends LivingTable, S extends string, E extends string>(
  actor: Actor,
  life: Life<T, S, E>,
  row: { state: S },
  event: NoInfer<E>,
): void {
  accepted(actor, life, row, event);
}

function accepted<T extends LivingTable, S extends string, E extends string>(
  actor: Actor,
  life: Life<T, S, E>,
  row: { state: S },
  event: E,
): { target: S; party: Party } {
  const target = targetOf(life.machine, row.state, event);
  const party = partiesOf(actor).find((side) => life.machine.events[event].by.includes(side));
  if (target && party) return { target, party };
  throw refusedEvent(life, row, event);
}

/** The refusal of an event, for what beyond the table of the machine does not allow it. */
export function refusedEvent<T extends LivingTable, S extends string, E extends string>(
  { machine }: Life<T, S, E>,
  row: { state: S },
  event: NoInfer<E>,
): TransitionRefused {
  return new TransitionRefused(
    { value: row.state, label: machine.states[row.state].label },
    { value: event, label: machine.events[event].label },
  );
}

/** Brings one into being, in the state its machine begins with. */
export async function bear<T extends LivingTable, S extends string, E extends string>(
  command: Command,
  life: Life<T, S, E>,
  values: Omit<NewRow<T>, 'state'> & { id: string },
  change: Omit<Change<T>, 'set'> = {},
): Promise<Row<T>> {
  const { event, state } = life.machine.birth;
  const party = partiesOf(command.actor).find((side) => life.machine.events[event].by.includes(side));
  invariant(party, `${life.machine.name} is not begun by ${command.actor.kind}`);

  const { db } = command;
  const row = shapeOf({ ...values, state });
  const insert = prepared(db, `bear ${getTableName(life.table)} ${row.shape}`, () =>
    db.insert(life.table).values(row.columns).returning().prepare(),
  );
  const [born] = (await insert.execute(row.values)) as Row<T>[];
  invariant(born, 'an inserted row is returned');
  await record(command, life, born as Row<T> & { id: string }, event, party, null, state, change);
  return born;
}

async function record<T extends LivingTable, S extends string, E extends string>(
  command: Command,
  life: Life<T, S, E>,
  row: Row<T> & { id: string },
  event: E,
  party: Party,
  fromState: S | null,
  toState: S,
  change: Omit<Change<T>, 'set'>,
): Promise<void> {
  const orderId = life.orderId(row);
  await append(command, {
    id: newId('evt'),
    at: command.now,
    noun: life.machine.name,
    objectId: row.id,
    orderId,
    insurerId: life.insurerId(row),
    event,
    fromState,
    toState,
    party,
    actorId: actorId(command.actor),
    address: command.request.address || null,
    requestId: command.request.requestId || null,
    note: change.note ?? null,
    data: change.data ?? {},
  });
  command.changed.add(life.machine.name);
  if (orderId && !isInside(life.machine.name)) command.changed.add(orderId);
}

/** Writes an act that moves no state but has to be accounted for: a reveal, a new key, a changed product. */
export async function note(
  command: Command,
  act: {
    noun: string;
    objectId: string;
    event: string;
    note?: string | null;
    data?: Record<string, unknown>;
    orderId?: string | null;
    /** The insurer whose own affair it is, if any. */
    insurerId?: string | null;
  },
): Promise<void> {
  const [party] = partiesOf(command.actor);
  await append(command, {
    id: newId('evt'),
    at: command.now,
    noun: act.noun,
    objectId: act.objectId,
    orderId: act.orderId ?? null,
    insurerId: act.insurerId ?? null,
    event: act.event,
    fromState: null,
    toState: null,
    party: party ?? 'ANONYMOUS',
    actorId: actorId(command.actor),
    address: command.request.address || null,
    requestId: command.request.requestId || null,
    note: act.note ?? null,
    data: act.data ?? {},
  });
}

/** For callers that say which state they saw: refuses StaleState when it is another one now. */
export function expectState(row: { state: string }, seen: string | null | undefined): void {
  if (seen && seen !== row.state) throw new StaleState();
}
