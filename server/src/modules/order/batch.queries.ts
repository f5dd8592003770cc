import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { batchesFor, ordersFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { orderBatches, orders } from '../../db/tables/order.ts';
import { bidSections } from '../../db/tables/section.ts';
import { type OrderView, viewsOf } from './order.queries.ts';

export type BatchRow = typeof orderBatches.$inferSelect;

/** Batches the actor may know of, in the order of the ids; null for all others. */
export async function batchesByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(BatchRow | null)[]> {
  const rows = await db
    .select()
    .from(orderBatches)
    .where(and(inArray(orderBatches.id, [...ids]), batchesFor(actor)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** All orders of a batch, by the codes of their sections. */
export async function ordersOfBatch(db: Db, actor: Actor, batchId: string): Promise<OrderView[]> {
  return viewsOf(db)
    .where(and(eq(orders.batchId, batchId), ordersFor(db, actor)))
    .orderBy(asc(bidSections.code), asc(orders.id));
}
