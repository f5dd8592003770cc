import { index, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { count, fen, flag, id, instant, json, known, line, notNegative, oneOf, ref } from '../columns.ts';
import { DEPOSIT_KINDS, DOCUMENT_KINDS, GUARANTEE_FORMS, PREMIUM_FORMULAS } from '../vocabulary.ts';

/** Issuer of guarantees. */
export const insurers = sqliteTable(
  'insurers',
  {
    id: id(),
    name: line().notNull(),
    shortName: line().notNull(),
    licenseNumber: line().notNull(),
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
  (t) => [uniqueIndex('insurers_name').on(t.name)],
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
    /** Largest sum insured; null without a limit. */
    maximumSumFen: fen(),
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
