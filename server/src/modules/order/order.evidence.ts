import { eq, inArray } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import type { Actor } from '../../access/actor.ts';
import type { Core } from '../../command/core.ts';
import { eventHashes } from '../../command/events.ts';
import { productDocuments } from '../../db/tables/insurer.ts';
import { pageVersions } from '../../db/tables/order.ts';
import { uploads } from '../../db/tables/upload.ts';
import { treeOf } from '../../evidence/merkle.ts';
import {
  jsonMember,
  type PackedDocument,
  type Proof,
  packed,
  recordingMember,
} from '../../evidence/package.ts';
import { saleOf } from './order.proof.ts';
import { orderById, orderByNumber } from './order.queries.ts';

/**
 * All that proves the sale of one order, in one file that is verified without us. The same order in the same log gives the same
 * bytes.
 *
 * @param name id or number of the order
 * @returns null where there is no such order that the actor may know of
 */
export async function evidenceOf(core: Core, actor: Actor, name: string): Promise<Uint8Array | null> {
  const db = core.database.reader;
  const view = (await orderById(db, actor, name)) ?? (await orderByNumber(db, actor, name));
  if (!view) return null;
  const { order, section, enterprise } = view;
  const { acts, consents, recordings, events: own } = await saleOf(db, order.id);

  const members = new Map<string, Uint8Array>();
  const put = (path: string, value: unknown) => members.set(path, jsonMember(value));
  put('order.json', {
    id: order.id,
    number: order.number,
    depositKind: order.depositKind,
    form: order.form,
    section: { id: section.id, code: section.code, name: section.name },
    enterprise: { id: enterprise.id, name: enterprise.name, creditCode: enterprise.creditCode },
    createdAt: order.createdAt,
    submittedAt: order.submittedAt,
  });
  put('acts.json', acts);
  put('consents.json', consents);
  put(
    'recordings.json',
    recordings.map(({ body, ...row }) => row),
  );
  for (const { seq, body } of recordings) members.set(recordingMember(seq), body);
  put('events.json', own);

  const hashes = await eventHashes(db);
  const tree = treeOf(hashes);
  put('proof.json', {
    size: hashes.length,
    root: tree.root,
    head: hashes.at(-1) ?? '',
    headPath: tree.path(hashes.length - 1),
    paths: Object.fromEntries(own.map(({ seq }) => [String(seq), tree.path(seq - 1)])),
  } satisfies Proof);

  const documentIds = [...new Set([...consents, ...acts].flatMap(({ documentId }) => documentId ?? []))];
  const documents = await db
    .select({ row: productDocuments, fileSha256: uploads.sha256 })
    .from(productDocuments)
    .leftJoin(uploads, eq(uploads.id, productDocuments.fileUploadId))
    .where(inArray(productDocuments.id, documentIds));
  for (const { row, fileSha256 } of documents) {
    const { id, kind, title, version, pages, sha256, publishedAt, fileUploadId } = row;
    put(`documents/${id}.json`, {
      id,
      kind,
      version,
      title,
      pages,
      sha256,
      fileSha256,
      publishedAt,
    } satisfies PackedDocument & Record<string, unknown>);
    if (fileUploadId) members.set(`documents/${id}.pdf`, await core.storage.get(fileUploadId));
  }

  const versions = [...new Set([...acts, ...recordings].map(({ pageVersion }) => pageVersion))];
  for (const { version, files, bundle } of await db
    .select()
    .from(pageVersions)
    .where(inArray(pageVersions.version, versions))) {
    put(`pages/${version}/files.json`, files);
    for (const [path, bytes] of Object.entries(unzipSync(bundle)))
      members.set(`pages/${version}/${path}`, bytes);
  }
  return packed(members);
}
