import { sql } from 'drizzle-orm';
import { check, index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { fen, id, instant, known, line, oneOf, positive, ref } from '../columns.ts';
import { LEDGER_ACCOUNTS, LEDGER_KINDS } from '../vocabulary.ts';
import { insurers } from './insurer.ts';

/**
 * The books: each row takes an amount from one account and gives it to another, so that no row can be out of balance. Never
 * updated, never deleted; the database refuses both.
 */
export const ledgerEntries = sqliteTable(
  'ledger_entries',
  {
    id: id(),
    at: instant().notNull(),
    kind: oneOf(LEDGER_KINDS).notNull(),
    debit: oneOf(LEDGER_ACCOUNTS).notNull(),
    credit: oneOf(LEDGER_ACCOUNTS).notNull(),
    amountFen: fen().notNull(),
    /** Whose books these are. */
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    /** The order whose secrecy covers it; null for money of which nobody knows yet whose it is. */
    orderId: ref(),
    /** The receipt, payment, refund, invoice or bank line that it follows from. */
    causeId: line().notNull(),
  },
  (t) => [
    // The same fact is entered once.
    uniqueIndex('ledger_entries_cause').on(t.causeId, t.kind, t.debit, t.credit),
    index('ledger_entries_order').on(t.orderId),
    known('ledger_entries_kind', t.kind, LEDGER_KINDS),
    known('ledger_entries_debit', t.debit, LEDGER_ACCOUNTS),
    known('ledger_entries_credit', t.credit, LEDGER_ACCOUNTS),
    check('ledger_entries_two_accounts', sql`${t.debit} <> ${t.credit}`),
    positive('ledger_entries_amount', t.amountFen),
  ],
);
