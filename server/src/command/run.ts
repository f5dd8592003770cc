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
  /** Orders to announce after the commit. */
  readonly changedOrders: Set<string>;
}

/** Runs an act in a transaction and, once it is safe on disk, tells those who wait for its orders. */
export async function run<T>(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  act: (command: Command) => Promise<T>,
): Promise<T> {
  const changedOrders = new Set<string>();
  const result = await core.database.transact((db) =>
    act({ core, db, actor, now: core.clock.now(), request, changedOrders }),
  );
  for (const orderId of changedOrders) core.news.orderChanged(orderId);
  core.news.workDue();
  return result;
}

/** An act of the clock. */
export const runAsSystem = <T>(core: Core, act: (command: Command) => Promise<T>) =>
  run(core, system, noRequest, act);

/** The same act, where something follows from it that no party does by itself: an order that moves since its quote did. */
export const asConsequence = (command: Command): Command => ({ ...command, actor: system });
