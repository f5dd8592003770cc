import { beforeEach, expect, test } from 'vitest';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { formatInstant } from '../../kernel/clock.ts';
import { type Issued, issuedOrder, resultOf } from '../payment/payment.fixture.ts';
import { sectionById } from '../section/section.queries.ts';
import { remindOfExpiry } from './policy.service.ts';

const DAY_MS = 86_400_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const EXTEND = `mutation ($input: ExtendPoliciesInput!) { extendPolicies(input: $input) {
  ... on PolicyExtension { remaining endorsements { id number previousEndOn endOn reason file { id url sha256 fileName } policy { id endOn state } } }
  ... on Error { code message } ... on InvalidInput { issues { path } } } }`;
const SHORT = `{ coverShortfalls { days requiredEndOn policy { id endOn } } }`;
const POLICY = `query ($id: ID!) { order(id: $id) { policy { endOn file { sha256 } shortfall { days requiredEndOn }
  endorsements { number } events { event note } } } }`;

async function postpone(order: Issued, days: number): Promise<void> {
  const section = await sectionById(h.app.core.database.reader, order.section.id);
  const deadlineAt = (section?.deadlineAt ?? 0) + days * DAY_MS;
  const centre = await h.given.apiClient(['sections:write']);
  const input = {
    id: order.section.id,
    deadlineAt: formatInstant(deadlineAt),
    openAt: formatInstant(deadlineAt),
  };
  const answer = await h.as(centre)(
    `mutation ($input: PostponeBidSectionInput!) { postponeBidSection(input: $input) { ... on BidSection { id } ... on Error { code message } } }`,
    { input },
  );
  expect(resultOf(answer)).toEqual({ id: order.section.id });
}

async function refused(ask: () => Promise<Answer>) {
  const before = await h.content(['idempotency_keys']);
  const answer = resultOf(await ask());
  expect(await h.content(['idempotency_keys'])).toBe(before);
  return answer;
}

test('cover that a postponed section outlasts is listed for its insurer, and told to its bidder', async () => {
  const order = await issuedOrder(h);
  expect((await h.as(order.underwriter)(SHORT)).data.coverShortfalls).toEqual([]);
  await postpone(order, 12);
  const short = { days: 12, requiredEndOn: '2027-03-15' };
  expect((await h.as(order.underwriter)(SHORT)).data.coverShortfalls).toEqual([
    { ...short, policy: { id: order.policyId, endOn: '2027-03-03' } },
  ]);
  expect((await order.ask(POLICY, { id: order.orderId })).data.order.policy.shortfall).toEqual(short);

  const rival = await h.given.underwriter((await h.given.insurer()).id);
  expect((await h.as(rival)(SHORT)).data.coverShortfalls).toEqual([]);
  expect((await h.as(order.bidder)(SHORT)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('one act extends all policies that fall short: a sealed paper each, beside the policy’s own, and its insurer and number stay', async () => {
  const order = await issuedOrder(h);
  const before = (await order.ask(POLICY, { id: order.orderId })).data.order.policy;
  await postpone(order, 12);
  const { remaining, endorsements } = resultOf(await h.as(order.underwriter)(EXTEND, { input: {} }));
  expect(remaining).toBe(0);
  expect(endorsements).toMatchObject([
    {
      number: `${order.policyNumber}-P01`,
      previousEndOn: '2027-03-03',
      endOn: '2027-03-15',
      reason: expect.stringContaining('投标截止时间延期至 2026-12-16'),
      policy: { id: order.policyId, endOn: '2027-03-15', state: 'ISSUED' },
    },
  ]);
  const after = (await order.ask(POLICY, { id: order.orderId })).data.order.policy;
  expect(after).toMatchObject({ endOn: '2027-03-15', shortfall: null, file: before.file });
  expect(after.events.at(-1)).toMatchObject({ event: 'ENDORSE' });

  const [{ file }] = endorsements;
  const bytes = new Uint8Array(await (await h.fetch(order.bidder, file.url)).arrayBuffer());
  expect(Buffer.from(bytes).toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached');
  const stranger = await h.given.bidder();
  expect((await h.fetch(stranger, file.url)).status).toBe(404);
  const verified = await h.as(null)(
    `query ($input: VerifyPolicyInput!) { verifyPolicy(input: $input) { valid } }`,
    {
      input: { sha256: file.sha256 },
    },
  );
  expect(verified.data.verifyPolicy).toEqual({ valid: true });

  await postpone(order, 3);
  const again = resultOf(
    await h.as(order.underwriter)(EXTEND, { input: { policyIds: [order.policyId], reason: '再次延期' } }),
  );
  expect(again.endorsements).toMatchObject([
    { number: `${order.policyNumber}-P02`, endOn: '2027-03-18', reason: '再次延期' },
  ]);
});

test('what does not fall short, or is another insurer’s, is not extended', async () => {
  const order = await issuedOrder(h);
  const input = { policyIds: [order.policyId] };
  expect(await refused(() => h.as(order.underwriter)(EXTEND, { input }))).toMatchObject({
    code: 'INVALID_INPUT',
    issues: [{ path: 'policyIds.0' }],
  });
  await postpone(order, 12);
  const rival = await h.given.underwriter((await h.given.insurer()).id);
  expect(await refused(() => h.as(rival)(EXTEND, { input }))).toMatchObject({ code: 'NOT_FOUND' });
  const withAbsent = { policyIds: [order.policyId, 'pol_absent'] };
  expect(await refused(() => h.as(order.underwriter)(EXTEND, { input: withAbsent }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('two who extend at once make one endorsement', async () => {
  const order = await issuedOrder(h);
  await postpone(order, 12);
  const answers = await Promise.all(
    [1, 2].map(() => h.as(order.underwriter)(EXTEND, { input: { policyIds: [order.policyId] } })),
  );
  const codes = answers.map((answer) => resultOf(answer).code);
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  expect(codes.filter((code) => code === 'STALE_STATE')).toHaveLength(1);
  expect((await h.rows()).endorsements).toBe(1);
});

test('the bidder is reminded 30, 15, 7 and 1 days before cover ends, once each', async () => {
  await issuedOrder(h);
  const reminders = async () => (await h.events()).filter((event) => event.includes('policy REMIND')).length;
  const at = async (day: string) => {
    h.pass(Date.parse(`${day}T01:00:00Z`) - h.now());
    await remindOfExpiry(h.app.core);
    await remindOfExpiry(h.app.core);
    return reminders();
  };
  expect(await at('2027-01-31')).toBe(0);
  expect(await at('2027-02-01')).toBe(1);
  expect(await at('2027-02-10')).toBe(1);
  expect(await at('2027-02-16')).toBe(2);
  expect(await at('2027-02-24')).toBe(3);
  expect(await at('2027-03-02')).toBe(4);
  expect(await at('2027-03-03')).toBe(4);
  expect(await at('2027-03-04')).toBe(4);
});

test('a service that slept reminds once, of the nearest stage', async () => {
  await issuedOrder(h);
  h.pass(Date.parse('2027-02-27T01:00:00Z') - h.now());
  await remindOfExpiry(h.app.core);
  const { messages } = await h.rows();
  await remindOfExpiry(h.app.core);
  expect((await h.events()).filter((event) => event.includes('policy REMIND'))).toHaveLength(1);
  expect((await h.rows()).messages).toBe(messages);
});
