import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { fire } from '../../command/fire.ts';
import { runAsSystem } from '../../command/run.ts';
import { createLog } from '../../log.ts';
import { demandInvoiceReversal } from '../../modules/invoice/invoice.service.ts';
import { sceneOf, submittedOrder } from '../../modules/order/order.fixture.ts';
import { CONFIRM, issuedOrder, resultOf } from '../../modules/payment/payment.fixture.ts';
import { policyLife } from '../../modules/policy/policy.machine.ts';
import { policyById } from '../../modules/policy/policy.queries.ts';
import { APPROVE_SURRENDER, requestedSurrender } from '../../modules/surrender/surrender.fixture.ts';
import { HAND_OVER, openedTicket, REOPEN, REPLY } from '../../modules/ticket/ticket.fixture.ts';
import { createPaper } from '../../paper/paper.ts';
import { createSandboxDesk, runSandboxInsurer } from './sandbox.ts';

const paper = createPaper();
afterAll(() => paper.close());

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

/** A counterpart that knows the service by its API and a key only, and has forgotten all it did, as after a restart. */
async function counterpart(insurerId: string, name = '演示第1财产保险股份有限公司') {
  const key = await h.given.apiClient(['underwriting:write', 'invoices:write'], insurerId);
  const secret = (key.headers.authorization ?? '').slice('Bearer '.length);
  return () =>
    createSandboxDesk({
      insurer: { name, secret },
      origin: h.app.core.config.publicOrigin,
      pace: { answerMs: 2000, invoiceStepMs: 1000, parcelMs: 30_000 },
      paper,
      log: h.app.core.log,
      fetch: (url, init) => h.app.fetch(new Request(url, init)),
      now: h.now,
    });
}

const look = async (who: Person, id: string) =>
  (
    await h.as(who)(
      `query ($id: ID!) { order(id: $id) { state orderAmount payment { id state } policy { id policyNumber file { fileName } }
         quotes { state premium rate note } invoice { id state number courier file { contentType } files { format } } } }`,
      { id },
    )
  ).data.order;

test('an order goes from its submission to its invoices, a step a turn, and a person says that money has arrived', async () => {
  const scene = await sceneOf(h, { kind: 'PERFORMANCE' });
  const { orderId } = await submittedOrder(scene);
  const restarted = await counterpart(scene.insurers[0]?.id ?? '');
  const turn = () => restarted().turn();

  await turn();
  expect((await look(scene.bidder, orderId)).state).toBe('UNDERWRITING');
  h.pass(2000);
  await turn();
  await turn();
  expect(await look(scene.bidder, orderId)).toMatchObject({
    state: 'AWAITING_PAYMENT',
    orderAmount: '4000.00',
    payment: { state: 'AWAITING_TRANSFER' },
    quotes: [{ state: 'ACCEPTED', premium: '4000.00', rate: '0.004', note: '演示机构自动核保。' }],
  });

  const { payment } = await look(scene.bidder, orderId);
  resultOf(await h.as(await h.given.operator())(CONFIRM, { input: { paymentId: payment.id } }));
  await turn();
  expect((await look(scene.bidder, orderId)).state).toBe('ISSUING');
  h.pass(1000);
  await turn();
  await turn();
  const { policy } = await look(scene.bidder, orderId);
  expect(policy.policyNumber).toMatch(/^YS\d{18}$/);
  expect(policy.file.fileName).toBe(`${policy.policyNumber}.pdf`);

  const enterprise = await h.given.enterpriseOf(scene.bidder);
  const title = {
    special: false,
    name: enterprise.name,
    taxNumber: enterprise.creditCode,
    email: 'invoice@example.com',
  };
  const { data } = await scene.ask(
    'mutation ($input: CreateInvoiceTitleInput!) { createInvoiceTitle(input: $input) { ... on InvoiceTitle { id } } }',
    { input: title },
  );
  await scene.ask(
    'mutation ($input: RequestInvoiceInput!) { requestInvoice(input: $input) { __typename } }',
    {
      input: { orderId, type: 'DIGITAL_ORDINARY', titleId: data.createInvoiceTitle.id },
    },
  );
  await turn();
  expect((await look(scene.bidder, orderId)).invoice.state).toBe('REQUESTED');
  h.pass(1000);
  await turn();
  expect((await look(scene.bidder, orderId)).invoice.state).toBe('ISSUING');
  h.pass(1000);
  await turn();
  await turn();
  expect((await look(scene.bidder, orderId)).invoice).toMatchObject({
    state: 'ISSUED',
    number: expect.stringMatching(/^\d{20}$/),
    file: { contentType: 'application/pdf' },
    files: [{ format: 'PDF' }, { format: 'XML' }],
    courier: null,
  });

  await runAsSystem(h.app.core, async (command) => {
    const given = await policyById(command.db, command.actor, policy.id);
    if (!given) throw new Error('There is a policy.');
    await fire(command, policyLife, given, 'SURRENDER');
    await demandInvoiceReversal(command, orderId, '客户退保');
  });
  h.pass(1000);
  await turn();
  expect((await look(scene.bidder, orderId)).invoice.state).toBe('REVERSED');
  await turn();
  expect(h.logged.filter((line) => line.includes('sandbox'))).toEqual([]);
});

test('a paper invoice is posted by a courier that says it is fictional, and arrives after a while', async () => {
  const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
  const { name, creditCode } = await h.given.enterpriseOf(order.bidder);
  const title = await order.ask(
    'mutation ($input: CreateInvoiceTitleInput!) { createInvoiceTitle(input: $input) { ... on InvoiceTitle { id } } }',
    { input: { special: false, name, taxNumber: creditCode } },
  );
  const address = await order.ask(
    'mutation ($input: CreateShippingAddressInput!) { createShippingAddress(input: $input) { ... on ShippingAddress { id } } }',
    { input: { recipient: '王演示', phone: '13900000002', regionCode: '210502', address: '人民路 1 号' } },
  );
  const input = { orderId: order.orderId, type: 'PAPER_ORDINARY', titleId: resultOf(title).id };
  await order.ask(
    'mutation ($input: RequestInvoiceInput!) { requestInvoice(input: $input) { __typename } }',
    {
      input: { ...input, addressId: resultOf(address).id },
    },
  );
  const restarted = await counterpart(order.insurers[0]?.id ?? '');
  const after = async (ms: number) => {
    h.pass(ms);
    await restarted().turn();
    return (await look(order.bidder, order.orderId)).invoice;
  };
  expect((await after(1000)).state).toBe('ISSUING');
  expect(await after(1000)).toMatchObject({ state: 'ISSUED', number: expect.stringMatching(/^\d{8}$/) });
  expect(await after(1000)).toMatchObject({ state: 'SHIPPED', courier: '演示快递（沙箱，虚构）', files: [] });
  expect((await after(29_000)).state).toBe('SHIPPED');
  expect((await after(1000)).state).toBe('DELIVERED');
  expect((await after(60_000)).state).toBe('DELIVERED');
  expect(h.logged.filter((line) => line.includes('sandbox'))).toEqual([]);
});

test('what the platform lets through is agreed to and paid back with a receipt, and without its cause is rejected', async () => {
  const order = await issuedOrder(h);
  const restarted = await counterpart(order.insurers[0]?.id ?? '');
  const turn = () => restarted().turn();
  const operator = h.as(await h.given.operator());
  const standing = async () =>
    (
      await order.ask(
        `query ($id: ID!) { order(id: $id) { state policy { stateLabel } surrenders { state rejectReason
           payment { refunds { state amount transactionNumber paidOn payeeAccountMasked proof { contentType } events { event note } } } } } }`,
        { id: order.orderId },
      )
    ).data.order;

  const unfounded = await requestedSurrender(order);
  await turn();
  expect((await standing()).surrenders).toMatchObject([{ state: 'SUBMITTED' }]);
  resultOf(await operator(APPROVE_SURRENDER, { input: { surrenderId: unfounded } }));
  await turn();
  expect((await standing()).surrenders).toMatchObject([{ state: 'INSURER_REVIEW' }]);
  const untilDeadline = (order.section.deadlineAt ?? 0) - h.now();
  h.pass(untilDeadline);
  await turn();
  h.pass(1000 - untilDeadline);
  expect((await standing()).surrenders).toMatchObject([
    { state: 'REJECTED', rejectReason: '演示机构：申请后情况已变化，退保原因不再成立。' },
  ]);

  const surrenderId = await requestedSurrender(order);
  resultOf(await operator(APPROVE_SURRENDER, { input: { surrenderId } }));
  h.pass(2000);
  await turn();
  expect(await standing()).toMatchObject({
    state: 'COMPLETED',
    policy: { stateLabel: '已退保' },
    surrenders: [{ state: 'REFUNDING' }, { state: 'REJECTED' }],
  });
  h.pass(2000);
  await turn();
  await turn();
  const { state, surrenders } = await standing();
  expect([state, surrenders[0].state]).toEqual(['SURRENDERED', 'DONE']);
  expect(surrenders[0].payment.refunds).toMatchObject([
    {
      state: 'REFUNDED',
      transactionNumber: expect.stringMatching(/^YS\d{18}$/),
      payeeAccountMasked: expect.stringMatching(/5365$/),
      proof: { contentType: 'application/pdf' },
      events: [
        { event: 'OPEN' },
        { event: 'REVEAL_PAYEE_ACCOUNT', note: '演示机构退还保费' },
        { event: 'CONFIRM' },
      ],
    },
  ]);
  expect(h.logged.filter((line) => line.includes('sandbox'))).toEqual([]);
});

test('a ticket is answered once it is handed over, again after a reply, and solved when nothing follows', async () => {
  const order = await issuedOrder(h);
  const restarted = await counterpart(order.insurers[0]?.id ?? '');
  const turn = async () => {
    h.pass(2000);
    await restarted().turn();
  };
  const ticketId = await openedTicket(order);
  const seen = async () =>
    (
      await order.ask('query ($id: ID!) { ticket(id: $id) { state messages { author text } } }', {
        id: ticketId,
      })
    ).data.ticket;
  await turn();
  expect((await seen()).state).toBe('OPEN');

  const operator = h.as(await h.given.operator());
  resultOf(await operator(HAND_OVER, { input: { ticketId } }));
  await turn();
  expect((await seen()).state).toBe('IN_PROGRESS');
  await turn();
  await turn();
  expect((await seen()).messages.map(({ author }: { author: string }) => author)).toEqual([
    'BIDDER',
    'UNDERWRITER',
  ]);
  resultOf(await order.ask(REPLY, { input: { ticketId, text: '还有一个问题。' } }));
  await turn();
  expect((await seen()).messages).toHaveLength(4);
  h.pass(60_000);
  await turn();
  expect(await seen()).toMatchObject({ state: 'RESOLVED', messages: { length: 5 } });
  h.pass(1000);
  resultOf(await order.ask(REOPEN, { input: { ticketId, text: '没有解决。' } }));
  await turn();
  await turn();
  const { state, messages } = await seen();
  expect([state, messages.length]).toEqual(['IN_PROGRESS', 7]);
  for (const { author, text } of messages) expect(text.includes('演示机构')).toBe(author === 'UNDERWRITER');
  expect(h.logged.filter((line) => line.includes('sandbox'))).toEqual([]);
});

test('a product whose premium an underwriter sets costs half a percent and three hundred yuan at least', async () => {
  const scene = await sceneOf(h, { formula: 'MANUAL', section: { margin: '50000' } });
  const { orderId } = await submittedOrder(scene);
  const restarted = await counterpart(scene.insurers[0]?.id ?? '');
  h.pass(2000);
  await restarted().turn();
  expect((await look(scene.bidder, orderId)).quotes).toMatchObject([
    { state: 'OFFERED', premium: '300.00', rate: '0.005' },
  ]);
});

test('what the platform refuses is logged without names and left alone for a minute', async () => {
  const scene = await sceneOf(h, { section: { inDays: 1 } });
  await submittedOrder(scene);
  const restarted = await counterpart(scene.insurers[0]?.id ?? '');
  h.pass(86_400_000);
  const desk = restarted();
  await desk.turn();
  await desk.turn();
  const refusals = h.logged.filter((line) => line.includes('DEADLINE_PASSED'));
  expect(refusals).toHaveLength(1);
  expect(refusals[0]).not.toContain('公司');
});

test('with the platform away it asks again until it is told to stop', async () => {
  const stop = new AbortController();
  const running = runSandboxInsurer({
    origin: 'http://127.0.0.1:9',
    insurers: [{ name: '演示', secret: 'bxk_none' }],
    pace: { answerMs: 0, invoiceStepMs: 0, parcelMs: 0 },
    signal: stop.signal,
    log: { ...createLog('silent'), warn: () => stop.abort() },
  });
  await expect(running).resolves.toBeUndefined();
});
