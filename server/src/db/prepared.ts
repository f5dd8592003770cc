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

/** A row to be written, its values apart from the statement that takes them. */
export interface RowShape {
  /** The same for rows that give the same columns: a part of the statement's name. */
  readonly shape: string;
  // biome-ignore lint/suspicious/noExplicitAny: stands for the values of whatever table it is written to
  readonly columns: any;
  readonly values: Record<string, unknown>;
}

/**
 * Takes a row apart, so that a statement that writes it can be `prepared`. What is undefined is left out. Null stands in the
 * statement: as a parameter of a column of JSON it would be written in letters.
 */
export function shapeOf(row: object): RowShape {
  const given = Object.entries(row).filter(([, value]) => value !== undefined);
  return {
    shape: given.map(([column, value]) => (value === null ? `${column}:null` : column)).join(),
    columns: Object.fromEntries(
      given.map(([column, value]) => [column, value === null ? sql`null` : sql.placeholder(column)]),
    ),
    values: Object.fromEntries(given),
  };
}

/** Condition that a column is among values which a prepared query is given as JSON: `{ [name]: JSON.stringify(ids) }`. */
export function isAmong(column: AnySQLiteColumn, name: string): SQL {
  return sql`${column} in (select value from json_each(${sql.placeholder(name)}))`;
}

/** The same where the values are so common that looking them up in an index and sorting would be slower than walking the list: the plus says so to SQLite. */
export function isAnyOf(column: AnySQLiteColumn, name: string): SQL {
  return sql`+${column} in (select value from json_each(${sql.placeholder(name)}))`;
}
