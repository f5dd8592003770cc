import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { count, id, instant, json, line, oneOf, ref } from '../columns.ts';

/** Everything that ever happened, in order, each row sealed with the hash of the row before it. Never updated, never deleted. */
export const events = sqliteTable(
  'events',
  {
    /** Gap-free from 1. Never shown: its gaps would tell others how much happened in secret. */
    seq: count().primaryKey(),
    id: line().notNull(),
    at: instant().notNull(),
    noun: line().notNull(),
    objectId: ref().notNull(),
    /** The order whose secrecy covers this event, if any. */
    orderId: ref(),
    /** The insurer whose own affair this is; other insurers of the same order do not see it. */
    insurerId: ref(),
    event: line().notNull(),
    fromState: line(),
    toState: line(),
    party: line().notNull(),
    /** `usr_…` or `api_…`; null when time itself acts. */
    actorId: ref(),
    address: line(),
    requestId: line(),
    /** What people see beside the event: a reason, a note. */
    note: line(),
    data: json<Record<string, unknown>>().notNull(),
    previousHash: line().notNull(),
    hash: line().notNull(),
  },
  (t) => [
    uniqueIndex('events_id').on(t.id),
    index('events_object').on(t.objectId, t.seq),
    index('events_order').on(t.orderId, t.seq),
    index('events_noun').on(t.noun, t.seq),
  ],
);

export const OUTBOX_STATES = ['DUE', 'DONE', 'DEAD'] as const;

/** An effect on the outside world, written with the event that causes it and carried out after the commit, at least once. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: id(),
    topic: line().notNull(),
    payload: json<Record<string, unknown>>().notNull(),
    orderId: ref(),
    state: oneOf(OUTBOX_STATES).notNull().default('DUE'),
    dueAt: instant().notNull(),
    attempts: count().notNull().default(0),
    lastFault: line(),
    createdAt: instant().notNull(),
    doneAt: instant(),
  },
  (t) => [index('outbox_due').on(t.state, t.dueAt)],
);

/** The answer to a mutation that carried an Idempotency-Key, replayed when the same request comes again. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    id: id(),
    actorId: ref().notNull(),
    key: line().notNull(),
    requestHash: line().notNull(),
    /** Written in the transaction of the command: the object it changed. */
    objectId: ref(),
    /** The answer as sent. Null only if the process died between commit and answer. */
    response: line(),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('idempotency_keys_key').on(t.actorId, t.key),
    index('idempotency_keys_created').on(t.createdAt),
  ],
);
