import { and, desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { orders } from '../../db/tables/order.ts';
import { savedSections } from '../../db/tables/project.ts';
import { bidSections } from '../../db/tables/section.ts';
import type { BidSectionState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { SectionRow } from '../section/section.queries.ts';

export type SavedRow = typeof savedSections.$inferSelect;

/** A section that an enterprise has to do with: it saved it, or has an order there. */
export interface ProjectRow {
  readonly section: SectionRow;
  /** When it was last saved or applied for, in milliseconds. */
  readonly touchedAt: number;
}

export interface ProjectFilter {
  readonly saved?: boolean | null | undefined;
  readonly states?: readonly BidSectionState[] | null | undefined;
}

/** The one rule of who reads what was saved: the enterprise that saved it. */
function savedBy(actor: Actor): SQL {
  return actor.kind === 'USER' && actor.role === 'BIDDER' && actor.enterpriseId
    ? eq(savedSections.enterpriseId, actor.enterpriseId)
    : sql`0`;
}

/** What the actor's enterprise saved among these sections, in their order. */
export async function savedOf(
  db: Db,
  actor: Actor,
  sectionIds: readonly string[],
): Promise<(SavedRow | null)[]> {
  const rows = await db
    .select()
    .from(savedSections)
    .where(and(savedBy(actor), inArray(savedSections.sectionId, [...sectionIds])));
  const bySection = new Map(rows.map((row) => [row.sectionId, row]));
  return sectionIds.map((id) => bySection.get(id) ?? null);
}

/** Ids of the actor's own orders for each of these sections, the newest first. */
export async function orderIdsOf(db: Db, actor: Actor, sectionIds: readonly string[]): Promise<string[][]> {
  const rows = await db
    .select({ id: orders.id, sectionId: orders.sectionId })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(ordersFor(db, actor), inArray(orders.sectionId, [...sectionIds])))
    .orderBy(desc(orders.createdAt), desc(orders.id));
  const bySection = Map.groupBy(rows, (row) => row.sectionId);
  return sectionIds.map((id) => (bySection.get(id) ?? []).map((row) => row.id));
}

/** The sections that the actor's enterprise saved or has an order for, those touched last first. */
export async function listProjects(
  db: Db,
  actor: Actor,
  filter: ProjectFilter,
  { first, after }: PageRequest,
): Promise<Page<ProjectRow>> {
  const saved = db
    .select({ sectionId: savedSections.sectionId, at: savedSections.createdAt })
    .from(savedSections)
    .where(savedBy(actor));
  const applied = db
    .select({ sectionId: orders.sectionId, at: orders.createdAt })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(ordersFor(db, actor));
  const touches = (filter.saved ? saved : saved.unionAll(applied)).as('touches');
  const touched = db
    .select({ sectionId: touches.sectionId, at: sql<number>`max(${touches.at})`.as('touched_at') })
    .from(touches)
    .groupBy(touches.sectionId)
    .as('touched');
  const matching = filter.states?.length ? inArray(bidSections.state, [...filter.states]) : undefined;

  const rows = await db
    .select({ section: bidSections, touchedAt: touched.at })
    .from(touched)
    .innerJoin(bidSections, eq(bidSections.id, touched.sectionId))
    .where(
      and(
        matching,
        after ? sql`(${touched.at}, ${bidSections.id}) < (${after.key}, ${after.id})` : undefined,
      ),
    )
    .orderBy(desc(touched.at), desc(bidSections.id))
    .limit(first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: sql<number>`count(*)` })
      .from(touched)
      .innerJoin(bidSections, eq(bidSections.id, touched.sectionId))
      .where(matching);
    return row?.n ?? 0;
  };
  return pageOf(rows, first, (row) => ({ key: row.touchedAt, id: row.section.id }), total);
}
