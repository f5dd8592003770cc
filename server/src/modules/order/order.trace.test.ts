import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { limits } from '../../limits.ts';
import {
  ACCEPT_DOCUMENTS,
  acceptEverything,
  CHOOSE,
  filledIn,
  RECORD,
  readingOf,
  readyOrder,
  SAVE,
  type Scene,
  SUBMIT,
  sceneOf,
  startedOrder,
  toRead,
} from './order.fixture.ts';
import { verifySales } from './order.proof.ts';

let h: Harness;
let scene: Scene;
let orderId: string;
let pageVersion: string;
/** Two pages long: two seconds at least. */
let exclusions: Awaited<ReturnType<typeof toRead>>['required'][number]['document'];

beforeEach(async () => {
  h = await createHarness();
  scene = await sceneOf(h);
  orderId = await startedOrder(scene);
  await scene.ask(CHOOSE, { input: { orderId, productIds: [scene.products[0]?.id] } });
  const read = await toRead(orderId, scene.ask);
  ({ pageVersion } = read);
  exclusions = read.required.find(({ statement }) => statement === 'PAGE_BY_PAGE')?.document as never;
});

const at = () => formatInstant(h.now());
const record = (events: unknown[], version = pageVersion) =>
  scene.ask(RECORD, { input: { orderId, pageVersion: version, events } });
const accept = async (statement = 'PAGE_BY_PAGE', documentIds = [exclusions.id]) =>
  (await scene.ask(ACCEPT_DOCUMENTS, { input: { orderId, statement, documentIds } })).data.acceptDocuments;
/** Accepts and expects to be refused, with nothing written. */
async function refused() {
  const before = await h.content();
  const answer = await accept();
  expect(answer).toMatchObject({ code: 'TRANSITION_REFUSED' });
  expect(await h.content()).toBe(before);
  return answer;
}
const opened = () => ({ kind: 'DOCUMENT_OPENED', at: at(), documentId: exclusions.id });
const turned = (page: number) => ({
  kind: 'DOCUMENT_PAGE_TURNED',
  at: at(),
  documentId: exclusions.id,
  page,
});
const readToEnd = () => ({ kind: 'DOCUMENT_READ_TO_END', at: at(), documentId: exclusions.id });

describe('a statement takes a document', () => {
  test('only once it was opened, paged through in order, read to its end, and for as long as that takes', async () => {
    expect(await refused()).toMatchObject({
      retryable: false,
      message: `《${await titleOf()}》尚未打开。请逐页读完后再同意。`,
      documents: [{ opened: false, missingPages: [1, 2], readToEnd: false, secondsLeft: 2 }],
    });

    await record([opened(), readToEnd()]);
    expect(await refused()).toMatchObject({
      message: expect.stringContaining('第 2 页尚未按顺序显示'),
      documents: [{ opened: true, missingPages: [2], readToEnd: false }],
    });

    await record([turned(2)]);
    expect(await refused()).toMatchObject({
      message: expect.stringContaining('尚未读至末页'),
      documents: [{ missingPages: [], readToEnd: false }],
    });

    await record([readToEnd()]);
    h.pass(1999);
    expect(await refused()).toMatchObject({ retryable: true, secondsLeft: 1 });
    h.pass(1);
    expect(await accept()).toMatchObject({ id: orderId });
  });

  test('whatever the browser’s clock says', async () => {
    const yesterday = formatInstant(h.now() - 86_400_000);
    await record(readingOf(exclusions, yesterday));
    expect(await refused()).toMatchObject({ retryable: true, secondsLeft: 2 });
  });

  test('not when its pages were turned before it was opened, or one was passed over', async () => {
    const long = await h.system(async (command) => {
      const { publishDocument } = await import('../insurer/insurer.service.ts');
      return publishDocument(command, {
        productId: scene.products[0]?.id ?? '',
        kind: 'EXCLUSIONS',
        title: '免责',
        pages: ['一', '二', '三', '四'],
      });
    });
    exclusions = { id: long.id, pages: long.pages };
    await record([turned(2), opened(), turned(3), turned(4), readToEnd()]);
    h.pass(60_000);
    expect(await refused()).toMatchObject({ documents: [{ opened: true, missingPages: [2, 3, 4] }] });
    // Leafing back and opening it again take nothing away.
    await record([turned(2), turned(1), opened(), turned(3), turned(4), readToEnd()]);
    expect(await accept()).toMatchObject({ id: orderId });
  });

  test('waits ten seconds at most, and as a whole: one unread document and nothing is written', async () => {
    const { required } = await toRead(orderId, scene.ask);
    const own = required.flatMap(({ statement, document }) =>
      statement === 'PAGE_BY_PAGE' ? [document] : [],
    );
    await record(own.slice(1).flatMap((document) => readingOf(document, at())));
    h.pass(10_000);
    const before = await h.content();
    expect(
      await accept(
        'PAGE_BY_PAGE',
        own.map(({ id }) => id),
      ),
    ).toMatchObject({
      code: 'TRANSITION_REFUSED',
      documents: [{ opened: false }],
    });
    expect(await h.content()).toBe(before);
  });

  test('in the disclosure as it is shown, without that', async () => {
    const { required } = await toRead(orderId, scene.ask);
    const ids = required.flatMap(({ statement, document }) =>
      statement === 'DISCLOSURE' ? [document.id] : [],
    );
    expect(await accept('DISCLOSURE', ids)).toMatchObject({ id: orderId });
  });
});

describe('the trace', () => {
  test('refuses a version of the pages that was never served, and acts that say nothing', async () => {
    const before = await h.content();
    const answer = async (events: unknown[], version?: string) =>
      (await record(events, version)).data.recordSalesEvents;
    expect(await answer([{ kind: 'PAGE_OPENED', at: at() }], 'v1')).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'pageVersion' }],
    });
    const { issues } = await answer([
      { kind: 'DOCUMENT_OPENED', at: at() },
      { kind: 'DOCUMENT_PAGE_TURNED', at: at(), documentId: exclusions.id },
      turned(3),
      { kind: 'STATEMENT_TICKED', at: at(), labelText: '同意' },
      { kind: 'STATEMENT_ACCEPTED', at: at(), statement: 'PAGE_BY_PAGE' },
    ]);
    expect(issues.map(({ path }: { path: string }) => path)).toEqual([
      'events.0.documentId',
      'events.1.page',
      'events.2.page',
      'events.3.statement',
      'events.4.kind',
    ]);
    expect(await h.content()).toBe(before);
  });

  test('names the session by something that is not its token, and each act by its place', async () => {
    await record([{ kind: 'PAGE_OPENED', at: at() }, opened()]);
    await record([turned(2), readToEnd()]);
    h.pass(2000);
    await accept();
    const content = await h.content();
    const { sales_events: acts, sessions } = JSON.parse(content);
    expect(acts.map((row: { seq: number; kind: string }) => [row.seq, row.kind])).toEqual([
      [1, 'PAGE_OPENED'],
      [2, 'DOCUMENT_OPENED'],
      [3, 'DOCUMENT_PAGE_TURNED'],
      [4, 'DOCUMENT_READ_TO_END'],
      [5, 'STATEMENT_ACCEPTED'],
    ]);
    const { session_id: sessionId } = acts[0];
    expect(sessionId).toMatch(/^ses_[0-9a-f]{32}$/);
    for (const { token_hash: hash } of sessions) expect(hash).not.toContain(sessionId.slice(4, 20));
    expect((await h.events()).filter((line) => line.includes('salesTrace'))).toHaveLength(3);
    expect(await verifySales(h.app.core.database.reader)).toEqual([]);
  });

  test('is proof, and no part of the order’s timeline', async () => {
    await record([opened()]);
    const { data } = await scene.ask('query ($id: ID!) { order(id: $id) { events { noun } } }', {
      id: orderId,
    });
    expect(data.order.events.map(({ noun }: { noun: string }) => noun)).not.toContain('salesTrace');
  });

  test('takes no update and no delete, and one altered, removed or added row is named all the same', async () => {
    scene = await sceneOf(h);
    orderId = await readyOrder(scene);
    const { reader } = h.app.core.database;
    const change = (statement: string) =>
      h.system(async (command) => void (await command.db.run(sql.raw(statement))));
    await expect(change(`update sales_events set page = 9`)).rejects.toThrow();
    await expect(change(`delete from consents`)).rejects.toThrow();
    expect(await verifySales(reader)).toEqual([]);

    for (const table of ['sales_events', 'consents', 'page_versions', 'sales_recordings']) {
      await change(`drop trigger ${table}_never_change`);
      await change(`drop trigger ${table}_never_vanish`);
    }
    const consentId = JSON.parse(await h.content()).consents[0].id;
    const faultsAfter = async (alter: string, undo: string) => {
      await change(alter);
      const faults = await verifySales(reader);
      await change(undo);
      expect(await verifySales(reader)).toEqual([]);
      return faults;
    };
    const third = `where order_id = '${orderId}' and seq = 3`;
    expect(
      await faultsAfter(
        `update sales_events set received_at = received_at - 1 ${third}`,
        `update sales_events set received_at = received_at + 1 ${third}`,
      ),
    ).toEqual([`Order ${orderId}: act 3 does not match its hash.`]);
    await change(`create table kept as select * from sales_events ${third}`);
    await change(`delete from sales_events ${third}`);
    expect(await verifySales(reader)).toEqual([`Order ${orderId}: act 3 is missing.`]);
    await change(`insert into sales_events select * from kept`);
    expect(
      await faultsAfter(
        `insert into sales_events select order_id, 999, kind, client_at, received_at, page_version, document_id, page, statement, label_text, user_id, session_id, address, agent, hash from kept`,
        `delete from sales_events where seq = 999`,
      ),
    ).toEqual([`Order ${orderId}: act 999 is sealed by no event.`]);
    expect(
      await faultsAfter(
        `update consents set accepted_at = accepted_at - 1 where id = '${consentId}'`,
        `update consents set accepted_at = accepted_at + 1 where id = '${consentId}'`,
      ),
    ).toEqual([`Order ${orderId}: consent ${consentId} does not match the event that seals it.`]);
    const documentId = exclusions.id;
    expect(
      await faultsAfter(
        `update product_documents set title = title || '.' where id = '${documentId}'`,
        `update product_documents set title = substr(title, 1, length(title) - 1) where id = '${documentId}'`,
      ),
    ).toEqual([`Document ${documentId}: it does not match its hash.`]);
    await change('drop table kept');
  });
});

describe('the recorded pages', () => {
  const piece = (events: unknown = [{ type: 4, timestamp: 1, data: {} }]) => gzipSync(JSON.stringify(events));
  const send = (body: Uint8Array, query: Record<string, string> = {}, who: Person | null = scene.bidder) =>
    h.fetch(
      who,
      `/recordings/${orderId}?${new URLSearchParams({ recording: 'one-load', part: '1', pageVersion, ...query })}`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/gzip' },
        body: body as Uint8Array<ArrayBuffer>,
      },
    );
  const sealed = () =>
    h.events().then((lines) => lines.filter((line) => line.includes('salesRecording RECORD')));

  test('are kept in order, the same piece once, and sealed in the chain', async () => {
    expect((await send(piece())).status).toBe(201);
    expect((await send(piece())).status).toBe(201);
    expect((await send(piece([{ type: 3, timestamp: 2 }]), { part: '2' })).status).toBe(201);
    expect((await send(piece(), { recording: 'another-load' })).status).toBe(201);
    expect(await sealed()).toHaveLength(3);
    expect(await verifySales(h.app.core.database.reader)).toEqual([]);

    await h.system(
      async (command) => void (await command.db.run(sql`drop trigger sales_recordings_never_change`)),
    );
    await h.system(
      async (command) =>
        void (await command.db.run(sql`update sales_recordings set body = x'00' where seq = 2`)),
    );
    expect(await verifySales(h.app.core.database.reader)).toEqual([
      `Order ${orderId}: the bytes of recording 2 were altered.`,
    ]);
  });

  test('are refused, and nothing is written, where something is not as it should be', async () => {
    await send(piece());
    const before = await h.content();
    const code = async (answer: Promise<Response>) => {
      const { errors } = (await (await answer).json()) as { errors: { extensions: { code: string } }[] };
      return errors[0]?.extensions.code;
    };
    expect(await code(send(piece(), { part: '3' }))).toBe('RECORDING_REFUSED');
    expect(await code(send(piece([{ type: 9, timestamp: 9 }])))).toBe('RECORDING_REFUSED');
    expect(await code(send(piece(), { part: '2', pageVersion: 'v1' }))).toBe('INVALID_INPUT');
    expect(await code(send(piece('text'), { part: '2' }))).toBe('INVALID_INPUT');
    expect(await code(send(Buffer.from('[]'), { part: '2' }))).toBe('INVALID_INPUT');
    expect(
      await code(send(gzipSync(Buffer.alloc(limits.recordingUnpackedBytesMax + 1)), { part: '2' })),
    ).toBe('INVALID_INPUT');
    expect(await code(send(new Uint8Array(limits.recordingBytesMax + 1), { part: '2' }))).toBe(
      'UPLOAD_REFUSED',
    );
    expect(await code(send(piece(), { part: '0' }))).toBe('INVALID_INPUT');
    expect(await code(send(piece(), { part: '2' }, null))).toBe('UNAUTHENTICATED');
    expect(await code(send(piece(), { part: '2' }, await h.given.operator()))).toBe('UNAUTHENTICATED');
    const after = JSON.parse(await h.content());
    expect(after.sales_recordings).toEqual(JSON.parse(before).sales_recordings);
    expect(await code(send(piece(), { part: '2' }, await h.given.bidder()))).toBe('NOT_FOUND');
    expect(await sealed()).toHaveLength(1);
  });

  test('are watched by operators only, after the opening, and that is noted', async () => {
    await send(piece());
    const operator = await h.given.operator();
    const watch = async (who: Person | null, path = '') =>
      (await h.fetch(who, `/recordings/${orderId}${path}`)).status;
    const underwriter = await h.given.underwriter(scene.insurers[0]?.id ?? '');
    const before = await h.content();
    for (const who of [scene.bidder, operator, underwriter, await h.given.regulator()]) {
      expect(await watch(who)).toBe(404);
      expect(await watch(who, '/1')).toBe(404);
    }
    expect(await watch(null)).toBe(401);
    expect(JSON.parse(await h.content()).events).toEqual(JSON.parse(before).events);

    await acceptEverything(h, orderId, scene.ask);
    await scene.ask(SAVE, { input: { orderId, application: filledIn } });
    const submitted = await scene.ask(SUBMIT, { input: { orderId } });
    expect(submitted.data.submitOrder.state).toBe('UNDERWRITING');
    expect(await watch(operator)).toBe(404);
    await h.given.opened(scene.section.id);
    const list = await h.fetch(operator, `/recordings/${orderId}`);
    expect(await list.json()).toMatchObject({ pieces: [{ seq: 1, recording: 'one-load', part: 1 }] });
    const body = await h.fetch(operator, `/recordings/${orderId}/1`);
    expect(body.headers.get('content-encoding')).toBe('gzip');
    expect(Buffer.from(await body.arrayBuffer())).toEqual(piece());
    expect((await h.events()).at(-1)).toContain('OPERATOR salesRecording WATCH');
    expect(await watch(await h.given.regulator())).toBe(404);
  });
});

async function titleOf(): Promise<string> {
  const { data } = await scene.ask(
    'query ($id: ID!) { node(id: $id) { ... on ProductDocument { title } } }',
    { id: exclusions.id },
  );
  return data.node.title;
}
