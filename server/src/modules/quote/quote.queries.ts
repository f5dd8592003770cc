import { and, asc, desc, eq, exists, inArray, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { insideOf, insurerView, ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { asWished } from '../../db/search.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { insurers, products } from '../../db/tables/insurer.ts';
import { orders } from '../../db/tables/order.ts';
import { proposals, queueKey, quotes } from '../../db/tables/quote.ts';
import { bidSections } from '../../db/tables/section.ts';
import type { QuoteState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import { type PremiumBreakdown, premium } from '../../kernel/premium.ts';
import { limits } from '../../limits.ts';
import type { InsuredProduct, OrderRow, OrderView } from '../order/order.queries.ts';

export type QuoteRow = typeof quotes.$inferSelect;
export type ProposalRow = typeof proposals.$inferSelect;

/** A quote with what is shown beside it everywhere, read in one statement. */
export interface QuoteView extends OrderView, InsuredProduct {
  readonly quote: QuoteRow;
}

/** States in which a quote may still lead to a guarantee. */
export const openQuoteStates = [
  'SUBMITTED',
  'MATERIAL_REQUESTED',
  'OFFERED',
  'ACCEPTED',
] as const satisfies readonly QuoteState[];

const viewsOf = (db: Db) =>
  db
    .select({
      quote: quotes,
      product: products,
      insurer: insurers,
      order: orders,
      section: bidSections,
      enterprise: enterprises,
    })
    .from(quotes)
    .innerJoin(orders, eq(orders.id, quotes.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .innerJoin(products, eq(products.id, quotes.productId))
    .innerJoin(insurers, eq(insurers.id, quotes.insurerId))
    .$dynamic();

/** Quotes the actor may know of: of visible orders, and for an insurer only its own. */
const visible = (db: Db, actor: Actor) => and(ordersFor(db, actor), ownAffairs(actor, quotes.insurerId));

export async function quoteById(db: Db, actor: Actor, id: string): Promise<QuoteView | null> {
  return (await quotesByIds(db, actor, [id]))[0] ?? null;
}

/** Quotes the actor may know of, in the order of the ids; null for all others. */
export async function quotesByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(QuoteView | null)[]> {
  const rows = await viewsOf(db).where(and(inArray(quotes.id, [...ids]), visible(db, actor)));
  const byId = new Map(rows.map((row) => [row.quote.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** The quotes of each order, by the insurers' full names. */
export async function quotesOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<QuoteView[][]> {
  const rows = await viewsOf(db)
    .where(and(inArray(quotes.orderId, [...orderIds]), visible(db, actor)))
    .orderBy(asc(insurers.name), asc(products.name));
  const byOrder = Map.groupBy(rows, (row) => row.quote.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

export interface QuoteFilter {
  readonly states?: readonly QuoteState[] | null | undefined;
  /** Whether the insurer or the bidder is late with what is waited for. */
  readonly overdue?: boolean | null | undefined;
  /** Whether the insurer has been given what it last asked for, and has to go on. */
  readonly materialAnswered?: boolean | null | undefined;
  /** Whether an offer waits for a second underwriter. */
  readonly awaitingAgreement?: boolean | null | undefined;
}

/** What lies with an insurer: what is due first comes first; after it what waits for nobody, the newest before the older. */
export async function listQuotes(
  db: Db,
  actor: Actor,
  now: number,
  filter: QuoteFilter,
  { first, after }: PageRequest,
): Promise<Page<QuoteView>> {
  const key = queueKey(quotes);
  const insurerId = insurerView(actor);
  const matching = and(
    visible(db, actor),
    // Says again what is visible, in words that the index understands.
    insurerId ? eq(quotes.insurerId, insurerId) : undefined,
    filter.states ? inArray(quotes.state, [...filter.states]) : undefined,
    asWished(filter.overdue, and(inArray(quotes.state, ['SUBMITTED', 'MATERIAL_REQUESTED']), isPast(now))),
    asWished(
      filter.materialAnswered,
      and(eq(quotes.state, 'SUBMITTED'), sql`json_array_length(${quotes.materialRounds}) > 0`),
    ),
    asWished(filter.awaitingAgreement, exists(pendingOf(db))),
  );
  const rows = await viewsOf(db)
    .where(and(matching, after ? sql`(${key}, ${quotes.id}) > (${after.key}, ${after.id})` : undefined))
    .orderBy(asc(key), asc(quotes.id))
    .limit(first + 1);
  return pageOf(
    rows,
    first,
    ({ quote }) => ({ key: quote.dueAt ?? 9_000_000_000_000_000 - quote.submittedAt, id: quote.id }),
    () => countQuotes(db, matching),
  );
}

const isPast = (now: number) => sql`coalesce(${lt(quotes.dueAt, now)}, 0)`;

const pendingOf = (db: Db) =>
  db
    .select({ id: proposals.id })
    .from(proposals)
    .where(and(eq(proposals.quoteId, quotes.id), eq(proposals.state, 'PENDING')));

async function countQuotes(db: Db, matching: SQL | undefined): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)` })
    .from(quotes)
    .innerJoin(orders, eq(orders.id, quotes.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(matching);
  return row?.count ?? 0;
}

/** Offers that held until an instant that has come. */
export async function quotesToExpire(db: Db, now: number, max: number): Promise<{ id: string }[]> {
  return db
    .select({ id: quotes.id })
    .from(quotes)
    .where(and(eq(quotes.state, 'OFFERED'), lte(quotes.validUntil, now)))
    .orderBy(asc(quotes.validUntil))
    .limit(max);
}

/** What each quote's insurer proposed and has not told yet, or did not tell, oldest first. Nothing to all others. */
export async function proposalsOfQuotes(
  db: Db,
  actor: Actor,
  quoteIds: readonly string[],
): Promise<ProposalRow[][]> {
  const rows = await proposalsWhere(db, actor, inArray(proposals.quoteId, [...quoteIds]));
  const byQuote = Map.groupBy(rows, (row) => row.quoteId);
  return quoteIds.map((id) => byQuote.get(id) ?? []);
}

export async function proposalById(db: Db, actor: Actor, id: string): Promise<ProposalRow | null> {
  return (await proposalsWhere(db, actor, eq(proposals.id, id)))[0] ?? null;
}

async function proposalsWhere(db: Db, actor: Actor, condition: SQL): Promise<ProposalRow[]> {
  const rows = await db
    .select({ proposal: proposals })
    .from(proposals)
    .innerJoin(orders, eq(orders.id, proposals.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(condition, ordersFor(db, actor), insideOf(actor, proposals.insurerId)))
    .orderBy(asc(proposals.proposedAt), asc(proposals.id));
  return rows.map((row) => row.proposal);
}

/** Within a command: the offer of a quote that waits for a second underwriter. */
export async function pendingProposal(db: Db, quoteId: string): Promise<ProposalRow | null> {
  const [row] = await db
    .select()
    .from(proposals)
    .where(and(eq(proposals.quoteId, quoteId), eq(proposals.state, 'PENDING')));
  return row ?? null;
}

/** What the same insurer was asked by the same enterprise before, newest first. */
export async function earlierQuotes(db: Db, actor: Actor, { quote, order }: QuoteView): Promise<QuoteView[]> {
  return viewsOf(db)
    .where(
      and(
        eq(orders.enterpriseId, order.enterpriseId),
        eq(quotes.insurerId, quote.insurerId),
        lt(quotes.submittedAt, quote.submittedAt),
        visible(db, actor),
      ),
    )
    .orderBy(desc(quotes.submittedAt), desc(quotes.id))
    .limit(limits.earlierQuotesMax);
}

/** Whether the caller sees a quote that the file was supplied for. */
export async function mayReadEvidence(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: quotes.id })
    .from(quotes)
    .innerJoin(orders, eq(orders.id, quotes.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        // The ids are kept in JSON; quotation marks make sure that a whole id is meant.
        sql`${quotes.materialRounds} like ${`%"${uploadId}"%`}`,
        visible(db, actor),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/**
 * How the premium of a quote came about: by the product's formula at the offered rate. Before an offer it explains the reference
 * premium.
 *
 * @returns null where the formula does not give the very premium that stands, since then the underwriter set it
 */
export function breakdownOf({ quote, product, order }: QuoteView): PremiumBreakdown | null {
  const standsFen = quote.premiumFen ?? quote.referencePremiumFen;
  const { sumInsuredFen, days } = coverOf(order);
  if (standsFen === null || sumInsuredFen === null || days === null) return null;
  const byRate = product.formula === 'PER_CASE' || product.formula === 'ANNUAL_PRO_RATA';
  const computed = premium({
    formula: product.formula,
    rate: (byRate ? quote.rate : null) ?? product.rate,
    tiers: product.tiers,
    minimumFen: product.minimumFen,
    sumInsuredFen,
    days,
  });
  return computed?.premiumFen === standsFen ? computed : null;
}

function coverOf(order: OrderRow): { sumInsuredFen: number | null; days: number | null } {
  return order.application?.cover ?? { sumInsuredFen: null, days: null };
}
