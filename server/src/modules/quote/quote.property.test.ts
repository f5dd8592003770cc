import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import type { UserActor } from '../../access/actor.ts';
import type { Command } from '../../command/run.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { orders } from '../../db/tables/order.ts';
import { payments } from '../../db/tables/payment.ts';
import { proposals, quotes } from '../../db/tables/quote.ts';
import type { Role } from '../../db/vocabulary.ts';
import { Refusal } from '../../kernel/refusal.ts';
import { type Scene, sceneOf, submittedOrder } from '../order/order.fixture.ts';
import { cancelOrder, lapseOrders } from '../order/order.service.ts';
import {
  acceptQuote,
  agreeToOffer,
  declineQuote,
  expireQuotes,
  offerQuote,
  refuseOffer,
  requestMaterial,
  supplyMaterial,
} from './quote.service.ts';

const HOUR_MS = 3_600_000;
const REFERENCE_FEN = 40_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

const actorOf = ({ id, enterpriseId, insurerId }: Person, role: Role): UserActor => ({
  kind: 'USER',
  id,
  role,
  enterpriseId,
  insurerId,
  tokenHash: '',
  mustEnrol: false,
});

/** Acts as somebody. A refusal is an answer; anything else fails the test. @returns the code of the refusal, or null */
async function attempt(
  actor: UserActor,
  act: (command: Command) => Promise<unknown>,
): Promise<string | null> {
  try {
    await h.actAs(actor, act);
    return null;
  } catch (reason) {
    if (reason instanceof Refusal) return reason.code;
    throw reason;
  }
}

interface Stage {
  readonly bidder: UserActor;
  readonly orderId: string;
  readonly quoteIds: readonly string[];
  /** Two underwriters of each insurer. */
  readonly desks: readonly (readonly [UserActor, UserActor])[];
}

async function desksOf(scene: Scene): Promise<Stage['desks']> {
  return Promise.all(
    scene.insurers.map(async ({ id }) => {
      const one = actorOf(await h.given.underwriter(id), 'UNDERWRITER');
      return [one, actorOf(await h.given.underwriter(id), 'UNDERWRITER')] as const;
    }),
  );
}

/** A new order of a new bidder with every insurer of the scene. */
async function stageOf(scene: Scene, desks: Stage['desks']): Promise<Stage> {
  const bidder = await h.given.bidder();
  const submitted = await submittedOrder({ ...scene, bidder, ask: h.as(bidder) });
  const known = await rowsOf(submitted.orderId);
  // In the order of the desks: the API lists them by name.
  const quoteIds = scene.insurers.map(
    ({ id }) => known.quotes.find((quote) => quote.insurerId === id)?.id ?? '',
  );
  return { bidder: actorOf(bidder, 'BIDDER'), orderId: submitted.orderId, quoteIds, desks };
}

async function rowsOf(orderId: string) {
  const { reader } = h.app.core.database;
  const [order] = await reader.select().from(orders).where(eq(orders.id, orderId));
  if (!order) throw new Error('The order is gone.');
  return {
    order,
    quotes: await reader.select().from(quotes).where(eq(quotes.orderId, orderId)),
    proposals: await reader.select().from(proposals).where(eq(proposals.orderId, orderId)),
    payments: await reader.select().from(payments).where(eq(payments.orderId, orderId)),
  };
}

const timers = async () => {
  await expireQuotes(h.app.core);
  await lapseOrders(h.app.core);
};

/** What holds of an order and its quotes after whatever anybody has done. */
async function invariantsHold(orderId: string): Promise<void> {
  const { order, quotes: all, proposals: proposed, payments: paid } = await rowsOf(orderId);
  const count = (...states: string[]) => all.filter(({ state }) => states.includes(state)).length;
  const accepted = all.filter(({ state }) => state === 'ACCEPTED');
  const asked = count('SUBMITTED', 'MATERIAL_REQUESTED');
  const story = JSON.stringify({ order: order.state, quotes: all.map(({ state }) => state) });

  expect(accepted.length, story).toBeLessThanOrEqual(1);
  if (accepted[0]) {
    expect(order.state, story).toBe('AWAITING_PAYMENT');
    expect(asked + count('OFFERED'), story).toBe(0);
    expect(order.orderAmountFen).toBe(accepted[0].premiumFen);
    expect(paid).toMatchObject([{ state: 'AWAITING_TRANSFER', amountFen: accepted[0].premiumFen }]);
  } else {
    expect(
      paid.every(({ state }) => state === 'CLOSED'),
      story,
    ).toBe(true);
  }
  switch (order.state) {
    case 'UNDERWRITING':
      expect(asked, story).toBeGreaterThan(0);
      expect(count('OFFERED'), story).toBe(0);
      break;
    case 'AWAITING_PAYMENT':
      expect(accepted.length + count('OFFERED'), story).toBeGreaterThan(0);
      break;
    case 'DECLINED':
      expect(count('DECLINED'), story).toBe(all.length);
      break;
    default:
      expect(['CANCELLED', 'LAPSED']).toContain(order.state);
      expect(asked + count('OFFERED'), story).toBe(0);
  }
  for (const { state, quoteId } of proposed) {
    if (state !== 'PENDING') continue;
    expect(all.find(({ id }) => id === quoteId)?.state, story).toBe('SUBMITTED');
  }
  for (const quote of all) {
    if (quote.state !== 'OFFERED' && quote.state !== 'ACCEPTED') continue;
    expect(quote.premiumFen).not.toBeNull();
    expect(quote.validUntil).not.toBeNull();
  }
}

const whose = { insurer: fc.integer({ min: 0, max: 2 }), aimed: fc.constantFrom(true, true, true, false) };
const person = fc.constantFrom(0 as const, 1 as const);
const hours = fc.integer({ min: 1, max: 12 });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('offer' as const),
      ...whose,
      person,
      hours,
      premium: fc.constantFrom(REFERENCE_FEN, 55_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('decide' as const), ...whose, person, agrees: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('decline' as const), ...whose, person }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('request' as const), ...whose, person, hours }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('supply' as const), ...whose }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('accept' as const), ...whose, confirms: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('pass' as const), hours }) },
  // Rarely, since nothing follows it.
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('cancel' as const), really: fc.integer({ max: 2, min: 0 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** In which state a quote waits for a step. */
const waitsFor = {
  offer: 'SUBMITTED',
  decline: 'SUBMITTED',
  request: 'SUBMITTED',
  supply: 'MATERIAL_REQUESTED',
  accept: 'OFFERED',
};

/** Which insurer a step is about: mostly one that waits for it, so that few steps are wasted on refusals. */
async function insurerOf({ orderId, quoteIds }: Stage, one: Step): Promise<number> {
  if (!('insurer' in one)) return 0;
  if (!one.aimed) return one.insurer;
  const { quotes: all, proposals: proposed } = await rowsOf(orderId);
  const pending = proposed.filter(({ state }) => state === 'PENDING').map((proposal) => proposal.quoteId);
  const waiting = all
    .filter(({ id, state }) => (one.what === 'decide' ? pending.includes(id) : state === waitsFor[one.what]))
    .map(({ id }) => quoteIds.indexOf(id));
  return waiting[one.insurer % waiting.length] ?? one.insurer;
}

async function take(stage: Stage, one: Step): Promise<string | null> {
  const { bidder, orderId, quoteIds, desks } = stage;
  const at = await insurerOf(stage, one);
  const quoteId = quoteIds[at] ?? '';
  const desk = 'person' in one ? desks[at]?.[one.person] : undefined;
  const until = 'hours' in one ? h.now() + one.hours * HOUR_MS : 0;
  if (one.what === 'pass') {
    h.pass(one.hours * HOUR_MS);
    await timers();
    return null;
  }
  if (one.what === 'cancel') {
    return one.really === 0
      ? attempt(bidder, (command) => cancelOrder(command, { orderId, reason: '不再投标' }))
      : null;
  }
  if (one.what === 'supply')
    return attempt(bidder, (command) => supplyMaterial(command, { quoteId, note: '见说明' }));
  if (one.what === 'accept') {
    const quote = (await rowsOf(orderId)).quotes.find(({ id }) => id === quoteId);
    const expectedPremium = one.confirms ? quote?.premiumFen : null;
    return attempt(bidder, (command) => acceptQuote(command, { quoteId, expectedPremium }));
  }
  if (!desk) throw new Error('Every insurer has two underwriters.');
  return attempt(desk, async (command) => {
    switch (one.what) {
      case 'offer':
        return offerQuote(command, { quoteId, premium: one.premium, rate: '0.004', validUntil: until });
      case 'decline':
        return declineQuote(command, { quoteId, reason: '不在承保范围' });
      case 'request':
        return requestMaterial(command, { quoteId, request: '财务报表', until });
      case 'decide': {
        const pending = (await rowsOf(orderId)).proposals.find(
          (proposal) => proposal.quoteId === quoteId && proposal.state === 'PENDING',
        );
        const proposalId = pending?.id ?? '';
        return one.agrees
          ? agreeToOffer(command, { proposalId })
          : refuseOffer(command, { proposalId, reason: '费率过低' });
      }
    }
  });
}

const at = (insurer: number) => ({ insurer, aimed: false });
/** A walk that does each thing once, beside those that chance takes. */
const everywhere: Step[] = [
  { what: 'offer', ...at(0), person: 0, hours: 12, premium: REFERENCE_FEN },
  { what: 'decide', ...at(0), person: 1, agrees: true },
  { what: 'request', ...at(1), person: 0, hours: 12 },
  { what: 'supply', ...at(1) },
  { what: 'offer', ...at(1), person: 0, hours: 12, premium: 55_000 },
  { what: 'decline', ...at(2), person: 1 },
  { what: 'accept', ...at(1), confirms: true },
];

test('whatever bidder, underwriters and time do, one quote at most is accepted, none stands beside it, and the order agrees', async () => {
  const scene = await sceneOf(h, { insurers: 3, kind: 'PERFORMANCE' });
  // One of the three wants two underwriters.
  const careful = eq(insurers.id, scene.insurers[0]?.id ?? '');
  await h.system(({ db }) => db.update(insurers).set({ secondUnderwriterAboveFen: 1 }).where(careful));
  const desks = await desksOf(scene);
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 20 }), async (steps) => {
      const stage = await stageOf(scene, desks);
      for (const one of steps) {
        const code = (await take(stage, one)) ?? 'done';
        answers.set(`${one.what} ${code}`, (answers.get(`${one.what} ${code}`) ?? 0) + 1);
        await invariantsHold(stage.orderId);
      }
    }),
    { numRuns: 15, examples: [[everywhere]] },
  );
  // The chain of events holds, and the walk has been everywhere.
  await h.events();
  for (const what of ['offer', 'decide', 'decline', 'request', 'supply', 'accept']) {
    expect(
      [...answers.keys()].filter((key) => key === `${what} done`),
      what,
    ).toHaveLength(1);
  }
}, 60_000);

describe('at the same moment', () => {
  async function offered(insurers: number, validForMs: number): Promise<Stage> {
    const scene = await sceneOf(h, { insurers });
    const stage = await stageOf(scene, await desksOf(scene));
    for (const [i, quoteId] of stage.quoteIds.entries()) {
      const desk = stage.desks[i]?.[0];
      if (!desk) throw new Error('Every insurer has two underwriters.');
      await h.actAs(desk, (command) =>
        offerQuote(command, { quoteId, premium: 55_000, rate: '0.00055', validUntil: h.now() + validForMs }),
      );
    }
    return stage;
  }
  const accept = ({ bidder, quoteIds }: Stage, i = 0) =>
    attempt(bidder, (command) =>
      acceptQuote(command, { quoteId: quoteIds[i] ?? '', expectedPremium: 55_000 }),
    );
  const statesOf = async ({ orderId }: Stage) => {
    const { order, quotes: all } = await rowsOf(orderId);
    return [order.state, ...all.map(({ state }) => state).sort()];
  };

  test.each(['acceptance', 'expiry'])(
    'an offer is accepted or expires, never both: %s first',
    async (first) => {
      const stage = await offered(1, 1000);
      h.pass(first === 'acceptance' ? 999 : 1000);
      const accepting = accept(stage);
      if (first === 'acceptance') h.pass(1);
      const [code] = await Promise.all([accepting, timers()]);
      await timers();
      const states = await statesOf(stage);
      expect(states).toEqual(code === null ? ['AWAITING_PAYMENT', 'ACCEPTED'] : ['LAPSED', 'EXPIRED']);
      if (first === 'expiry') expect(code).toBe('QUOTE_EXPIRED');
      await invariantsHold(stage.orderId);
    },
  );

  test('of two offers that are accepted one is, and there is one payment', async () => {
    const stage = await offered(2, HOUR_MS);
    const codes = await Promise.all([accept(stage, 0), accept(stage, 1), accept(stage, 0)]);
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code !== null)).toEqual(['TRANSITION_REFUSED', 'TRANSITION_REFUSED']);
    expect(await statesOf(stage)).toEqual(['AWAITING_PAYMENT', 'ACCEPTED', 'WITHDRAWN']);
    expect((await rowsOf(stage.orderId)).payments).toHaveLength(1);
  });

  test.each(['acceptance', 'cancellation'])(
    'an order that is cancelled ends, with nothing to pay: %s first',
    async (first) => {
      const stage = await offered(2, HOUR_MS);
      const cancel = () =>
        attempt(stage.bidder, (command) =>
          cancelOrder(command, { orderId: stage.orderId, reason: '不再投标' }),
        );
      const [one, two] = first === 'acceptance' ? [accept, cancel] : [cancel, accept];
      const codes = await Promise.all([one(stage), two(stage)]);
      expect(codes).toEqual([null, first === 'acceptance' ? null : 'TRANSITION_REFUSED']);
      expect(await statesOf(stage)).toEqual(['CANCELLED', 'WITHDRAWN', 'WITHDRAWN']);
      await invariantsHold(stage.orderId);
    },
  );
});
