import { and, asc, count, desc, eq, inArray, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { deskWorkFor, insurerView, ordersFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { orders } from '../../db/tables/order.ts';
import { quotes } from '../../db/tables/quote.ts';
import { bidSections } from '../../db/tables/section.ts';
import { ticketMessages, tickets } from '../../db/tables/ticket.ts';
import type { TicketState, TicketType } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type TicketRow = typeof tickets.$inferSelect;
export type TicketMessageRow = typeof ticketMessages.$inferSelect;

/** A ticket as one caller sees it. */
export interface TicketView extends TicketRow {
  readonly orderNumber: string;
  readonly orderAmountFen: number | null;
  /** Whether the caller may not know of the order: then neither section nor enterprise is shown, nor any file. */
  readonly sealed: boolean;
}

export interface TicketFilter {
  readonly states?: readonly TicketState[] | null | undefined;
  readonly types?: readonly TicketType[] | null | undefined;
  readonly overdue?: boolean | null | undefined;
  readonly search?: string | null | undefined;
}

/** An insurer sees what was handed over to it, and nothing else. */
function visible(db: Db, actor: Actor): SQL | undefined {
  const insurerId = insurerView(actor);
  return and(deskWorkFor(db, actor), insurerId ? eq(tickets.insurerId, insurerId) : undefined);
}

function select(db: Db, actor: Actor, where: SQL | undefined) {
  return db
    .select({
      ticket: tickets,
      orderNumber: orders.number,
      orderAmountFen: orders.orderAmountFen,
      orderVisible: sql<number>`(${ordersFor(db, actor)})`,
    })
    .from(tickets)
    .innerJoin(orders, eq(orders.id, tickets.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(visible(db, actor), where));
}

const view = ({
  ticket,
  orderVisible,
  ...order
}: Awaited<ReturnType<typeof select>>[number]): TicketView => ({
  ...ticket,
  ...order,
  sealed: orderVisible === 0,
});

/** Tickets the caller works on or opened, newest first. */
export async function listTickets(
  db: Db,
  actor: Actor,
  filter: TicketFilter,
  page: PageRequest,
  now: number,
): Promise<Page<TicketView>> {
  const search = filter.search?.trim();
  const isPast = sql`coalesce(${lt(tickets.dueAt, now)}, 0)`;
  const matching = and(
    filter.states?.length ? inArray(tickets.state, [...filter.states]) : undefined,
    filter.types?.length ? inArray(tickets.type, [...filter.types]) : undefined,
    filter.overdue == null ? undefined : filter.overdue ? isPast : sql`not ${isPast}`,
    // Only what the masked view shows is searched.
    search ? or(contains(orders.number, search), contains(tickets.number, search)) : undefined,
  );
  const { after } = page;
  const rows = await select(
    db,
    actor,
    and(
      matching,
      after ? sql`(${tickets.createdAt}, ${tickets.id}) < (${after.key}, ${after.id})` : undefined,
    ),
  )
    .orderBy(desc(tickets.createdAt), desc(tickets.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(tickets)
      .innerJoin(orders, eq(orders.id, tickets.orderId))
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .where(and(visible(db, actor), matching));
    return row?.n ?? 0;
  };
  return pageOf(rows.map(view), page.first, (row) => ({ key: row.createdAt, id: row.id }), total);
}

export async function ticketById(db: Db, actor: Actor, id: string): Promise<TicketView | null> {
  const [row] = await select(db, actor, eq(tickets.id, id));
  return row ? view(row) : null;
}

/** The tickets of each order that the caller may know of, the newest first. */
export async function ticketsOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<TicketView[][]> {
  const rows = await select(db, actor, inArray(tickets.orderId, [...orderIds])).orderBy(
    desc(tickets.createdAt),
    desc(tickets.id),
  );
  const byOrder = Map.groupBy(rows.map(view), (row) => row.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

/** What was written in each ticket, oldest first. Whoever asks has seen the ticket. */
export async function messagesOfTickets(db: Db, ticketIds: readonly string[]): Promise<TicketMessageRow[][]> {
  const rows = await db
    .select()
    .from(ticketMessages)
    .where(inArray(ticketMessages.ticketId, [...ticketIds]))
    .orderBy(asc(ticketMessages.createdAt), asc(ticketMessages.id));
  const byTicket = Map.groupBy(rows, (row) => row.ticketId);
  return ticketIds.map((id) => byTicket.get(id) ?? []);
}

/** Within a command: how many tickets of an order are not closed. */
export async function openTicketsOf(db: Db, orderId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(tickets)
    .where(and(eq(tickets.orderId, orderId), ne(tickets.state, 'CLOSED')));
  return row?.n ?? 0;
}

/** The insurer whose quote was accepted, if any. */
export async function insurerOfOrder(db: Db, orderId: string): Promise<string | null> {
  const [row] = await db
    .select({ insurerId: quotes.insurerId })
    .from(quotes)
    .where(and(eq(quotes.orderId, orderId), inArray(quotes.state, ['ACCEPTED', 'ISSUED'])));
  return row?.insurerId ?? null;
}

/** Tickets that close by themselves: resolved and not spoken of since, or waiting in vain for an answer. */
export async function ticketsToClose(
  db: Db,
  now: number,
  max: number,
  id?: string,
): Promise<{ id: string }[]> {
  return db
    .select({ id: tickets.id })
    .from(tickets)
    .where(
      and(
        inArray(tickets.state, ['RESOLVED', 'WAITING_CUSTOMER']),
        lte(tickets.dueAt, now),
        id ? eq(tickets.id, id) : undefined,
      ),
    )
    .orderBy(asc(tickets.dueAt))
    .limit(max);
}

/** Whether a file hangs on a ticket of an order that the caller may see whole. The masked view shows no file. */
export async function mayReadTicketFile(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [row] = await select(
    db,
    actor,
    and(
      ordersFor(db, actor),
      // The ids are kept in JSON; quotation marks make sure that a whole id is meant.
      sql`exists (select 1 from ${ticketMessages} where ${ticketMessages.ticketId} = ${tickets.id} and ${ticketMessages.uploadIds} like ${`%"${uploadId}"%`})`,
    ),
  ).limit(1);
  return row !== undefined;
}
