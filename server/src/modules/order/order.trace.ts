import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { and, asc, desc, eq, sql } from 'drizzle-orm';
import { zipSync } from 'fflate';
import { z } from 'zod';
import type { Actor, UserActor } from '../../access/actor.ts';
import type { Core, RequestFacts } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { type FieldMessage, InvalidInput, NotFound, TransitionRefused } from '../../command/refusals.ts';
import { type Command, run } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { pageVersions, salesEvents, salesRecordings } from '../../db/tables/order.ts';
import {
  type ConsentStatement,
  LIVE_ORDER_STATES,
  type OrderState,
  type SalesEventKind,
} from '../../db/vocabulary.ts';
import {
  actHash,
  GENESIS,
  hashOfBytes,
  RECORDING_NOUN,
  recordingHash,
  TRACE_NOUN,
} from '../../evidence/seals.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import { sessionId } from '../account/account-security.service.ts';
import { documentsByIds } from '../insurer/insurer.queries.ts';
import { orderMachine } from './order.machine.ts';
import { lastSalesEvent, type OrderRow, orderById, type SalesEventRow } from './order.queries.ts';
import { RecordingRefused } from './order.refusals.ts';

export interface SalesEventInput {
  readonly kind: SalesEventKind;
  /** By the clock of the browser, in milliseconds. */
  readonly at: number;
  readonly documentId?: string | null | undefined;
  readonly page?: number | null | undefined;
  readonly statement?: ConsentStatement | null | undefined;
  readonly labelText?: string | null | undefined;
}

/** Who acts in a sale, as it is kept with every act. */
export function sellerFacts(command: Command) {
  const { actor, request } = command;
  invariant(actor.kind === 'USER', 'only a person buys');
  return {
    userId: actor.id,
    sessionId: sessionId(command.core.cipher, actor.tokenHash),
    address: request.address,
    agent: request.agent,
  };
}

/** Sales facts are gathered while the order is live; afterwards there is nothing to sell. Refuses: TransitionRefused. */
export function requireSale(order: OrderRow, value: string, label: string): void {
  const live: readonly OrderState[] = LIVE_ORDER_STATES;
  if (live.includes(order.state)) return;
  const state = { value: order.state, label: orderMachine.states[order.state].label };
  throw new TransitionRefused(state, { value, label });
}

/**
 * Writes down what the customer saw and did on the sales pages, in order and without gaps, by both clocks.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput.
 */
export async function recordSalesEvents(
  command: Command,
  input: {
    readonly orderId: string;
    readonly pageVersion: string;
    readonly events: readonly SalesEventInput[];
  },
): Promise<OrderRow> {
  const view = await orderById(command.db, command.actor, input.orderId);
  if (!view) throw new NotFound();
  const { order } = view;
  requireSale(order, 'RECORD_SALES_EVENTS', '记录销售过程');
  const issues = [
    ...(await pageVersionFaults(command.db, input.pageVersion)),
    ...(await eventFaults(command.db, input.events)),
  ];
  if (issues.length > 0) throw new InvalidInput(issues);

  const last = await lastSalesEvent(command.db, order.id);
  if ((last?.seq ?? 0) + input.events.length > limits.salesEventsPerOrderMax) {
    throw new InvalidInput([{ path: 'events', message: '该订单的销售过程记录已达上限' }]);
  }
  await appendSalesEvents(command, order.id, last, input.pageVersion, input.events);
  return order;
}

/** A version that was never served by us shows nothing. */
async function pageVersionFaults(db: Db, version: string): Promise<FieldMessage[]> {
  const known = await db.$count(pageVersions, eq(pageVersions.version, version));
  if (known > 0) return [];
  const message = '页面版本不是本平台发布过的版本，请取 platform.salesPageVersion，或刷新页面';
  return [{ path: 'pageVersion', message }];
}

async function eventFaults(db: Db, events: readonly SalesEventInput[]): Promise<FieldMessage[]> {
  const named = [...new Set(events.flatMap((event) => event.documentId ?? []))];
  const rows = await documentsByIds(db, named);
  const documents = new Map(rows.flatMap((row) => (row ? [[row.id, row]] : [])));
  return events.flatMap((event, i): FieldMessage[] => {
    const at = (field: string, message: string) => [{ path: `events.${i}.${field}`, message }];
    if (event.kind === 'STATEMENT_ACCEPTED') return at('kind', '同意由 acceptDocuments 记录');
    const document = documents.get(event.documentId ?? '');
    if (event.documentId && !document) return at('documentId', `文件 ${event.documentId} 不存在`);
    if (event.kind.startsWith('DOCUMENT_') && !document) return at('documentId', '请给出所涉文件');
    if (event.kind === 'DOCUMENT_PAGE_TURNED' && !event.page) return at('page', '请给出翻到的页码');
    if (document && event.page && event.page > document.pages.length)
      return at('page', `《${document.title}》共 ${document.pages.length} 页`);
    if (event.kind.startsWith('STATEMENT_') && !event.statement) return at('statement', '请给出所涉声明');
    return [];
  });
}

/** Appends acts to the order's trace and seals the whole of it, with one hash, in the chain of events. */
export async function appendSalesEvents(
  command: Command,
  orderId: string,
  last: SalesEventRow | null,
  pageVersion: string,
  events: readonly SalesEventInput[],
): Promise<void> {
  if (events.length === 0) return;
  let hash = last?.hash || GENESIS;
  const rows = events.map((event, i) => {
    const row = {
      orderId,
      seq: (last?.seq ?? 0) + 1 + i,
      kind: event.kind,
      clientAt: event.at,
      receivedAt: command.now,
      pageVersion,
      documentId: event.documentId ?? null,
      page: event.page ?? null,
      statement: event.statement ?? null,
      labelText: event.labelText ?? null,
      ...sellerFacts(command),
    };
    hash = actHash(hash, row);
    return { ...row, hash };
  });
  await command.db.insert(salesEvents).values(rows);
  await note(command, {
    noun: TRACE_NOUN,
    objectId: orderId,
    orderId,
    event: 'RECORD',
    data: { from: rows[0]?.seq, to: rows.at(-1)?.seq, hash },
  });
}

/** Keeps the present version of the sales pages, files and all, so that what was shown can be shown again. Once a version. */
export async function keepSalesPages(core: Core): Promise<void> {
  const { version, files, read } = core.salesPages;
  const isKept = await core.database.reader.$count(pageVersions, eq(pageVersions.version, version));
  if (isKept > 0) return;
  const contents: Record<string, [Uint8Array, { mtime: string }]> = {};
  for (const [name] of files) contents[name] = [await read(name), { mtime: '1980-01-01T00:00:00' }];
  const bundle = Buffer.from(zipSync(contents));
  await core.database.transact(async (db) => {
    await db
      .insert(pageVersions)
      .values({
        version,
        files: files.map(([name, sha256]) => [name, sha256]),
        bundle,
        firstServedAt: core.clock.now(),
      })
      .onConflictDoNothing();
  });
}

export interface RecordingInput {
  readonly orderId: string;
  readonly recording: string;
  /** From 1. */
  readonly part: number;
  readonly pageVersion: string;
  /** A JSON list of rrweb's events, gzipped. */
  readonly body: Uint8Array;
}

const recordedEvents = z
  .array(z.looseObject({ type: z.int().nonnegative(), timestamp: z.number() }))
  .min(1)
  .max(50_000);
const unpack = promisify(gunzip);

/**
 * Takes in the next piece of a recording of the sales pages. The same piece again is the same piece: nothing is written twice.
 *
 * Refuses: NotFound, TransitionRefused, InvalidInput, RecordingRefused.
 */
export async function keepRecording(
  core: Core,
  actor: UserActor,
  request: RequestFacts,
  input: RecordingInput,
): Promise<void> {
  const events = await unpack(input.body, { maxOutputLength: limits.recordingUnpackedBytesMax })
    .then((text) => JSON.parse(text.toString('utf8')) as unknown)
    .catch(() => null);
  if (!recordedEvents.safeParse(events).success)
    throw new InvalidInput([{ path: 'body', message: '内容应为 gzip 压缩的 rrweb 事件列表（JSON）' }]);
  const sha256 = hashOfBytes(input.body);

  await run(core, actor, request, async (command) => {
    const view = await orderById(command.db, actor, input.orderId);
    if (!view) throw new NotFound();
    requireSale(view.order, 'RECORD_SALES_PAGES', '记录销售页面');
    const issues = await pageVersionFaults(command.db, input.pageVersion);
    if (issues.length > 0) throw new InvalidInput(issues);

    const sameOrder = eq(salesRecordings.orderId, view.order.id);
    const own = await command.db
      .select({ part: salesRecordings.part, sha256: salesRecordings.sha256 })
      .from(salesRecordings)
      .where(and(sameOrder, eq(salesRecordings.recording, input.recording)))
      .orderBy(asc(salesRecordings.part));
    if (own.some((row) => row.part === input.part && row.sha256 === sha256)) return;
    if (input.part !== own.length + 1)
      throw new RecordingRefused(`下一段应为第 ${own.length + 1} 段。`, own.length + 1);

    const [last] = await command.db
      .select({ seq: salesRecordings.seq, hash: salesRecordings.hash })
      .from(salesRecordings)
      .where(sameOrder)
      .orderBy(desc(salesRecordings.seq))
      .limit(1);
    const [sum] = await command.db
      .select({ bytes: sql<number>`coalesce(sum(length(${salesRecordings.body})), 0)` })
      .from(salesRecordings)
      .where(sameOrder);
    if (
      (sum?.bytes ?? 0) + input.body.length > limits.recordingBytesPerOrderMax ||
      (last?.seq ?? 0) >= limits.recordingsPerOrderMax
    )
      throw new RecordingRefused('该订单的销售页面录制已达上限。', null);

    const row = {
      orderId: view.order.id,
      seq: (last?.seq ?? 0) + 1,
      recording: input.recording,
      part: input.part,
      pageVersion: input.pageVersion,
      sha256,
      receivedAt: command.now,
      ...sellerFacts(command),
    };
    const hash = recordingHash(last?.hash ?? GENESIS, row);
    await command.db.insert(salesRecordings).values({ ...row, body: Buffer.from(input.body), hash });
    await note(command, {
      noun: RECORDING_NOUN,
      objectId: row.orderId,
      orderId: row.orderId,
      event: 'RECORD',
      data: { seq: row.seq, hash },
    });
  });
}

/** A recorded piece without its bytes. */
export interface RecordingView {
  readonly seq: number;
  readonly recording: string;
  readonly part: number;
  readonly receivedAt: number;
}

/**
 * The pieces an operator may watch. To watch is an act of its own, and noted.
 *
 * Refuses: NotFound, also where the order is under seal.
 */
export async function watchRecording(
  core: Core,
  actor: Actor,
  request: RequestFacts,
  orderId: string,
): Promise<{ orderNumber: string; pieces: RecordingView[] }> {
  return run(core, actor, request, async (command) => {
    const view = await orderById(command.db, actor, orderId);
    if (!view) throw new NotFound();
    const pieces = await command.db
      .select({
        seq: salesRecordings.seq,
        recording: salesRecordings.recording,
        part: salesRecordings.part,
        receivedAt: salesRecordings.receivedAt,
      })
      .from(salesRecordings)
      .where(eq(salesRecordings.orderId, view.order.id))
      .orderBy(asc(salesRecordings.seq));
    await note(command, {
      noun: RECORDING_NOUN,
      objectId: view.order.id,
      orderId: view.order.id,
      event: 'WATCH',
    });
    return { orderNumber: view.order.number, pieces };
  });
}

/** The gzipped bytes of one piece, or null where there is none that the actor may know of. */
export async function recordedPiece(
  db: Db,
  actor: Actor,
  orderId: string,
  seq: number,
): Promise<Uint8Array | null> {
  if (!(await orderById(db, actor, orderId))) return null;
  const [row] = await db
    .select({ body: salesRecordings.body })
    .from(salesRecordings)
    .where(and(eq(salesRecordings.orderId, orderId), eq(salesRecordings.seq, seq)));
  return row?.body ?? null;
}
