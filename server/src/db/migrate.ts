import { fileURLToPath } from 'node:url';
import BetterSqlite3 from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { makeAllSearchable } from './search.ts';

const folder = fileURLToPath(new URL('../../../drizzle', import.meta.url));

/** Brings the file to the newest version, creating it where it is not. Foreign keys are off meanwhile: a table that is rebuilt is dropped once. */
export function migrateDatabase(file: string): void {
  const client = new BetterSqlite3(file);
  try {
    client.pragma('journal_mode = WAL');
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = OFF');
    const db = drizzle(client, { casing: 'snake_case' });
    migrate(db, { migrationsFolder: folder });
    makeAllSearchable(db);
    const broken = client.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0) throw new Error(`The migration left ${broken.length} rows that point nowhere.`);
  } finally {
    client.close();
  }
}
