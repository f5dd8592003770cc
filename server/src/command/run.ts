import type { Actor } from '../access/actor.ts';
import { system } from '../access/actor.ts';
import type { Db } from '../db/open.ts';
import { type Core, noRequest, type RequestFacts } from './core.ts';

/** One act: who does it, when, and the transaction it is written in. */
export interface Command {
  readonly core: Core;
  readonly db: Db;
  readonly actor: Actor;
  /** The instant of the whole act, in milliseconds. */
  readonly now: number;
  readonly request: RequestFacts;
  /** What to announce after the commit: ids of orders, and names of machines whose objects changed. */
  readonly changed: Set<string>;
}

/** Runs an act in a transaction and, once it is safe on disk, tells those who wait for what changed. */
export async function run<T>(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  act: (command: Command) => Promise<T>,
): Promise<T> {
  const changed = new Set<string>();
  const result = await core.database.transact((db) =>
    act({ core, db, actor, now: core.clock.now(), request, changed }),
  );
  for (const topic of changed) core.news.changed(topic);
  core.news.workDue();
  return result;
}

/** An act of the clock. */
export const runAsSystem = <T>(core: Core, act: (command: Command) => Promise<T>) =>
  run(core, system, noRequest, act);

/** The same act, where something follows from it that no party does by itself: an order that moves since its quote did. */
export const asConsequence = (command: Command): Command => ({ ...command, actor: system });
