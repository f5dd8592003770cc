import { sql } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { bytes, count, fen, id, instant, json, known, line, notNegative, oneOf, ref } from '../columns.ts';
import {
  CONSENT_STATEMENTS,
  DEPOSIT_KINDS,
  GUARANTEE_FORMS,
  type InvoiceType,
  LIVE_ORDER_STATES,
  ORDER_PAPER_KINDS,
  ORDER_STATES,
  type PrefillSource,
  type Qualification,
  SALES_EVENT_KINDS,
} from '../vocabulary.ts';
import { users } from './account.ts';
import { enterprises } from './enterprise.ts';
import { productDocuments, products } from './insurer.ts';
import { bidSections } from './section.ts';

/** What the bidder fills in. Every leaf may be missing until the order is submitted. Amounts in fen, days as YYYY-MM-DD. */
export interface ApplicationRow {
  section: {
    constructionDays: number | null;
    projectCode: string | null;
    projectAddress: string | null;
    projectName: string | null;
  };
  cover: { sumInsuredFen: number | null; startOn: string | null; days: number | null };
  applicant: {
    name: string;
    creditCode: string;
    registeredAddress: string | null;
    contactAddress: string | null;
    qualification: Qualification | null;
    contactName: string | null;
    contactPhone: string | null;
  };
  insured: { name: string | null; creditCode: string | null };
  handler: { name: string | null; mobile: string | null; email: string | null };
  invoicePreference: { type: InvoiceType } | null;
  /** Where leaves come from that were filled in and not changed since, by path; absent in rows older than this. */
  prefilled?: Record<string, PrefillSource>;
  savedAt: number;
}

/** A section that was left out of an act on several, and why: code, words and fields of the refusal. */
export interface BatchRefusalRow {
  sectionId: string;
  /** The order that was left out; where none could be started, the one that stands in the way, if any. */
  orderId: string | null;
  code: string;
  message: string;
  issues: { path: string; message: string }[];
}

/** Orders for several sections that one enterprise began together. They share nothing afterwards: each lives by itself. */
export const orderBatches = sqliteTable(
  'order_batches',
  {
    id: id(),
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    depositKind: oneOf(DEPOSIT_KINDS).notNull(),
    form: oneOf(GUARANTEE_FORMS).notNull(),
    createdBy: ref()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull(),
    /** Sections that no order could be started for. */
    notStarted: json<BatchRefusalRow[]>().notNull(),
    /** The last time that orders were submitted together, and which were not. */
    submittedAt: instant(),
    notSubmitted: json<BatchRefusalRow[]>().notNull(),
  },
  (t) => [
    index('order_batches_enterprise').on(t.enterpriseId, t.createdAt),
    known('order_batches_kind', t.depositKind, DEPOSIT_KINDS),
    known('order_batches_form', t.form, GUARANTEE_FORMS),
  ],
);

/** One enterprise × section × deposit kind. */
export const orders = sqliteTable(
  'orders',
  {
    id: id(),
    number: line().notNull(),
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    sectionId: ref()
      .notNull()
      .references(() => bidSections.id),
    depositKind: oneOf(DEPOSIT_KINDS).notNull(),
    form: oneOf(GUARANTEE_FORMS).notNull(),
    state: oneOf(ORDER_STATES).notNull(),
    /** As the section asked for it when the order was started. */
    depositAmountFen: fen(),
    /** What is to be paid: the premium of the accepted quote. */
    orderAmountFen: fen(),
    application: json<ApplicationRow>(),
    createdBy: ref()
      .notNull()
      .references(() => users.id),
    createdAt: instant().notNull(),
    submittedAt: instant(),
    completedAt: instant(),
    /** By when the next actor has to act; past it, waiting ends or is shown as overdue. */
    dueAt: instant(),
    cancelReason: line(),
    /** Where it was begun together with others. */
    batchId: ref().references(() => orderBatches.id),
  },
  (t) => [
    uniqueIndex('orders_number').on(t.number),
    uniqueIndex('orders_live')
      .on(t.enterpriseId, t.sectionId, t.depositKind)
      .where(sql.raw(`state in (${LIVE_ORDER_STATES.map((state) => `'${state}'`).join(', ')})`)),
    index('orders_enterprise').on(t.enterpriseId, t.createdAt, t.id),
    index('orders_section').on(t.sectionId),
    index('orders_batch').on(t.batchId),
    index('orders_created').on(t.createdAt, t.id),
    index('orders_due').on(t.state, t.dueAt),
    known('orders_state', t.state, ORDER_STATES),
    known('orders_kind', t.depositKind, DEPOSIT_KINDS),
    known('orders_form', t.form, GUARANTEE_FORMS),
    notNegative('orders_amount', t.orderAmountFen),
  ],
);

/** The products an order asks quotes of. */
export const orderProducts = sqliteTable(
  'order_products',
  {
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    productId: ref()
      .notNull()
      .references(() => products.id),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.productId] })],
);

/** What each chosen insurer was handed when the order was submitted; made into a PDF whenever it is asked for. */
export const orderPapers = sqliteTable(
  'order_papers',
  {
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    productId: ref()
      .notNull()
      .references(() => products.id),
    kind: oneOf(ORDER_PAPER_KINDS).notNull(),
    /** Of the content to the letter; printed on the paper and sealed with the submission. */
    contentSha256: line().notNull(),
    /** JSON of what the paper shows. */
    content: line().notNull(),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.productId, t.kind] }),
    known('order_papers_kind', t.kind, ORDER_PAPER_KINDS),
  ],
);

/** Proof that one version of one document was shown, read and accepted. */
export const consents = sqliteTable(
  'consents',
  {
    id: id(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    documentId: ref()
      .notNull()
      .references(() => productDocuments.id),
    documentSha256: line().notNull(),
    statement: oneOf(CONSENT_STATEMENTS).notNull(),
    labelText: line().notNull(),
    pageVersion: line(),
    openedAt: instant(),
    readToEndAt: instant(),
    acceptedAt: instant().notNull(),
    userId: ref()
      .notNull()
      .references(() => users.id),
    sessionId: line().notNull().default(''),
    address: line().notNull(),
    agent: line().notNull(),
  },
  (t) => [
    uniqueIndex('consents_document').on(t.orderId, t.documentId, t.statement),
    known('consents_statement', t.statement, CONSENT_STATEMENTS),
  ],
);

/** What the customer did on the sales pages, in order and without gaps. */
export const salesEvents = sqliteTable(
  'sales_events',
  {
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    /** Gap-free from 1 within the order. */
    seq: count().notNull(),
    kind: oneOf(SALES_EVENT_KINDS).notNull(),
    /** By the clock of the browser, and by ours. */
    clientAt: instant().notNull(),
    receivedAt: instant().notNull(),
    pageVersion: line().notNull(),
    documentId: ref().references(() => productDocuments.id),
    page: count(),
    statement: oneOf(CONSENT_STATEMENTS),
    labelText: line(),
    userId: ref().notNull(),
    /** Tells sign-ins apart; it is not the token and cannot be used as one. */
    sessionId: line().notNull().default(''),
    address: line().notNull(),
    agent: line().notNull(),
    /** Of this row and of the one before it; '' in rows older than the seal. */
    hash: line().notNull().default(''),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.seq] }), known('sales_events_kind', t.kind, SALES_EVENT_KINDS)],
);

/** Pieces of the recorded sales pages, in the order they came in. */
export const salesRecordings = sqliteTable(
  'sales_recordings',
  {
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    /** Gap-free from 1 within the order. */
    seq: count().notNull(),
    /** One load of a page in one tab, named by the browser; its parts are gap-free from 1. */
    recording: line().notNull(),
    part: count().notNull(),
    pageVersion: line().notNull(),
    /** A JSON list of rrweb's events, gzipped. */
    body: bytes().notNull(),
    sha256: line().notNull(),
    receivedAt: instant().notNull(),
    userId: ref().notNull(),
    sessionId: line().notNull(),
    address: line().notNull(),
    agent: line().notNull(),
    /** Of this row and of the one before it. */
    hash: line().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.orderId, t.seq] }),
    uniqueIndex('sales_recordings_part').on(t.orderId, t.recording, t.part),
  ],
);

/** Every version of the sales pages that was ever served, with its files. */
export const pageVersions = sqliteTable('page_versions', {
  /** Hash of the names and contents of the files. */
  version: line().primaryKey(),
  files: json<[string, string][]>().notNull(),
  /** A zip of the files. */
  bundle: bytes().notNull(),
  firstServedAt: instant().notNull(),
});
