import { type SQL, sql } from 'drizzle-orm';
import type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from './open.ts';

const kept = new WeakMap<Db, Map<string, unknown>>();

/**
 * A query that is built once per database and run many times with other values: building one costs more than running it.
 *
 * @param name of the query, with whatever its shape depends on
 */
export function prepared<Q>(db: Db, name: string, build: () => Q): Q {
  const queries = kept.get(db) ?? new Map<string, unknown>();
  kept.set(db, queries);
  const known = queries.get(name) as Q | undefined;
  if (known !== undefined) return known;
  const made = build();
  queries.set(name, made);
  return made;
}

/** Condition that a column is among values which a prepared query is given as JSON: `{ [name]: JSON.stringify(ids) }`. */
export function isAmong(column: AnySQLiteColumn, name: string): SQL {
  return sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;
}

/** The same where the values are so common that looking them up in an index and sorting would be slower than walking the list: the plus says so to SQLite. */
export function isAnyOf(column: AnySQLiteColumn, name: string): SQL {
  return sql`+${column} in (select value from json_each(${sql.placeholder(name)}))`;
}
