import { rmSync } from 'node:fs';
import { copyFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { onTestFinished } from 'vitest';
import { type Actor, system } from '../../src/access/actor.ts';
import { type App, createApp } from '../../src/app.ts';
import { noRequest } from '../../src/command/core.ts';
import { verifyEvents } from '../../src/command/events.ts';
import { type Command, run } from '../../src/command/run.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import type { Log } from '../../src/log.ts';
import { createGiven, type Given, type Person } from './given.ts';

/** What a GraphQL request answered: the HTTP status beside the body. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever its own query asked for
export type Answer = { status: number; headers: Headers; data: any; errors?: any[] };

export type Ask = (
  query: string,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
) => Promise<Answer>;

export interface Harness {
  readonly app: App;
  readonly given: Given;
  /** Sends GraphQL as somebody, through the whole server. `null` is a stranger. */
  readonly as: (who: Person | null) => Ask;
  /** Any HTTP request as somebody. */
  readonly fetch: (who: Person | null, path: string, init?: RequestInit) => Promise<Response>;
  /** Time of the service, in milliseconds; `pass` moves it on. */
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  /** Runs service functions as the system does. */
  readonly system: <T>(act: (command: Command) => Promise<T>) => Promise<T>;
  readonly actAs: <T>(actor: Actor, act: (command: Command) => Promise<T>) => Promise<T>;
  /** Number of rows of every table, to show that a refusal wrote nothing. */
  readonly rows: () => Promise<Record<string, number>>;
  /** All that is in the tables, to show that a refusal changed nothing. `except` are tables left out. */
  readonly content: (except?: readonly string[]) => Promise<string>;
  readonly events: () => Promise<string[]>;
  /** What the log was told, a line each. */
  readonly logged: string[];
}

/** 2026-11-24 10:00 in Shanghai, a Tuesday. */
export const START_MS = Date.UTC(2026, 10, 24, 2);

const template = join(tmpdir(), `tender-guarantee-template-${process.pid}.sqlite`);
let templateMade = false;

/**
 * A whole service on a database file of its own, with a clock that stands until told otherwise. Ends with the test.
 *
 * @param clientFolder of a built client to serve beside the API
 * @param original whose data it begins with: a twin, so that what happens to the one alone can be told by comparing
 */
export async function createHarness(
  environment: Record<string, string> = {},
  original: Harness | null = null,
  clientFolder: string | null = null,
): Promise<Harness> {
  if (!templateMade) {
    await rm(template, { force: true });
    migrateDatabase(template);
    process.once('exit', () => rmSync(template, { force: true }));
    templateMade = true;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'tender-guarantee-'));
  const config: Config = readConfig({ DATA_DIR: dataDir, PORT: '4000', LOG_LEVEL: 'silent', ...environment });
  if (original) {
    const { dataDir: folder } = original.app.core.config;
    await cp(folder, dataDir, { recursive: true, filter: (path) => !path.includes('.sqlite') });
    await original.app.core.database.reader.run(sql`vacuum into ${config.databaseFile}`);
  } else {
    await copyFile(template, config.databaseFile);
  }

  let now = original?.now() ?? START_MS;
  const logged: string[] = [];
  const keep = (level: string) => (facts: Record<string, unknown>, message: string) =>
    void logged.push(JSON.stringify({ level, message, ...facts }));
  const log: Log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
  const app = await createApp(config, { clock: { now: () => now }, log, clientFolder });
  onTestFinished(async () => {
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const actAs = <T>(actor: Actor, act: (command: Command) => Promise<T>) =>
    run(app.core, actor, noRequest, act);
  const fetch: Harness['fetch'] = (who, path, init = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(who?.headers ?? {})) headers.set(name, value);
    return app.fetch(new Request(new URL(path, config.publicOrigin), { ...init, headers }));
  };

  const harness: Harness = {
    app,
    given: null as unknown as Given,
    as: (who) => async (query, variables, headers) => {
      const response = await fetch(who, '/graphql', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(who?.kind === 'API_CLIENT' ? { 'idempotency-key': crypto.randomUUID() } : {}),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
      });
      return {
        status: response.status,
        headers: response.headers,
        ...((await response.json()) as object),
      } as Answer;
    },
    fetch,
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
    system: (act) => actAs(system, act),
    actAs,
    async rows() {
      const counts: Record<string, number> = {};
      for (const name of await tables()) {
        const [row] = await app.core.database.reader.all<{ n: number }>(
          sql.raw(`select count(*) as n from "${name}"`),
        );
        counts[name] = row?.n ?? 0;
      }
      return counts;
    },
    async content(except = []) {
      const all: Record<string, unknown[]> = {};
      for (const name of await tables()) {
        if (!except.includes(name))
          all[name] = await app.core.database.reader.all(sql.raw(`select * from "${name}"`));
      }
      return JSON.stringify(all);
    },
    async events() {
      const rows = await app.core.database.reader.all<{
        party: string;
        noun: string;
        event: string;
        from_state: string | null;
        to_state: string | null;
      }>(sql`select party, noun, event, from_state, to_state from events order by seq`);
      const { fault } = await verifyEvents(app.core.database.reader);
      if (fault) throw new Error(`The event chain is broken at ${fault.seq}: ${fault.reason}.`);
      return rows.map(
        (row) => `${row.party} ${row.noun} ${row.event}: ${row.from_state ?? '·'} -> ${row.to_state ?? '·'}`,
      );
    },
    logged,
  };
  async function tables(): Promise<string[]> {
    const rows = await app.core.database.reader.all<{ name: string }>(
      sql`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like '\\_\\_%' escape '\\' order by name`,
    );
    return rows.map((row) => row.name);
  }
  return Object.assign(harness, { given: createGiven(harness) });
}
