import { sql } from 'drizzle-orm';
import { type AnySQLiteColumn, blob, check, integer, text } from 'drizzle-orm/sqlite-core';

/**
 * The column types of every table. Tables are written with these and nothing else, so that another database needs another
 * version of this file only.
 */

/** Prefixed random identifier. */
export const id = () => text().primaryKey();
/** Identifier of a row of another table. */
export const ref = () => text();
/** Amount of money in fen (1/100 yuan). */
export const fen = () => integer({ mode: 'number' });
/** Instant in milliseconds since 1970-01-01T00:00:00Z. */
export const instant = () => integer({ mode: 'number' });
/** Calendar day, YYYY-MM-DD. */
export const day = () => text();
export const count = () => integer({ mode: 'number' });
export const flag = () => integer({ mode: 'boolean' });
export const line = () => text();
/** Bytes that belong to a row and are written in its transaction; files of people go to the storage. */
export const bytes = () => blob({ mode: 'buffer' });
export const json = <T>() => text({ mode: 'json' }).$type<T>();
export const oneOf = <const V extends readonly [string, ...string[]]>(values: V) => text({ enum: values });

/** CHECK that a column of `oneOf` holds one of its values, also when something else than this program writes it. */
export function known(name: string, column: AnySQLiteColumn, values: readonly string[]) {
  return check(
    `${name}_known`,
    sql`${column} in (${sql.raw(values.map((value) => `'${value}'`).join(', '))})`,
  );
}

/** CHECK that an amount in fen is null or not negative. */
export function notNegative(name: string, column: AnySQLiteColumn) {
  return check(`${name}_not_negative`, sql`${column} >= 0`);
}

/** CHECK that an amount in fen is over 0. */
export function positive(name: string, column: AnySQLiteColumn) {
  return check(`${name}_positive`, sql`${column} > 0`);
}

/** CHECK that a day, where present, is written YYYY-MM-DD. */
export function dayShaped(name: string, column: AnySQLiteColumn) {
  return check(
    `${name}_day`,
    sql`${column} is null or ${column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'`,
  );
}
