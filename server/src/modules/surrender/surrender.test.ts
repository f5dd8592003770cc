import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import type { DepositKind } from '../../db/vocabulary.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { verifyLedger } from '../ledger/ledger.queries.ts';
import {
  ISSUE,
  type Issued,
  issuedOrder,
  paidOrder,
  pdfUpload,
  resultOf,
} from '../payment/payment.fixture.ts';
import { failBidSection, resumeBidSection, suspendBidSection } from '../section/section.service.ts';
import {
  APPROVE_SURRENDER,
  paidBack,
  REJECT_SURRENDER,
  REQUEST_SURRENDER,
  requestedSurrender,
  WITHDRAW_SURRENDER,
} from './surrender.fixture.ts';
import { surrenderMachine } from './surrender.machine.ts';

let h: Harness;
let operator: Person;
beforeEach(async () => {
  h = await createHarness();
  operator = await h.given.operator();
});

const centre = { kind: 'API_CLIENT', id: 'api_centre', scopes: ['sections:write'], insurerId: null } as const;
const fails = ({ section }: Issued) =>
  h.actAs(centre, (command) => failBidSection(command, { id: section.id, reason: '投标人不足三家' }));
const suspends = ({ section }: Issued) =>
  h.actAs(centre, (command) => suspendBidSection(command, { id: section.id }));
const resumes = ({ section }: Issued) =>
  h.actAs(centre, (command) => resumeBidSection(command, { id: section.id }));
const books = () => verifyLedger(h.app.core.database.reader);

async function refused(ask: () => Promise<Answer>) {
  const before = await h.content(['idempotency_keys']);
  const answer = resultOf(await ask());
  expect(await h.content(['idempotency_keys'])).toBe(before);
  return answer;
}

const approve = async (who: Person, surrenderId: string) =>
  resultOf(await h.as(who)(APPROVE_SURRENDER, { input: { surrenderId } }));

const stands = async (order: Issued, who: Person = order.bidder) =>
  (
    await h.as(who)(
      `query ($id: ID!) { order(id: $id) { state policy { state } payment { state } invoice { state }
        surrenderEligibility { eligible causes causeLabels offered reason } surrenders { id state rejectReason } } }`,
      { id: order.orderId },
    )
  ).data.order;

const verified = async (order: Issued) =>
  (
    await h.as(null)(
      'query ($input: VerifyPolicyInput!) { verifyPolicy(input: $input) { valid stateLabel } }',
      { input: { policyNumber: order.policyNumber, code: order.verificationCode } },
    )
  ).data.verifyPolicy;

const INVOICE = (name: string, input: string) =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { ... on Invoice { id state } ... on Error { code message } } }`;

/** An invoice that was asked for, as far along as wished. */
async function invoiced(order: Issued, upTo: 'ISSUING' | 'ISSUED'): Promise<string> {
  const { name, creditCode } = await h.given.enterpriseOf(order.bidder);
  const title = resultOf(
    await order.ask(
      'mutation ($input: CreateInvoiceTitleInput!) { createInvoiceTitle(input: $input) { ... on InvoiceTitle { id } } }',
      { input: { special: false, name, taxNumber: creditCode, email: 'invoice@example.com' } },
    ),
  );
  const desk = h.as(order.underwriter);
  const { id: invoiceId } = resultOf(
    await order.ask(INVOICE('requestInvoice', 'RequestInvoiceInput'), {
      input: { orderId: order.orderId, type: 'E_ORDINARY', titleId: title.id },
    }),
  );
  resultOf(await desk(INVOICE('acceptInvoice', 'AcceptInvoiceInput'), { input: { invoiceId } }));
  if (upTo === 'ISSUING') return invoiceId;
  const uploadId = await pdfUpload(h, order.underwriter, 'INVOICE');
  const issued = resultOf(
    await desk(INVOICE('issueInvoice', 'IssueInvoiceInput'), {
      input: { invoiceId, number: '12345678', issuedOn: '2026-11-24', uploadId },
    }),
  );
  expect(issued).toMatchObject({ state: 'ISSUED' });
  return invoiceId;
}

test('the machine of a surrender, a row a state', () => {
  expect(machineGrid(surrenderMachine)).toMatchInlineSnapshot(`
    "state          WITHDRAW  APPROVE        REJECT   AGREE     DECLINE  COMPLETE
    SUBMITTED      WITHDRAWN INSURER_REVIEW REJECTED .         .        .
    INSURER_REVIEW WITHDRAWN .              .        REFUNDING REJECTED .
    REFUNDING      .         .              .        .         .        DONE
    DONE           .         .              .        .         .        .
    REJECTED       .         .              .        .         .        .
    WITHDRAWN      .         .              .        .         .        ."
  `);
});

describe('a surrender', () => {
  test('goes from the request through both reviews to the money back, and ends policy and order', async () => {
    const order = await issuedOrder(h);
    const asked = resultOf(
      await order.ask(REQUEST_SURRENDER, {
        input: { orderId: order.orderId, cause: 'BIDDER_GAVE_UP', note: '不再参与投标' },
      }),
    );
    expect(asked).toMatchObject({
      state: 'SUBMITTED',
      stateLabel: '待审核',
      amount: '400.00',
      note: '不再参与投标',
      nextActor: 'OPERATOR',
      nextStep: '平台审核退保申请',
      availableEvents: ['WITHDRAW'],
    });
    expect(await stands(order)).toMatchObject({ state: 'COMPLETED', policy: { state: 'ISSUED' } });

    expect(await approve(operator, asked.id)).toMatchObject({
      state: 'INSURER_REVIEW',
      nextActor: 'UNDERWRITER',
      // Before the opening the operator does not read what may name the bidder.
      note: null,
      availableEvents: [],
    });
    expect(await approve(order.underwriter, asked.id)).toMatchObject({
      state: 'REFUNDING',
      nextActor: 'UNDERWRITER',
      nextStep: '保险公司将保费退回原付款账户，并上传退款凭证',
    });
    // The guarantee is worth nothing from this moment on, whenever the money arrives.
    expect(await stands(order)).toMatchObject({
      state: 'COMPLETED',
      policy: { state: 'SURRENDERED' },
      payment: { state: 'REFUNDING' },
    });
    expect(await verified(order)).toMatchObject({ valid: false });
    expect((await books()).balances).toMatchObject({ PREMIUM_UNINVOICED: 0, REFUNDS_PAYABLE: 40_000 });

    await paidBack(h, order, h.as(order.underwriter), order.underwriter);
    expect(await stands(order)).toMatchObject({
      state: 'SURRENDERED',
      payment: { state: 'REFUNDED' },
      surrenders: [{ id: asked.id, state: 'DONE' }],
      surrenderEligibility: { eligible: false, reason: '该订单已退保。' },
    });
    const { balances, disagreements } = await books();
    expect(Object.values(balances).every((fen) => fen === 0)).toBe(true);
    expect(disagreements).toEqual([]);
    expect((await h.events()).filter((event) => /surrender/i.test(event))).toEqual([
      'BIDDER surrender SUBMIT: · -> SUBMITTED',
      'OPERATOR surrender APPROVE: SUBMITTED -> INSURER_REVIEW',
      'UNDERWRITER surrender AGREE: INSURER_REVIEW -> REFUNDING',
      'SYSTEM policy SURRENDER: ISSUED -> SURRENDERED',
      'SYSTEM surrender COMPLETE: REFUNDING -> DONE',
      'SYSTEM order SURRENDER: COMPLETED -> SURRENDERED',
    ]);
  });

  test('is refused where the tender gives no cause, and nothing is written', async () => {
    const order = await issuedOrder(h);
    const { orderId } = order;
    const ask = (cause: string) => refused(() => order.ask(REQUEST_SURRENDER, { input: { orderId, cause } }));
    expect(await ask('TENDER_FAILED')).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'cause', message: '标段目前的状态不支持该原因，可选的退保原因为“企业放弃投标”' }],
    });
    await h.given.opened(order.section.id);
    expect(await ask('BIDDER_GAVE_UP')).toMatchObject({
      code: 'SURRENDER_NOT_ALLOWED',
      message: '标段已开标，开标后只有流标或终止招标才能退保。',
    });
    await fails(order);
    expect(await ask('BIDDER_GAVE_UP')).toMatchObject({ code: 'INVALID_INPUT' });
    await requestedSurrender(order, { cause: 'TENDER_FAILED' });
    expect(await ask('TENDER_FAILED')).toMatchObject({
      code: 'SURRENDER_NOT_ALLOWED',
      message: expect.stringContaining('正在办理'),
    });
  });

  test('is refused for an order without a policy, and for one of somebody else', async () => {
    const order = {
      ...(await paidOrder(h)),
      policyId: '',
      policyNumber: '',
      verificationCode: '',
      sha256: '',
    };
    const input = { orderId: order.orderId, cause: 'BIDDER_GAVE_UP' };
    expect(await refused(() => order.ask(REQUEST_SURRENDER, { input }))).toMatchObject({
      code: 'SURRENDER_NOT_ALLOWED',
    });
    const stranger = h.as(await h.given.bidder());
    expect(await refused(() => stranger(REQUEST_SURRENDER, { input }))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is taken back by the bidder until the insurer has decided, and asked for again', async () => {
    const order = await issuedOrder(h);
    const first = await requestedSurrender(order);
    const withdraw = (surrenderId: string) => order.ask(WITHDRAW_SURRENDER, { input: { surrenderId } });
    expect(resultOf(await withdraw(first))).toMatchObject({
      state: 'WITHDRAWN',
      nextActor: null,
      dueAt: null,
    });
    expect(await stands(order)).toMatchObject({ surrenderEligibility: { eligible: true } });

    const second = await requestedSurrender(order);
    await approve(operator, second);
    expect(resultOf(await withdraw(second))).toMatchObject({ state: 'WITHDRAWN' });

    const third = await requestedSurrender(order);
    await approve(operator, third);
    await approve(order.underwriter, third);
    expect(await refused(() => withdraw(third))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'REFUNDING',
    });
  });

  test('is rejected by either with a reason, and the guarantee stands as before', async () => {
    const order = await issuedOrder(h);
    const reject = async (who: Person, surrenderId: string, reason: string) =>
      resultOf(await h.as(who)(REJECT_SURRENDER, { input: { surrenderId, reason } }));
    const first = await requestedSurrender(order);
    expect(await reject(operator, first, '请先与保险公司联系')).toMatchObject({ state: 'REJECTED' });
    h.pass(1);
    const second = await requestedSurrender(order);
    await approve(operator, second);
    expect(await reject(order.underwriter, second, '保函已提交招标人')).toMatchObject({
      state: 'REJECTED',
      rejectReason: '保函已提交招标人',
    });
    expect(await stands(order)).toMatchObject({
      state: 'COMPLETED',
      policy: { state: 'ISSUED' },
      surrenders: [{ rejectReason: '保函已提交招标人' }, { rejectReason: '请先与保险公司联系' }],
    });
    const blank = { surrenderId: second, reason: ' ' };
    expect(await refused(() => h.as(operator)(REJECT_SURRENDER, { input: blank }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'reason' }],
    });
  });

  test('is decided on by each in turn: nobody takes the other’s place', async () => {
    const order = await issuedOrder(h);
    const surrenderId = await requestedSurrender(order);
    const input = { surrenderId };
    expect(await refused(() => h.as(order.underwriter)(APPROVE_SURRENDER, { input }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'SUBMITTED',
    });
    await approve(operator, surrenderId);
    for (const document of [APPROVE_SURRENDER, REJECT_SURRENDER]) {
      const again = document === REJECT_SURRENDER ? { ...input, reason: 'x' } : input;
      expect(await refused(() => h.as(operator)(document, { input: again }))).toMatchObject({
        code: 'TRANSITION_REFUSED',
      });
    }
    const elsewhere = await h.given.underwriter((await h.given.insurer()).id);
    expect(await refused(() => h.as(elsewhere)(APPROVE_SURRENDER, { input }))).toMatchObject({
      code: 'NOT_FOUND',
    });
    const stale = { ...input, expectedState: 'SUBMITTED' };
    expect(await refused(() => h.as(order.underwriter)(APPROVE_SURRENDER, { input: stale }))).toMatchObject({
      code: 'STALE_STATE',
    });
  });

  test('is not approved any more when its cause is gone', async () => {
    const order = await issuedOrder(h);
    await suspends(order);
    const surrenderId = await requestedSurrender(order, { cause: 'TENDER_SUSPENDED' });
    await resumes(order);
    expect(await refused(() => h.as(operator)(APPROVE_SURRENDER, { input: { surrenderId } }))).toMatchObject({
      code: 'SURRENDER_NOT_ALLOWED',
      message: '申请后情况已变化，退保原因“标段暂停招标”不再成立，请驳回并说明原因。',
    });
    await suspends(order);
    await approve(operator, surrenderId);
    await h.actAs(centre, (command) => resumeBidSection(command, { id: order.section.id }));
    await h.given.opened(order.section.id);
    expect(
      await refused(() => h.as(order.underwriter)(APPROVE_SURRENDER, { input: { surrenderId } })),
    ).toMatchObject({ code: 'SURRENDER_NOT_ALLOWED' });
  });

  test('of two who decide at once one decides, and of a withdrawal and an approval one wins', async () => {
    const order = await issuedOrder(h);
    const surrenderId = await requestedSurrender(order);
    const input = { surrenderId };
    const colleague = await h.given.operator();
    const both = await Promise.all(
      [operator, colleague].map(async (who) => resultOf(await h.as(who)(APPROVE_SURRENDER, { input }))),
    );
    expect(both.map(({ state, code }) => state ?? code).sort()).toEqual([
      'INSURER_REVIEW',
      'TRANSITION_REFUSED',
    ]);

    const second = await h.given.underwriter(order.underwriter.insurerId ?? '');
    const three = await Promise.all([
      h.as(order.underwriter)(APPROVE_SURRENDER, { input }),
      order.ask(WITHDRAW_SURRENDER, { input }),
      h.as(second)(APPROVE_SURRENDER, { input }),
    ]);
    const won = three.map(resultOf).filter(({ state }) => state);
    expect(won).toHaveLength(1);
    const { policy, payment } = await stands(order);
    const isBack = won[0].state === 'REFUNDING';
    expect([policy.state, payment.state]).toEqual(
      isBack ? ['SURRENDERED', 'REFUNDING'] : ['ISSUED', 'CONFIRMED'],
    );
    expect((await books()).balances.REFUNDS_PAYABLE ?? 0).toBe(isBack ? 40_000 : 0);
  });

  test('asked for twice with one key is one, and another at the same time is refused', async () => {
    const order = await issuedOrder(h);
    const input = { orderId: order.orderId, cause: 'BIDDER_GAVE_UP' };
    const key = { 'idempotency-key': 'once' };
    const [first, again] = [
      resultOf(await order.ask(REQUEST_SURRENDER, { input }, key)),
      resultOf(await order.ask(REQUEST_SURRENDER, { input }, key)),
    ];
    expect(again).toEqual(first);
    expect((await h.rows()).surrenders).toBe(1);
    expect(await refused(() => order.ask(REQUEST_SURRENDER, { input }))).toMatchObject({
      code: 'SURRENDER_NOT_ALLOWED',
    });
  });
});

describe('an invoice', () => {
  const kind: DepositKind = 'PERFORMANCE';

  test('that was issued is reversed before the premium goes back', async () => {
    const order = await issuedOrder(h, { kind });
    const invoiceId = await invoiced(order, 'ISSUED');
    const surrenderId = await requestedSurrender(order);
    expect(await approve(operator, surrenderId)).toMatchObject({
      nextActor: 'UNDERWRITER',
      nextStep: '保险公司审核退保申请；同意后须先红冲已开具的发票，再退还保费',
      invoiceStands: true,
    });
    expect(await approve(order.underwriter, surrenderId)).toMatchObject({
      state: 'REFUNDING',
      nextActor: 'UNDERWRITER',
      nextStep: '保险公司红冲已开具的发票，红冲后退还保费',
    });
    expect(await stands(order)).toMatchObject({
      policy: { state: 'SURRENDERED' },
      payment: { state: 'CONFIRMED' },
    });

    resultOf(
      await h.as(order.underwriter)(INVOICE('reverseInvoice', 'ReverseInvoiceInput'), {
        input: { invoiceId, redNumber: '87654321', reason: '退保' },
      }),
    );
    expect(await stands(order)).toMatchObject({ payment: { state: 'REFUNDING' } });
    await paidBack(h, order, h.as(order.underwriter), order.underwriter);
    expect(await stands(order)).toMatchObject({ state: 'SURRENDERED' });
    const { balances, disagreements } = await books();
    expect([Object.values(balances).some((fen) => fen !== 0), disagreements]).toEqual([false, []]);
  });

  test('that is being made is stopped, and none is asked for while the premium goes back', async () => {
    const order = await issuedOrder(h, { kind });
    await invoiced(order, 'ISSUING');
    const surrenderId = await requestedSurrender(order);
    await approve(operator, surrenderId);
    await approve(order.underwriter, surrenderId);
    expect(await stands(order)).toMatchObject({
      invoice: { state: 'NOT_REQUESTED' },
      payment: { state: 'REFUNDING' },
    });
    const titles = (await order.ask('{ invoiceTitles { id } }')).data.invoiceTitles;
    const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId: titles[0].id };
    expect(
      await refused(() => order.ask(INVOICE('requestInvoice', 'RequestInvoiceInput'), { input })),
    ).toMatchObject({ code: 'TRANSITION_REFUSED' });
  });
});

describe('when a tender fails', () => {
  const newsOf = async (who: Person) =>
    (
      await h.as(who)('{ messages(first: 100) { nodes { noun title text orderId } } }')
    ).data.messages.nodes.filter(({ noun }: { noun: string }) => noun === 'surrenderOffer');

  test('every holder is offered to give the guarantee back, once, and accepts with one request', async () => {
    const order = await issuedOrder(h);
    const other = await paidOrder(h);
    await fails(order);
    await h.app.worker.workOff();
    await h.app.worker.workOff();
    const [offer, ...more] = await newsOf(order.bidder);
    expect(more).toEqual([]);
    expect(offer).toMatchObject({ title: '可以退保', orderId: order.orderId });
    expect(await newsOf(other.bidder)).toEqual([]);
    expect(await stands(order)).toMatchObject({
      surrenderEligibility: {
        eligible: true,
        causes: ['TENDER_FAILED'],
        causeLabels: ['标段流标或终止招标'],
        offered: true,
      },
    });

    const OFFER = `mutation ($input: OfferSurrendersInput!) { offerSurrenders(input: $input) {
      ... on SurrenderOffers { holders requested done section { id } } ... on Error { code message } } }`;
    const input = { sectionId: order.section.id };
    const told = resultOf(await h.as(operator)(OFFER, { input }));
    // It failed before it was opened: how many would have bid is nobody's business.
    expect(told).toEqual({ holders: null, requested: null, done: null, section: { id: order.section.id } });
    await h.app.worker.workOff();
    expect(await newsOf(order.bidder)).toHaveLength(1);
    await requestedSurrender(order, { cause: 'TENDER_FAILED' });
    expect(
      await refused(() => h.as(operator)(OFFER, { input: { sectionId: other.section.id } })),
    ).toMatchObject({ code: 'SURRENDER_NOT_ALLOWED' });
  });

  test('after the opening, the operator is told how many they are', async () => {
    const order = await issuedOrder(h);
    await h.given.opened(order.section.id);
    await fails(order);
    const surrenderId = await requestedSurrender(order, { cause: 'TENDER_FAILED' });
    const ask = async (who: Person) =>
      h.as(who)('query ($id: ID!) { surrenderOffers(sectionId: $id) { holders requested done } }', {
        id: order.section.id,
      });
    expect((await ask(operator)).data.surrenderOffers).toEqual({ holders: 1, requested: 1, done: 0 });
    await approve(operator, surrenderId);
    await approve(order.underwriter, surrenderId);
    await paidBack(h, order, h.as(order.underwriter), order.underwriter);
    expect((await ask(operator)).data.surrenderOffers).toEqual({ holders: 1, requested: 1, done: 1 });
    expect(await verified(order)).toEqual({ valid: false, stateLabel: '已退保' });
    expect((await ask(order.bidder)).errors?.[0].extensions.code).toBe('FORBIDDEN');
  });

  test('a policy that is issued after it is offered back too', async () => {
    const order = await paidOrder(h);
    await h.actAs(centre, (command) => failBidSection(command, { id: order.section.id }));
    await h.app.worker.workOff();
    expect(await newsOf(order.bidder)).toEqual([]);
    const uploadId = await pdfUpload(h, order.underwriter, 'POLICY');
    const issue = { orderId: order.orderId, policyNumber: 'BH-2026-000009', uploadId };
    resultOf(await h.as(order.underwriter)(ISSUE, { input: issue }));
    expect(await newsOf(order.bidder)).toHaveLength(1);
  });
});

describe('surrenders are listed', () => {
  const LIST = `query ($filter: SurrenderFilter) { surrenders(filter: $filter) { totalCount
    nodes { id orderNumber amount causeLabel overdue order { section { name } enterprise { name } } } } }`;
  const listed = async (who: Person, filter: Record<string, unknown> = {}) =>
    (await h.as(who)(LIST, { filter })).data.surrenders.nodes;

  test('for the bidder, its insurer, and operators on a masked view until the opening', async () => {
    const order = await issuedOrder(h);
    const surrenderId = await requestedSurrender(order);
    const elsewhere = await h.given.underwriter((await h.given.insurer()).id);
    for (const who of [await h.given.bidder(), elsewhere, await h.given.regulator()])
      expect(await listed(who)).toEqual([]);
    for (const who of [order.bidder, order.underwriter])
      expect(await listed(who)).toMatchObject([
        { id: surrenderId, order: { section: { name: order.section.name } } },
      ]);
    const [masked] = await listed(operator);
    expect(masked).toMatchObject({
      id: surrenderId,
      amount: '400.00',
      causeLabel: '企业放弃投标',
      order: null,
    });
    expect(await listed(operator, { search: masked.orderNumber })).toHaveLength(1);
    expect(await listed(operator, { search: order.section.name })).toEqual([]);
    await h.given.opened(order.section.id);
    expect(await listed(operator)).toMatchObject([{ order: { section: { name: order.section.name } } }]);
  });

  test('by state, cause, kind, and what is overdue', async () => {
    const order = await issuedOrder(h);
    await requestedSurrender(order);
    const finds = async (filter: Record<string, unknown>) => (await listed(order.bidder, filter)).length;
    expect(await finds({ states: ['SUBMITTED'], causes: ['BIDDER_GAVE_UP'], depositKind: 'BID' })).toBe(1);
    expect(await finds({ states: ['DONE'] })).toBe(0);
    expect(await finds({ causes: ['TENDER_FAILED'] })).toBe(0);
    expect(await finds({ depositKind: 'PERFORMANCE' })).toBe(0);
    expect([await finds({ overdue: true }), await finds({ overdue: false })]).toEqual([0, 1]);
    h.pass(4 * 86_400_000);
    const late = await h.given.operator();
    expect(await listed(late, { overdue: true })).toMatchObject([{ overdue: true }]);
  });
});
