import { AsyncLocalStorage } from 'node:async_hooks';
import type BetterSqlite3 from 'better-sqlite3';
import { limits } from '../limits.ts';
import type { Db } from './open.ts';

/**
 * Runs `work` in a transaction: all of it is written and safe on disk when the promise resolves, or nothing is.
 * Called inside another transaction it joins that one.
 *
 * `work` must not wait for network, files or timers: everybody else's writes wait behind it.
 */
export type Transact = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

interface Job {
  readonly work: (db: Db) => Promise<unknown>;
  readonly settle: (outcome: Outcome) => void;
}
type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: unknown };

/**
 * One writer behind a queue. What queued up meanwhile is committed together, each in a savepoint of its own, and acknowledged
 * after the commit: one flush to disk serves them all.
 */
export function createTransact(client: BetterSqlite3.Database, db: Db): Transact {
  // Closed with its job: work that a job left behind must queue like any other.
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  const queue: Job[] = [];
  let pumping = false;

  async function pump(): Promise<void> {
    pumping = true;
    // Others of the same turn may queue first, so that they share the flush.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue.splice(0, limits.transactionsPerCommitMax);
      const outcomes: Outcome[] = [];
      try {
        client.exec('BEGIN IMMEDIATE');
        for (const job of batch) outcomes.push(await attempt(job));
        client.exec('COMMIT');
      } catch (reason) {
        if (client.inTransaction) client.exec('ROLLBACK');
        outcomes.length = 0;
        for (const _ of batch) outcomes.push({ ok: false, reason });
      }
      batch.forEach((job, i) => {
        job.settle(outcomes[i] as Outcome);
      });
    }
    pumping = false;
  }

  async function attempt(job: Job): Promise<Outcome> {
    const scope = { open: true };
    client.exec('SAVEPOINT job');
    try {
      const value = await inside.run(scope, () => job.work(db));
      scope.open = false;
      client.exec('RELEASE job');
      return { ok: true, value };
    } catch (reason) {
      scope.open = false;
      // A full disk ends the whole transaction, not only the savepoint: then all that came before in it is lost too.
      if (!client.inTransaction) throw reason;
      client.exec('ROLLBACK TO job');
      client.exec('RELEASE job');
      return { ok: false, reason };
    }
  }

  return <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    if (inside.getStore()?.open) return work(db);
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome) =>
        outcome.ok ? resolve(outcome.value as T) : reject(outcome.reason);
      queue.push({ work, settle });
      if (!pumping) void pump();
    });
  };
}
