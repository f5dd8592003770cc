import { and, eq, lt } from 'drizzle-orm';
import { actorId } from '../access/actor.ts';
import { idempotencyKeys } from '../db/tables/ledger.ts';
import { newId } from '../kernel/id.ts';
import { limits } from '../limits.ts';
import type { Core } from './core.ts';
import { IdempotencyKeyReused } from './refusals.ts';
import { type Command, runAsSystem } from './run.ts';

interface Key {
  readonly key: string;
  readonly requestHash: string;
}

/**
 * The object that the same request changed before, or null. Answers are normally replayed before a command is even begun; this
 * is for the one whose process died between commit and answer.
 *
 * Refuses: IdempotencyKeyReused.
 */
export async function replayedObject(command: Command, key: Key | null): Promise<string | null> {
  const owner = actorId(command.actor);
  if (!key || !owner) return null;
  const [row] = await command.db
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.actorId, owner), eq(idempotencyKeys.key, key.key)));
  if (!row) return null;
  if (row.requestHash !== key.requestHash || !row.objectId) throw new IdempotencyKeyReused();
  return row.objectId;
}

/** Notes in the transaction of the command that its key is used up, and by what. */
export async function keepResult(
  command: Command,
  key: Key | null,
  objectId: string | null,
  secret: boolean,
): Promise<void> {
  const owner = actorId(command.actor);
  if (!key || !owner) return;
  const inserted = await command.db
    .insert(idempotencyKeys)
    .values({
      id: newId('idk'),
      actorId: owner,
      key: key.key,
      requestHash: key.requestHash,
      objectId: secret ? null : objectId,
      createdAt: command.now,
    })
    .onConflictDoNothing()
    .returning({ id: idempotencyKeys.id });
  if (inserted.length === 0) throw new IdempotencyKeyReused();
}

/** The kept answer to the same request, or null. */
export async function keptAnswer(
  core: Core,
  owner: string,
  key: Key,
): Promise<{ response: string } | 'REUSED' | null> {
  const [row] = await core.database.reader
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.actorId, owner), eq(idempotencyKeys.key, key.key)));
  if (!row) return null;
  if (row.requestHash !== key.requestHash) return 'REUSED';
  return row.response === null ? null : { response: row.response };
}

/** Keeps an answer, of a success or of a refusal, for thirty days. */
export async function keepAnswer(core: Core, owner: string, key: Key, response: string): Promise<void> {
  await core.database.transact(async (db) => {
    await db
      .insert(idempotencyKeys)
      .values({
        id: newId('idk'),
        actorId: owner,
        key: key.key,
        requestHash: key.requestHash,
        response,
        createdAt: core.clock.now(),
      })
      .onConflictDoUpdate({
        target: [idempotencyKeys.actorId, idempotencyKeys.key],
        set: { response },
        setWhere: eq(idempotencyKeys.requestHash, key.requestHash),
      });
  });
}

export async function forgetOldKeys(core: Core): Promise<void> {
  await runAsSystem(core, async (command) => {
    await command.db
      .delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, command.now - limits.idempotencyKeptMs));
  });
}
