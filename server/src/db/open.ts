import BetterSqlite3 from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { limits } from '../limits.ts';
import { createTransact, type Transact } from './transact.ts';

export type Db = BetterSQLite3Database<Record<string, never>>;

export interface Database {
  readonly file: string;
  /** For queries outside a command. Cannot write. */
  readonly reader: Db;
  /** The only way to write. */
  readonly transact: Transact;
  /** Statements run so far on both connections; tests pin what an operation costs. */
  readonly statementCount: () => number;
  readonly close: () => void;
}

/**
 * Opens the database file with two connections: one that writes, behind a queue, and one that only reads.
 *
 * Every pragma is set on every open: a reopened WAL file falls back to synchronous=NORMAL, and then a power cut loses orders
 * that were acknowledged.
 */
export function openDatabase(file: string): Database {
  let statements = 0;
  const counted = () => {
    statements += 1;
  };

  const writer = new BetterSqlite3(file);
  writer.pragma('journal_mode = WAL');
  setUp(writer);
  writer.pragma('synchronous = FULL');
  const reader = new BetterSqlite3(file, { readonly: true });
  setUp(reader);
  cacheStatements(writer, counted);
  cacheStatements(reader, counted);

  const writeDb: Db = drizzle(writer, { casing: 'snake_case' });
  return {
    file,
    reader: drizzle(reader, { casing: 'snake_case' }),
    transact: createTransact(writer, writeDb),
    statementCount: () => statements,
    close: () => {
      reader.close();
      writer.close();
    },
  };
}

/** What durability rests on, read back from an open file. `full` is 2. */
export function durabilityOf(
  database: Database,
): Promise<{ synchronous: number; journal: string; foreignKeys: number }> {
  return database.transact(async (db) => ({
    synchronous: db.get<{ synchronous: number }>('pragma synchronous').synchronous,
    journal: db.get<{ journal_mode: string }>('pragma journal_mode').journal_mode,
    foreignKeys: db.get<{ foreign_keys: number }>('pragma foreign_keys').foreign_keys,
  }));
}

function setUp(client: BetterSqlite3.Database): void {
  client.pragma('foreign_keys = ON');
  client.pragma('busy_timeout = 5000');
  client.pragma('cache_size = -65536');
}

/**
 * Keeps prepared statements by their text. Drizzle prepares anew at every call, which costs more than most of our statements
 * take to run. Two per text, since `raw` is a mode of a statement and not of a call.
 */
function cacheStatements(client: BetterSqlite3.Database, onStatement: () => void): void {
  const prepare = client.prepare.bind(client) as (sql: string) => BetterSqlite3.Statement;
  const kept = new Map<string, BetterSqlite3.Statement>();

  const counted = (statement: BetterSqlite3.Statement) => {
    onStatement();
    return statement;
  };
  const facade = (sql: string): BetterSqlite3.Statement => {
    const plain = prepare(sql);
    let raw: BetterSqlite3.Statement | undefined;
    const handle = (statement: () => BetterSqlite3.Statement) => ({
      run: (...parameters: unknown[]) => counted(statement()).run(...parameters),
      all: (...parameters: unknown[]) => counted(statement()).all(...parameters),
      get: (...parameters: unknown[]) => counted(statement()).get(...parameters),
    });
    const rawHandle = handle(() => (raw ??= prepare(sql).raw()));
    return { ...handle(() => plain), raw: () => rawHandle } as unknown as BetterSqlite3.Statement;
  };

  client.prepare = ((sql: string) => {
    const known = kept.get(sql);
    if (known) return known;
    if (kept.size >= limits.cachedStatementsMax) kept.clear();
    const made = facade(sql);
    kept.set(sql, made);
    return made;
  }) as typeof client.prepare;
}
