import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  count,
  day,
  dayShaped,
  fen,
  flag,
  id,
  instant,
  json,
  known,
  line,
  notNegative,
  oneOf,
  ref,
} from '../columns.ts';
import {
  DEPOSIT_KINDS,
  DOCUMENT_KINDS,
  GUARANTEE_FORMS,
  INSURER_STATES,
  PREMIUM_FORMULAS,
} from '../vocabulary.ts';
import { uploads } from './upload.ts';

/** Issuer of guarantees. */
export const insurers = sqliteTable(
  'insurers',
  {
    id: id(),
    name: line().notNull(),
    shortName: line().notNull(),
    licenseNumber: line().notNull(),
    /** First and last day of the licence; null where it names none. */
    licenseValidFrom: day(),
    licenseValidUntil: day(),
    state: oneOf(INSURER_STATES).notNull(),
    hotline: line().notNull(),
    /** An SVG drawing, served from a route of its own under a strict policy. */
    logo: line(),
    accountName: line().notNull(),
    accountBank: line().notNull(),
    accountNumber: line().notNull(),
    /** Sum insured above which a second underwriter has to agree to an offer; null where one suffices. */
    secondUnderwriterAboveFen: fen(),
    createdAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('insurers_name').on(t.name),
    known('insurers_state', t.state, INSURER_STATES),
    dayShaped('insurers_license_from', t.licenseValidFrom),
    dayShaped('insurers_license_until', t.licenseValidUntil),
  ],
);

/** An insurer's offer for one deposit kind. */
export const products = sqliteTable(
  'products',
  {
    id: id(),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    name: line().notNull(),
    depositKind: oneOf(DEPOSIT_KINDS).notNull(),
    form: oneOf(GUARANTEE_FORMS).notNull(),
    formula: oneOf(PREMIUM_FORMULAS).notNull(),
    /** Exact decimal, "0.004"; null with TIERED and MANUAL. */
    rate: line(),
    tiers: json<{ upToFen: number | null; rate: string }[]>(),
    minimumFen: fen().notNull(),
    /** Smallest and largest sum insured; null without a limit. */
    minimumSumFen: fen(),
    maximumSumFen: fen(),
    /** Most days of cover; null without a limit. */
    maximumDays: count(),
    /** Codes of the regions it is sold for, each with all below it; null for everywhere. */
    regionCodes: json<string[]>(),
    /** First and last day on which it is sold; null without a limit. */
    validFrom: day(),
    validUntil: day(),
    active: flag().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    index('products_offer').on(t.depositKind, t.form, t.active),
    index('products_insurer').on(t.insurerId),
    known('products_kind', t.depositKind, DEPOSIT_KINDS),
    known('products_form', t.form, GUARANTEE_FORMS),
    known('products_formula', t.formula, PREMIUM_FORMULAS),
    notNegative('products_minimum', t.minimumFen),
    dayShaped('products_valid_from', t.validFrom),
    dayShaped('products_valid_until', t.validUntil),
  ],
);

/** One version of a text that the law wants read. A new version is a new row; the newest is in force. */
export const productDocuments = sqliteTable(
  'product_documents',
  {
    id: id(),
    /** Null for the platform's own documents. */
    productId: ref().references(() => products.id),
    kind: oneOf(DOCUMENT_KINDS).notNull(),
    title: line().notNull(),
    version: count().notNull(),
    pages: json<string[]>().notNull(),
    /** The same as a PDF, where there is one. */
    fileUploadId: ref().references(() => uploads.id),
    /** Of title and pages, and of the hash of the PDF. */
    sha256: line().notNull(),
    publishedAt: instant().notNull(),
    /** When a newer version took its place. */
    replacedAt: instant(),
  },
  (t) => [
    index('product_documents_product').on(t.productId, t.kind, t.version),
    index('product_documents_in_force').on(t.replacedAt, t.productId),
    known('product_documents_kind', t.kind, DOCUMENT_KINDS),
  ],
);
