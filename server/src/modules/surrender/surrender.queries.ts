import { and, count, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { deskWorkFor, ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { invoices } from '../../db/tables/invoice.ts';
import { events } from '../../db/tables/ledger.ts';
import { orders } from '../../db/tables/order.ts';
import { policies } from '../../db/tables/policy.ts';
import { bidSections } from '../../db/tables/section.ts';
import { surrenders } from '../../db/tables/surrender.ts';
import {
  type DepositKind,
  STANDING_SURRENDER_STATES,
  type SurrenderCause,
  type SurrenderState,
} from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { SurrenderCase } from './surrender.eligibility.ts';

export type SurrenderRow = typeof surrenders.$inferSelect;

/** A surrender as one caller sees it. */
export interface SurrenderView extends SurrenderRow {
  readonly orderNumber: string;
  /** Whether the caller may not know of the order: then neither section nor enterprise is shown, nor what may name them. */
  readonly sealed: boolean;
  /** Whether an issued invoice has to be reversed before the premium goes back. */
  readonly invoiceStands: boolean;
}

export interface SurrenderFilter {
  readonly states?: readonly SurrenderState[] | null | undefined;
  readonly causes?: readonly SurrenderCause[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly overdue?: boolean | null | undefined;
  readonly search?: string | null | undefined;
}

const visible = (db: Db, actor: Actor) =>
  and(deskWorkFor(db, actor), ownAffairs(actor, surrenders.insurerId));

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      surrender: surrenders,
      orderNumber: orders.number,
      orderVisible: sql<number>`(${ordersFor(db, actor)})`,
      invoiceStands: sql<number>`exists (select 1 from ${invoices} where ${invoices.orderId} = ${orders.id} and ${inArray(invoices.state, ['ISSUED', 'SHIPPED', 'DELIVERED'])})`,
    })
    .from(surrenders)
    .innerJoin(orders, eq(orders.id, surrenders.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(visible(db, actor), where));
}

type Selected = Awaited<ReturnType<typeof select>>[number];
const view = (row: Selected): SurrenderView => ({
  ...row.surrender,
  orderNumber: row.orderNumber,
  sealed: row.orderVisible === 0,
  invoiceStands: row.invoiceStands !== 0,
});

/** Surrenders the caller works on or asked for, newest first. */
export async function listSurrenders(
  db: Db,
  actor: Actor,
  filter: SurrenderFilter,
  page: PageRequest,
  now: number,
): Promise<Page<SurrenderView>> {
  const search = filter.search?.trim();
  const isPast = sql`coalesce(${lt(surrenders.dueAt, now)}, 0)`;
  const matching = and(
    filter.states?.length ? inArray(surrenders.state, [...filter.states]) : undefined,
    filter.causes?.length ? inArray(surrenders.cause, [...filter.causes]) : undefined,
    filter.depositKind ? eq(orders.depositKind, filter.depositKind) : undefined,
    filter.overdue == null ? undefined : filter.overdue ? isPast : sql`not ${isPast}`,
    // Only what the masked view shows is searched: a name that finds something under seal would tell who bought.
    search ? contains(orders.number, search) : undefined,
  );
  const { after } = page;
  const rows = await select(
    db,
    actor,
    and(
      matching,
      after ? sql`(${surrenders.createdAt}, ${surrenders.id}) < (${after.key}, ${after.id})` : undefined,
    ),
  )
    .orderBy(desc(surrenders.createdAt), desc(surrenders.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(surrenders)
      .innerJoin(orders, eq(orders.id, surrenders.orderId))
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .where(and(visible(db, actor), matching));
    return row?.n ?? 0;
  };
  return pageOf(rows.map(view), page.first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function surrenderById(db: Db, actor: Actor, id: string): Promise<SurrenderView | null> {
  const [row] = await select(db, actor, eq(surrenders.id, id));
  return row ? view(row) : null;
}

/** The surrenders of each order that the caller may know of, the newest first. */
export async function surrendersOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<SurrenderView[][]> {
  const rows = await select(db, actor, inArray(surrenders.orderId, [...orderIds])).orderBy(
    desc(surrenders.createdAt),
    desc(surrenders.id),
  );
  const byOrder = Map.groupBy(rows.map(view), (row) => row.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

/** Within a command or a loader: what decides on the surrender of each order. Whoever asks has seen the order. */
export async function surrenderCases(
  db: Db,
  orderIds: readonly string[],
): Promise<(SurrenderCase | undefined)[]> {
  const rows = await casesOf(db).where(inArray(orders.id, [...orderIds]));
  const byOrder = new Map(rows.map(({ orderId, ...facts }) => [orderId, facts]));
  return orderIds.map((id) => byOrder.get(id));
}

const casesOf = (db: Db) =>
  db
    .select({
      orderId: orders.id,
      orderState: orders.state,
      depositKind: orders.depositKind,
      policyState: policies.state,
      sectionState: bidSections.state,
      openedAt: bidSections.openedAt,
      deadlineAt: bidSections.deadlineAt,
      standing: surrenders.state,
    })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .leftJoin(policies, eq(policies.orderId, orders.id))
    .leftJoin(
      surrenders,
      and(eq(surrenders.orderId, orders.id), inArray(surrenders.state, [...STANDING_SURRENDER_STATES])),
    )
    .$dynamic();

/** The orders of a section whose guarantee is issued, with what decides on their surrender, as far as the actor may know of them. */
export async function holdersOf(
  db: Db,
  actor: Actor,
  sectionId: string,
): Promise<(SurrenderCase & { readonly orderId: string })[]> {
  return casesOf(db).where(
    and(
      eq(orders.sectionId, sectionId),
      inArray(orders.state, ['COMPLETED', 'SURRENDERED']),
      ordersFor(db, actor),
    ),
  );
}

/** Whether the holder of an order was offered to give its guarantee back. */
export async function wasOffered(db: Db, orderId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: events.id })
    .from(events)
    .where(and(eq(events.objectId, orderId), eq(events.noun, OFFER_NOUN)))
    .limit(1);
  return row !== undefined;
}

/** The noun of offers in the event log; its object is the order. */
export const OFFER_NOUN = 'surrenderOffer';
