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
  notNegative,
  oneOf,
  ref,
} from '../columns.ts';
import { POLICY_STATES } from '../vocabulary.ts';
import { insurers } from './insurer.ts';
import { orders } from './order.ts';
import { quotes } from './quote.ts';
import { uploads } from './upload.ts';

/** One seal in a policy's file, as it was read when the policy was issued: the bytes never change, and so neither does this. */
export interface PolicySeal {
  /** The signature fits the bytes it covers and the signer's certificate. */
  readonly holds: boolean;
  /** It covers the whole file. */
  readonly coversAll: boolean;
  /** By the signer's clock, milliseconds. */
  readonly signedAt: number | null;
  /** The signer's certificate first, then its issuers as far as the file brings them along. */
  readonly chain: readonly {
    readonly subject: string;
    readonly issuer: string;
    /** Hexadecimal. */
    readonly serialNumber: string;
    /** Milliseconds. */
    readonly validFrom: number;
    readonly validUntil: number;
    readonly selfSigned: boolean;
    readonly signatureHolds: boolean;
  }[];
  /** Whether its chain led to a root of trust when the policy was issued; absent where it was issued before roots were known. */
  readonly trust?: {
    readonly trusted: boolean;
    /** Why not, in Chinese. */
    readonly fault: string | null;
    readonly root: string | null;
    /** Whether a current revocation list of every issuer was at hand. */
    readonly revocationChecked: boolean;
  };
}

/** The issued instrument. */
export const policies = sqliteTable(
  'policies',
  {
    id: id(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    quoteId: ref()
      .notNull()
      .references(() => quotes.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    policyNumber: line().notNull(),
    verificationCode: line().notNull(),
    state: oneOf(POLICY_STATES).notNull(),
    sumInsuredFen: fen().notNull(),
    premiumFen: fen().notNull(),
    startOn: day().notNull(),
    endOn: day().notNull(),
    uploadId: ref()
      .notNull()
      .references(() => uploads.id),
    seals: json<readonly PolicySeal[]>().notNull().default([]),
    /** Of the days before the end of cover at which the bidder is reminded, the fewest that has come. */
    remindedDays: count(),
    issuedAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('policies_order').on(t.orderId),
    uniqueIndex('policies_number').on(t.insurerId, t.policyNumber),
    index('policies_number_only').on(t.policyNumber),
    index('policies_state').on(t.state, t.startOn, t.endOn),
    known('policies_state', t.state, POLICY_STATES),
    notNegative('policies_sum', t.sumInsuredFen),
    dayShaped('policies_start', t.startOn),
    dayShaped('policies_end', t.endOn),
  ],
);

/** A change of a policy (批单): a paper of its own beside the policy's, which stays as it was. */
export const endorsements = sqliteTable(
  'endorsements',
  {
    id: id(),
    policyId: ref()
      .notNull()
      .references(() => policies.id),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    number: line().notNull(),
    previousEndOn: day().notNull(),
    endOn: day().notNull(),
    reason: line().notNull(),
    uploadId: ref()
      .notNull()
      .references(() => uploads.id),
    issuedAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('endorsements_number').on(t.policyId, t.number),
    index('endorsements_upload').on(t.uploadId),
    dayShaped('endorsements_previous_end', t.previousEndOn),
    dayShaped('endorsements_end', t.endOn),
  ],
);

/** One public verification, kept for a minute to slow down the guessing of codes, also across restarts. */
export const verificationAttempts = sqliteTable(
  'verification_attempts',
  {
    id: id(),
    address: line().notNull(),
    at: instant().notNull(),
  },
  (t) => [
    index('verification_attempts_address').on(t.address, t.at),
    index('verification_attempts_at').on(t.at),
  ],
);
