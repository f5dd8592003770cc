import { sql } from 'drizzle-orm';
import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { fen, id, instant, known, line, oneOf, positive, ref } from '../columns.ts';
import { STANDING_SURRENDER_STATES, SURRENDER_CAUSES, SURRENDER_STATES } from '../vocabulary.ts';
import { users } from './account.ts';
import { insurers } from './insurer.ts';
import { orders } from './order.ts';
import { policies } from './policy.ts';

/** 退保: a guarantee given back before its time, for the whole premium. */
export const surrenders = sqliteTable(
  'surrenders',
  {
    id: id(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    policyId: ref()
      .notNull()
      .references(() => policies.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    state: oneOf(SURRENDER_STATES).notNull(),
    cause: oneOf(SURRENDER_CAUSES).notNull(),
    /** What the bidder adds in words. */
    note: line(),
    /** What is paid back. */
    amountFen: fen().notNull(),
    createdBy: ref()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull(),
    /** By when whoever acts next has to. */
    dueAt: instant(),
    rejectReason: line(),
    decidedAt: instant(),
    doneAt: instant(),
  },
  (t) => [
    uniqueIndex('surrenders_standing')
      .on(t.orderId)
      .where(sql.raw(`state in (${STANDING_SURRENDER_STATES.map((state) => `'${state}'`).join(', ')})`)),
    index('surrenders_order').on(t.orderId, t.createdAt),
    index('surrenders_created').on(t.createdAt, t.id),
    index('surrenders_insurer').on(t.insurerId, t.state, t.createdAt, t.id),
    known('surrenders_state', t.state, SURRENDER_STATES),
    known('surrenders_cause', t.cause, SURRENDER_CAUSES),
    positive('surrenders_amount', t.amountFen),
  ],
);
