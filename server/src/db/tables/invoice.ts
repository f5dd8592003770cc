import { sql } from 'drizzle-orm';
import { index, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
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
import { INVOICE_FORMATS, INVOICE_STATES, INVOICE_TYPES } from '../vocabulary.ts';
import { enterprises } from './enterprise.ts';
import { insurers } from './insurer.ts';
import { orders } from './order.ts';
import { policies } from './policy.ts';
import { uploads } from './upload.ts';

export interface InvoiceTitleRow {
  name: string;
  taxNumber: string;
  email: string | null;
  registeredAddress: string | null;
  registeredPhone: string | null;
  bankName: string | null;
  /** Encrypted with the platform's key, bound to the row of the title it was copied from. */
  bankAccountSealed: string | null;
  bankAccountMasked: string | null;
}

export interface ShippingAddressRow {
  recipient: string;
  phone: string;
  regionCode: string;
  address: string;
}

/**
 * One a policy, from its issue on; without a request it stays NOT_REQUESTED. One that was reversed stays beside the one that
 * corrects it.
 */
export const invoices = sqliteTable(
  'invoices',
  {
    id: id(),
    orderId: ref()
      .notNull()
      .references(() => orders.id),
    policyId: ref()
      .notNull()
      .references(() => policies.id),
    insurerId: ref()
      .notNull()
      .references(() => insurers.id),
    state: oneOf(INVOICE_STATES).notNull(),
    type: oneOf(INVOICE_TYPES),
    /** As it stood when the invoice was requested. */
    title: json<InvoiceTitleRow>(),
    titleId: ref(),
    address: json<ShippingAddressRow>(),
    amountFen: fen().notNull(),
    netFen: fen().notNull(),
    vatFen: fen().notNull(),
    /** The code of 10 or 12 digits that the older kinds bear beside their number. */
    code: line(),
    number: line(),
    issuedOn: day(),
    courier: line(),
    trackingNumber: line(),
    rejectReason: line(),
    redCode: line(),
    redNumber: line(),
    createdAt: instant().notNull(),
    requestedAt: instant(),
    dueAt: instant(),
  },
  (t) => [
    // One a policy counts.
    uniqueIndex('invoices_order').on(t.orderId).where(sql`state <> 'REVERSED'`),
    index('invoices_of_order').on(t.orderId),
    // The older kinds count their numbers anew under every code.
    uniqueIndex('invoices_coded_number').on(t.insurerId, t.code, t.number),
    uniqueIndex('invoices_number').on(t.insurerId, t.number).where(sql`code is null`),
    index('invoices_insurer').on(t.insurerId, t.state, t.createdAt, t.id),
    index('invoices_created').on(t.createdAt, t.id),
    known('invoices_state', t.state, INVOICE_STATES),
    known('invoices_type', t.type, INVOICE_TYPES),
    notNegative('invoices_amount', t.amountFen),
    dayShaped('invoices_issued_on', t.issuedOn),
  ],
);

/** The files of an issued invoice, one a format. */
export const invoiceFiles = sqliteTable(
  'invoice_files',
  {
    invoiceId: ref()
      .notNull()
      .references(() => invoices.id),
    format: oneOf(INVOICE_FORMATS).notNull(),
    uploadId: ref()
      .notNull()
      .references(() => uploads.id),
    createdAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.invoiceId, t.format] }),
    uniqueIndex('invoice_files_upload').on(t.uploadId),
    known('invoice_files_format', t.format, INVOICE_FORMATS),
  ],
);

/** To whom an invoice is made out. Name and tax number are those of the certified enterprise. */
export const invoiceTitles = sqliteTable(
  'invoice_titles',
  {
    id: id(),
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    special: flag().notNull(),
    name: line().notNull(),
    taxNumber: line().notNull(),
    email: line(),
    registeredAddress: line(),
    registeredPhone: line(),
    bankName: line(),
    bankAccountSealed: line(),
    bankAccountMasked: line(),
    isDefault: flag().notNull(),
    createdAt: instant().notNull(),
    deletedAt: instant(),
  },
  (t) => [index('invoice_titles_enterprise').on(t.enterpriseId, t.createdAt)],
);

/** Where paper invoices go. */
export const shippingAddresses = sqliteTable(
  'shipping_addresses',
  {
    id: id(),
    enterpriseId: ref()
      .notNull()
      .references(() => enterprises.id),
    recipient: line().notNull(),
    phone: line().notNull(),
    regionCode: line().notNull(),
    address: line().notNull(),
    isDefault: flag().notNull(),
    createdAt: instant().notNull(),
    deletedAt: instant(),
  },
  (t) => [index('shipping_addresses_enterprise').on(t.enterpriseId, t.createdAt)],
);
