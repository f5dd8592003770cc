import { and, asc, count, desc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { invoices, invoiceTitles, shippingAddresses } from '../../db/tables/invoice.ts';
import { orders } from '../../db/tables/order.ts';
import { policies } from '../../db/tables/policy.ts';
import { quotes } from '../../db/tables/quote.ts';
import { bidSections } from '../../db/tables/section.ts';
import type {
  DepositKind,
  GuaranteeForm,
  InvoiceState,
  OrderState,
  PolicyState,
} from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type InvoiceRow = typeof invoices.$inferSelect;
export type TitleRow = typeof invoiceTitles.$inferSelect;
export type AddressRow = typeof shippingAddresses.$inferSelect;

/** An invoice with what of its order decides on it. */
export interface InvoiceView extends InvoiceRow {
  readonly enterpriseId: string;
  readonly depositKind: DepositKind;
  readonly form: GuaranteeForm;
  readonly orderState: OrderState;
  readonly policyState: PolicyState;
  readonly policyNumber: string;
  readonly quoteNumber: string;
  /** Null while the section is not opened; an invoice for bid cover waits for it. */
  readonly openedAt: number | null;
}

export interface InvoiceFilter {
  readonly states?: readonly InvoiceState[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly search?: string | null | undefined;
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
    filter.depositKind ? eq(orders.depositKind, filter.depositKind) : undefined,
    search
      ? or(
          contains(orders.number, search),
          contains(policies.policyNumber, search),
          contains(invoices.number, search),
        )
      : undefined,
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

/** The invoice of each order, as far as the order has a policy and the caller may know of it. */
export async function invoicesOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<(InvoiceView | null)[]> {
  const rows = await select(db, actor, inArray(invoices.orderId, [...orderIds]));
  const byOrder = new Map(rows.map((row) => [row.invoice.orderId, view(row)]));
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

/** Who sees an invoice sees its file. */
export async function mayReadInvoiceFile(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  return (await select(db, actor, eq(invoices.uploadId, uploadId))).length > 0;
}

export async function invoiceNumberIsUsed(db: Db, insurerId: string, number: string): Promise<boolean> {
  const [row] = await db
    .select({ id: invoices.id })
    .from(invoices)
    .where(and(eq(invoices.insurerId, insurerId), eq(invoices.number, number)));
  return row !== undefined;
}

const enterpriseOf = (actor: Actor) =>
  actor.kind === 'USER' && actor.role === 'BIDDER' ? (actor.enterpriseId ?? '') : '';

/** The enterprise's own titles, the default first, then the oldest. Nobody else's are to be seen. */
export async function titlesOf(db: Db, actor: Actor): Promise<TitleRow[]> {
  return db
    .select()
    .from(invoiceTitles)
    .where(and(eq(invoiceTitles.enterpriseId, enterpriseOf(actor)), isNull(invoiceTitles.deletedAt)))
    .orderBy(desc(invoiceTitles.isDefault), asc(invoiceTitles.createdAt), asc(invoiceTitles.id));
}

export async function titleById(db: Db, actor: Actor, id: string): Promise<TitleRow | null> {
  return (await titlesOf(db, actor)).find((row) => row.id === id) ?? null;
}

/** The enterprise's own addresses, the default first, then the oldest. */
export async function addressesOf(db: Db, actor: Actor): Promise<AddressRow[]> {
  return db
    .select()
    .from(shippingAddresses)
    .where(and(eq(shippingAddresses.enterpriseId, enterpriseOf(actor)), isNull(shippingAddresses.deletedAt)))
    .orderBy(desc(shippingAddresses.isDefault), asc(shippingAddresses.createdAt), asc(shippingAddresses.id));
}

export async function addressById(db: Db, actor: Actor, id: string): Promise<AddressRow | null> {
  return (await addressesOf(db, actor)).find((row) => row.id === id) ?? null;
}
