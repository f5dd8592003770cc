import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { limits } from '../limits.ts';
import { migrateDatabase } from './migrate.ts';
import { type Db, openDatabase } from './open.ts';
import { usedChallenges } from './tables/account.ts';

function database() {
  const folder = mkdtempSync(join(tmpdir(), 'tender-guarantee-'));
  const file = join(folder, 'test.sqlite');
  migrateDatabase(file);
  const opened = openDatabase(file);
  onTestFinished(() => {
    opened.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return opened;
}
const put = (db: Db, challenge: string) => db.insert(usedChallenges).values({ challenge, expiresAt: 1 });
async function kept(db: Db): Promise<number> {
  const [row] = await db.select({ n: count() }).from(usedChallenges);
  return row?.n ?? 0;
}

test('what a transaction wrote is there when its promise resolves, and not when it rejects', async () => {
  const { transact, reader } = database();
  await transact((db) => put(db, 'a'));
  await expect(
    transact(async (db) => {
      await put(db, 'b');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await reader.select().from(usedChallenges)).toEqual([{ challenge: 'a', expiresAt: 1 }]);
});

test('of many transactions that queue together the failing ones leave nothing and the others are kept', async () => {
  const { transact, reader } = database();
  const jobs = Array.from({ length: 3 * limits.transactionsPerCommitMax }, (_, i) =>
    transact(async (db) => {
      await put(db, `job ${i}`);
      if (i % 3 === 0) throw new Error(`job ${i} fails`);
      return i;
    }),
  );
  const outcomes = await Promise.allSettled(jobs);
  expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(
    limits.transactionsPerCommitMax,
  );
  expect(await kept(reader)).toBe(2 * limits.transactionsPerCommitMax);
});

test('a transaction inside another one is part of it', async () => {
  const { transact, reader } = database();
  await expect(
    transact(async (db) => {
      await put(db, 'outer');
      await transact((inner) => put(inner, 'inner'));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await kept(reader)).toBe(0);
});

test('work that a transaction left behind queues for one of its own', async () => {
  const { transact, reader } = database();
  let left: Promise<unknown> | undefined;
  const later = Promise.withResolvers<void>();
  await transact(async (db) => {
    await put(db, 'first');
    left = later.promise.then(() => transact((own) => put(own, 'second')));
  });
  later.resolve();
  await left;
  expect(await kept(reader)).toBe(2);
});

test('the reader cannot write', async () => {
  const { reader } = database();
  await expect(async () => put(reader, 'x')).rejects.toThrow();
});

test('a statement that is asked for rows and for objects in turn answers both', async () => {
  const { transact, reader } = database();
  await transact((db) => put(db, 'a'));
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await reader.all('select challenge from used_challenges')).toEqual([{ challenge: 'a' }]);
    expect(await reader.select({ challenge: usedChallenges.challenge }).from(usedChallenges)).toEqual([
      { challenge: 'a' },
    ]);
  }
});
