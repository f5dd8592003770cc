import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  count,
  day,
  dayShaped,
  fen,
  id,
  instant,
  json,
  known,
  line,
  oneOf,
  positive,
  ref,
} from '../columns.ts';
import { BANK_LINE_DIRECTIONS, BANK_LINE_REASONS, BANK_LINE_STATES } from '../vocabulary.ts';
import { insurers } from './insurer.ts';
import { payments, refunds } from './payment.ts';
import { uploads } from './upload.ts';

/** A row of a statement that could not be read. */
export interface RejectedLine {
  /** As counted in the file, from 1. */
  row: number;
  /** The column's title in the file. */
  column: string;
  message: string;
}

/** A statement of a bank that was taken in. */
export const bankStatements = sqliteTable(
  'bank_statements',
  {
    id: id(),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    accountNumber: line().notNull(),
    uploadId: ref().references(() => uploads.id),
    sha256: line().notNull(),
    createdAt: instant().notNull(),
    /** When its last line was worked through; null while that goes on, or was cut off. */
    doneAt: instant(),
    confirmed: count().notNull().default(0),
    queued: count().notNull().default(0),
    /** Lines that an earlier statement held already. */
    repeated: count().notNull().default(0),
    /** Lines that are neither: reversals, and what the bank has not booked yet. */
    outgoing: count().notNull().default(0),
    rejected: json<RejectedLine[]>().notNull().default([]),
  },
  (t) => [uniqueIndex('bank_statements_content').on(t.insurerId, t.accountNumber, t.sha256)],
);

/** Money that came in or went out, as the bank's statement shows it. */
export const bankLines = sqliteTable(
  'bank_lines',
  {
    id: id(),
    statementId: ref()
      .notNull()
      .references(() => bankStatements.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    accountNumber: line().notNull(),
    /** The bank's serial number, or a hash of all that the line says: with the account, what makes it this line. */
    identity: line().notNull(),
    transactionNumber: line(),
    direction: oneOf(BANK_LINE_DIRECTIONS).notNull().default('IN'),
    bookedOn: day().notNull(),
    /** The instant where the bank gives one, else the first of the day. */
    bookedAt: instant().notNull(),
    amountFen: fen().notNull(),
    /** The other side: who paid, or of money that went out who was paid. */
    payerName: line().notNull(),
    /** Encrypted with the platform's key, bound to this row. */
    payerAccountSealed: line(),
    payerAccountMasked: line(),
    remark: line().notNull(),
    state: oneOf(BANK_LINE_STATES).notNull(),
    reason: oneOf(BANK_LINE_REASONS),
    /** The payment it is for, or seems to be for: who may see that one decides how much of the line is shown. */
    paymentId: ref().references(() => payments.id),
    /** The refund that money went out for. */
    refundId: ref().references(() => refunds.id),
    orderId: ref(),
    setAsideReason: line(),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('bank_lines_identity').on(t.accountNumber, t.identity),
    index('bank_lines_state').on(t.state, t.createdAt, t.id),
    index('bank_lines_payment').on(t.paymentId),
    known('bank_lines_state', t.state, BANK_LINE_STATES),
    known('bank_lines_direction', t.direction, BANK_LINE_DIRECTIONS),
    known('bank_lines_reason', t.reason, BANK_LINE_REASONS),
    positive('bank_lines_amount', t.amountFen),
    dayShaped('bank_lines_booked_on', t.bookedOn),
  ],
);
