import { and, asc, desc, eq, gte, inArray, isNotNull, lt, notExists, or, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { insurers, productDocuments, products } from '../../db/tables/insurer.ts';
import { consents, orderProducts, orders, salesEvents } from '../../db/tables/order.ts';
import { quotes } from '../../db/tables/quote.ts';
import { bidSections, depositRequirements } from '../../db/tables/section.ts';
import {
  type DepositKind,
  type GuaranteeForm,
  LIVE_ORDER_STATES,
  type OrderState,
} from '../../db/vocabulary.ts';
import { startOfDay } from '../../kernel/clock.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import { limits } from '../../limits.ts';
import type { EnterpriseRow } from '../enterprise/enterprise.queries.ts';
import type { DocumentRow, InsurerRow, ProductRow } from '../insurer/insurer.queries.ts';
import type { SectionRow } from '../section/section.queries.ts';

export type OrderRow = typeof orders.$inferSelect;
export type ConsentRow = typeof consents.$inferSelect;
export type SalesEventRow = typeof salesEvents.$inferSelect;

const dayMs = 86_400_000;

/** An order with what is shown beside it everywhere, read in one statement. */
export interface OrderView {
  readonly order: OrderRow;
  readonly section: SectionRow;
  readonly enterprise: EnterpriseRow;
}

/** A product with the insurer that sells it. */
export interface InsuredProduct {
  readonly product: ProductRow;
  readonly insurer: InsurerRow;
}

export interface ConsentView {
  readonly consent: ConsentRow;
  readonly document: DocumentRow;
}

export const viewsOf = (db: Db) =>
  db
    .select({ order: orders, section: bidSections, enterprise: enterprises })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .$dynamic();

/** Orders the actor may know of, in the order of the ids; null for all others. */
export async function ordersByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(OrderView | null)[]> {
  const rows = await viewsOf(db).where(and(inArray(orders.id, [...ids]), ordersFor(db, actor)));
  const byId = new Map(rows.map((row) => [row.order.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function orderById(db: Db, actor: Actor, id: string): Promise<OrderView | null> {
  return (await ordersByIds(db, actor, [id]))[0] ?? null;
}

export async function orderByNumber(db: Db, actor: Actor, number: string): Promise<OrderView | null> {
  const [row] = await viewsOf(db).where(and(eq(orders.number, number), ordersFor(db, actor)));
  return row ?? null;
}

export interface OrderFilter {
  readonly states?: readonly OrderState[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly form?: GuaranteeForm | null | undefined;
  /** First and last day on which it was begun, in Shanghai. */
  readonly createdFrom?: string | null | undefined;
  readonly createdTo?: string | null | undefined;
  readonly search?: string | null | undefined;
}

/** The orders an actor may know of, newest first. */
export async function listOrders(
  db: Db,
  actor: Actor,
  filter: OrderFilter,
  page: PageRequest,
): Promise<Page<OrderView>> {
  const matching = and(
    ordersFor(db, actor),
    filter.states ? inArray(orders.state, [...filter.states]) : undefined,
    filter.depositKind ? eq(orders.depositKind, filter.depositKind) : undefined,
    filter.form ? eq(orders.form, filter.form) : undefined,
    filter.createdFrom ? gte(orders.createdAt, startOfDay(filter.createdFrom)) : undefined,
    filter.createdTo ? lt(orders.createdAt, startOfDay(filter.createdTo) + dayMs) : undefined,
    containing(filter.search, [orders.number, bidSections.name, bidSections.code, enterprises.name]),
  );
  const rows = await viewsOf(db)
    .where(
      and(
        matching,
        page.after
          ? sql`(${orders.createdAt}, ${orders.id}) < (${page.after.key}, ${page.after.id})`
          : undefined,
      ),
    )
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    ({ order }) => ({ key: order.createdAt, id: order.id }),
    () => countOrders(db, matching),
  );
}

async function countOrders(db: Db, matching: SQL | undefined): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)` })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .where(matching);
  return row?.count ?? 0;
}

function containing(search: string | null | undefined, columns: readonly AnySQLiteColumn[]): SQL | undefined {
  const text = search?.trim();
  if (!text) return undefined;
  const pattern = `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return or(...columns.map((column) => sql`${column} like ${pattern} escape '\\'`));
}

/** Whether an insurer waits for material from the bidder, for each order. Another insurer does not learn of it. */
export async function materialIsAsked(db: Db, actor: Actor, orderIds: readonly string[]): Promise<boolean[]> {
  const rows = await db
    .selectDistinct({ orderId: quotes.orderId })
    .from(quotes)
    .innerJoin(orders, eq(orders.id, quotes.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        inArray(quotes.orderId, [...orderIds]),
        eq(quotes.state, 'MATERIAL_REQUESTED'),
        ordersFor(db, actor),
        ownAffairs(actor, quotes.insurerId),
      ),
    );
  const asked = new Set(rows.map(({ orderId }) => orderId));
  return orderIds.map((id) => asked.has(id));
}

/** The live order of an enterprise for each section and kind that it has one for. */
export async function liveOrders(
  db: Db,
  enterpriseId: string,
  sectionIds: readonly string[],
): Promise<{ id: string; sectionId: string; depositKind: DepositKind }[]> {
  return db
    .select({ id: orders.id, sectionId: orders.sectionId, depositKind: orders.depositKind })
    .from(orders)
    .where(
      and(
        eq(orders.enterpriseId, enterpriseId),
        inArray(orders.sectionId, [...sectionIds]),
        inArray(orders.state, [...LIVE_ORDER_STATES]),
      ),
    );
}

/** The enterprise's newest application that names whom to call, whose contacts are offered again; else its newest one. */
export async function lastApplication(db: Db, enterpriseId: string): Promise<OrderRow['application']> {
  const rows = await db
    .select({ application: orders.application })
    .from(orders)
    .where(and(eq(orders.enterpriseId, enterpriseId), isNotNull(orders.application)))
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limits.applicationsLookedBackMax);
  const named = rows.find(({ application }) => application?.applicant.contactName != null);
  return (named ?? rows[0])?.application ?? null;
}

/** The chosen products of each order, by the insurers' full names. An insurer sees its own only. */
export async function productsOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<InsuredProduct[][]> {
  const rows = await db
    .select({ orderId: orderProducts.orderId, product: products, insurer: insurers })
    .from(orderProducts)
    .innerJoin(orders, eq(orders.id, orderProducts.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(products, eq(products.id, orderProducts.productId))
    .innerJoin(insurers, eq(insurers.id, products.insurerId))
    .where(
      and(
        inArray(orderProducts.orderId, [...orderIds]),
        ordersFor(db, actor),
        ownAffairs(actor, products.insurerId),
      ),
    )
    .orderBy(asc(insurers.name), asc(products.name));
  const byOrder = Map.groupBy(rows, (row) => row.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

/** Products of an order whose insurers did not decline it. */
export async function productsNotDeclined(db: Db, orderId: string): Promise<string[]> {
  const declined = db
    .select({ id: quotes.id })
    .from(quotes)
    .where(
      and(
        eq(quotes.orderId, orderId),
        eq(quotes.productId, orderProducts.productId),
        eq(quotes.state, 'DECLINED'),
      ),
    );
  const rows = await db
    .select({ productId: orderProducts.productId })
    .from(orderProducts)
    .where(and(eq(orderProducts.orderId, orderId), notExists(declined)));
  return rows.map(({ productId }) => productId);
}

/** Consents the actor may know of: an insurer sees those to the platform's documents and to its own. */
const consentsWhere = (db: Db, actor: Actor, condition: SQL) =>
  db
    .select({ consent: consents, document: productDocuments })
    .from(consents)
    .innerJoin(orders, eq(orders.id, consents.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(productDocuments, eq(productDocuments.id, consents.documentId))
    .leftJoin(products, eq(products.id, productDocuments.productId))
    .where(and(condition, ordersFor(db, actor), ownAffairs(actor, products.insurerId)))
    .orderBy(asc(consents.acceptedAt), asc(consents.id));

/** The consents of each order, oldest first. */
export async function consentsOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<ConsentView[][]> {
  const rows = await consentsWhere(db, actor, inArray(consents.orderId, [...orderIds]));
  const byOrder = Map.groupBy(rows, (row) => row.consent.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

export async function consentById(db: Db, actor: Actor, id: string): Promise<ConsentView | null> {
  const [row] = await consentsWhere(db, actor, eq(consents.id, id));
  return row ?? null;
}

/** Within a command. The newest sales event of an order, after whose number the next one counts. */
export async function lastSalesEvent(db: Db, orderId: string): Promise<SalesEventRow | null> {
  const [row] = await db
    .select()
    .from(salesEvents)
    .where(eq(salesEvents.orderId, orderId))
    .orderBy(desc(salesEvents.seq))
    .limit(1);
  return row ?? null;
}

/** What was recorded of the reading of documents, oldest first. The order is one that the caller may know of. */
export async function salesEventsOfDocuments(
  db: Db,
  orderId: string,
  documentIds: readonly string[],
): Promise<SalesEventRow[]> {
  return db
    .select()
    .from(salesEvents)
    .where(and(eq(salesEvents.orderId, orderId), inArray(salesEvents.documentId, [...documentIds])))
    .orderBy(asc(salesEvents.seq));
}

/**
 * Orders that waited too long: bid orders that did not get to their payment before the deadline, which excludes the second it
 * names, and orders whose accepted premium was not paid in time. A postponed deadline counts as it stands now.
 *
 * @param only asks of one order whether it is among them
 */
export async function ordersToLapse(
  db: Db,
  now: number,
  max: number,
  only?: string,
): Promise<{ id: string }[]> {
  const deadline = sql`coalesce(${depositRequirements.deadlineAt}, ${bidSections.deadlineAt})`;
  return db
    .select({ id: orders.id })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .leftJoin(
      depositRequirements,
      and(
        eq(depositRequirements.sectionId, orders.sectionId),
        eq(depositRequirements.kind, orders.depositKind),
      ),
    )
    .where(
      and(
        only === undefined ? undefined : eq(orders.id, only),
        inArray(orders.state, ['DRAFT', 'UNDERWRITING', 'AWAITING_PAYMENT']),
        or(
          and(eq(orders.depositKind, 'BID'), sql`${deadline} <= ${now}`),
          and(eq(orders.state, 'AWAITING_PAYMENT'), isNotNull(orders.orderAmountFen), lt(orders.dueAt, now)),
        ),
      ),
    )
    .orderBy(asc(orders.id))
    .limit(max);
}
