import { prepared, shapeOf } from '../db/prepared.ts';
import { outbox } from '../db/tables/ledger.ts';
import { newId } from '../kernel/id.ts';
import type { Command } from './run.ts';

/** What is to happen outside. The module that owns a topic exports a typed function that enqueues it, and its handler. */
export interface Effect {
  readonly topic: string;
  readonly payload: Record<string, unknown>;
  readonly orderId?: string;
  /** Milliseconds; now when absent. */
  readonly dueAt?: number;
}

/** Writes an effect in the command's transaction; the worker carries it out after the commit. */
export async function enqueue(command: Command, effect: Effect): Promise<void> {
  const { db } = command;
  const { shape, columns, values } = shapeOf({
    id: newId('out'),
    topic: effect.topic,
    payload: effect.payload,
    orderId: effect.orderId ?? null,
    dueAt: effect.dueAt ?? command.now,
    createdAt: command.now,
  });
  await prepared(db, `effect ${shape}`, () => db.insert(outbox).values(columns).prepare()).execute(values);
}
