import { sql } from 'drizzle-orm';
import { type AnySQLiteColumn, index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { flag, id, instant, json, known, line, oneOf, ref } from '../columns.ts';
import { CERTIFICATION_STATES, ID_TYPES, INVITATION_STATES, OWNERSHIPS } from '../vocabulary.ts';
import { users } from './account.ts';
import { uploads } from './upload.ts';

/** A bidder's company. It exists from its first approved certification on. */
export const enterprises = sqliteTable(
  'enterprises',
  {
    id: id(),
    name: line().notNull(),
    creditCode: line().notNull(),
    ownership: oneOf(OWNERSHIPS),
    regionCode: line(),
    address: line(),
    certifiedAt: instant().notNull(),
    suspendedAt: instant(),
    /** Who invites and removes the others: first of all whose certification was approved. */
    ownerId: ref().references(() => users.id),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('enterprises_credit_code').on(t.creditCode),
    known('enterprises_ownership', t.ownership, OWNERSHIPS),
  ],
);

/** One submission of a company's papers. */
export const certifications = sqliteTable(
  'certifications',
  {
    id: id(),
    number: line().notNull(),
    userId: ref()
      .notNull()
      .references(() => users.id),
    /** Of a first certification known from its approval on, of a change from the start. */
    enterpriseId: ref().references(() => enterprises.id),
    /** Changes what a certified enterprise stands by, instead of bringing a new one. */
    isChange: flag().notNull().default(false),
    /** What a reviewer compares it with: the certification in force if it is a change, else the submitter's last try. */
    previousId: ref().references((): AnySQLiteColumn => certifications.id),
    state: oneOf(CERTIFICATION_STATES).notNull(),
    name: line().notNull(),
    creditCode: line().notNull(),
    representativeName: line().notNull(),
    idType: oneOf(ID_TYPES).notNull(),
    /** Encrypted with the platform's key, bound to this row. */
    idNumberSealed: line().notNull(),
    idNumberMasked: line().notNull(),
    licenseUploadId: ref()
      .notNull()
      .references(() => uploads.id),
    submittedAt: instant().notNull(),
    expeditedAt: instant(),
    /** Null while the calendar of working days does not reach that far. */
    dueAt: instant(),
    decidedAt: instant(),
    rejectionReason: line(),
    rejectedFields: json<string[]>().notNull().default([]),
  },
  (t) => [
    uniqueIndex('certifications_number').on(t.number),
    // One submission at a time: a second click finds the first.
    uniqueIndex('certifications_pending').on(t.userId).where(sql`state = 'PENDING_REVIEW'`),
    // So does a second person of the same enterprise.
    uniqueIndex('certifications_pending_change').on(t.enterpriseId).where(sql`state = 'PENDING_REVIEW'`),
    index('certifications_user').on(t.userId, t.submittedAt),
    index('certifications_state').on(t.state, t.submittedAt),
    index('certifications_credit_code').on(t.creditCode),
    index('certifications_license').on(t.licenseUploadId),
    known('certifications_state', t.state, CERTIFICATION_STATES),
    known('certifications_id_type', t.idType, ID_TYPES),
  ],
);

/** A number that is asked to join an enterprise, whoever has it or will. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: id(),
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    mobile: line().notNull(),
    state: oneOf(INVITATION_STATES).notNull(),
    invitedBy: ref()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    decidedAt: instant(),
  },
  (t) => [
    // One at a time: a second click finds the first.
    uniqueIndex('invitations_pending').on(t.enterpriseId, t.mobile).where(sql`state = 'PENDING'`),
    index('invitations_enterprise').on(t.enterpriseId, t.createdAt),
    index('invitations_mobile').on(t.mobile, t.createdAt),
    index('invitations_expiry').on(t.state, t.expiresAt),
    known('invitations_state', t.state, INVITATION_STATES),
  ],
);
