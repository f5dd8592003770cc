import { and, asc, count, desc, eq, inArray, isNull, notInArray, or, sql } from 'drizzle-orm';
import type { Actor } from '../access/actor.ts';
import { exportEvents, insideEvents, ordersFor, ownAffairs } from '../access/secrecy.ts';
import type { EventRow } from '../command/events.ts';
import type { Db } from '../db/open.ts';
import { events } from '../db/tables/ledger.ts';
import { orders } from '../db/tables/order.ts';
import { bidSections } from '../db/tables/section.ts';
import { RECORDING_NOUN, TRACE_NOUN } from '../evidence/seals.ts';
import { type Page, type PageRequest, pageOf } from '../kernel/page.ts';

/** Events under an order's secrecy, and those under nobody's. Needs the joins below. */
const visible = (db: Db, actor: Actor) =>
  and(
    or(isNull(events.orderId), ordersFor(db, actor)),
    ownAffairs(actor, events.insurerId),
    insideEvents(actor, events.noun),
    exportEvents(events.noun, events.party),
  );

/** The events of objects that the caller was shown, of an order also those of all that hangs on it, oldest first. */
export async function eventsOfObjects(db: Db, actor: Actor, ids: readonly string[]): Promise<EventRow[]> {
  const rows = await db
    .select({ event: events })
    .from(events)
    .leftJoin(orders, eq(orders.id, events.orderId))
    .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        or(inArray(events.objectId, [...ids]), inArray(events.orderId, [...ids])),
        notInArray(events.noun, [TRACE_NOUN, RECORDING_NOUN]),
        visible(db, actor),
      ),
    )
    .orderBy(asc(events.seq));
  return rows.map((row) => row.event);
}

interface EventFilter {
  readonly objectId?: string | null | undefined;
  readonly noun?: string | null | undefined;
}

/** The log as operators and regulators read it, newest first. Pages are keyed by time and id: sequence numbers stay inside. */
export async function eventLog(
  db: Db,
  actor: Actor,
  filter: EventFilter,
  page: PageRequest,
): Promise<Page<EventRow>> {
  const matching = and(
    visible(db, actor),
    filter.objectId ? eq(events.objectId, filter.objectId) : undefined,
    filter.noun ? eq(events.noun, filter.noun) : undefined,
  );
  const { after } = page;
  const rows = await db
    .select({ event: events })
    .from(events)
    .leftJoin(orders, eq(orders.id, events.orderId))
    .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(matching, after ? sql`(${events.at}, ${events.id}) < (${after.key}, ${after.id})` : undefined))
    .orderBy(desc(events.at), desc(events.id))
    .limit(page.first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(events)
      .leftJoin(orders, eq(orders.id, events.orderId))
      .leftJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .where(matching);
    return row?.n ?? 0;
  };
  return pageOf(
    rows.map((row) => row.event),
    page.first,
    (row) => ({ key: row.at, id: row.id }),
    total,
  );
}
