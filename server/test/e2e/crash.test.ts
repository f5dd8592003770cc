import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { verifyEvents } from '../../src/command/events.ts';
import { openDatabase } from '../../src/db/open.ts';
import { events } from '../../src/db/tables/ledger.ts';
import { orders } from '../../src/db/tables/order.ts';
import { SAVE, START } from '../../src/modules/order/order.fixture.ts';
import { chanceOf } from '../support/chance.ts';
import type { Person } from '../support/given.ts';
import { createHarness } from '../support/harness.ts';
import { freePort, killServer, productionFolder, startServer } from '../support/process.ts';

/*
 * The server itself, as a process of its own, is killed while people work. Whatever it had said yes to is there afterwards, what it
 * had not answered is answered when it is asked again, and nothing is there by halves.
 */

const KILLS = 5;
const CLERKS = 8;
const SECTIONS = 150;
/** Of one round, from the first request to the kill. */
const ROUND_MS = { least: 150, most: 900 };

/** A data folder with clerks who are signed in and sections to apply for, at the machine's own time. */
async function prepare() {
  const h = await createHarness();
  h.pass(Date.now() - h.now());
  const clerks: Person[] = [];
  for (let i = 0; i < CLERKS; i += 1) clerks.push(await h.given.bidder());
  const sectionIds: string[] = [];
  for (let i = 0; i < SECTIONS; i += 1) sectionIds.push((await h.given.section()).id);

  const folder = await productionFolder();
  const databaseFile = join(folder, 'platform.sqlite');
  await h.app.core.database.reader.run(sql`vacuum into ${databaseFile}`);
  await copyFile(join(h.app.core.config.dataDir, 'sandbox', 'secret-key'), join(folder, 'secret-key'));
  return { clerks, sectionIds, folder, databaseFile };
}

interface Act {
  readonly clerk: Person;
  readonly key: string;
  readonly query: string;
  readonly input: Record<string, unknown>;
  /** The order that the answer named; null while it is not answered. */
  orderId: string | null;
}

test('what was acknowledged survives kill -9, and what was not is done once when it is asked again', async () => {
  const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`CRASH_SEED=${seed}`);
  const chance = chanceOf(seed);
  const { clerks, sectionIds, folder, databaseFile } = await prepare();
  const port = await freePort();
  const acts: Act[] = [];
  let unanswered = 0;

  const send = async (act: Act): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': act.key, ...act.clerk.headers },
      body: JSON.stringify({ query: act.query, variables: { input: act.input } }),
    });
    const answer = (await response.json()) as { data?: Record<string, { id?: string }> };
    const id = Object.values(answer.data ?? {})[0]?.id;
    // A refusal here would be an assertion of its own: nobody does anything that is not allowed.
    expect(id, JSON.stringify(answer)).toBeTruthy();
    return id ?? '';
  };
  /** The next thing a clerk does: a new order, or another save of one that exists. */
  const nextAct = (clerk: Person): Act | null => {
    const own = acts.filter((act) => act.clerk === clerk && act.query === START);
    const some = own[Math.floor(chance() * own.length)];
    const sectionId = sectionIds[own.length];
    if (some?.orderId && (chance() < 0.5 || !sectionId)) {
      const application = { section: { constructionDays: acts.length + 1 } };
      return {
        clerk,
        key: crypto.randomUUID(),
        query: SAVE,
        input: { orderId: some.orderId, application },
        orderId: null,
      };
    }
    if (!sectionId) return null;
    const input = { sectionId, depositKind: 'BID', form: 'INSURANCE' };
    return { clerk, key: crypto.randomUUID(), query: START, input, orderId: null };
  };
  /** Works until the server is gone. What it did not answer is asked again under its key when it is back. */
  const work = async (clerk: Person): Promise<void> => {
    for (let act = nextAct(clerk); act; act = nextAct(clerk)) {
      acts.push(act);
      try {
        act.orderId = await send(act);
      } catch (fault) {
        if (!(fault instanceof TypeError) && !(fault instanceof SyntaxError)) throw fault;
        unanswered += 1;
        return;
      }
    }
  };

  for (let round = 0; round < KILLS; round += 1) {
    const server = await startServer(folder, port);
    const before = acts.length;
    for (const act of acts.filter(({ orderId }) => orderId === null)) act.orderId = await send(act);
    // Some of what it had acknowledged before it was killed, asked again, is the same.
    for (const act of acts.slice(-20, before)) expect(await send(act)).toBe(act.orderId);

    const working = Promise.all(clerks.map(work));
    const after = ROUND_MS.least + chance() * (ROUND_MS.most - ROUND_MS.least);
    const end = new Promise<void>((resolve) => setTimeout(resolve, after));
    await Promise.race([end, working]);
    await killServer(server);
    await working;
    expect(acts.length).toBeGreaterThan(before);
  }

  const last = await startServer(folder, port);
  for (const act of acts) {
    const orderId = await send(act);
    if (act.orderId !== null) expect(orderId).toBe(act.orderId);
    act.orderId = orderId;
  }
  await killServer(last);
  console.info(`${acts.length} acts, ${unanswered} of them unanswered at ${KILLS} kills`);

  const database = openDatabase(databaseFile);
  onTestFinished(() => database.close());
  const { reader } = database;
  expect(await reader.all(sql`pragma integrity_check`)).toEqual([{ integrity_check: 'ok' }]);
  expect(await reader.all(sql`pragma foreign_key_check`)).toEqual([]);
  expect((await verifyEvents(reader)).fault).toBeNull();

  const started = acts.filter((act) => act.query === START);
  const kept = await reader.select().from(orders);
  expect(kept.map(({ id }) => id).sort()).toEqual(started.map(({ orderId }) => orderId).sort());
  const births = await reader.select().from(events).where(eq(events.event, 'START'));
  expect(births.map(({ objectId }) => objectId).sort()).toEqual(kept.map(({ id }) => id).sort());

  // A clerk does one thing after another, so what was saved last is what stands.
  const saved = new Map(acts.filter((act) => act.query === SAVE).map((act) => [act.orderId, act.input]));
  for (const order of kept) {
    const input = saved.get(order.id) as
      | { application: { section: { constructionDays: number } } }
      | undefined;
    if (input)
      expect(order.application?.section.constructionDays).toBe(input.application.section.constructionDays);
  }
}, 120_000);
