import { createHash } from 'node:crypto';
import { and, eq, isNull, lt } from 'drizzle-orm';
import { type Actor, actorId } from '../../access/actor.ts';
import type { Core, RequestFacts } from '../../command/core.ts';
import { RateLimited } from '../../command/refusals.ts';
import { type Command, run, runAsSystem } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { uploads } from '../../db/tables/upload.ts';
import type { UploadPurpose } from '../../db/vocabulary.ts';
import { newId, prefixOf } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { ImageFault, reencodeImage } from './reencode.ts';
import { sniffUpload } from './sniff.ts';
import { type UploadRow, uploadsByIds, uploadsSince } from './upload.queries.ts';
import { UploadRefused } from './upload.refusals.ts';

export interface ReceivedFile {
  readonly purpose: UploadPurpose;
  readonly bytes: Uint8Array;
  readonly contentType: string | null;
  readonly fileName: string | null;
}

const hourMs = 3_600_000;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Refuses: RateLimited, when somebody sends more files than anybody needs. Asked before the file is even read. */
export const requireUploadAllowance = (core: Core, ownerId: string): Promise<void> =>
  requireAllowance(core.database.reader, ownerId, core.clock.now());

async function requireAllowance(db: Db, ownerId: string, now: number): Promise<void> {
  const sent = await uploadsSince(db, ownerId, now - hourMs);
  // A person sends a handful; an insurer's system sends a file with every policy and every invoice.
  const max = prefixOf(ownerId) === 'api' ? limits.systemUploadsPerHourMax : limits.uploadsPerHourMax;
  if (sent >= max) throw new RateLimited(hourMs);
}

/**
 * Takes a file: looks into it, makes an image anew so that nothing rides in it, and keeps it for a command to use.
 *
 * Refuses: UploadRefused, RateLimited.
 */
export async function receiveUpload(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  file: ReceivedFile,
): Promise<UploadRow> {
  if (file.purpose === 'DOCUMENT' && !publishes(actor))
    throw new UploadRefused('NOT_ALLOWED', '只有运营人员和核保人员可以上传相关文件。');
  const sniffed = await sniffUpload(file.bytes, file.purpose, {
    contentType: file.contentType,
    fileName: file.fileName,
  });
  if (!sniffed.ok) throw new UploadRefused(sniffed.code, sniffed.reason);
  const bytes =
    sniffed.contentType === 'image/jpeg' || sniffed.contentType === 'image/png'
      ? await anew(file.bytes, sniffed.contentType)
      : file.bytes;

  const id = newId('upl');
  // First the file, then its row: what a crash leaves in between is a file that nobody speaks of, and that is swept.
  await core.storage.put(id, bytes);
  try {
    return await run(core, actor, request, async (command) => {
      const ownerId = actorId(actor);
      // Again, where writes queue: of many sent at once all were allowed when they began.
      if (ownerId) await requireAllowance(command.db, ownerId, command.now);
      return keep(command, {
        id,
        purpose: file.purpose,
        contentType: sniffed.contentType,
        bytes: bytes.length,
        sha256: sha256(bytes),
        originalSha256: sha256(file.bytes),
        fileName: file.fileName ?? `upload.${sniffed.extension}`,
        ownerId,
        createdAt: command.now,
        attachedAt: null,
      });
    });
  } catch (reason) {
    await core.storage.remove(id);
    throw reason;
  }
}

/** Whoever may publish documents; nobody else has a use for a file of that purpose. */
const publishes = (actor: Actor) =>
  actor.kind === 'USER' && (actor.role === 'OPERATOR' || actor.role === 'UNDERWRITER');

async function anew(bytes: Uint8Array, contentType: 'image/jpeg' | 'image/png'): Promise<Uint8Array> {
  try {
    return (await reencodeImage(bytes, contentType)).bytes;
  } catch (reason) {
    if (!(reason instanceof ImageFault)) throw reason;
    throw new UploadRefused(reason.reason, '图片无法读取，可能已损坏或尺寸过大，请重新拍摄或扫描后上传。');
  }
}

async function keep(command: Command, values: UploadRow): Promise<UploadRow> {
  const [row] = await command.db.insert(uploads).values(values).returning();
  invariant(row, 'an inserted row is returned');
  return row;
}

/**
 * Uses an upload in a command, once. It must be the caller's own and of the purpose.
 *
 * Refuses: UploadRefused.
 */
export async function takeUpload(
  command: Command,
  uploadId: string,
  purpose: UploadPurpose,
): Promise<UploadRow> {
  const owner = actorId(command.actor);
  const [row] = owner
    ? await command.db
        .update(uploads)
        .set({ attachedAt: command.now })
        .where(
          and(
            eq(uploads.id, uploadId),
            eq(uploads.ownerId, owner),
            eq(uploads.purpose, purpose),
            isNull(uploads.attachedAt),
          ),
        )
        .returning()
    : [];
  if (!row) throw notUsable();
  return row;
}

/**
 * The bytes of a file that the caller sent and that no command took yet, for what looks into it ahead of the command.
 *
 * Refuses: UploadRefused.
 */
export async function uploadedContent(
  core: Core,
  actor: Actor,
  uploadId: string,
  purpose: UploadPurpose,
): Promise<Uint8Array> {
  const [row] = await uploadsByIds(core.database.reader, [uploadId]);
  if (!row || row.ownerId !== actorId(actor) || row.purpose !== purpose || row.attachedAt) throw notUsable();
  return core.storage.get(row.id);
}

const notUsable = () => new UploadRefused('NOT_USABLE', '该文件不存在、已被使用或用途不符，请重新上传。');

/** The row of a file that the platform made itself and has already put into the storage. */
export async function keepMadeFile(
  command: Command,
  file: {
    readonly id: string;
    readonly purpose: UploadPurpose;
    readonly contentType: string;
    readonly fileName: string;
    readonly content: Uint8Array;
  },
): Promise<UploadRow> {
  const hash = sha256(file.content);
  return keep(command, {
    id: file.id,
    purpose: file.purpose,
    contentType: file.contentType,
    bytes: file.content.length,
    sha256: hash,
    originalSha256: hash,
    fileName: file.fileName,
    ownerId: null,
    createdAt: command.now,
    attachedAt: command.now,
  });
}

/** Removes files that no command took within a day, and files that a crash left without a row. */
export async function sweepUploads(core: Core): Promise<void> {
  const before = core.clock.now() - limits.uploadUnattachedKeptMs;
  const unused = await runAsSystem(core, (command) =>
    command.db
      .delete(uploads)
      .where(and(isNull(uploads.attachedAt), lt(uploads.createdAt, before)))
      .returning({ id: uploads.id }),
  );
  for (const { id } of unused) await core.storage.remove(id);

  const old = await core.storage.putBefore(before);
  for (let i = 0; i < old.length; i += limits.idsPerInputMax) {
    const ids = old.slice(i, i + limits.idsPerInputMax);
    const rows = await uploadsByIds(core.database.reader, ids);
    for (const [at, id] of ids.entries()) if (!rows[at]) await core.storage.remove(id);
  }
}
