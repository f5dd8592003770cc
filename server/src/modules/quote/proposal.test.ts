import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { machineGrid } from '../../kernel/machine.ts';
import {
  AGREE,
  agreed,
  CANCEL,
  DECLINE,
  OFFER,
  offerInput,
  REFUSE,
  type Scene,
  sceneOf,
  submittedOrder,
} from '../order/order.fixture.ts';
import { proposalMachine } from './quote.machine.ts';

const DAY_MS = 86_400_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

interface Stage extends Scene {
  readonly orderId: string;
  readonly quoteId: string;
  readonly first: Person;
  readonly second: Person;
}

/** An order of 100,000.00 at an insurer that wants two underwriters above some other sum. */
async function stageAbove(secondUnderwriterAboveFen: number, insurers = 1): Promise<Stage> {
  const scene = await sceneOf(h, { insurers, secondUnderwriterAboveFen });
  const { orderId, quotes } = await submittedOrder(scene);
  const insurerId = scene.insurers[0]?.id ?? '';
  return {
    ...scene,
    orderId,
    quoteId: quotes[0]?.id ?? '',
    first: await h.given.underwriter(insurerId),
    second: await h.given.underwriter(insurerId),
  };
}
const offer = (stage: Stage, who = stage.first, premium = '400.00') =>
  h.as(who)(OFFER, { input: offerInput(h, stage.quoteId, premium) });
const seen = async (stage: Stage, who: Person) =>
  (
    await h.as(who)(
      `query ($id: ID!) { order(id: $id) { state events { label } quotes { state stateLabel premium validUntil decidedAt
        proposals { id state premium proposedBy availableEvents refuseReason events { label } } } } }`,
      { id: stage.orderId },
    )
  ).data.order;
const proposalsOf = async (stage: Stage, who = stage.second) => (await seen(stage, who)).quotes[0].proposals;
const pendingId = async (stage: Stage): Promise<string> => (await proposalsOf(stage)).at(-1).id;
async function refused(ask: () => Promise<{ data: Record<string, unknown> }>) {
  // A session is used whether or not what it asks for is refused.
  const content = () => h.content(['idempotency_keys', 'sessions']);
  const before = await content();
  const { data } = await ask();
  expect(await content()).toBe(before);
  return Object.values(data)[0] as Record<string, unknown>;
}

test('the machine of a proposal, a row a state', () => {
  expect(machineGrid(proposalMachine)).toMatchInlineSnapshot(`
    "state     AGREE  REFUSE  WITHDRAW
    PENDING   AGREED REFUSED WITHDRAWN
    AGREED    .      .       .
    REFUSED   .      .       .
    WITHDRAWN .      .       ."
  `);
});

describe('an offer above the limit of its insurer', () => {
  test('waits for another underwriter, and the bidder sees and hears nothing of it', async () => {
    const stage = await stageAbove(9_999_999);
    const before = await seen(stage, stage.bidder);
    const told = async () => (await stage.ask('{ messages { nodes { id } } }')).data.messages.nodes.length;
    const toldBefore = await told();
    const { data } = await offer(stage);
    expect(data.offerQuote).toMatchObject({
      state: 'SUBMITTED',
      premium: null,
      order: { state: 'UNDERWRITING' },
    });

    expect(await seen(stage, stage.bidder)).toEqual(before);
    expect(before.quotes).toMatchObject([{ state: 'SUBMITTED', stateLabel: '待保险审核', proposals: [] }]);
    expect(await told()).toBe(toldBefore);
    const [proposal] = await proposalsOf(stage);
    expect(proposal).toMatchObject({ state: 'PENDING', premium: '400.00', proposedBy: stage.first.id });
    const node = async (who: Person) =>
      (await h.as(who)('query ($id: ID!) { node(id: $id) { id } }', { id: proposal.id })).data.node;
    expect(await node(stage.bidder)).toBeNull();
    expect(await node(stage.first)).toEqual({ id: proposal.id });
  });

  test('goes out when another underwriter agrees, as any offer does', async () => {
    const stage = await stageAbove(9_999_999);
    await offer(stage);
    const { data } = await h.as(stage.second)(AGREE, { input: { proposalId: await pendingId(stage) } });
    expect(data.agreeToOffer).toMatchObject({
      state: 'ACCEPTED',
      premium: '400.00',
      order: { state: 'AWAITING_PAYMENT', orderAmount: '400.00' },
    });
    const events = await h.events();
    expect(events.slice(-6, -3)).toEqual([
      'UNDERWRITER proposal PROPOSE: · -> PENDING',
      'UNDERWRITER proposal AGREE: PENDING -> AGREED',
      'UNDERWRITER quote OFFER: SUBMITTED -> OFFERED',
    ]);
    const [proposal] = await proposalsOf(stage);
    expect(proposal.events.map(({ label }: { label: string }) => label)).toEqual(['提交复核', '复核通过']);
  });

  test('is agreed to neither by who proposed it, nor by a system, nor by another insurer', async () => {
    const stage = await stageAbove(9_999_999, 2);
    await offer(stage);
    const input = { proposalId: await pendingId(stage) };
    expect(await refused(() => h.as(stage.first)(AGREE, { input }))).toMatchObject({
      code: 'SECOND_UNDERWRITER_NEEDED',
      retryable: false,
    });
    const system = await h.given.apiClient(['underwriting:write'], stage.insurers[0]?.id);
    expect((await h.as(system)(AGREE, { input })).errors?.[0].extensions.code).toBe('FORBIDDEN');
    for (const mutation of [AGREE, REFUSE]) {
      const other = h.as(await h.given.underwriter(stage.insurers[1]?.id ?? ''));
      const reason = mutation === REFUSE ? { reason: '不行' } : {};
      const secret = await refused(() => other(mutation, { input: { ...input, ...reason } }));
      const absent = await refused(() => other(mutation, { input: { proposalId: 'prp_absent', ...reason } }));
      expect(secret).toEqual(absent);
      expect(secret).toMatchObject({ code: 'NOT_FOUND' });
    }
    const available = async (who: Person) => (await proposalsOf(stage, who))[0].availableEvents;
    expect(await available(stage.first)).toEqual(['REFUSE']);
    expect(await available(stage.second)).toEqual(['AGREE', 'REFUSE']);
    expect(await available(system)).toEqual([]);
  });

  test('of a system is agreed to by one underwriter', async () => {
    const stage = await stageAbove(9_999_999);
    await offer(stage, await h.given.apiClient(['underwriting:write'], stage.insurers[0]?.id));
    await agreed(h.as(stage.first), stage.quoteId);
    expect(await seen(stage, stage.bidder)).toMatchObject({ state: 'AWAITING_PAYMENT' });
  });

  test('that is sent back leaves the quote to be answered anew', async () => {
    const stage = await stageAbove(9_999_999);
    await offer(stage);
    const input = { proposalId: await pendingId(stage), reason: '费率过低' };
    const { data } = await h.as(stage.second)(REFUSE, { input });
    expect(data.refuseOffer).toMatchObject({
      state: 'SUBMITTED',
      proposals: [{ state: 'REFUSED', refuseReason: '费率过低' }],
    });
    expect(
      await refused(() => h.as(stage.second)(AGREE, { input: { proposalId: input.proposalId } })),
    ).toMatchObject({ code: 'TRANSITION_REFUSED', event: 'AGREE' });
    await offer(stage, stage.first, '500.00');
    await agreed(h.as(stage.second), stage.quoteId);
    expect((await seen(stage, stage.bidder)).quotes).toMatchObject([{ state: 'OFFERED', premium: '500.00' }]);
  });

  test('gives way to a later one, and falls with a quote that moves without it', async () => {
    const stage = await stageAbove(9_999_999);
    await offer(stage);
    await offer(stage, stage.second, '450.00');
    const states = async () => (await proposalsOf(stage)).map(({ state }: { state: string }) => state).sort();
    expect(await states()).toEqual(['PENDING', 'WITHDRAWN']);
    const reason = '不在承保范围';
    await h.as(stage.first)(DECLINE, { input: { quoteId: stage.quoteId, reason } });
    expect(await states()).toEqual(['WITHDRAWN', 'WITHDRAWN']);

    const other = await stageAbove(9_999_999);
    await offer(other);
    await other.ask(CANCEL, { input: { orderId: other.orderId, reason: '不再投标' } });
    expect(await proposalsOf(other)).toMatchObject([{ state: 'WITHDRAWN', availableEvents: [] }]);
  });

  test('cannot be agreed to after its own validity', async () => {
    const stage = await stageAbove(9_999_999);
    const validUntil = new Date(h.now() + 60_000).toISOString();
    await h.as(stage.first)(OFFER, { input: { ...offerInput(h, stage.quoteId), validUntil } });
    const input = { proposalId: await pendingId(stage) };
    h.pass(60_000);
    expect(await refused(() => h.as(stage.second)(AGREE, { input }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'proposalId' }],
    });
    h.pass(10 * DAY_MS);
    const later = h.as(await h.given.underwriter(stage.insurers[0]?.id ?? ''));
    expect(await refused(() => later(AGREE, { input }))).toMatchObject({ code: 'DEADLINE_PASSED' });
  });
});

test('an offer of exactly the limit needs nobody else', async () => {
  const stage = await stageAbove(10_000_000);
  expect((await offer(stage)).data.offerQuote).toMatchObject({ state: 'ACCEPTED' });
});

test('the limit is set by an operator, kept where nothing is said, and shown to nobody else', async () => {
  const insurer = await h.given.insurer();
  const SAVE_INSURER = `mutation ($input: SaveInsurerInput!) { saveInsurer(input: $input) {
    ... on Insurer { secondUnderwriterAbove } ... on Error { code } ... on InvalidInput { issues { path } } } }`;
  const operator = h.as(await h.given.operator());
  const input = {
    id: insurer.id,
    name: insurer.name,
    shortName: insurer.shortName,
    licenseNumber: insurer.licenseNumber,
    hotline: insurer.hotline,
    account: {
      accountName: insurer.accountName,
      bankName: insurer.accountBank,
      accountNumber: insurer.accountNumber,
    },
  };
  const save = async (more: object) =>
    (await operator(SAVE_INSURER, { input: { ...input, ...more } })).data.saveInsurer;
  expect(await save({ secondUnderwriterAbove: '800000.00' })).toEqual({
    secondUnderwriterAbove: '800000.00',
  });
  expect(await save({})).toEqual({ secondUnderwriterAbove: '800000.00' });
  const shown = async (who: Person) =>
    (
      await h.as(who)('query ($id: ID!) { node(id: $id) { ... on Insurer { secondUnderwriterAbove } } }', {
        id: insurer.id,
      })
    ).data.node.secondUnderwriterAbove;
  expect(await shown(await h.given.underwriter(insurer.id))).toBe('800000.00');
  expect(await shown(await h.given.underwriter((await h.given.insurer()).id))).toBeNull();
  expect(await shown(await h.given.bidder())).toBeNull();
  expect(await save({ secondUnderwriterAbove: null })).toEqual({ secondUnderwriterAbove: null });
  expect(
    await refused(() => operator(SAVE_INSURER, { input: { ...input, secondUnderwriterAbove: '-1' } })),
  ).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'secondUnderwriterAbove' }] });
});
