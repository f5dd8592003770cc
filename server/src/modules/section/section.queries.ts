import { and, asc, desc, eq, exists, inArray, like, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
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
  const matching = and(...conditions(db, filter));
  const rows = await db
    .select()
    .from(bidSections)
    .where(
      and(
        matching,
        page.after
          ? sql`(${bidSections.dataTimestamp}, ${bidSections.id}) < (${page.after.key}, ${page.after.id})`
          : undefined,
      ),
    )
    .orderBy(desc(bidSections.dataTimestamp), desc(bidSections.id))
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    (row) => ({ key: row.dataTimestamp, id: row.id }),
    () => db.$count(bidSections, matching),
  );
}

function conditions(db: Db, filter: SectionFilter): (SQL | undefined)[] {
  const search = filter.search?.trim();
  const pattern = search ? `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%` : null;
  const region = filter.regionCode;
  return [
    filter.projectType ? eq(bidSections.projectType, filter.projectType) : undefined,
    filter.state ? eq(bidSections.state, filter.state) : undefined,
    region
      ? inArray(
          bidSections.regionCode,
          regions.filter((candidate) => isWithin(candidate.code, region)).map((candidate) => candidate.code),
        )
      : undefined,
    pattern ? or(escapedLike(bidSections.name, pattern), escapedLike(bidSections.code, pattern)) : undefined,
    filter.depositKind
      ? exists(
          db
            .select({ one: sql`1` })
            .from(depositRequirements)
            .where(
              and(
                eq(depositRequirements.sectionId, bidSections.id),
                eq(depositRequirements.kind, filter.depositKind),
              ),
            ),
        )
      : undefined,
  ];
}

const escapedLike = (column: typeof bidSections.name | typeof bidSections.code, pattern: string) =>
  sql`${like(column, pattern)} escape '\\'`;

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
  const rows = await db
    .select()
    .from(depositRequirements)
    .where(inArray(depositRequirements.sectionId, [...ids]))
    .orderBy(asc(depositRequirements.kind));
  const bySection = Map.groupBy(rows, (row) => row.sectionId);
  return ids.map((id) => bySection.get(id) ?? []);
}
