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
      pace: { invoiceStepMs: 1000, parcelMs: 30_000 },
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
    pace: { invoiceStepMs: 0, parcelMs: 0 },
    signal: stop.signal,
    log: { ...createLog('silent'), warn: () => stop.abort() },
  });
  await expect(running).resolves.toBeUndefined();
});
