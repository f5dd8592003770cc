import { sql } from 'drizzle-orm';
import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  day,
  dayShaped,
  fen,
  id,
  instant,
  json,
  known,
  line,
  notNegative,
  oneOf,
  positive,
  ref,
} from '../columns.ts';
import { PAYMENT_EXCEPTION_KINDS, PAYMENT_STATES, REFUND_KINDS, REFUND_STATES } from '../vocabulary.ts';
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
    /** What is wrong with the money while the state is EXCEPTION; null in every other state. */
    exceptionKind: oneOf(PAYMENT_EXCEPTION_KINDS),
    exceptionReason: line(),
  },
  (t) => [
    uniqueIndex('payments_order').on(t.orderId),
    uniqueIndex('payments_remark').on(t.remarkCode),
    index('payments_state').on(t.state, t.createdAt, t.id),
    known('payments_state', t.state, PAYMENT_STATES),
    known('payments_exception_kind', t.exceptionKind, PAYMENT_EXCEPTION_KINDS),
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
    /** More pictures of the same transfer, in the order they were given. */
    furtherUploadIds: json<string[]>().notNull().default([]),
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
    // Only what a clerk says of a transfer: that a serial number is used once is decided by the receipts.
    index('payment_vouchers_transaction').on(t.transactionNumber),
    dayShaped('payment_vouchers_paid_on', t.paidOn),
  ],
);

/** Money that came in for a payment: one transfer. A payment that was topped up has several. */
export const receipts = sqliteTable(
  'receipts',
  {
    id: id(),
    paymentId: ref()
      .notNull()
      .references(() => payments.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    amountFen: fen().notNull(),
    /** The account it came in on. */
    accountNumber: line().notNull(),
    /** Who paid, as the bank or the voucher says; null where the bank only said that it arrived. */
    payerName: line(),
    /** Encrypted with the platform's key, bound to this row: refunds go there and nowhere else. */
    payerAccountSealed: line(),
    payerAccountMasked: line(),
    transactionNumber: line(),
    receivedOn: day().notNull(),
    voucherId: ref().references(() => paymentVouchers.id),
    /** The line of the bank's statement that shows it; null while only a person says so. */
    lineId: ref(),
    createdAt: instant().notNull(),
    /** When its line was found to be for another payment: it counts no longer, and that one has a receipt of its own. */
    takenBackAt: instant(),
  },
  (t) => [
    index('receipts_payment').on(t.paymentId, t.createdAt),
    // A serial number stands for one transfer on the account it came in on.
    uniqueIndex('receipts_transaction')
      .on(t.accountNumber, t.transactionNumber)
      .where(sql`transaction_number is not null and taken_back_at is null`),
    uniqueIndex('receipts_line').on(t.lineId).where(sql`line_id is not null and taken_back_at is null`),
    positive('receipts_amount', t.amountFen),
    dayShaped('receipts_received_on', t.receivedOn),
  ],
);

/** Money that goes back to the account it came from: the whole of a receipt, or the part that was too much. */
export const refunds = sqliteTable(
  'refunds',
  {
    id: id(),
    paymentId: ref()
      .notNull()
      .references(() => payments.id),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    /** Whose payer gets it back. */
    receiptId: ref()
      .notNull()
      .references(() => receipts.id),
    state: oneOf(REFUND_STATES).notNull(),
    kind: oneOf(REFUND_KINDS).notNull(),
    amountFen: fen().notNull(),
    reason: line().notNull(),
    createdAt: instant().notNull(),
    dueAt: instant(),
    transactionNumber: line(),
    paidOn: day(),
    /** The proof that it was paid. */
    uploadId: ref().references(() => uploads.id),
    /** The line of the bank's statement that shows it; beside a person's proof, or instead of one. */
    lineId: ref(),
    doneAt: instant(),
  },
  (t) => [
    index('refunds_payment').on(t.paymentId),
    index('refunds_state').on(t.state, t.createdAt),
    uniqueIndex('refunds_transaction')
      .on(t.insurerId, t.transactionNumber)
      .where(sql`transaction_number is not null`),
    known('refunds_state', t.state, REFUND_STATES),
    known('refunds_kind', t.kind, REFUND_KINDS),
    positive('refunds_amount', t.amountFen),
    dayShaped('refunds_paid_on', t.paidOn),
  ],
);
