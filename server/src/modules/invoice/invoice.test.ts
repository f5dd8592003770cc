import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { runAsSystem } from '../../command/run.ts';
import { type InvoiceType, invoiceTypeLabel } from '../../db/vocabulary.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { AMOUNT_MAX_FEN, splitVat } from '../../kernel/money.ts';
import { limits } from '../../limits.ts';
import { type Issued, issuedOrder, paidOrder, pdfUpload, resultOf } from '../payment/payment.fixture.ts';
import { invoiceMachine } from './invoice.machine.ts';
import {
  demandInvoiceReversal,
  invoiceNumberFault,
  onInvoiceReversed,
  validInvoiceOfOrder,
} from './invoice.service.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

async function refused(ask: () => Promise<Answer>) {
  const before = await h.content(['idempotency_keys']);
  const answer = resultOf(await ask());
  expect(await h.content(['idempotency_keys'])).toBe(before);
  return answer;
}

const refusal =
  '... on Error { code message } ... on InvalidInput { issues { path } } ... on TransitionRefused { refusedIn: currentState event: refusedEvent }';
const onInvoice = (name: string, input: string, fields = 'id state') =>
  `mutation ($input: ${input}!) { ${name}(input: $input) { ... on Invoice { ${fields} } ${refusal} } }`;
const REQUEST = onInvoice(
  'requestInvoice',
  'RequestInvoiceInput',
  `id state stateLabel type typeLabel content dueAt nextActor availableEvents title { name taxNumber email bankName bankAccount }
   address { recipient phone regionName address } requestBlocked { allowed code }`,
);
const WITHDRAW = onInvoice(
  'withdrawInvoice',
  'WithdrawInvoiceInput',
  'id state type title { name } availableEvents',
);
const ACCEPT = onInvoice('acceptInvoice', 'AcceptInvoiceInput');
const REJECT = onInvoice('rejectInvoice', 'RejectInvoiceInput', 'id state rejectReason');
const ISSUE = onInvoice(
  'issueInvoice',
  'IssueInvoiceInput',
  'id state number issuedOn file { id url } availableEvents',
);
const SHIP = onInvoice('shipInvoice', 'ShipInvoiceInput', 'id state courier trackingNumber trackingUrl');
const DELIVER = onInvoice('deliverInvoice', 'DeliverInvoiceInput');
const REVERSE = onInvoice('reverseInvoice', 'ReverseInvoiceInput', 'id state redNumber');
const CREATE_TITLE = `mutation ($input: CreateInvoiceTitleInput!) { createInvoiceTitle(input: $input) {
  ... on InvoiceTitle { id special name taxNumber email bankAccount isDefault } ${refusal} } }`;
const UPDATE_TITLE = `mutation ($input: UpdateInvoiceTitleInput!) { updateInvoiceTitle(input: $input) {
  ... on InvoiceTitle { id special email bankAccount bankName isDefault } ${refusal} } }`;
const DELETE_TITLE = `mutation ($input: IdInput!) { deleteInvoiceTitle(input: $input) { ... on Done { ok } ${refusal} } }`;
const CREATE_ADDRESS = `mutation ($input: CreateShippingAddressInput!) { createShippingAddress(input: $input) {
  ... on ShippingAddress { id recipient phone regionName isDefault } ${refusal} } }`;
const UPDATE_ADDRESS = `mutation ($input: UpdateShippingAddressInput!) { updateShippingAddress(input: $input) {
  ... on ShippingAddress { id recipient phone isDefault } ${refusal} } }`;
const DELETE_ADDRESS = `mutation ($input: IdInput!) { deleteShippingAddress(input: $input) { ... on Done { ok } ${refusal} } }`;
const REVEAL = `mutation ($input: RevealBankAccountInput!) { revealBankAccount(input: $input) {
  ... on RevealedBankAccount { bankAccount } ${refusal} } }`;

const fullTitle = {
  special: true,
  email: 'invoice@example.com',
  registeredAddress: '平山区人民路 1 号',
  registeredPhone: '024-42800000',
  bankName: '演示银行本溪分行',
  bankAccount: '2102 0000 1234 5678',
};
const someAddress = {
  recipient: '王演示',
  phone: '139 0000 0002',
  regionCode: '210502',
  address: '人民路 1 号',
};

async function certified(order: Issued) {
  const { name, creditCode } = await h.given.enterpriseOf(order.bidder);
  return { name, taxNumber: creditCode };
}
async function titleOf(order: Issued, changes: Record<string, unknown> = {}): Promise<string> {
  const input = { ...fullTitle, ...(await certified(order)), ...changes };
  return resultOf(await order.ask(CREATE_TITLE, { input })).id;
}
const addressOf = async (order: Issued): Promise<string> =>
  resultOf(await order.ask(CREATE_ADDRESS, { input: someAddress })).id;
const invoiceIdOf = async (order: Issued): Promise<string> =>
  (await order.ask('query ($id: ID!) { order(id: $id) { invoice { id } } }', { id: order.orderId })).data
    .order.invoice.id;

/** An order of a kind whose invoice does not wait for an opening, with the invoice asked for. */
async function requested(type: InvoiceType, order?: Issued): Promise<Issued & { invoiceId: string }> {
  const of = order ?? (await issuedOrder(h, { kind: 'PERFORMANCE' }));
  const input = { orderId: of.orderId, type, titleId: await titleOf(of), addressId: await addressOf(of) };
  const invoice = resultOf(await of.ask(REQUEST, { input }));
  if (invoice.code) throw new Error(`Not requested: ${JSON.stringify(invoice)}`);
  return { ...of, invoiceId: invoice.id };
}
async function accepted(type: InvoiceType) {
  const order = await requested(type);
  const desk = h.as(order.underwriter);
  resultOf(await desk(ACCEPT, { input: { invoiceId: order.invoiceId } }));
  return { ...order, desk };
}

test('the machine of an invoice, a row a state', () => {
  expect(machineGrid(invoiceMachine)).toMatchInlineSnapshot(`
    "state         REQUEST   WITHDRAW      CANCEL        ACCEPT  REJECT   ISSUE  SHIP    DELIVER   REVERSE
    NOT_REQUESTED REQUESTED .             .             .       .        .      .       .         .
    REQUESTED     .         NOT_REQUESTED NOT_REQUESTED ISSUING REJECTED .      .       .         .
    ISSUING       .         .             NOT_REQUESTED .       .        ISSUED .       .         .
    ISSUED        .         .             .             .       .        .      SHIPPED .         REVERSED
    SHIPPED       .         .             .             .       .        .      .       DELIVERED REVERSED
    DELIVERED     .         .             .             .       .        .      .       .         REVERSED
    REJECTED      REQUESTED .             .             .       .        .      .       .         .
    REVERSED      .         .             .             .       .        .      .       .         ."
  `);
});

test('net and tax always add up to the price, and the tax is six hundredths of the net to the fen', () => {
  expect(splitVat(40_000)).toEqual({ netFen: 37_736, vatFen: 2_264 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: AMOUNT_MAX_FEN }), (grossFen) => {
      const { netFen, vatFen } = splitVat(grossFen);
      expect(netFen + vatFen).toBe(grossFen);
      expect(Math.abs(Number(BigInt(netFen) * 6n - BigInt(vatFen) * 100n))).toBeLessThanOrEqual(53);
    }),
  );
});

test.each([
  ['E_ORDINARY', '12345678', true],
  ['E_ORDINARY', '021001900111' + '12345678', true],
  ['PAPER_SPECIAL', '2100190011' + '12345678', true],
  ['PAPER_ORDINARY', '123456789', false],
  ['DIGITAL_ORDINARY', '26212000000012345678', true],
  ['DIGITAL_SPECIAL', '12345678', false],
  ['DIGITAL_SPECIAL', '2621200000001234567A', false],
] as const)('a number for %s is %s: %s', (type, number, isRight) => {
  expect(invoiceNumberFault(type, number) === null).toBe(isRight);
});

describe('titles', () => {
  test('are those of the certified enterprise, whatever else is tried', async () => {
    const order = await issuedOrder(h);
    const own = await certified(order);
    const rival = await h.given.enterpriseOf(await h.given.bidder());
    for (const foreign of [{ name: '别人的公司' }, { taxNumber: rival.creditCode }]) {
      const input = { special: false, ...own, ...foreign };
      expect((await refused(() => order.ask(CREATE_TITLE, { input }))).code).toBe('TITLE_LOCKED');
    }
    const id = await titleOf(order);
    expect((await refused(() => order.ask(UPDATE_TITLE, { input: { id, name: '别人的公司' } }))).code).toBe(
      'TITLE_LOCKED',
    );
  });

  test('keep the bank account encrypted and show its last four digits', async () => {
    const order = await issuedOrder(h);
    const id = await titleOf(order);
    const { data } = await order.ask('{ invoiceTitles { id bankAccount isDefault } }');
    expect(data.invoiceTitles).toEqual([{ id, bankAccount: '****5678', isDefault: true }]);
    expect(await h.content()).not.toContain('2102000012345678');
  });

  test('for special invoices need all six facts, and every fault is named', async () => {
    const order = await issuedOrder(h);
    const input = {
      special: true,
      ...(await certified(order)),
      registeredPhone: '12',
      bankAccount: '1234',
      email: 'nobody',
    };
    const answer = await refused(() => order.ask(CREATE_TITLE, { input }));
    expect(answer.issues.map((issue: { path: string }) => issue.path).sort()).toEqual([
      'bankAccount',
      'bankName',
      'email',
      'registeredAddress',
      'registeredPhone',
    ]);
  });

  test('have exactly one default, which is handed on', async () => {
    const order = await issuedOrder(h);
    const defaults = async () =>
      (await order.ask('{ invoiceTitles { id isDefault } }')).data.invoiceTitles
        .filter((row: { isDefault: boolean }) => row.isDefault)
        .map((row: { id: string }) => row.id);
    const first = await titleOf(order);
    const second = await titleOf(order);
    expect(await defaults()).toEqual([first]);
    resultOf(await order.ask(UPDATE_TITLE, { input: { id: second, isDefault: true } }));
    expect(await defaults()).toEqual([second]);
    resultOf(await order.ask(UPDATE_TITLE, { input: { id: second, isDefault: false } }));
    expect(await defaults()).toEqual([second]);
    expect(resultOf(await order.ask(DELETE_TITLE, { input: { id: second } }))).toEqual({ ok: true });
    expect(await defaults()).toEqual([first]);
    expect((await refused(() => order.ask(DELETE_TITLE, { input: { id: second } }))).code).toBe('NOT_FOUND');
  });

  test('are changed field by field: what is absent stays, null clears', async () => {
    const order = await issuedOrder(h);
    const id = await titleOf(order);
    const changed = resultOf(await order.ask(UPDATE_TITLE, { input: { id, special: false, email: null } }));
    expect(changed).toMatchObject({
      special: false,
      email: null,
      bankAccount: '****5678',
      bankName: '演示银行本溪分行',
    });
    expect(
      resultOf(await order.ask(UPDATE_TITLE, { input: { id, bankAccount: null } })).bankAccount,
    ).toBeNull();
    const special = await refused(() => order.ask(UPDATE_TITLE, { input: { id, special: true } }));
    expect(special.issues).toEqual([{ path: 'bankAccount' }]);
  });

  test('and addresses of another enterprise are absent', async () => {
    const order = await issuedOrder(h);
    const ids = { title: await titleOf(order), address: await addressOf(order) };
    const rival = h.as(await h.given.bidder());
    expect((await rival('{ invoiceTitles { id } shippingAddresses { id } }')).data).toEqual({
      invoiceTitles: [],
      shippingAddresses: [],
    });
    const { data } = await rival(
      'query ($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } }',
      { a: ids.title, b: ids.address },
    );
    expect(data).toEqual({ a: null, b: null });
    expect(
      (await refused(() => rival(UPDATE_TITLE, { input: { id: ids.title, email: 'x@example.com' } }))).code,
    ).toBe('NOT_FOUND');
    expect((await refused(() => rival(DELETE_ADDRESS, { input: { id: ids.address } }))).code).toBe(
      'NOT_FOUND',
    );
  });

  test('need a certified enterprise', async () => {
    const newcomer = h.as(await h.given.newcomer());
    const input = { special: false, name: '某公司', taxNumber: '91330212MA2AECMD5B' };
    expect((await refused(() => newcomer(CREATE_TITLE, { input }))).code).toBe('NOT_CERTIFIED');
    expect((await refused(() => newcomer(CREATE_ADDRESS, { input: someAddress }))).code).toBe(
      'NOT_CERTIFIED',
    );
  });
});

test('addresses are normalised, have one default and name every fault', async () => {
  const order = await issuedOrder(h);
  const first = resultOf(await order.ask(CREATE_ADDRESS, { input: someAddress }));
  expect(first).toMatchObject({ phone: '13900000002', regionName: '辽宁省 本溪市 平山区', isDefault: true });
  const second = resultOf(await order.ask(CREATE_ADDRESS, { input: { ...someAddress, isDefault: true } }));
  const wrong = { recipient: ' ', phone: '123', regionCode: '999999', address: '' };
  const answer = await refused(() => order.ask(CREATE_ADDRESS, { input: wrong }));
  expect(answer.issues.map((issue: { path: string }) => issue.path)).toEqual([
    'recipient',
    'phone',
    'regionCode',
    'address',
  ]);
  expect(
    resultOf(await order.ask(UPDATE_ADDRESS, { input: { id: first.id, recipient: '李演示' } })),
  ).toMatchObject({ recipient: '李演示', isDefault: false });
  resultOf(await order.ask(DELETE_ADDRESS, { input: { id: second.id } }));
  const { data } = await order.ask('{ shippingAddresses { id isDefault } }');
  expect(data.shippingAddresses).toEqual([{ id: first.id, isDefault: true }]);
});

describe('a request', () => {
  test('for bid cover waits for the opening', async () => {
    const order = await issuedOrder(h);
    const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId: await titleOf(order) };
    expect((await refused(() => order.ask(REQUEST, { input }))).code).toBe('NOT_OPENED');
    const blocked = async () =>
      (
        await order.ask(
          'query ($id: ID!) { order(id: $id) { invoice { availableEvents requestBlocked { allowed code message } } } }',
          {
            id: order.orderId,
          },
        )
      ).data.order.invoice;
    expect(await blocked()).toEqual({
      availableEvents: [],
      requestBlocked: { allowed: false, code: 'NOT_OPENED', message: '该标段尚未开标，开标后方可申请发票。' },
    });
    await h.given.opened(order.section.id);
    expect(await blocked()).toEqual({
      availableEvents: ['REQUEST'],
      requestBlocked: { allowed: true, code: null, message: null },
    });
    expect(resultOf(await order.ask(REQUEST, { input }))).toMatchObject({
      state: 'REQUESTED',
      stateLabel: '已申请',
      typeLabel: invoiceTypeLabel.E_ORDINARY,
      content: '*保险服务*投标保证保险费',
      dueAt: '2026-11-26T23:59:59.999+08:00',
      nextActor: 'UNDERWRITER',
      availableEvents: ['WITHDRAW'],
      address: null,
    });
  });

  test('of an order that is not issued tells the order’s state', async () => {
    const order = await paidOrder(h, { kind: 'PERFORMANCE' });
    const titleId = await titleOf(order as Issued);
    const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId };
    expect(await refused(() => order.ask(REQUEST, { input }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'ISSUING',
      event: 'REQUEST',
    });
  });

  test.each([
    [
      'a special invoice without bank account',
      'DIGITAL_SPECIAL',
      { special: false, bankAccount: null },
      true,
      'titleId',
    ],
    ['an electronic invoice without mailbox', 'DIGITAL_ORDINARY', { email: null }, true, 'titleId'],
    ['a paper invoice without address', 'PAPER_ORDINARY', {}, false, 'addressId'],
  ] as const)('for %s names what is missing', async (_what, type, changes, withAddress, path) => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const addressId = withAddress ? await addressOf(order) : null;
    const input = { orderId: order.orderId, type, titleId: await titleOf(order, changes), addressId };
    expect(await refused(() => order.ask(REQUEST, { input }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path }],
    });
  });

  test('keeps title and address as they stood', async () => {
    const order = await requested('PAPER_SPECIAL');
    const { data } = await order.ask('{ invoiceTitles { id } shippingAddresses { id } }');
    resultOf(
      await order.ask(UPDATE_TITLE, {
        input: { id: data.invoiceTitles[0].id, bankName: '另一银行', bankAccount: '99999999' },
      }),
    );
    resultOf(await order.ask(DELETE_ADDRESS, { input: { id: data.shippingAddresses[0].id } }));
    const look = async (who: Parameters<Harness['as']>[0]) =>
      (
        await h.as(who)(
          'query ($id: ID!) { invoice(id: $id) { title { bankName bankAccount } address { recipient phone } } }',
          {
            id: order.invoiceId,
          },
        )
      ).data.invoice;
    const seen = {
      title: { bankName: '演示银行本溪分行', bankAccount: '****5678' },
      address: { recipient: '王演示', phone: '13900000002' },
    };
    expect(await look(order.underwriter)).toEqual(seen);
    expect(await look(await h.given.operator())).toEqual({ ...seen, address: null });
    expect(await look(await h.given.underwriter((await h.given.insurer()).id))).toBeNull();

    const revealed = resultOf(
      await h.as(order.underwriter)(REVEAL, { input: { invoiceId: order.invoiceId, reason: '开具专票' } }),
    );
    expect(revealed).toEqual({ bankAccount: '2102000012345678' });
  });

  test('may be withdrawn until it is taken up, and asked for again when it was rejected', async () => {
    const order = await requested('E_ORDINARY');
    const desk = h.as(order.underwriter);
    const own = { invoiceId: order.invoiceId };
    expect(resultOf(await order.ask(WITHDRAW, { input: own }))).toEqual({
      id: order.invoiceId,
      state: 'NOT_REQUESTED',
      type: null,
      title: null,
      availableEvents: ['REQUEST'],
    });
    await requested('E_ORDINARY', order);
    expect(resultOf(await desk(REJECT, { input: { ...own, reason: '抬头地址有误' } }))).toMatchObject({
      state: 'REJECTED',
      rejectReason: '抬头地址有误',
    });
    await requested('PAPER_ORDINARY', order);
    resultOf(await desk(ACCEPT, { input: own }));
    expect((await refused(() => order.ask(WITHDRAW, { input: own }))).code).toBe('TRANSITION_REFUSED');
  });
});

describe('an invoice', () => {
  test('that is electronic is issued with its file, which the bidder downloads', async () => {
    const order = await accepted('DIGITAL_ORDINARY');
    const issue = { invoiceId: order.invoiceId, number: '2621 2000 0000 1234 5678', issuedOn: '2026-11-24' };
    expect(await refused(() => order.desk(ISSUE, { input: issue }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'uploadId' }],
    });
    const wrong = { ...issue, number: '12345678', issuedOn: '2026-11-25' };
    expect((await refused(() => order.desk(ISSUE, { input: wrong }))).issues).toEqual([
      { path: 'number' },
      { path: 'issuedOn' },
      { path: 'uploadId' },
    ]);

    const uploadId = await pdfUpload(h, order.underwriter, 'INVOICE');
    const issued = resultOf(await order.desk(ISSUE, { input: { ...issue, uploadId } }));
    expect(issued).toMatchObject({
      state: 'ISSUED',
      number: '26212000000012345678',
      issuedOn: '2026-11-24',
      availableEvents: ['REVERSE'],
    });
    expect((await h.fetch(order.bidder, issued.file.url)).status).toBe(200);
    expect((await h.fetch(await h.given.bidder(), issued.file.url)).status).toBe(404);
    const parcel = { invoiceId: order.invoiceId, courier: '顺丰速运', trackingNumber: 'SF1' };
    expect((await refused(() => order.desk(SHIP, { input: parcel }))).code).toBe('TRANSITION_REFUSED');
  });

  test('on paper is shipped and delivered', async () => {
    const order = await accepted('PAPER_SPECIAL');
    const own = { invoiceId: order.invoiceId };
    resultOf(await order.desk(ISSUE, { input: { ...own, number: '12345678', issuedOn: '2026-11-24' } }));
    expect((await refused(() => order.desk(DELIVER, { input: own }))).code).toBe('TRANSITION_REFUSED');
    expect(
      resultOf(
        await order.desk(SHIP, { input: { ...own, courier: ' 顺丰速运 ', trackingNumber: 'ＳＦ123' } }),
      ),
    ).toEqual({
      id: order.invoiceId,
      state: 'SHIPPED',
      courier: '顺丰速运',
      trackingNumber: 'SF123',
      trackingUrl: 'https://www.sf-express.com/',
    });
    expect(resultOf(await order.desk(DELIVER, { input: own })).state).toBe('DELIVERED');
    const reverse = { ...own, redNumber: '87654321', reason: '开票有误' };
    expect(
      (await refused(() => order.desk(REVERSE, { input: { ...reverse, redNumber: '12345678' } }))).issues,
    ).toEqual([{ path: 'redNumber' }]);
    expect(resultOf(await order.desk(REVERSE, { input: reverse }))).toMatchObject({
      state: 'REVERSED',
      redNumber: '87654321',
    });
    expect((await h.events()).filter((line) => line.includes(' invoice '))).toEqual([
      'SYSTEM invoice OPEN: · -> NOT_REQUESTED',
      'BIDDER invoice REQUEST: NOT_REQUESTED -> REQUESTED',
      'UNDERWRITER invoice ACCEPT: REQUESTED -> ISSUING',
      'UNDERWRITER invoice ISSUE: ISSUING -> ISSUED',
      'UNDERWRITER invoice SHIP: ISSUED -> SHIPPED',
      'UNDERWRITER invoice DELIVER: SHIPPED -> DELIVERED',
      'UNDERWRITER invoice REVERSE: DELIVERED -> REVERSED',
    ]);
  });

  test('is made by its own insurer only', async () => {
    const order = await requested('E_ORDINARY');
    const insurer = await h.given.insurer();
    const own = { invoiceId: order.invoiceId };
    for (const who of [
      await h.given.underwriter(insurer.id),
      await h.given.apiClient(['invoices:write'], insurer.id),
    ]) {
      expect((await refused(() => h.as(who)(ACCEPT, { input: own }))).code).toBe('NOT_FOUND');
      expect((await h.as(who)('{ invoices { totalCount } }')).data.invoices.totalCount).toBe(0);
    }
    for (const who of [order.bidder, await h.given.operator(), await h.given.regulator()]) {
      expect((await h.as(who)(ACCEPT, { input: own })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const system = await h.given.apiClient(['invoices:write'], order.insurers[0]?.id ?? '');
    expect(resultOf(await h.as(system)(ACCEPT, { input: own })).state).toBe('ISSUING');
  });

  test('shows the buyer’s bank account for a reason, on record and so often', async () => {
    const order = await accepted('PAPER_SPECIAL');
    const input = { invoiceId: order.invoiceId, reason: '开具专票' };
    for (let i = 0; i < limits.revealsPerPersonMax; i += 1) resultOf(await order.desk(REVEAL, { input }));
    expect((await refused(() => order.desk(REVEAL, { input }))).code).toBe('RATE_LIMITED');
    const { data } = await order.ask(
      'query ($id: ID!) { invoice(id: $id) { events { event label note actor } } }',
      { id: order.invoiceId },
    );
    expect(data.invoice.events.at(-1)).toEqual({
      event: 'REVEAL_BANK_ACCOUNT',
      label: '查看银行账号',
      note: '开具专票',
      actor: 'UNDERWRITER',
    });
    resultOf(
      await order.desk(ISSUE, {
        input: { invoiceId: order.invoiceId, number: '12345678', issuedOn: '2026-11-24' },
      }),
    );
    h.pass(1000);
    expect((await refused(() => order.desk(REVEAL, { input }))).code).toBe('TRANSITION_REFUSED');
  });

  test('for bid cover is unknown to staff before the opening', async () => {
    const order = await issuedOrder(h);
    const invoiceId = await invoiceIdOf(order);
    const ask = `query ($id: ID!) { invoice(id: $id) { id } node(id: $id) { id } invoices { totalCount nodes { id } } }`;
    const look = async (who: Parameters<Harness['as']>[0]) => (await h.as(who)(ask, { id: invoiceId })).data;
    const operator = await h.given.operator();
    const absent = { invoice: null, node: null, invoices: { totalCount: 0, nodes: [] } };
    expect(await look(operator)).toEqual(absent);
    expect(await look(await h.given.regulator())).toEqual(absent);
    await h.given.opened(order.section.id);
    expect(await look(operator)).toEqual({
      invoice: { id: invoiceId },
      node: { id: invoiceId },
      invoices: { totalCount: 1, nodes: [{ id: invoiceId }] },
    });
  });
});

describe('a policy that is to be given back', () => {
  const giveBack = (order: Issued) =>
    runAsSystem(h.app.core, (command) => demandInvoiceReversal(command, order.orderId, '客户退保'));
  const reversed: string[] = [];
  onInvoiceReversed(async (_command, { id }) => {
    reversed.push(id);
  });

  test('has its issued invoice reversed first, and says so to the insurer', async () => {
    const order = await accepted('PAPER_ORDINARY');
    const own = { invoiceId: order.invoiceId };
    expect(await validInvoiceOfOrder(h.app.core.database.reader, order.orderId)).toBeNull();
    resultOf(await order.desk(ISSUE, { input: { ...own, number: '12345678', issuedOn: '2026-11-24' } }));
    expect(await giveBack(order)).toMatchObject({ id: order.invoiceId, number: '12345678' });
    const { data } = await order.desk('query ($id: ID!) { invoice(id: $id) { events { label note } } }', {
      id: order.invoiceId,
    });
    expect(data.invoice.events.at(-1)).toEqual({ label: '要求红冲', note: '客户退保' });

    resultOf(await order.desk(REVERSE, { input: { ...own, redNumber: '87654321', reason: '退保' } }));
    expect(reversed.at(-1)).toBe(order.invoiceId);
    expect(await validInvoiceOfOrder(h.app.core.database.reader, order.orderId)).toBeNull();
  });

  test('ends an invoice that was asked for and not made yet', async () => {
    const order = await accepted('E_ORDINARY');
    expect(await giveBack(order)).toBeNull();
    const number = { invoiceId: order.invoiceId, number: '12345678', issuedOn: '2026-11-24' };
    expect(await refused(() => order.desk(ISSUE, { input: number }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'NOT_REQUESTED',
    });
  });
});

test('invoices are found by order, policy and invoice number, and by state and kind', async () => {
  const order = await requested('E_ORDINARY');
  const { data } = await order.ask('query ($id: ID!) { order(id: $id) { number } }', { id: order.orderId });
  const find = async (filter: Record<string, unknown>) =>
    (
      await order.ask('query ($filter: InvoiceFilter) { invoices(filter: $filter) { totalCount } }', {
        filter,
      })
    ).data.invoices.totalCount;
  expect(await find({ search: data.order.number.slice(5) })).toBe(1);
  expect(await find({ search: order.policyNumber })).toBe(1);
  expect(await find({ search: '_' })).toBe(0);
  expect(await find({ states: ['REQUESTED'], depositKind: 'PERFORMANCE' })).toBe(1);
  expect(await find({ states: ['ISSUED'] })).toBe(0);
  expect(await find({ depositKind: 'BID' })).toBe(0);
});

test('a whole order page, with the events of everything on it, costs eight statements at most', async () => {
  const order = await issuedOrder(h);
  const page = `query ($id: ID!) { order(id: $id) {
    id number state availableEvents section { name deposits { kind amount } } enterprise { name } events { event }
    quotes { number state policyNumber insurer { name } product { name } events { event } }
    payment { state account { accountNumber } voucher { transactionNumber } events { event } }
    policy { policyNumber insurer { name } file { url } events { event } }
    invoice { state requestBlocked { code } events { event } } } }`;
  await order.ask(page, { id: order.orderId });
  const before = h.app.core.database.statementCount();
  const { data, errors } = await order.ask(page, { id: order.orderId });
  expect(errors).toBeUndefined();
  expect(data.order.invoice.events).toHaveLength(1);
  expect(h.app.core.database.statementCount() - before).toBeLessThanOrEqual(8);
});
