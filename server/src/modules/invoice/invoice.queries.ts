import { and, asc, count, desc, eq, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { asWished, contains } from '../../db/search.ts';
import { invoiceFiles, invoices, invoiceTitles, shippingAddresses } from '../../db/tables/invoice.ts';
import { orders } from '../../db/tables/order.ts';
import { policies } from '../../db/tables/policy.ts';
import { quotes } from '../../db/tables/quote.ts';
import { bidSections } from '../../db/tables/section.ts';
import {
  type DepositKind,
  type GuaranteeForm,
  INVOICE_FORMATS,
  type InvoiceState,
  type InvoiceType,
  type OrderState,
  type PolicyState,
} from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { InvoiceNumber } from './invoice-number.ts';

export type InvoiceRow = typeof invoices.$inferSelect;
export type TitleRow = typeof invoiceTitles.$inferSelect;
export type AddressRow = typeof shippingAddresses.$inferSelect;

/** The states of an invoice that was issued and not reversed. */
export const VALID_INVOICE_STATES: readonly InvoiceState[] = ['ISSUED', 'SHIPPED', 'DELIVERED'];

/** An invoice with what of its order decides on it. */
export interface InvoiceView extends InvoiceRow {
  readonly enterpriseId: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly orderState: OrderState;
  readonly policyState: PolicyState;
  readonly policyNumber: string;
  readonly quoteNumber: string;
  readonly policyIssuedAt: number;
  /** Null while the section is not opened; an invoice for bid cover waits for it. */
  readonly openedAt: number | null;
}

export interface InvoiceFilter {
  readonly states?: readonly InvoiceState[] | null | undefined;
  readonly types?: readonly InvoiceType[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly search?: string | null | undefined;
  /** Whether the insurer is late, at an instant, with what is waited for. */
  readonly overdue?: { readonly wish: boolean; readonly at: number } | null | undefined;
  /** Whether it has to be reversed, since its policy was given back. */
  readonly toReverse?: boolean | null | undefined;
}

const visible = (db: Db, actor: Actor) => and(ordersFor(db, actor), ownAffairs(actor, invoices.insurerId));

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      invoice: invoices,
      enterpriseId: orders.enterpriseId,
      depositKind: orders.depositKind,
      form: orders.form,
      orderState: orders.state,
      policyState: policies.state,
      policyNumber: policies.policyNumber,
      quoteNumber: quotes.number,
      policyIssuedAt: policies.issuedAt,
      openedAt: bidSections.openedAt,
    })
    .from(invoices)
    .innerJoin(orders, eq(orders.id, invoices.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(policies, eq(policies.id, invoices.policyId))
    .innerJoin(quotes, eq(quotes.id, policies.quoteId))
    .where(and(visible(db, actor), where));
}

type Selected = Awaited<ReturnType<typeof select>>[number];
const view = ({ invoice, ...facts }: Selected): InvoiceView => ({ ...invoice, ...facts });

/** Invoices the caller may know of, newest first. */
export async function listInvoices(
  db: Db,
  actor: Actor,
  filter: InvoiceFilter,
  page: PageRequest,
): Promise<Page<InvoiceView>> {
  const search = filter.search?.trim();
  const matching = and(
    filter.states?.length ? inArray(invoices.state, [...filter.states]) : undefined,
    filter.types?.length ? inArray(invoices.type, [...filter.types]) : undefined,
    filter.depositKind ? eq(orders.depositKind, filter.depositKind) : undefined,
    search
      ? or(
          contains(orders.number, search),
          contains(policies.policyNumber, search),
          contains(invoices.number, search),
        )
      : undefined,
    asWished(filter.overdue?.wish, sql`coalesce(${lt(invoices.dueAt, filter.overdue?.at ?? 0)}, 0)`),
    asWished(
      filter.toReverse,
      and(eq(policies.state, 'SURRENDERED'), inArray(invoices.state, [...VALID_INVOICE_STATES])),
    ),
  );
  const { after } = page;
  const rows = await select(
    db,
    actor,
    and(
      matching,
      after ? sql`(${invoices.createdAt}, ${invoices.id}) < (${after.key}, ${after.id})` : undefined,
    ),
  )
    .orderBy(desc(invoices.createdAt), desc(invoices.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(invoices)
      .innerJoin(orders, eq(orders.id, invoices.orderId))
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .innerJoin(policies, eq(policies.id, invoices.policyId))
      .where(and(visible(db, actor), matching));
    return row?.n ?? 0;
  };
  return pageOf(rows.map(view), page.first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function invoiceById(db: Db, actor: Actor, id: string): Promise<InvoiceView | null> {
  const [row] = await select(db, actor, eq(invoices.id, id));
  return row ? view(row) : null;
}

/**
 * The invoice of each order, as far as the order has a policy and the caller may know of it: the one that counts, or where none
 * does the last that was reversed.
 */
export async function invoicesOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<(InvoiceView | null)[]> {
  const rows = await select(db, actor, inArray(invoices.orderId, [...orderIds]));
  const byOrder = new Map<string, InvoiceView>();
  for (const row of rows.map(view)) {
    const other = byOrder.get(row.orderId);
    const goesBefore = row.state !== 'REVERSED' || other?.state === 'REVERSED';
    if (!other || (goesBefore && row.createdAt >= other.createdAt)) byOrder.set(row.orderId, row);
  }
  return orderIds.map((id) => byOrder.get(id) ?? null);
}

/** All invoices of an order, the newest first, for what follows in the order whoever acts. */
export async function invoiceRowsOfOrder(db: Db, orderId: string): Promise<InvoiceRow[]> {
  return db
    .select()
    .from(invoices)
    .where(eq(invoices.orderId, orderId))
    .orderBy(desc(invoices.createdAt), desc(invoices.id));
}

/** The invoices of a section's bid cover that nobody asked for yet. */
export async function unaskedInvoiceIds(db: Db, sectionId: string): Promise<string[]> {
  const rows = await db
    .select({ id: invoices.id })
    .from(invoices)
    .innerJoin(orders, eq(orders.id, invoices.orderId))
    .where(
      and(
        eq(orders.sectionId, sectionId),
        eq(orders.depositKind, 'BID'),
        eq(invoices.state, 'NOT_REQUESTED'),
      ),
    )
    .orderBy(asc(invoices.createdAt), asc(invoices.id));
  return rows.map(({ id }) => id);
}

export type InvoiceFileRow = typeof invoiceFiles.$inferSelect;

/** The files of each invoice, in the order of `INVOICE_FORMATS`. Whoever asks has seen the invoices. */
export async function filesOfInvoices(db: Db, ids: readonly string[]): Promise<InvoiceFileRow[][]> {
  const rows = await db
    .select()
    .from(invoiceFiles)
    .where(inArray(invoiceFiles.invoiceId, [...ids]));
  rows.sort((a, b) => INVOICE_FORMATS.indexOf(a.format) - INVOICE_FORMATS.indexOf(b.format));
  const byInvoice = Map.groupBy(rows, (row) => row.invoiceId);
  return ids.map((id) => byInvoice.get(id) ?? []);
}

/** Who sees an invoice sees its files. */
export async function mayReadInvoiceFile(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [file] = await db.select().from(invoiceFiles).where(eq(invoiceFiles.uploadId, uploadId));
  return file !== undefined && (await invoiceById(db, actor, file.invoiceId)) !== null;
}

/** Whether an insurer has registered the number before, blue or red. */
export async function invoiceNumberIsUsed(
  db: Db,
  insurerId: string,
  { code, number }: InvoiceNumber,
): Promise<boolean> {
  const same = (codeColumn: AnySQLiteColumn, numberColumn: AnySQLiteColumn) =>
    and(eq(numberColumn, number), code === null ? isNull(codeColumn) : eq(codeColumn, code));
  const [row] = await db
    .select({ id: invoices.id })
    .from(invoices)
    .where(
      and(
        eq(invoices.insurerId, insurerId),
        or(same(invoices.code, invoices.number), same(invoices.redCode, invoices.redNumber)),
      ),
    );
  return row !== undefined;
}

const enterpriseOf = (actor: Actor) =>
  actor.kind === 'USER' && actor.role === 'BIDDER' ? (actor.enterpriseId ?? '') : '';

/** The enterprise's own titles, the default first, then the oldest. Nobody else's are to be seen. */
export const titlesOf = (db: Db, actor: Actor) => titlesOfEnterprise(db, enterpriseOf(actor));

export async function titlesOfEnterprise(db: Db, enterpriseId: string): Promise<TitleRow[]> {
  return db
    .select()
    .from(invoiceTitles)
    .where(and(eq(invoiceTitles.enterpriseId, enterpriseId), isNull(invoiceTitles.deletedAt)))
    .orderBy(desc(invoiceTitles.isDefault), asc(invoiceTitles.createdAt), asc(invoiceTitles.id));
}

export async function titleById(db: Db, actor: Actor, id: string): Promise<TitleRow | null> {
  return (await titlesOf(db, actor)).find((row) => row.id === id) ?? null;
}

/** The enterprise's own addresses, the default first, then the oldest. */
export const addressesOf = (db: Db, actor: Actor) => addressesOfEnterprise(db, enterpriseOf(actor));

export async function addressesOfEnterprise(db: Db, enterpriseId: string): Promise<AddressRow[]> {
  return db
    .select()
    .from(shippingAddresses)
    .where(and(eq(shippingAddresses.enterpriseId, enterpriseId), isNull(shippingAddresses.deletedAt)))
    .orderBy(desc(shippingAddresses.isDefault), asc(shippingAddresses.createdAt), asc(shippingAddresses.id));
}

export async function addressById(db: Db, actor: Actor, id: string): Promise<AddressRow | null> {
  return (await addressesOf(db, actor)).find((row) => row.id === id) ?? null;
}
