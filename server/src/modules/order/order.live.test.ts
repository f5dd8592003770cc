import { beforeEach, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { follow } from '../../../test/support/turns.ts';
import {
  CANCEL,
  OFFER,
  offerInput,
  type Scene,
  sceneOf,
  startedOrder,
  submittedOrder,
} from './order.fixture.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const QUERY = `subscription ($id: ID!) { orderChanged(orderId: $id) { state stateLabel quotes { state } events { event } } }`;

const listen = (who: Person, id: string) => follow(h, who, QUERY, { id });

test('all who listen get the order at once and again after each change', async () => {
  const scene: Scene = await sceneOf(h);
  const orderId = await startedOrder(scene);
  const [first, second] = [await listen(scene.bidder, orderId), await listen(scene.bidder, orderId)];
  for (const turns of [first, second]) {
    expect(await turns.next()).toEqual({
      state: 'DRAFT',
      stateLabel: '草稿',
      quotes: [],
      events: [{ event: 'START' }],
    });
  }
  await scene.ask(CANCEL, { input: { orderId, reason: '不再投标' } });
  for (const turns of [first, second]) {
    expect(await turns.next()).toEqual({
      state: 'CANCELLED',
      stateLabel: '已取消',
      quotes: [],
      events: [{ event: 'START' }, { event: 'CANCEL' }],
    });
    await turns.leave();
  }
});

test('what hangs on the order is read afresh at each turn', async () => {
  const scene = await sceneOf(h);
  const { orderId, quotes } = await submittedOrder(scene);
  const turns = await listen(scene.bidder, orderId);
  expect(await turns.next()).toMatchObject({ state: 'UNDERWRITING', quotes: [{ state: 'SUBMITTED' }] });
  const underwriter = h.as(await h.given.underwriter(scene.insurers[0]?.id ?? ''));
  await underwriter(OFFER, { input: offerInput(h, quotes[0]?.id ?? '') });
  expect(await turns.next()).toMatchObject({ state: 'AWAITING_PAYMENT', quotes: [{ state: 'ACCEPTED' }] });
  await turns.leave();
});

test('ends at the next change once the session has ended', async () => {
  const scene = await sceneOf(h);
  const orderId = await startedOrder(scene);
  const colleague = await h.given.user('BIDDER', { enterpriseId: scene.bidder.enterpriseId });
  const turns = await listen(colleague, orderId);
  expect(await turns.next()).toMatchObject({ state: 'DRAFT' });
  await h.app.sessions.endAll(colleague.id);
  await scene.ask(CANCEL, { input: { orderId, reason: '不再投标' } });
  expect(await turns.next()).toBeNull();
});

test('an order that one may not know of ends at once, as an absent one does', async () => {
  const scene = await sceneOf(h);
  const orderId = await startedOrder(scene);
  const rival = await h.given.bidder();
  for (const id of [orderId, `ord_${'a'.repeat(26)}`]) {
    const turns = await listen(rival, id);
    expect(await turns.next()).toBeNull();
  }
});

test('a stranger is asked to sign in', async () => {
  const scene = await sceneOf(h);
  const { errors } = await h.as(null)(QUERY, { id: await startedOrder(scene) });
  expect(errors?.[0].extensions.code).toBe('UNAUTHENTICATED');
});
