import { sql } from 'drizzle-orm';
import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { id, instant, line, ref } from '../columns.ts';
import { users } from './account.ts';
import { enterprises } from './enterprise.ts';
import { orders } from './order.ts';

/** What somebody was told of an event. It belongs to one enterprise, or to a person who belongs to none yet. */
export const messages = sqliteTable(
  'messages',
  {
    id: id(),
    eventId: ref().notNull(),
    enterpriseId: ref().references(() => enterprises.id),
    userId: ref().references(() => users.id),
    orderId: ref().references(() => orders.id),
    /** What the event happened to, and what kind of thing that is. */
    objectId: ref().notNull(),
    noun: line().notNull(),
    event: line().notNull(),
    title: line().notNull(),
    text: line().notNull(),
    createdAt: instant().notNull(),
    readAt: instant(),
  },
  (t) => [
    // Nobody is told twice of the same, however often it is tried.
    uniqueIndex('messages_event').on(t.eventId, t.orderId),
    uniqueIndex('messages_event_enterprise').on(t.eventId, t.enterpriseId).where(sql`order_id is null`),
    index('messages_enterprise').on(t.enterpriseId, t.createdAt, t.id),
    index('messages_user').on(t.userId, t.createdAt, t.id),
    index('messages_enterprise_unread').on(t.enterpriseId).where(sql`read_at is null`),
    index('messages_user_unread').on(t.userId).where(sql`read_at is null`),
  ],
);
