import { and, asc, count, desc, eq, exists, inArray, like, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { isAmong, prepared } from '../../db/prepared.ts';
import { bidSections, depositRequirements } from '../../db/tables/section.ts';
import type { BidSectionState, DepositKind, ProjectType } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import { isWithin, regions } from '../../kernel/regions.ts';

export type SectionRow = typeof bidSections.$inferSelect;
export type DepositRow = typeof depositRequirements.$inferSelect;

export interface SectionFilter {
  readonly search?: string | null | undefined;
  readonly projectType?: ProjectType | null | undefined;
  readonly state?: BidSectionState | null | undefined;
  readonly regionCode?: string | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
}

/** Sections are public: everybody sees them all. Newest announcement first. */
export async function listSections(
  db: Db,
  filter: SectionFilter,
  page: PageRequest,
): Promise<Page<SectionRow>> {
  const asked = readFilter(filter);
  const shape = [...asked.keys(), page.after ? 'after' : ''].join();
  const values = Object.fromEntries(asked);
  const matching = () => and(...[...asked.keys()].map((name) => conditions[name](db)));

  const rows = await prepared(db, `listSections ${shape}`, () =>
    db
      .select()
      .from(bidSections)
      .where(
        and(
          matching(),
          page.after
            ? sql`(${bidSections.dataTimestamp}, ${bidSections.id}) < (${sql.placeholder('afterKey')}, ${sql.placeholder('afterId')})`
            : undefined,
        ),
      )
      .orderBy(desc(bidSections.dataTimestamp), desc(bidSections.id))
      .limit(sql.placeholder('limit'))
      .prepare(),
  ).execute({ ...values, afterKey: page.after?.key, afterId: page.after?.id, limit: page.first + 1 });

  const total = async () => {
    const [row] = await prepared(db, `countSections ${shape}`, () =>
      db.select({ n: count() }).from(bidSections).where(matching()).prepare(),
    ).execute(values);
    return row?.n ?? 0;
  };
  return pageOf(rows, page.first, (row) => ({ key: row.dataTimestamp, id: row.id }), total);
}

/** What can be asked for, each as a condition on a value of the same name. */
const conditions = {
  projectType: () => eq(bidSections.projectType, sql.placeholder('projectType')),
  state: () => eq(bidSections.state, sql.placeholder('state')),
  regionCodes: () => isAmong(bidSections.regionCode, 'regionCodes'),
  pattern: () =>
    or(
      sql`${like(bidSections.name, sql.placeholder('pattern'))} escape '\\'`,
      sql`${like(bidSections.code, sql.placeholder('pattern'))} escape '\\'`,
    ),
  depositKind: (db: Db) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(depositRequirements)
        .where(
          and(
            eq(depositRequirements.sectionId, bidSections.id),
            eq(depositRequirements.kind, sql.placeholder('depositKind')),
          ),
        ),
    ),
} as const;

/** The conditions that a filter sets, with their values, always in the same order. */
function readFilter(filter: SectionFilter): Map<keyof typeof conditions, string> {
  const asked = new Map<keyof typeof conditions, string>();
  const { projectType, state, regionCode, depositKind } = filter;
  const search = filter.search?.trim();
  if (projectType) asked.set('projectType', projectType);
  if (state) asked.set('state', state);
  if (regionCode) {
    const within = regions.filter((region) => isWithin(region.code, regionCode));
    asked.set('regionCodes', JSON.stringify(within.map((region) => region.code)));
  }
  if (search) asked.set('pattern', `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`);
  if (depositKind) asked.set('depositKind', depositKind);
  return asked;
}

export async function sectionById(db: Db, id: string): Promise<SectionRow | null> {
  const [row] = await db.select().from(bidSections).where(eq(bidSections.id, id));
  return row ?? null;
}

/** Codes are unique per source; with several sources the newest announcement is meant. */
export async function sectionByCode(db: Db, code: string): Promise<SectionRow | null> {
  const [row] = await db
    .select()
    .from(bidSections)
    .where(eq(bidSections.code, code))
    .orderBy(desc(bidSections.dataTimestamp))
    .limit(1);
  return row ?? null;
}

export async function sectionsByIds(db: Db, ids: readonly string[]): Promise<(SectionRow | null)[]> {
  const rows = await db
    .select()
    .from(bidSections)
    .where(inArray(bidSections.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function depositsOfSections(db: Db, ids: readonly string[]): Promise<DepositRow[][]> {
  const rows = await prepared(db, 'depositsOfSections', () =>
    db
      .select()
      .from(depositRequirements)
      .where(isAmong(depositRequirements.sectionId, 'ids'))
      .orderBy(asc(depositRequirements.kind))
      .prepare(),
  ).execute({ ids: JSON.stringify(ids) });
  const bySection = Map.groupBy(rows, (row) => row.sectionId);
  return ids.map((id) => bySection.get(id) ?? []);
}
