import { eq, isNull, like, not, type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from './open.ts';
import { bidSections, bidSectionTexts } from './tables/section.ts';

/** Whether a column holds the text anywhere. What a person types is never a pattern. */
export function contains(column: AnySQLiteColumn, text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  return sql`${like(column, pattern)} escape '\\'`;
}

/*
 * The search of sections. Chinese has no spaces between words, so what is indexed are pairs of neighbouring characters, and a word
 * is found as the phrase of its pairs: any two characters or more, anywhere in a name or a code. One character is found as the
 * beginning of a pair. The index is SQLite's FTS5; what is asked of it is in this file alone (on PostgreSQL: pg_bigm or pg_trgm).
 */

/** What a section is found by. */
interface Searchable {
  readonly code: string;
  readonly name: string;
  readonly projectName: string | null;
  readonly tendererName: string | null;
}

/** What a person typed, read. */
export interface Search {
  /** Of the index. */
  readonly match: string;
  /** The words as they stand in `bid_section_texts`, as JSON: all of them have to be there. */
  readonly words: string;
}

/** More than this and walking the list in its order meets a page of matches sooner than the index has sorted them. */
const MATCHES_FEW_MAX = 2000;
const WORDS_MAX = 10;

/** One text is another written wide or narrow, in capitals or not, with spaces or without. */
const plain = (text: string) => text.normalize('NFKC').toLowerCase();

/** Reads what was typed into a search box; null where it says nothing. */
export function readSearch(text: string | null | undefined): Search | null {
  const words = plain(text ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX);
  if (words.length === 0) return null;
  return { match: words.map(phraseOf).join(' AND '), words: JSON.stringify(words) };
}

/** Whether so much matches that the list is better walked than gathered. */
export async function matchesMany(db: Db, { match }: Search): Promise<boolean> {
  const [row] = await db.all<{ n: number }>(
    sql`select count(*) as n from (select 1 from bid_section_index where bid_section_index match ${match} limit ${MATCHES_FEW_MAX + 1})`,
  );
  return (row?.n ?? 0) > MATCHES_FEW_MAX;
}

/** Condition that a section is among the matches of the index. Takes the placeholder `match`. */
export const isMatch = (): SQL =>
  sql`${bidSections.id} in (select section_id from bid_section_texts where number in
    (select rowid from bid_section_index where bid_section_index match ${sql.placeholder('match')}))`;

/** The same of a section that is looked at anyway. Takes the placeholder `words`. */
export const holdsWords = (): SQL =>
  sql`exists (select 1 from bid_section_texts as texts where texts.section_id = ${bidSections.id} and not exists
    (select 1 from json_each(${sql.placeholder('words')}) as word where instr(texts.text, word.value) = 0))`;

/** Makes a section found by what it is now called. To be called in the transaction that changes it. */
export async function makeSearchable(db: Db, sectionId: string, section: Searchable): Promise<void> {
  const text = textOf(section);
  const [before] = await db.select().from(bidSectionTexts).where(eq(bidSectionTexts.sectionId, sectionId));
  if (before?.text === text) return;
  if (before) {
    await db.run(sql`delete from bid_section_index where rowid = ${before.number}`);
    await db.update(bidSectionTexts).set({ text }).where(eq(bidSectionTexts.sectionId, sectionId));
    await db.run(insertion(before.number, text));
    return;
  }
  const [made] = await db.insert(bidSectionTexts).values({ sectionId, text }).returning();
  if (made) await db.run(insertion(made.number, text));
}

/** Makes searchable what a release before the index has left: the migration cannot read Chinese. */
export function makeAllSearchable(db: Db): void {
  const missing = db
    .select({ section: bidSections })
    .from(bidSections)
    .leftJoin(bidSectionTexts, eq(bidSectionTexts.sectionId, bidSections.id))
    .where(isNull(bidSectionTexts.number))
    .all();
  if (missing.length === 0) return;
  db.transaction((tx) => {
    for (const { section } of missing) {
      const text = textOf(section);
      const { number } = tx.insert(bidSectionTexts).values({ sectionId: section.id, text }).returning().get();
      tx.run(insertion(number, text));
    }
  });
}

const insertion = (number: number, text: string) =>
  sql`insert into bid_section_index (rowid, pairs) values (${number}, ${text.split('\n').flatMap(pairsOf).join(' ')})`;

/** A line break between the fields, which no word can hold. */
const textOf = ({ code, name, projectName, tendererName }: Searchable) =>
  [code, name, projectName, tendererName]
    .flatMap((field) => (field ? plain(field).replace(/\s+/g, '') : []))
    .join('\n');

/** Every character as four of 0–9 and a–z, so that the index takes each alike, signs included. */
const signsOf = (word: string) =>
  Array.from(word, (character) => (character.codePointAt(0) ?? 0).toString(36).padStart(4, '0'));

/** The pairs of a field. Its last character is paired with the end, which keeps phrases within the field. */
function pairsOf(field: string): string[] {
  const signs = signsOf(field);
  return signs.map((sign, i) => `${sign}${signs[i + 1] ?? 'zzzz'}`);
}

function phraseOf(word: string): string {
  const signs = signsOf(word);
  if (signs.length === 1) return `"${signs[0]}"*`;
  return `"${signs
    .slice(1)
    .map((sign, i) => `${signs[i]}${sign}`)
    .join(' ')}"`;
}

/** The condition, its contrary, or nothing, as the filter says. */
export function asWished(wish: boolean | null | undefined, condition: SQL | undefined): SQL | undefined {
  return wish == null || !condition ? undefined : wish ? condition : not(condition);
}
