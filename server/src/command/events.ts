import { asc, desc, gt } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { prepared, shapeOf } from '../db/prepared.ts';
import { events } from '../db/tables/ledger.ts';
import { eventHash, GENESIS } from '../evidence/seals.ts';

export type EventRow = typeof events.$inferSelect;
type Unsealed = Omit<EventRow, 'seq' | 'previousHash' | 'hash'>;

/** Appends to the event log inside the transaction of `db`. Each row carries the hash of the row before it. */
export async function appendEvent(db: Db, event: Unsealed): Promise<EventRow> {
  const [last] = await prepared(db, 'lastEvent', () =>
    db
      .select({ seq: events.seq, hash: events.hash })
      .from(events)
      .orderBy(desc(events.seq))
      .limit(1)
      .prepare(),
  ).execute();
  const chained = { ...event, seq: (last?.seq ?? 0) + 1, previousHash: last?.hash ?? GENESIS };
  const row: EventRow = { ...chained, hash: eventHash(chained) };
  const { shape, columns, values } = shapeOf(row);
  await prepared(db, `event ${shape}`, () => db.insert(events).values(columns).prepare()).execute(values);
  return row;
}

/** Hashes of all events, in their order. */
export async function eventHashes(db: Db): Promise<string[]> {
  const rows = await db.select({ hash: events.hash }).from(events).orderBy(asc(events.seq));
  return rows.map(({ hash }) => hash);
}

export interface ChainReport {
  readonly events: number;
  /** Hash of the last event: keep it elsewhere to notice a cut tail. */
  readonly head: string;
  /** The first row that does not fit, or null. */
  readonly fault: { readonly seq: number; readonly reason: string } | null;
}

/** Walks the whole chain and names the first row that was altered, removed, added or moved. */
export async function verifyEvents(db: Db, pageRows = 5000): Promise<ChainReport> {
  let seq = 0;
  let head = GENESIS;
  for (;;) {
    const page = await db
      .select()
      .from(events)
      .where(gt(events.seq, seq))
      .orderBy(asc(events.seq))
      .limit(pageRows);
    for (const row of page) {
      const reason =
        row.seq !== seq + 1
          ? `${row.seq - seq - 1} events are missing before it`
          : row.previousHash !== head
            ? 'it is not chained to the event before it'
            : row.hash !== eventHash(row)
              ? 'its content does not match its hash'
              : null;
      if (reason) return { events: seq, head, fault: { seq: row.seq, reason } };
      seq = row.seq;
      head = row.hash;
    }
    if (page.length < pageRows) return { events: seq, head, fault: null };
  }
}
