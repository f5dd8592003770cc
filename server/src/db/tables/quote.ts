import { sql } from 'drizzle-orm';
import { type AnySQLiteColumn, index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { fen, id, instant, json, known, line, notNegative, oneOf, ref } from '../columns.ts';
import { PROPOSAL_STATES, QUOTE_STATES } from '../vocabulary.ts';
import { insurers, products } from './insurer.ts';
import { orders } from './order.ts';

/** What an insurer wanted to know, and what it was told. Instants in milliseconds. */
export interface MaterialRound {
  readonly request: string;
  readonly requestedAt: number;
  /** By when; null where the calendar of working days does not reach that far. */
  readonly dueAt: number | null;
  readonly note: string | null;
  readonly uploadIds: readonly string[];
  /** Null while it is waited for. */
  readonly suppliedAt: number | null;
}

/** What is due first comes first, and what waits for nobody after it, the newest before the older. */
export const queueKey = (t: { readonly dueAt: AnySQLiteColumn; readonly submittedAt: AnySQLiteColumn }) =>
  // Without a comma: the migration generator would take it for two columns.
  sql<number>`case when ${t.dueAt} is null then 9000000000000000 - ${t.submittedAt} else ${t.dueAt} end`;

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
    /** Oldest first. */
    materialRounds: json<MaterialRound[]>().notNull().default([]),
    submittedAt: instant().notNull(),
    decidedAt: instant(),
    dueAt: instant(),
  },
  (t) => [
    uniqueIndex('quotes_number').on(t.number),
    uniqueIndex('quotes_order_product').on(t.orderId, t.productId),
    index('quotes_insurer').on(t.insurerId, t.state, t.submittedAt, t.id),
    index('quotes_queue').on(t.insurerId, queueKey(t), t.id),
    index('quotes_insurer_order').on(t.insurerId, t.orderId),
    index('quotes_valid').on(t.state, t.validUntil),
    known('quotes_state', t.state, QUOTE_STATES),
    notNegative('quotes_premium', t.premiumFen),
  ],
);

/** An offer that a second underwriter has to agree to before the bidder is told of it. */
export const proposals = sqliteTable(
  'proposals',
  {
    id: id(),
    quoteId: ref()
      .notNull()
      .references(() => quotes.id),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    state: oneOf(PROPOSAL_STATES).notNull(),
    premiumFen: fen().notNull(),
    rate: line().notNull(),
    validUntil: instant().notNull(),
    note: line(),
    /** A person or a system of the insurer. */
    proposedBy: ref().notNull(),
    proposedAt: instant().notNull(),
    decidedAt: instant(),
    refuseReason: line(),
  },
  (t) => [
    index('proposals_quote').on(t.quoteId),
    uniqueIndex('proposals_pending').on(t.quoteId).where(sql`state = 'PENDING'`),
    known('proposals_state', t.state, PROPOSAL_STATES),
    notNegative('proposals_premium', t.premiumFen),
  ],
);
