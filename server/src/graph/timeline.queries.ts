import { and, asc, desc, eq, inArray, isNull, or, sql } from 'drizzle-orm';
import type { Actor } from '../access/actor.ts';
import { ordersFor, ownAffairs } from '../access/secrecy.ts';
import type { EventRow } from '../command/events.ts';
import type { Db } from '../db/open.ts';
import { events } from '../db/tables/ledger.ts';
import { orders } from '../db/tables/order.ts';
import { bidSections } from '../db/tables/section.ts';
import type { PageRequest } from '../kernel/page.ts';

/** Events under an order's secrecy, and those under nobody's. Needs the joins below. */
const visible = (db: Db, actor: Actor) =>
  and(or(isNull(events.orderId), ordersFor(db, actor)), ownAffairs(actor, events.insurerId));

/** The timelines of objects that the caller was shown, oldest first. */
export async function eventsOfObjects(db: Db, actor: Actor, ids: readonly string[]): Promise<EventRow[][]> {
  const rows = await db
    .select({ event: events })
    .from(events)
    .leftJoin(orders, eq(orders.id, events.orderId))
    .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(inArray(events.objectId, [...ids]), visible(db, actor)))
    .orderBy(asc(events.seq));
  return ids.map((id) => rows.filter((row) => row.event.objectId === id).map((row) => row.event));
}

/** The log as operators and regulators read it, newest first. Pages are keyed by time and id: sequence numbers stay inside. */
export async function eventLog(
  db: Db,
  actor: Actor,
  filter: { objectId?: string | null | undefined; noun?: string | null | undefined },
  page: PageRequest,
): Promise<EventRow[]> {
  const rows = await db
    .select({ event: events })
    .from(events)
    .leftJoin(orders, eq(orders.id, events.orderId))
    .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        visible(db, actor),
        filter.objectId ? eq(events.objectId, filter.objectId) : undefined,
        filter.noun ? eq(events.noun, filter.noun) : undefined,
        page.after ? sql`(${events.at}, ${events.id}) < (${page.after.key}, ${page.after.id})` : undefined,
      ),
    )
    .orderBy(desc(events.at), desc(events.id))
    .limit(page.first + 1);
  return rows.map((row) => row.event);
}
