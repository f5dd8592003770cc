import { and, asc, count, desc, eq, exists, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/open.ts';
import { isAmong, isAnyOf, prepared } from '../../db/prepared.ts';
import { holdsWords, isMatch, matchesMany, readSearch } from '../../db/search.ts';
import { bidSections, depositRequirements } from '../../db/tables/section.ts';
import type { BidSectionState, DepositKind, ProjectType } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import { isWithin, regions } from '../../kernel/regions.ts';
import { limits } from '../../limits.ts';

export type SectionRow = typeof bidSections.$inferSelect;
export type DepositRow = typeof depositRequirements.$inferSelect;

/** What a list is asked for. Of several values of one kind any will do; all kinds together have to fit. */
export interface SectionFilter {
  readonly search?: string | null | undefined;
  readonly projectType?: ProjectType | null | undefined;
  readonly projectTypes?: readonly ProjectType[] | null | undefined;
  readonly state?: BidSectionState | null | undefined;
  readonly states?: readonly BidSectionState[] | null | undefined;
  readonly regionCode?: string | null | undefined;
  readonly regionCodes?: readonly string[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly depositKinds?: readonly DepositKind[] | null | undefined;
}

export const SECTION_SORTS = ['NEWEST', 'DEADLINE', 'OPENING'] as const;
export type SectionSort = (typeof SECTION_SORTS)[number];

/** Keys behind the last of any list. */
const FIRST = { key: Number.MAX_SAFE_INTEGER, id: '~' };

/** How a list is read: by which index, in which direction, from where. What comes soonest begins now. */
const orders = {
  NEWEST: {
    column: bidSections.dataTimestamp,
    keyOf: (row: SectionRow) => row.dataTimestamp,
    way: desc,
    sign: sql`<`,
    start: () => FIRST,
  },
  DEADLINE: {
    column: bidSections.deadlineAt,
    keyOf: (row: SectionRow) => row.deadlineAt,
    way: asc,
    sign: sql`>`,
    start: (now: number) => ({ key: now, id: '~' }),
  },
  OPENING: {
    column: bidSections.openAt,
    keyOf: (row: SectionRow) => row.openAt,
    way: asc,
    sign: sql`>`,
    start: (now: number) => ({ key: now, id: '~' }),
  },
} as const;

/** Sections are public: everybody sees them all. Counted up to `limits.countedMax`. */
export async function listSections(
  db: Db,
  filter: SectionFilter,
  sort: SectionSort,
  page: PageRequest,
  now: number,
): Promise<Page<SectionRow>> {
  const { asked, values } = readFilter(filter);
  const search = readSearch(filter.search);
  if (search) asked.push((await matchesMany(db, search)) ? 'holdsWords' : 'isMatch');
  // Few matches are gathered and put in order; the plus keeps the database from walking the list for them.
  const gathers = asked.includes('isMatch');
  const { column, keyOf, way, sign, start } = orders[sort];
  const sorted = gathers ? sql`+${column}` : column;
  const shape = [sort, ...asked].join();
  const from = start(now);
  const matching = (key: string, id: string) =>
    and(
      ...asked.map((name) => conditions[name](db)),
      sql`(${sorted}, ${bidSections.id}) ${sign} (${sql.placeholder(key)}, ${sql.placeholder(id)})`,
    );

  const { key, id } = page.after ?? from;
  const rows = await prepared(db, `listSections ${shape}`, () =>
    db
      .select()
      .from(bidSections)
      .where(matching('key', 'id'))
      .orderBy(way(sorted), way(bidSections.id))
      .limit(sql.placeholder('limit'))
      .prepare(),
  ).execute({ ...values, ...search, key, id, limit: page.first + 1 });

  const total = async () => {
    const [row] = await prepared(db, `countSections ${shape}`, () => {
      const counted = db
        .select({ one: sql`1`.as('one') })
        .from(bidSections)
        .where(matching('key', 'id'))
        .limit(limits.countedMax)
        .as('counted');
      return db.select({ n: count() }).from(counted).prepare();
    }).execute({ ...values, ...search, key: from.key, id: from.id });
    return row?.n ?? 0;
  };
  return pageOf(rows, page.first, (row) => ({ key: keyOf(row) ?? 0, id: row.id }), total);
}

/** What can be asked for, each as a condition on a value of the same name. */
const conditions = {
  projectType: () => eq(bidSections.projectType, sql.placeholder('projectType')),
  projectTypes: () => isAnyOf(bidSections.projectType, 'projectTypes'),
  state: () => eq(bidSections.state, sql.placeholder('state')),
  states: () => isAnyOf(bidSections.state, 'states'),
  regionCode: () => eq(bidSections.regionCode, sql.placeholder('regionCode')),
  regionCodes: () => isAnyOf(bidSections.regionCode, 'regionCodes'),
  depositKinds: (db: Db) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(depositRequirements)
        .where(
          and(
            eq(depositRequirements.sectionId, bidSections.id),
            isAnyOf(depositRequirements.kind, 'depositKinds'),
          ),
        ),
    ),
  isMatch,
  holdsWords,
} as const;

/**
 * The conditions that a filter sets, always in the same order, with their values. One value of a kind is looked up in its index;
 * several are not, since they are many rows that would have to be sorted.
 */
function readFilter(filter: SectionFilter) {
  const asked: (keyof typeof conditions)[] = [];
  const values: Record<string, string> = {};
  const ask = (
    one: keyof typeof conditions | null,
    several: keyof typeof conditions,
    wanted: readonly string[],
  ) => {
    if (wanted.length === 0) return;
    const name = one && wanted.length === 1 ? one : several;
    asked.push(name);
    values[name] = name === one ? (wanted[0] as string) : JSON.stringify(wanted);
  };
  const wish = (one: string | null | undefined, several: readonly string[] | null | undefined) => [
    ...new Set([...(several ?? []), ...(one ? [one] : [])]),
  ];
  ask('projectType', 'projectTypes', wish(filter.projectType, filter.projectTypes));
  ask('state', 'states', wish(filter.state, filter.states));
  const areas = wish(filter.regionCode, filter.regionCodes);
  const within = regions.filter((region) => areas.some((area) => isWithin(region.code, area)));
  // A region nobody knows holds nothing.
  ask('regionCode', 'regionCodes', areas.length && !within.length ? areas : within.map(({ code }) => code));
  ask(null, 'depositKinds', wish(filter.depositKind, filter.depositKinds));
  return { asked, values };
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
