import { sql } from 'drizzle-orm';
import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { day, dayShaped, fen, id, instant, known, line, notNegative, oneOf, ref } from '../columns.ts';
import { PAYMENT_STATES } from '../vocabulary.ts';
import { insurers } from './insurer.ts';
import { orders } from './order.ts';
import { uploads } from './upload.ts';

/** What is owed for an order, and where to. The receiving account stays as it stood when the quote was accepted. */
export const payments = sqliteTable(
  'payments',
  {
    id: id(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    state: oneOf(PAYMENT_STATES).notNull(),
    amountFen: fen().notNull(),
    /** 附言: written on the transfer, so that a bank line finds its order. */
    remarkCode: line().notNull(),
    accountName: line().notNull(),
    accountBank: line().notNull(),
    accountNumber: line().notNull(),
    createdAt: instant().notNull(),
    dueAt: instant(),
    confirmedAt: instant(),
    rejectReason: line(),
  },
  (t) => [
    uniqueIndex('payments_order').on(t.orderId),
    uniqueIndex('payments_remark').on(t.remarkCode),
    index('payments_state').on(t.state, t.createdAt, t.id),
    known('payments_state', t.state, PAYMENT_STATES),
    notNegative('payments_amount', t.amountFen),
  ],
);

/** The picture of a bank transfer, and what the payer says of it. A rejected one stays, and the next is another row. */
export const paymentVouchers = sqliteTable(
  'payment_vouchers',
  {
    id: id(),
    paymentId: ref()
      .notNull()
      .references(() => payments.id),
    uploadId: ref()
      .notNull()
      .references(() => uploads.id),
    payerName: line().notNull(),
    /** Encrypted with the platform's key, bound to this row. */
    payerAccountSealed: line().notNull(),
    payerAccountMasked: line().notNull(),
    transactionNumber: line().notNull(),
    paidOn: day().notNull(),
    submittedAt: instant().notNull(),
    rejectedAt: instant(),
  },
  (t) => [
    index('payment_vouchers_payment').on(t.paymentId, t.submittedAt),
    // One voucher counts at a time.
    uniqueIndex('payment_vouchers_standing').on(t.paymentId).where(sql`rejected_at is null`),
    // A bank serial number stands for one transfer. A rejected voucher frees it, since the clerk may have mistyped.
    uniqueIndex('payment_vouchers_transaction').on(t.transactionNumber).where(sql`rejected_at is null`),
    dayShaped('payment_vouchers_paid_on', t.paidOn),
  ],
);
