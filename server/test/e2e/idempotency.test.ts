import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { idempotencyKeys } from '../../src/db/tables/ledger.ts';
import { orders } from '../../src/db/tables/order.ts';
import { SAVE, type Scene, START, sceneOf, startedOrder } from '../../src/modules/order/order.fixture.ts';
import type { Person } from '../support/given.ts';
import { createHarness, type Harness } from '../support/harness.ts';

let h: Harness;
let scene: Scene;
beforeEach(async () => {
  h = await createHarness();
  scene = await sceneOf(h);
});

const startInput = (of: Scene = scene) => ({
  sectionId: of.section.id,
  depositKind: 'BID',
  form: 'INSURANCE',
});

/** The bytes of an answer, under a key. */
async function send(
  who: Person | null,
  key: string | null,
  query: string,
  input: Record<string, unknown>,
  on: Harness = h,
): Promise<{ status: number; text: string; body: ReturnType<typeof JSON.parse> }> {
  const response = await on.fetch(who, '/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': 'a-request',
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}
const codeOf = (answer: { body: ReturnType<typeof JSON.parse> }) => answer.body.errors?.[0].extensions.code;
const orderCount = async () => (await h.rows()).orders;

describe('a request under an Idempotency-Key', () => {
  test('sent a hundred times at once makes one order and is answered a hundred times alike', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => send(scene.bidder, 'one-key', START, startInput())),
    );
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
    expect(answers[0]?.body.data.startOrder).toMatchObject({ state: 'DRAFT' });
    expect(await orderCount()).toBe(1);
    expect((await h.events()).filter((event) => event.includes('order START'))).toHaveLength(1);
  });

  test('under a hundred keys at once makes one order too, since the fact is one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => send(scene.bidder, `key-${i}`, START, startInput())),
    );
    const results = answers.map((answer) => answer.body.data.startOrder);
    const [made] = results.filter((result) => result.id);
    expect(results.filter((result) => result.id)).toHaveLength(1);
    expect(results.filter((r) => r.code === 'DUPLICATE_ORDER' && r.orderId === made.id)).toHaveLength(99);
    expect(await orderCount()).toBe(1);
  });

  test('cannot become another request', async () => {
    const orderId = await startedOrder(scene);
    const save = (days: number) => ({ orderId, application: { section: { constructionDays: days } } });
    expect((await send(scene.bidder, 'a-key', SAVE, save(180))).body.data.saveApplication.id).toBe(orderId);
    const before = await h.content();
    const other = await send(scene.bidder, 'a-key', SAVE, save(200));
    expect([other.status, codeOf(other), other.body.data]).toEqual([
      409,
      'IDEMPOTENCY_KEY_REUSED',
      undefined,
    ]);
    const another = await send(scene.bidder, 'a-key', START, startInput());
    expect(codeOf(another)).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await h.content()).toBe(before);
  });

  test('has nothing to do with the same key of somebody else', async () => {
    const other = await h.given.bidder();
    const mine = await send(scene.bidder, 'same', START, startInput());
    const theirs = await send(other, 'same', START, startInput());
    expect(mine.body.data.startOrder.id).toBeTruthy();
    expect(theirs.body.data.startOrder.id).toBeTruthy();
    expect(theirs.body.data.startOrder.id).not.toBe(mine.body.data.startOrder.id);
    expect(await orderCount()).toBe(2);
  });

  test('is answered alike after a restart', async () => {
    const first = await send(scene.bidder, 'kept', START, startInput());
    const restarted = await createHarness({}, h);
    const before = await restarted.content();
    expect((await send(scene.bidder, 'kept', START, startInput(), restarted)).text).toBe(first.text);
    expect(await restarted.content()).toBe(before);
  });

  test('that was refused is refused again, though it would be taken now', async () => {
    const incomplete = await h.given.bidder({ complete: false });
    const first = await send(incomplete, 'refused', START, startInput());
    expect(first.body.data.startOrder.code).toBe('PROFILE_INCOMPLETE');
    await h.as(incomplete)(
      'mutation ($input: CompleteProfileInput!) { completeProfile(input: $input) { __typename } }',
      { input: { ownership: 'PRIVATE', regionCode: '210502', address: '人民路 1 号' } },
    );
    expect((await send(incomplete, 'refused', START, startInput())).text).toBe(first.text);
    expect((await send(incomplete, 'anew', START, startInput())).body.data.startOrder.id).toBeTruthy();
  });

  test('whose answer was lost between commit and reply is answered with the object it made', async () => {
    const first = await send(scene.bidder, 'lost', START, startInput());
    await h.system((command) =>
      command.db.update(idempotencyKeys).set({ response: null }).where(eq(idempotencyKeys.key, 'lost')),
    );
    const again = await send(scene.bidder, 'lost', START, startInput());
    expect(again.body).toEqual(first.body);
    expect(await orderCount()).toBe(1);
    expect((await send(scene.bidder, 'lost', START, startInput())).text).toBe(again.text);

    await h.system((command) =>
      command.db.update(idempotencyKeys).set({ response: null }).where(eq(idempotencyKeys.key, 'lost')),
    );
    const other = await send(scene.bidder, 'lost', START, { ...startInput(), form: 'BANK' });
    expect(codeOf(other)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('that met a fault of ours may succeed the next time', async () => {
    const broken = "create trigger broken before insert on orders begin select raise(abort, 'broken'); end";
    await h.system(async (command) => command.db.run(broken));
    const first = await send(scene.bidder, 'faulty', START, startInput());
    expect(codeOf(first)).toBe('INTERNAL_SERVER_ERROR');
    await h.system(async (command) => command.db.run('drop trigger broken'));
    expect((await send(scene.bidder, 'faulty', START, startInput())).body.data.startOrder.id).toBeTruthy();
  });

  test('is refused where the key is none', async () => {
    const before = await h.content();
    const malformed = {
      empty: '',
      blanks: '   ',
      'blank within': 'a b',
      'too long': 'k'.repeat(256),
      'not ASCII': 'schlüssel',
    };
    for (const [name, key] of Object.entries(malformed)) {
      const answer = await send(scene.bidder, key, START, startInput());
      expect([name, answer.status, codeOf(answer)]).toEqual([name, 400, 'BAD_USER_INPUT']);
    }
    expect(await h.content()).toBe(before);
    const longest = await send(scene.bidder, 'k'.repeat(255), START, startInput());
    expect(longest.body.data.startOrder.id).toBeTruthy();
  });

  test('is asked of systems for whatever they change, and not for what they read', async () => {
    const insurer = scene.insurers[0]?.id ?? '';
    const client = await h.given.apiClient(['underwriting:write', 'sections:write'], insurer);
    const before = await h.content();
    const open = 'mutation ($input: OpenBidSectionInput!) { openBidSection(input: $input) { __typename } }';
    const answer = await send(client, null, open, { id: scene.section.id });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    expect(await h.content()).toBe(before);
    const read = await send(client, null, '{ viewer { apiClient { name } } }', {});
    expect(read.body.data.viewer.apiClient).toEqual({ name: '测试系统' });
  });

  test('leaves no secret behind: a key of a new system is shown once', async () => {
    const operator = await h.given.operator();
    const create = `mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) {
      ... on ApiClientSecret { secret apiClient { id } } ... on Error { code } } }`;
    const input = { name: '银行对账系统', scopes: ['payments:write'] };
    const made = await send(operator, 'secret', create, input);
    const secret: string = made.body.data.createApiClient.secret;
    const bearer = {
      kind: 'API_CLIENT',
      id: '',
      enterpriseId: null,
      insurerId: null,
      headers: { authorization: `Bearer ${secret}` },
    } as const;
    expect((await send(bearer, null, '{ viewer { kind } }', {})).body.data.viewer.kind).toBe('API_CLIENT');

    const kept = await h.content();
    for (const part of [secret, ...secret.split('_').filter((part) => part.length > 26)])
      expect(kept).not.toContain(part);
    const again = await send(operator, 'secret', create, input);
    expect(again.text).toContain('IDEMPOTENCY_KEY_REUSED');
    expect(again.text).not.toContain(secret.slice(-20));
    expect(await h.content()).toBe(kept);
    expect(h.logged.join()).not.toContain(secret.slice(-20));
  });

  test('is forgotten after thirty days', async () => {
    await send(scene.bidder, 'old', START, startInput());
    h.pass(31 * 86_400_000);
    await h.app.worker.workOff();
    const rows = await h.app.core.database.reader.select().from(idempotencyKeys);
    expect(rows).toEqual([]);
    expect(await h.app.core.database.reader.select({ id: orders.id }).from(orders)).toHaveLength(1);
  });
});
