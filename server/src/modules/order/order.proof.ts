import { asc, eq, inArray } from 'drizzle-orm';
import { unzipSync } from 'fflate';
import type { Db } from '../../db/open.ts';
import { productDocuments } from '../../db/tables/insurer.ts';
import { events } from '../../db/tables/ledger.ts';
import { consents, pageVersions, salesEvents, salesRecordings } from '../../db/tables/order.ts';
import { uploads } from '../../db/tables/upload.ts';
import { type Sale, saleFaults } from '../../evidence/sale.ts';
import {
  documentHash,
  hashOfBytes,
  pageVersionOf,
  RECORDING_NOUN,
  TRACE_NOUN,
} from '../../evidence/seals.ts';

/** All that proves the sale of one order. The caller may know of the order. */
export async function saleOf(db: Db, orderId: string) {
  return {
    acts: await db
      .select()
      .from(salesEvents)
      .where(eq(salesEvents.orderId, orderId))
      .orderBy(asc(salesEvents.seq)),
    consents: await db
      .select()
      .from(consents)
      .where(eq(consents.orderId, orderId))
      .orderBy(asc(consents.acceptedAt), asc(consents.id)),
    recordings: await db
      .select()
      .from(salesRecordings)
      .where(eq(salesRecordings.orderId, orderId))
      .orderBy(asc(salesRecordings.seq)),
    events: await db.select().from(events).where(eq(events.orderId, orderId)).orderBy(asc(events.seq)),
  } satisfies Sale;
}

/**
 * Holds every order's sales trace, every document and every version of the sales pages against their seals. The chain of events
 * itself has been verified.
 *
 * @returns a sentence for each row that does not fit
 */
export async function verifySales(db: Db): Promise<string[]> {
  const faults: string[] = [];
  const orderIds = new Set<string>();
  for (const table of [salesEvents, consents, salesRecordings])
    for (const { orderId } of await db.selectDistinct({ orderId: table.orderId }).from(table))
      orderIds.add(orderId);
  const sealed = await db
    .selectDistinct({ orderId: events.orderId })
    .from(events)
    .where(inArray(events.noun, [TRACE_NOUN, RECORDING_NOUN, 'consent']));
  for (const { orderId } of sealed) if (orderId) orderIds.add(orderId);

  for (const orderId of orderIds) {
    const sale = await saleOf(db, orderId);
    for (const { what, which, reason } of saleFaults(sale))
      faults.push(`Order ${orderId}: ${what} ${which} ${reason}.`);
    for (const { seq, sha256, body } of sale.recordings)
      if (hashOfBytes(body) !== sha256)
        faults.push(`Order ${orderId}: the bytes of recording ${seq} were altered.`);
  }
  const documents = await db
    .select({ row: productDocuments, fileSha256: uploads.sha256 })
    .from(productDocuments)
    .leftJoin(uploads, eq(uploads.id, productDocuments.fileUploadId));
  for (const { row, fileSha256 } of documents)
    if (documentHash(row.title, row.pages, fileSha256) !== row.sha256)
      faults.push(`Document ${row.id}: it does not match its hash.`);
  for (const { version, files, bundle } of await db.select().from(pageVersions)) {
    const kept = unzipSync(bundle);
    const altered = files.filter(([name, sha256]) => !kept[name] || hashOfBytes(kept[name]) !== sha256);
    if (pageVersionOf(files) !== version || altered.length > 0)
      faults.push(`Sales pages ${version}: ${altered[0]?.[0] ?? 'the list of files'} was altered.`);
  }
  return faults;
}
