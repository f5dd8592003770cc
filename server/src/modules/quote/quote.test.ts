import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { machineGrid } from '../../kernel/machine.ts';
import {
  ACCEPT_QUOTE,
  CANCEL,
  DECLINE,
  inDays,
  OFFER,
  offerInput,
  REQUEST_MATERIAL,
  type Scene,
  SUPPLY,
  type SubmittedOrder,
  sceneOf,
  submittedOrder,
} from '../order/order.fixture.ts';
import { lapseOrders } from '../order/order.service.ts';
import { quoteMachine } from './quote.machine.ts';
import { expireQuotes } from './quote.service.ts';

const DAY_MS = 86_400_000;
let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

interface Stage extends Scene, SubmittedOrder {
  readonly underwriters: readonly Person[];
}
async function stageOf(insurers: number, wish: Parameters<typeof sceneOf>[1] = {}): Promise<Stage> {
  const scene = await sceneOf(h, { ...wish, insurers });
  const submitted = await submittedOrder(scene);
  const underwriters = await Promise.all(scene.insurers.map(({ id }) => h.given.underwriter(id)));
  return { ...scene, ...submitted, underwriters };
}
const quoteAt = (stage: Stage, i: number) => stage.quotes[i]?.id ?? '';
const underwriterAt = (stage: Stage, i: number) => h.as(stage.underwriters[i] ?? null);

async function refused(ask: () => Promise<{ data: Record<string, unknown> }>) {
  // That a refusal was answered under a key is kept, so that it can be replayed; nothing else is.
  const content = () => h.content(['idempotency_keys']);
  const before = await content();
  const { data } = await ask();
  expect(await content()).toBe(before);
  return Object.values(data)[0] as Record<string, unknown>;
}
const orderOf = async (stage: Stage, fields: string, ask = stage.ask) =>
  (await ask(`query ($id: ID!) { order(id: $id) { ${fields} } }`, { id: stage.orderId })).data.order;

test('the machine of a quote, a row a state', () => {
  expect(machineGrid(quoteMachine)).toMatchInlineSnapshot(`
    "state              REQUEST_MATERIAL   SUPPLY    OFFER   DECLINE  ACCEPT   ISSUE  WITHDRAW  EXPIRE  REINSTATE
    SUBMITTED          MATERIAL_REQUESTED .         OFFERED DECLINED .        .      WITHDRAWN .       .
    MATERIAL_REQUESTED .                  SUBMITTED .       DECLINED .        .      WITHDRAWN .       .
    OFFERED            .                  .         .       .        ACCEPTED .      WITHDRAWN EXPIRED .
    ACCEPTED           .                  .         .       .        .        ISSUED WITHDRAWN .       .
    ISSUED             .                  .         .       .        .        .      .         .       .
    DECLINED           .                  .         .       .        .        .      .         .       .
    WITHDRAWN          .                  .         .       .        .        .      .         .       ACCEPTED
    EXPIRED            .                  .         .       .        .        .      .         .       ."
  `);
});

describe('offering', () => {
  test('the reference premium of the only insurer is accepted by itself, and the payment begins', async () => {
    const stage = await stageOf(1);
    const input = offerInput(h, quoteAt(stage, 0));
    const { data } = await underwriterAt(stage, 0)(OFFER, {
      input: { ...input, expectedState: 'SUBMITTED' },
    });
    expect(data.offerQuote).toEqual({
      id: quoteAt(stage, 0),
      state: 'ACCEPTED',
      premium: '400.00',
      order: { state: 'AWAITING_PAYMENT', orderAmount: '400.00' },
    });
    const events = await h.events();
    expect(events.slice(events.indexOf('UNDERWRITER quote OFFER: SUBMITTED -> OFFERED'))).toEqual([
      'UNDERWRITER quote OFFER: SUBMITTED -> OFFERED',
      'SYSTEM order OFFER: UNDERWRITING -> AWAITING_PAYMENT',
      'SYSTEM quote ACCEPT: OFFERED -> ACCEPTED',
      'SYSTEM payment OPEN: · -> AWAITING_TRANSFER',
    ]);
    const order = await orderOf(
      stage,
      `state stateLabel nextActor dueAt orderAmount availableEvents
       acceptedQuote { state premium rate referencePremium premiumDiffers breakdown { formulaText net vat } insurer { name } }`,
    );
    expect(order).toEqual({
      state: 'AWAITING_PAYMENT',
      stateLabel: '待支付',
      nextActor: 'BIDDER',
      dueAt: '2026-11-27T23:59:59.999+08:00',
      orderAmount: '400.00',
      availableEvents: ['SUBMIT_VOUCHER', 'CANCEL'],
      acceptedQuote: {
        state: 'ACCEPTED',
        premium: '400.00',
        rate: '0.004',
        referencePremium: '400.00',
        premiumDiffers: false,
        breakdown: {
          formulaText: '保险金额 100,000.00 元 × 费率 0.40% = 400.00 元',
          net: '377.36',
          vat: '22.64',
        },
        insurer: { name: stage.insurers[0]?.name },
      },
    });
  });

  test('another premium waits for the bidder, and is explained only if the formula gives it', async () => {
    const stage = await stageOf(1);
    const offer = (input: object) => underwriterAt(stage, 0)(OFFER, { input });
    await offer({ ...offerInput(h, quoteAt(stage, 0), '450.00'), rate: '0.0045' });
    const fields =
      'state dueAt orderAmount availableEvents quotes { state premium premiumDiffers breakdown { premium rate } availableEvents }';
    expect(await orderOf(stage, fields)).toEqual({
      state: 'AWAITING_PAYMENT',
      dueAt: inDays(h, 7),
      orderAmount: null,
      availableEvents: ['CANCEL'],
      quotes: [
        {
          state: 'OFFERED',
          premium: '450.00',
          premiumDiffers: true,
          breakdown: { premium: '450.00', rate: '0.0045' },
          availableEvents: ['ACCEPT'],
        },
      ],
    });
    const other = await stageOf(1, { formula: 'MANUAL' });
    await underwriterAt(other, 0)(OFFER, { input: offerInput(h, quoteAt(other, 0), '777.00') });
    expect(
      await orderOf(other, 'quotes { state referencePremium premium premiumDiffers breakdown { premium } }'),
    ).toEqual({
      quotes: [
        {
          state: 'OFFERED',
          referencePremium: null,
          premium: '777.00',
          premiumDiffers: false,
          breakdown: null,
        },
      ],
    });
  });

  test('of several insurers none is accepted by itself', async () => {
    const stage = await stageOf(2);
    await underwriterAt(stage, 0)(OFFER, { input: offerInput(h, quoteAt(stage, 0)) });
    const { data } = await underwriterAt(stage, 1)(OFFER, { input: offerInput(h, quoteAt(stage, 1)) });
    expect(data.offerQuote).toMatchObject({ state: 'OFFERED', order: { state: 'AWAITING_PAYMENT' } });
  });

  test("an insurer's own system offers with its key", async () => {
    const stage = await stageOf(1);
    const client = await h.given.apiClient(['underwriting:write'], stage.insurers[0]?.id);
    const { data } = await h.as(client)(OFFER, { input: offerInput(h, quoteAt(stage, 0)) });
    expect(data.offerQuote).toMatchObject({ state: 'ACCEPTED' });
  });

  test('is refused with impossible amounts and dates', async () => {
    const stage = await stageOf(1);
    const offer = (changes: object) =>
      refused(() =>
        underwriterAt(stage, 0)(OFFER, { input: { ...offerInput(h, quoteAt(stage, 0)), ...changes } }),
      );
    for (const [changes, path] of [
      [{ premium: '0' }, 'premium'],
      [{ premium: '100000.00' }, 'premium'],
      [{ premium: '-1' }, 'premium'],
      [{ rate: '2' }, 'rate'],
      [{ validUntil: inDays(h, 0) }, 'validUntil'],
      [{ validUntil: inDays(h, 91) }, 'validUntil'],
      [{ note: '长'.repeat(1001) }, 'note'],
    ] as const) {
      expect(await offer(changes)).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    }
    expect(await offer({ expectedState: 'OFFERED' })).toMatchObject({ code: 'STALE_STATE', retryable: true });
    h.pass(10 * DAY_MS);
    const later = h.as(await h.given.underwriter(stage.insurers[0]?.id ?? ''));
    const late = await refused(() => later(OFFER, { input: offerInput(h, quoteAt(stage, 0)) }));
    expect(late).toMatchObject({ code: 'DEADLINE_PASSED' });
  });

  test('is for the insurer that was asked, once', async () => {
    const stage = await stageOf(2);
    const input = offerInput(h, quoteAt(stage, 0));
    const absent = { ...input, quoteId: 'qte_absent' };
    const rival = underwriterAt(stage, 1);
    const [own, missing] = [
      await refused(() => rival(OFFER, { input })),
      await refused(() => rival(OFFER, { input: absent })),
    ];
    expect(own).toEqual(missing);
    for (const [who, code] of [
      [null, 'UNAUTHENTICATED'],
      [stage.bidder, 'FORBIDDEN'],
      [await h.given.operator(), 'FORBIDDEN'],
      [await h.given.apiClient(['sections:write']), 'FORBIDDEN'],
    ] as const) {
      expect((await h.as(who)(OFFER, { input })).errors?.[0].extensions.code).toBe(code);
    }
    const nobody = h.as(await h.given.apiClient(['underwriting:write', 'deposits:read']));
    expect(await refused(() => nobody(OFFER, { input }))).toMatchObject({ code: 'NOT_FOUND' });
    await underwriterAt(stage, 0)(OFFER, { input });
    expect(await refused(() => underwriterAt(stage, 0)(OFFER, { input }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'OFFERED',
      event: 'OFFER',
    });
  });
});

describe('declining', () => {
  test('ends the order when all have declined, and not before', async () => {
    const stage = await stageOf(2);
    const decline = (i: number) =>
      underwriterAt(stage, i)(DECLINE, { input: { quoteId: quoteAt(stage, i), reason: '不在承保范围' } });
    expect((await decline(0)).data.declineQuote).toMatchObject({
      state: 'DECLINED',
      order: { state: 'UNDERWRITING' },
    });
    expect((await decline(1)).data.declineQuote).toMatchObject({
      state: 'DECLINED',
      order: { state: 'DECLINED' },
    });
    expect(await orderOf(stage, 'state nextActor dueAt quotes { declineReason }')).toEqual({
      state: 'DECLINED',
      nextActor: null,
      dueAt: null,
      quotes: [{ declineReason: '不在承保范围' }, { declineReason: '不在承保范围' }],
    });
    expect(await refused(() => decline(0))).toMatchObject({ code: 'TRANSITION_REFUSED', event: 'DECLINE' });
  });

  test('needs a reason', async () => {
    const stage = await stageOf(1);
    const input = { quoteId: quoteAt(stage, 0), reason: ' ' };
    const answer = await refused(() => underwriterAt(stage, 0)(DECLINE, { input }));
    expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'reason' }] });
  });
});

describe('material', () => {
  test('is asked for, supplied with files that the insurer then reads, and underwriting goes on', async () => {
    const stage = await stageOf(2);
    const quoteId = quoteAt(stage, 0);
    const asked = await underwriterAt(stage, 0)(REQUEST_MATERIAL, {
      input: { quoteId, request: '请补充近三年财务报表' },
    });
    expect(asked.data.requestMaterial).toMatchObject({
      state: 'MATERIAL_REQUESTED',
      materialRequest: '请补充近三年财务报表',
    });

    const uploadId = await h.given.upload(stage.bidder, 'EVIDENCE');
    const foreign = await h.given.upload(await h.given.bidder(), 'EVIDENCE');
    const license = await h.given.upload(stage.bidder, 'LICENSE');
    const supply = (uploadIds: string[]) =>
      stage.ask(SUPPLY, {
        input: { quoteId, note: '见附件', uploadIds, expectedState: 'MATERIAL_REQUESTED' },
      });
    for (const ids of [[uploadId, foreign], [license], ['upl_absent']]) {
      expect(await refused(() => supply(ids))).toMatchObject({ code: 'UPLOAD_REFUSED' });
    }
    const { data } = await supply([uploadId]);
    expect(data.supplyMaterial).toEqual({
      id: quoteId,
      state: 'SUBMITTED',
      materialNote: '见附件',
      materials: [{ id: uploadId }],
    });
    const read = async (who: Person | undefined) => (await h.fetch(who ?? null, `/files/${uploadId}`)).status;
    expect(await read(stage.underwriters[0])).toBe(200);
    expect(await read(stage.underwriters[1])).toBe(404);
    expect(await refused(() => supply([]))).toMatchObject({ code: 'STALE_STATE' });
    const again = await refused(() => stage.ask(SUPPLY, { input: { quoteId, note: '再补充' } }));
    expect(again).toMatchObject({ code: 'TRANSITION_REFUSED', event: 'SUPPLY' });
  });

  test('is asked for in several rounds, each with its own time, and all are kept', async () => {
    const stage = await stageOf(1);
    const quoteId = quoteAt(stage, 0);
    const ask = (request: string, until?: string) =>
      underwriterAt(stage, 0)(REQUEST_MATERIAL, { input: { quoteId, request, until } });
    await ask('财务报表');
    const uploadId = await h.given.upload(stage.bidder, 'EVIDENCE');
    await stage.ask(SUPPLY, { input: { quoteId, note: '见附件', uploadIds: [uploadId] } });
    h.pass(60_000);
    await ask('在建工程清单', inDays(h, 2));
    const fields = `quotes { dueAt materialRequest materialNote materials { id }
      materialRounds { request requestedAt dueAt note files { id } suppliedAt } }`;
    const first = {
      request: '财务报表',
      requestedAt: '2026-11-24T10:00:00.000+08:00',
      dueAt: '2026-11-27T23:59:59.999+08:00',
      note: '见附件',
      files: [{ id: uploadId }],
      suppliedAt: '2026-11-24T10:00:00.000+08:00',
    };
    const second = {
      request: '在建工程清单',
      requestedAt: '2026-11-24T10:01:00.000+08:00',
      dueAt: '2026-11-26T10:01:00.000+08:00',
      note: null,
      files: [],
      suppliedAt: null,
    };
    expect((await orderOf(stage, fields)).quotes).toEqual([
      {
        dueAt: second.dueAt,
        materialRequest: '在建工程清单',
        materialNote: '见附件',
        materials: [{ id: uploadId }],
        materialRounds: [first, second],
      },
    ]);
    expect(await orderOf(stage, fields, underwriterAt(stage, 0))).toEqual(await orderOf(stage, fields));
  });

  test('is waited for until the time that was set, and declined for want of it after that', async () => {
    const stage = await stageOf(1);
    const quoteId = quoteAt(stage, 0);
    const ask = (until: string) =>
      underwriterAt(stage, 0)(REQUEST_MATERIAL, { input: { quoteId, request: '财务报表', until } });
    for (const days of [0, 31]) {
      expect(await refused(() => ask(inDays(h, days)))).toMatchObject({
        code: 'INVALID_INPUT',
        issues: [{ path: 'until' }],
      });
    }
    await ask(new Date(h.now() + 60_000).toISOString());
    const decline = () => underwriterAt(stage, 0)(DECLINE, { input: { quoteId, reason: '逾期未补充资料' } });
    const events = async () =>
      (await orderOf(stage, 'quotes { availableEvents }', underwriterAt(stage, 0))).quotes[0].availableEvents;
    h.pass(60_000);
    expect(await events()).toEqual([]);
    expect(await refused(decline)).toMatchObject({ code: 'TRANSITION_REFUSED', event: 'DECLINE' });
    h.pass(1);
    expect(await events()).toEqual(['DECLINE']);
    expect((await decline()).data.declineQuote).toMatchObject({
      state: 'DECLINED',
      order: { state: 'DECLINED' },
    });
  });
});

describe('accepting', () => {
  async function offered(premiums: readonly string[]): Promise<Stage> {
    const stage = await stageOf(premiums.length);
    for (const [i, premium] of premiums.entries()) {
      await underwriterAt(stage, i)(OFFER, { input: offerInput(h, quoteAt(stage, i), premium) });
    }
    return stage;
  }
  const accept = (stage: Stage, i: number, more: object = {}) =>
    stage.ask(ACCEPT_QUOTE, { input: { quoteId: quoteAt(stage, i), ...more } });

  test('takes one offer, withdraws the others and fixes what is to be paid', async () => {
    const stage = await offered(['400.00', '380.00']);
    h.pass(60_000);
    const { data } = await accept(stage, 1, { expectedPremium: '380.00', expectedState: 'OFFERED' });
    expect(data.acceptQuote).toEqual({
      id: stage.orderId,
      state: 'AWAITING_PAYMENT',
      orderAmount: '380.00',
      acceptedQuote: { id: quoteAt(stage, 1) },
      quotes: [
        { id: quoteAt(stage, 0), state: 'WITHDRAWN' },
        { id: quoteAt(stage, 1), state: 'ACCEPTED' },
      ],
    });
    expect((await h.events()).slice(-3)).toEqual([
      'BIDDER quote ACCEPT: OFFERED -> ACCEPTED',
      'SYSTEM quote WITHDRAW: OFFERED -> WITHDRAWN',
      'SYSTEM payment OPEN: · -> AWAITING_TRANSFER',
    ]);
    expect(await orderOf(stage, 'dueAt payment { dueAt amount }')).toEqual({
      dueAt: '2026-11-27T23:59:59.999+08:00',
      payment: { dueAt: '2026-11-27T23:59:59.999+08:00', amount: '380.00' },
    });
    expect(await refused(() => accept(stage, 0))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      event: 'ACCEPT',
    });
    // The insurer that was not taken sees neither the sum nor the other's quote.
    const fields = 'orderAmount acceptedQuote { id } quotes { id } products { id }';
    expect(await orderOf(stage, fields, underwriterAt(stage, 0))).toEqual({
      orderAmount: null,
      acceptedQuote: null,
      quotes: [{ id: quoteAt(stage, 0) }],
      products: [{ id: stage.products[0]?.id }],
    });
    expect(await orderOf(stage, 'orderAmount', underwriterAt(stage, 1))).toEqual({ orderAmount: '380.00' });
  });

  test('nothing of a bid order is due after its deadline', async () => {
    const stage = await stageOf(1, { section: { inDays: 2 } });
    await underwriterAt(stage, 0)(OFFER, { input: offerInput(h, quoteAt(stage, 0)) });
    const dueAt = '2026-11-26T10:00:00.000+08:00';
    expect(await orderOf(stage, 'dueAt payment { dueAt }')).toEqual({ dueAt, payment: { dueAt } });
  });

  test('needs the premium that was seen where it is not the one the list showed', async () => {
    const stage = await offered(['450.00']);
    expect(await refused(() => accept(stage, 0))).toMatchObject({
      code: 'PREMIUM_CHANGED',
      premium: '450.00',
    });
    expect(await refused(() => accept(stage, 0, { expectedPremium: '400.00' }))).toMatchObject({
      code: 'PREMIUM_CHANGED',
    });
    expect((await accept(stage, 0, { expectedPremium: '450' })).data.acceptQuote).toMatchObject({
      orderAmount: '450.00',
    });
  });

  test('is refused from the very instant until which the offer held', async () => {
    const stage = await offered(['400.00', '400.00']);
    h.pass(7 * DAY_MS);
    const ask = h.as(await h.given.user('BIDDER', { enterpriseId: stage.bidder.enterpriseId }));
    const late = await refused(() => ask(ACCEPT_QUOTE, { input: { quoteId: quoteAt(stage, 0) } }));
    expect(late).toMatchObject({ code: 'QUOTE_EXPIRED', expiredAt: inDays(h, 0) });

    await expireQuotes(h.app.core);
    expect(await orderOf(stage, 'state quotes { state }', ask)).toEqual({
      state: 'LAPSED',
      quotes: [{ state: 'EXPIRED' }, { state: 'EXPIRED' }],
    });
    const later = await refused(() => ask(ACCEPT_QUOTE, { input: { quoteId: quoteAt(stage, 0) } }));
    expect(later).toMatchObject({ code: 'QUOTE_EXPIRED' });
  });

  test('an offer that expires hands the order back to those who have not answered', async () => {
    const stage = await stageOf(2);
    await underwriterAt(stage, 0)(OFFER, { input: offerInput(h, quoteAt(stage, 0)) });
    h.pass(7 * DAY_MS);
    await expireQuotes(h.app.core);
    await lapseOrders(h.app.core);
    const ask = h.as(await h.given.user('BIDDER', { enterpriseId: stage.bidder.enterpriseId }));
    expect(await orderOf(stage, 'state nextActor dueAt quotes { state }', ask)).toEqual({
      state: 'UNDERWRITING',
      nextActor: 'UNDERWRITER',
      dueAt: '2026-11-25T23:59:59.999+08:00',
      quotes: [{ state: 'EXPIRED' }, { state: 'SUBMITTED' }],
    });
    const second = h.as(await h.given.underwriter(stage.insurers[1]?.id ?? ''));
    await second(DECLINE, { input: { quoteId: quoteAt(stage, 1), reason: '不在承保范围' } });
    expect(await orderOf(stage, 'state', ask)).toEqual({ state: 'LAPSED' });
  });

  test('an accepted premium that is not paid within three working days lapses with its payment', async () => {
    const stage = await offered(['400.00']);
    h.pass(Date.UTC(2026, 10, 27, 16) - h.now() - 1);
    await lapseOrders(h.app.core);
    const ask = h.as(await h.given.user('BIDDER', { enterpriseId: stage.bidder.enterpriseId }));
    expect(await orderOf(stage, 'state', ask)).toEqual({ state: 'AWAITING_PAYMENT' });
    h.pass(1);
    await lapseOrders(h.app.core);
    expect(await orderOf(stage, 'state quotes { state } payment { state }', ask)).toEqual({
      state: 'LAPSED',
      quotes: [{ state: 'WITHDRAWN' }],
      payment: { state: 'CLOSED' },
    });
  });
});

describe('secrecy', () => {
  const ORDER = '{ order(id: "ID") { id } node(id: "ID") { id } orders { totalCount nodes { id } } }';
  const QUOTE = '{ node(id: "ID") { id } }';
  const bytesOf = async (who: Person | null, query: string, id: string) => {
    const response = await h.fetch(who, '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify({ query: query.replaceAll('ID', id) }),
    });
    return JSON.stringify(await response.json());
  };
  const ABSENT = { ord: `ord_${'a'.repeat(26)}`, qte: `qte_${'a'.repeat(26)}` };

  test('before the opening an order is as absent to all but its enterprise and the insurers asked', async () => {
    const stage = await stageOf(2);
    const third = await h.given.insurer();
    const outsiders = [
      await h.given.bidder(),
      await h.given.underwriter(third.id),
      await h.given.operator(),
      await h.given.regulator(),
      await h.given.apiClient(['deposits:read', 'sections:write']),
      await h.given.apiClient(['payments:write']),
      await h.given.apiClient(['underwriting:write'], third.id),
    ];
    for (const who of outsiders) {
      expect(await bytesOf(who, ORDER, stage.orderId)).toBe(await bytesOf(who, ORDER, ABSENT.ord));
      expect(await bytesOf(who, QUOTE, quoteAt(stage, 0))).toBe(await bytesOf(who, QUOTE, ABSENT.qte));
    }
    // One insurer asked knows the order, but not the other's quote.
    const asked = stage.underwriters[1] ?? null;
    expect(await bytesOf(asked, ORDER, stage.orderId)).toContain(stage.orderId);
    expect(await bytesOf(asked, QUOTE, quoteAt(stage, 0))).toBe(await bytesOf(asked, QUOTE, ABSENT.qte));
    expect(await bytesOf(asked, QUOTE, quoteAt(stage, 1))).toContain(quoteAt(stage, 1));
  });

  test('after the opening staff and the centre see it, rivals and other insurers still do not', async () => {
    const stage = await stageOf(1);
    await h.given.opened(stage.section.id);
    const third = await h.given.insurer();
    for (const who of [await h.given.bidder(), await h.given.underwriter(third.id)]) {
      expect(await bytesOf(who, ORDER, stage.orderId)).toBe(await bytesOf(who, ORDER, ABSENT.ord));
    }
    const fields =
      'enterprise { name } section { code } application { applicant { contactPhone } handler { mobile } }';
    const operator = await orderOf(stage, fields, h.as(await h.given.operator()));
    expect(operator.application).toEqual({
      applicant: { contactPhone: '024-42800000' },
      handler: { mobile: '13900000001' },
    });
    for (const who of [await h.given.regulator(), await h.given.apiClient(['deposits:read'])]) {
      const order = await orderOf(stage, fields, h.as(who));
      expect(order.section).toEqual({ code: stage.section.code });
      expect(order.application).toEqual({ applicant: { contactPhone: null }, handler: { mobile: null } });
    }
  });

  test('what was never submitted stays with its enterprise for ever', async () => {
    const scene = await sceneOf(h);
    const { data } = await scene.ask(
      'mutation ($input: StartOrderInput!) { startOrder(input: $input) { ... on Order { id } } }',
      { input: { sectionId: scene.section.id, depositKind: 'BID', form: 'INSURANCE' } },
    );
    const id = data.startOrder.id;
    await scene.ask(
      'mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ... on Order { id } } }',
      {
        input: { orderId: id, reason: '不再投标' },
      },
    );
    await h.given.opened(scene.section.id);
    const operator = await h.given.operator();
    expect(await bytesOf(operator, ORDER, id)).toBe(await bytesOf(operator, ORDER, ABSENT.ord));
  });

  test('a rival cannot move it either', async () => {
    const stage = await stageOf(1);
    const rival = h.as(await h.given.bidder());
    for (const mutation of ['submitOrder', 'cancelOrder']) {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ... on Error { code message } } }`;
      const input = (orderId: string) => ({
        input: { orderId, ...(mutation === 'cancelOrder' ? { reason: '取消' } : {}) },
      });
      const own = await refused(() => rival(query, input(stage.orderId)));
      expect(own).toEqual(await refused(() => rival(query, input(ABSENT.ord))));
      expect(own).toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('the queue', () => {
  test('shows what is due first, and finds what is late, answered, or waits for agreement', async () => {
    const scene = await sceneOf(h, { secondUnderwriterAboveFen: 9_999_999 });
    const desk = h.as(await h.given.underwriter(scene.insurers[0]?.id ?? ''));
    const lines: Record<string, string> = {};
    const asked: { name: string; ask: typeof scene.ask; id: string }[] = [];
    for (const name of ['proposed', 'asked', 'answered', 'declined', 'fresh']) {
      const bidder = await h.given.bidder();
      const ask = h.as(bidder);
      const { quotes } = await submittedOrder({ ...scene, bidder, ask });
      asked.push({ name, ask, id: quotes[0]?.id ?? '' });
      lines[quotes[0]?.id ?? ''] = name;
      h.pass(1);
    }
    const idOf = (name: string) => asked.find((one) => one.name === name)?.id ?? '';
    await desk(OFFER, { input: offerInput(h, idOf('proposed')) });
    for (const name of ['asked', 'answered']) {
      const until = new Date(h.now() + 60_000).toISOString();
      await desk(REQUEST_MATERIAL, { input: { quoteId: idOf(name), request: '财务报表', until } });
    }
    h.pass(30_000);
    await asked[2]?.ask(SUPPLY, { input: { quoteId: idOf('answered'), note: '见说明' } });
    await desk(DECLINE, { input: { quoteId: idOf('declined'), reason: '不在承保范围' } });
    h.pass(60_000);

    const list = async (filter: object, first = 20) => {
      const query = `query ($filter: QuoteFilter, $first: Int, $after: String) { quotes(filter: $filter, first: $first, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`;
      const names: string[] = [];
      let after: string | null = null;
      do {
        const {
          quotes,
        }: { quotes: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } = (
          await desk(query, { filter, first, after })
        ).data;
        names.push(...quotes.nodes.map(({ id }) => lines[id] ?? id));
        after = quotes.pageInfo.hasNextPage ? quotes.pageInfo.endCursor : null;
      } while (after);
      return names;
    };
    const all = await list({});
    expect(all[0]).toBe('asked');
    expect(all.slice(1, 4).sort()).toEqual(['answered', 'fresh', 'proposed']);
    expect(all[4]).toBe('declined');
    expect(await list({}, 1)).toEqual(all);
    expect(await list({ overdue: true })).toEqual(['asked']);
    expect((await list({ overdue: false })).sort()).toEqual(['answered', 'declined', 'fresh', 'proposed']);
    expect(await list({ materialAnswered: true })).toEqual(['answered']);
    expect(await list({ awaitingAgreement: true })).toEqual(['proposed']);
    expect((await list({ awaitingAgreement: false, states: ['SUBMITTED'] })).sort()).toEqual([
      'answered',
      'fresh',
    ]);
  });

  test('tells in one query all that is needed to decide', async () => {
    const scene = await sceneOf(h, { insurers: 2 });
    const desk = h.as(await h.given.underwriter(scene.insurers[0]?.id ?? ''));
    const former = await submittedOrder(scene);
    await desk(DECLINE, { input: { quoteId: former.quotes[0]?.id, reason: '资料不实' } });
    await scene.ask(CANCEL, { input: { orderId: former.orderId, reason: '重新申请' } });
    h.pass(60_000);
    const { quotes } = await submittedOrder(scene);
    await desk(REQUEST_MATERIAL, { input: { quoteId: quotes[0]?.id, request: '财务报表' } });
    const { data } = await desk(`{ quotes(filter: { states: [MATERIAL_REQUESTED] }) { nodes {
      number referencePremium breakdown { formulaText } materialRounds { request } proposals { id }
      earlierQuotes { id state declineReason order { number section { name } } }
      order { number depositAmount
        enterprise { name creditCode regionName }
        section { code name tendererName openAt deposits { kind amount deadline } }
        application { cover { sumInsured startOn days endOn } applicant { qualification contactName contactPhone } insured { name } }
        consents { acceptedAt document { title version sha256 } } } } } }`);
    expect(data.quotes.nodes).toHaveLength(1);
    const [quote] = data.quotes.nodes;
    expect(quote).toMatchObject({
      earlierQuotes: [{ id: former.quotes[0]?.id, state: 'DECLINED', declineReason: '资料不实' }],
      order: {
        section: { code: scene.section.code },
        application: { cover: { sumInsured: '100000.00' }, applicant: { contactName: '王演示' } },
      },
    });
    // Those of the platform, and of the own product; not the rival's.
    expect(quote.order.consents).toHaveLength(13);
    const own = await scene.ask(
      'query ($id: ID!) { node(id: $id) { ... on Quote { earlierQuotes { id } } } }',
      {
        id: quotes[0]?.id,
      },
    );
    expect(own.data.node.earlierQuotes).toEqual([]);
  });

  test("shows an underwriter the own insurer's quotes", async () => {
    const stage = await stageOf(2);
    const list = (args: string, ask = underwriterAt(stage, 0)) =>
      ask(
        `{ quotes${args} { totalCount nodes { id state stateLabel nextActor dueAt availableEvents insurer { id } product { name } order { number enterprise { name } section { name } } } } }`,
      );
    const { data } = await list('');
    expect(data.quotes).toMatchObject({
      totalCount: 1,
      nodes: [
        {
          id: quoteAt(stage, 0),
          state: 'SUBMITTED',
          stateLabel: '待保险审核',
          nextActor: 'UNDERWRITER',
          dueAt: '2026-11-25T23:59:59.999+08:00',
          availableEvents: ['REQUEST_MATERIAL', 'OFFER', 'DECLINE'],
          insurer: { id: stage.insurers[0]?.id },
        },
      ],
    });
    expect((await list('(filter: { states: [OFFERED] })')).data.quotes.nodes).toEqual([]);
    expect((await list('', stage.ask)).errors?.[0].extensions.code).toBe('FORBIDDEN');
  });
});

test('an order page costs eight statements at most, session included', async () => {
  const stage = await stageOf(3);
  await underwriterAt(stage, 0)(OFFER, { input: offerInput(h, quoteAt(stage, 0)) });
  await stage.ask(ACCEPT_QUOTE, { input: { quoteId: quoteAt(stage, 0) } });
  const event = 'events { at label actor note }';
  const query = `query ($id: ID!) { order(id: $id) {
    id number state stateLabel nextActor dueAt availableEvents ${event} orderAmount depositAmount
    enterprise { name creditCode } section { code name state deposits { kind amount deadline } }
    application { complete cover { sumInsured startOn days endOn } insured { name } handler { name } }
    quotes { id number state premium breakdown { formulaText } product { name insurer { name } } insurer { name } ${event} }
    acceptedQuote { id insurer { name } }
    payment { id state amount remarkCode ${event} }
    policy { id policyNumber ${event} } invoice { id state ${event} } } }`;
  const before = h.app.core.database.statementCount();
  const { data, errors } = await stage.ask(query, { id: stage.orderId });
  const statements = h.app.core.database.statementCount() - before;
  expect(errors).toBeUndefined();
  expect(data.order.quotes).toHaveLength(3);
  expect(data.order.quotes[0].events.length).toBeGreaterThan(1);
  expect(data.order.payment.events).toHaveLength(1);
  expect(statements).toBeLessThanOrEqual(8);
});
