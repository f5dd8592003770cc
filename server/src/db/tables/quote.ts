import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { fen, id, instant, json, known, line, notNegative, oneOf, ref } from '../columns.ts';
import { QUOTE_STATES } from '../vocabulary.ts';
import { insurers, products } from './insurer.ts';
import { orders } from './order.ts';

/** One insurer's answer to an order. */
export const quotes = sqliteTable(
  'quotes',
  {
    id: id(),
    number: line().notNull(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    productId: ref()
      .notNull()
      .references(() => products.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    state: oneOf(QUOTE_STATES).notNull(),
    /** What the list showed before underwriting; null where the product has none. */
    referencePremiumFen: fen(),
    premiumFen: fen(),
    rate: line(),
    validUntil: instant(),
    note: line(),
    declineReason: line(),
    materialRequest: line(),
    materialNote: line(),
    materialUploadIds: json<string[]>().notNull().default([]),
    submittedAt: instant().notNull(),
    decidedAt: instant(),
    dueAt: instant(),
  },
  (t) => [
    uniqueIndex('quotes_number').on(t.number),
    uniqueIndex('quotes_order_product').on(t.orderId, t.productId),
    index('quotes_insurer').on(t.insurerId, t.state, t.submittedAt, t.id),
    index('quotes_insurer_order').on(t.insurerId, t.orderId),
    index('quotes_valid').on(t.state, t.validUntil),
    known('quotes_state', t.state, QUOTE_STATES),
    notNegative('quotes_premium', t.premiumFen),
  ],
);
