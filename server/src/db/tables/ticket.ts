import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, instant, json, known, line, oneOf, ref } from '../columns.ts';
import { TICKET_AUTHORS, TICKET_STATES, TICKET_TYPES } from '../vocabulary.ts';
import { users } from './account.ts';
import { insurers } from './insurer.ts';
import { orders } from './order.ts';

/** 订单售后: something about an order that a bidder wants done, as a conversation. */
export const tickets = sqliteTable(
  'tickets',
  {
    id: id(),
    number: line().notNull(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    /** The insurer it was handed over to; null while it lies with the platform alone. */
    insurerId: ref().references(() => insurers.id),
    state: oneOf(TICKET_STATES).notNull(),
    type: oneOf(TICKET_TYPES).notNull(),
    subject: line().notNull(),
    createdBy: ref()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull(),
    /** By when whoever acts next has to; a resolved one closes then. */
    dueAt: instant(),
    resolvedAt: instant(),
    reopenedAt: instant(),
    closedAt: instant(),
  },
  (t) => [
    uniqueIndex('tickets_number').on(t.number),
    index('tickets_order').on(t.orderId, t.createdAt),
    index('tickets_created').on(t.createdAt, t.id),
    index('tickets_due').on(t.state, t.dueAt),
    known('tickets_state', t.state, TICKET_STATES),
    known('tickets_type', t.type, TICKET_TYPES),
  ],
);

/** What was written in a ticket, by the bidder or by staff. Never changed. */
export const ticketMessages = sqliteTable(
  'ticket_messages',
  {
    id: id(),
    ticketId: ref()
      .notNull()
      .references(() => tickets.id),
    author: oneOf(TICKET_AUTHORS).notNull(),
    authorId: ref().notNull(),
    text: line().notNull(),
    uploadIds: json<string[]>().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    index('ticket_messages_ticket').on(t.ticketId, t.createdAt, t.id),
    known('ticket_messages_author', t.author, TICKET_AUTHORS),
  ],
);
