import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { system } from '../../access/actor.ts';
import { fire } from '../../command/fire.ts';
import { runAsSystem } from '../../command/run.ts';
import { events } from '../../db/tables/ledger.ts';
import { type InvoiceType, invoiceTypeLabel } from '../../db/vocabulary.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { AMOUNT_MAX_FEN, splitVat } from '../../kernel/money.ts';
import { limits } from '../../limits.ts';
import { sceneOf, startedOrder } from '../order/order.fixture.ts';
import { type Issued, issuedOrder, paidOrder, pdfUpload, resultOf } from '../payment/payment.fixture.ts';
import { policyLife } from '../policy/policy.machine.ts';
import { policyById } from '../policy/policy.queries.ts';
import { requestBasis } from './invoice.disclosure.ts';
import { invoiceMachine } from './invoice.machine.ts';
import { invoicesOfOrders } from './invoice.queries.ts';
import { demandInvoiceReversal, onInvoiceReversed, validInvoiceOfOrder } from './invoice.service.ts';
import { requestWishedInvoices } from './invoice.wish.ts';
import { readInvoiceNumber } from './invoice-number.ts';

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

const xml = `<?xml version="1.0" encoding="UTF-8"?><EInvoice><Number>26212000000012345678</Number></EInvoice>`;
async function xmlUpload(who: Person): Promise<string> {
  const response = await h.fetch(who, '/uploads?purpose=INVOICE', {
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body: xml,
  });
  return ((await response.json()) as { id: string }).id;
}

test('the machine of an invoice, a row a state', () => {
  expect(machineGrid(invoiceMachine)).toMatchInlineSnapshot(`
    "state         REQUEST   AUTO_REQUEST WITHDRAW      CANCEL        ACCEPT  REJECT   ISSUE  SHIP    DELIVER   REVERSE
    NOT_REQUESTED REQUESTED REQUESTED    .             .             .       .        .      .       .         .
    REQUESTED     .         .            NOT_REQUESTED NOT_REQUESTED ISSUING REJECTED .      .       .         .
    ISSUING       .         .            .             NOT_REQUESTED .       .        ISSUED .       .         .
    ISSUED        .         .            .             .             .       .        .      SHIPPED .         REVERSED
    SHIPPED       .         .            .             .             .       .        .      .       DELIVERED REVERSED
    DELIVERED     .         .            .             .             .       .        .      .       .         REVERSED
    REJECTED      REQUESTED .            .             .             .       .        .      .       .         .
    REVERSED      .         .            .             .             .       .        .      .       .         ."
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
  ['E_ORDINARY', '12345678', null, [null, '12345678']],
  ['E_ORDINARY', '021001900111 12345678', '', ['021001900111', '12345678']],
  ['E_ORDINARY', '１２３４５６７８', '021001900111', ['021001900111', '12345678']],
  ['PAPER_SPECIAL', '12345678', '2100190011', ['2100190011', '12345678']],
  ['PAPER_ORDINARY', '210019001112345678', null, ['2100190011', '12345678']],
  ['PAPER_ORDINARY', '021001900111' + '12345678', null, ['021001900111', '12345678']],
  ['DIGITAL_ORDINARY', '2621 2000 0000 1234 5678', null, [null, '26212000000012345678']],
  ['PAPER_ORDINARY', '123456789', null, 'number'],
  ['PAPER_ORDINARY', '1234567', null, 'number'],
  ['PAPER_SPECIAL', '021001900111' + '12345678', null, 'number'],
  ['PAPER_SPECIAL', '12345678', '021001900111', 'code'],
  ['E_ORDINARY', '12345678', '2100190011', 'code'],
  ['E_ORDINARY', '26212000000012345678', '021001900111', 'number'],
  ['DIGITAL_SPECIAL', '12345678', null, 'number'],
  ['DIGITAL_SPECIAL', '2621200000001234567A', null, 'number'],
  ['DIGITAL_SPECIAL', '26212000000012345678', '2100190011', 'code'],
] as const)('a number of %s, %s with the code %s, is read as %j', (type, number, code, expected) => {
  const read = readInvoiceNumber(type, { number, code });
  if (typeof expected === 'string') {
    expect(read).toMatchObject({ number: null, faults: [{ path: expected }] });
  } else {
    expect(read).toEqual({ number: { code: expected[0], number: expected[1] }, faults: [] });
  }
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

describe('the disclosure in front of a request', () => {
  const DISCLOSURE = '{ invoiceDisclosure { version title paragraphs documents { kind version sha256 } } }';
  const ACCEPT_TEXT = onInvoice(
    'acceptInvoiceDisclosure',
    'AcceptInvoiceDisclosureInput',
    'id state disclosureAccepted',
  );
  const textNow = async () => (await h.as(null)(DISCLOSURE)).data.invoiceDisclosure;
  /** Another version of a document that was accepted with the order. */
  async function renewPrivacyPolicy(): Promise<void> {
    const input = { kind: 'PRIVACY_POLICY', title: '隐私权政策', pages: ['新的一页'] };
    resultOf(
      await h.as(await h.given.operator())(
        `mutation ($input: PublishDocumentInput!) { publishDocument(input: $input) { ... on ProductDocument { id } ... on Error { code message } } }`,
        { input },
      ),
    );
  }
  const dataOf = async (event: string) =>
    (await h.app.core.database.reader.select().from(events).where(eq(events.event, event))).map(
      ({ data }) => data,
    );

  test('names who serves and what is passed on, and is known by its hash', async () => {
    await issuedOrder(h);
    const text = await textNow();
    expect(text.title).toBe('特别提示');
    expect(text.paragraphs.join('')).toContain(h.app.core.config.broker.name);
    expect(text.documents.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
      'BROKERAGE_AGREEMENT',
      'CUSTOMER_NOTICE',
      'PRIVACY_POLICY',
      'SERVICE_AGREEMENT',
    ]);
    expect(text.version).toMatch(/^[0-9a-f]{64}$/);
    await renewPrivacyPolicy();
    expect((await textNow()).version).not.toBe(text.version);
  });

  test('is kept word for word when it is accepted, once, and the request says what it rests on', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const invoiceId = await invoiceIdOf(order);
    const { version, ...text } = await textNow();
    const stale = { invoiceId, version: '0'.repeat(64) };
    expect((await refused(() => order.ask(ACCEPT_TEXT, { input: stale }))).issues).toEqual([
      { path: 'version' },
    ]);
    const input = { invoiceId, version };
    for (let i = 0; i < 2; i += 1)
      expect(resultOf(await order.ask(ACCEPT_TEXT, { input }))).toEqual({
        id: invoiceId,
        state: 'NOT_REQUESTED',
        disclosureAccepted: true,
      });
    expect(await dataOf('ACCEPT_DISCLOSURE')).toEqual([
      {
        version,
        labelText: '已阅读并同意',
        title: text.title,
        paragraphs: text.paragraphs,
        documents: text.documents.map(({ kind, sha256 }: { kind: string; sha256: string }) => ({
          id: expect.any(String),
          kind,
          sha256,
        })),
      },
    ]);
    await requested('E_ORDINARY', order);
    expect(await dataOf('REQUEST')).toEqual([
      { disclosureVersion: version, acceptedBy: expect.stringMatching(/^evt_/) },
    ]);
    expect((await refused(() => order.ask(ACCEPT_TEXT, { input }))).code).toBe('TRANSITION_REFUSED');
  });

  test('is none of anybody else’s, and waits for the opening like the invoice', async () => {
    const order = await issuedOrder(h);
    const input = { invoiceId: await invoiceIdOf(order), version: (await textNow()).version };
    expect((await refused(() => order.ask(ACCEPT_TEXT, { input }))).code).toBe('NOT_OPENED');
    await h.given.opened(order.section.id);
    const rival = h.as(await h.given.bidder());
    expect((await refused(() => rival(ACCEPT_TEXT, { input }))).code).toBe('NOT_FOUND');
    const { data } = await h.as(order.underwriter)(
      'query ($id: ID!) { invoice(id: $id) { disclosureAccepted } }',
      { id: input.invoiceId },
    );
    expect(data.invoice.disclosureAccepted).toBeNull();
  });

  test('was accepted with the order as far as its documents are still those, and no invoice is asked for without', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
    const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId: await titleOf(order) };
    resultOf(await order.ask(REQUEST, { input }));
    expect(await dataOf('REQUEST')).toEqual([
      {
        disclosureAtSale: Array.from({ length: 4 }, () => ({
          consentId: expect.stringMatching(/^con_/),
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        })),
      },
    ]);
    const invoiceId = await invoiceIdOf(order);
    resultOf(await order.ask(WITHDRAW, { input: { invoiceId } }));

    await renewPrivacyPolicy();
    const answer = await refused(() => order.ask(REQUEST, { input }));
    expect(answer).toMatchObject({ code: 'CONSENT_MISSING', message: expect.stringContaining('隐私权政策') });
    const { version } = await textNow();
    resultOf(await order.ask(ACCEPT_TEXT, { input: { invoiceId, version } }));
    expect(resultOf(await order.ask(REQUEST, { input })).state).toBe('REQUESTED');
  });
});

test('neither what is asked for nor what was wished for rests on nothing', async () => {
  const order = await issuedOrder(h, { kind: 'PERFORMANCE' });
  const { core } = h.app;
  const { reader } = core.database;
  const [invoice] = await invoicesOfOrders(reader, system, [order.orderId]);
  if (!invoice) throw new Error('There is an invoice.');
  const orderId = await startedOrder(await sceneOf(h));
  for (const as of ['ASKED', 'WISHED'] as const) {
    expect(await requestBasis(reader, core.config, invoice, as)).not.toBeNull();
    expect(await requestBasis(reader, core.config, { ...invoice, orderId }, as)).toBeNull();
  }
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

    const uploadId = await xmlUpload(order.underwriter);
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
      'SYSTEM invoice OPEN: · -> NOT_REQUESTED',
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
    for (let i = 0; i < limits.reveals.max; i += 1) resultOf(await order.desk(REVEAL, { input }));
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

describe('the files of an invoice', () => {
  const FILES = 'id files { format legal file { url contentType } } file { contentType }';
  const ADD = onInvoice('addInvoiceFiles', 'AddInvoiceFilesInput', FILES);
  const issue = { number: '26212000000012345678', issuedOn: '2026-11-24' };

  test('are one a format, and the XML of a fully digital one is the legal one', async () => {
    const order = await accepted('DIGITAL_ORDINARY');
    const own = { invoiceId: order.invoiceId };
    const pdf = () => pdfUpload(h, order.underwriter, 'INVOICE');
    const twice = { ...own, ...issue, uploadIds: [await pdf(), await pdf()] };
    expect((await refused(() => order.desk(ISSUE, { input: twice }))).issues).toEqual([
      { path: 'uploadIds' },
    ]);

    const early = { ...own, uploadIds: [await pdf()] };
    expect((await refused(() => order.desk(ADD, { input: early }))).code).toBe('TRANSITION_REFUSED');
    const uploadIds = [await xmlUpload(order.underwriter)];
    resultOf(await order.desk(ISSUE, { input: { ...own, ...issue, uploadId: await pdf(), uploadIds } }));
    const { data } = await order.ask(`query ($id: ID!) { invoice(id: $id) { ${FILES} } }`, {
      id: order.invoiceId,
    });
    expect(data.invoice).toMatchObject({
      files: [
        { format: 'PDF', legal: false },
        { format: 'XML', legal: true, file: { contentType: 'application/xml' } },
      ],
      file: { contentType: 'application/pdf' },
    });
    const [, legal] = data.invoice.files;
    const response = await h.fetch(order.bidder, legal.file.url);
    expect(await response.text()).toBe(xml);
    expect((await h.fetch(await h.given.bidder(), legal.file.url)).status).toBe(404);
  });

  test('may come later, but none twice and none from somebody else', async () => {
    const order = await accepted('DIGITAL_SPECIAL');
    const own = { invoiceId: order.invoiceId };
    const uploadId = await xmlUpload(order.underwriter);
    resultOf(await order.desk(ISSUE, { input: { ...own, ...issue, uploadId } }));
    for (const [uploadIds, code] of [
      [[], 'INVALID_INPUT'],
      [[await xmlUpload(order.underwriter)], 'INVALID_INPUT'],
      [[uploadId], 'UPLOAD_REFUSED'],
      [[await h.given.upload(order.bidder, 'VOUCHER')], 'UPLOAD_REFUSED'],
    ] as const) {
      expect((await refused(() => order.desk(ADD, { input: { ...own, uploadIds } }))).code).toBe(code);
    }
    const uploadIds = [await pdfUpload(h, order.underwriter, 'INVOICE')];
    expect(resultOf(await order.desk(ADD, { input: { ...own, uploadIds } })).files).toHaveLength(2);
  });
});

describe('the insurer', () => {
  test('enters no invoice of tomorrow, of before the policy, or with a number that it used before', async () => {
    const first = await accepted('PAPER_ORDINARY');
    const input = {
      invoiceId: first.invoiceId,
      number: '12345678',
      code: '2100190011',
      issuedOn: '2026-11-24',
    };
    for (const [changes, path] of [
      [{ issuedOn: '2026-11-25' }, 'issuedOn'],
      [{ issuedOn: '2026-11-23' }, 'issuedOn'],
      [{ number: '1234' }, 'number'],
      [{ code: '12' }, 'code'],
    ] as const) {
      const answer = await refused(() => first.desk(ISSUE, { input: { ...input, ...changes } }));
      expect(answer).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    }
    resultOf(await first.desk(ISSUE, { input }));

    const [insurer] = first.insurers;
    const [product] = first.products;
    if (!insurer || !product) throw new Error('A scene has an insurer.');
    const second = await issuedOrder(h, { kind: 'PERFORMANCE', insurer, product }, 'BH-2026-000002');
    const asked = await requested('PAPER_ORDINARY', second);
    const desk = h.as(first.underwriter);
    resultOf(await desk(ACCEPT, { input: { invoiceId: asked.invoiceId } }));
    const again = { ...input, invoiceId: asked.invoiceId };
    expect((await refused(() => desk(ISSUE, { input: again }))).issues).toEqual([{ path: 'number' }]);
    // Under another code the same number is another invoice.
    expect(resultOf(await desk(ISSUE, { input: { ...again, code: '2100190012' } })).state).toBe('ISSUED');
  });

  test('issues once, however many try at once', async () => {
    const order = await accepted('E_ORDINARY');
    const tries = await Promise.all(
      ['11111111', '22222222', '33333333'].map(async (number) => {
        const uploadId = await pdfUpload(h, order.underwriter, 'INVOICE');
        return { invoiceId: order.invoiceId, number, issuedOn: '2026-11-24', uploadId };
      }),
    );
    const answers = await Promise.all(
      tries.map(async (input) => resultOf(await order.desk(ISSUE, { input }))),
    );
    expect(answers.map(({ code, state }) => code ?? state).sort()).toEqual([
      'ISSUED',
      'TRANSITION_REFUSED',
      'TRANSITION_REFUSED',
    ]);
    const { data } = await order.desk('{ invoices { nodes { state number files { format } } } }');
    const number = answers.find(({ state }) => state)?.number;
    expect(data.invoices.nodes).toEqual([{ state: 'ISSUED', number, files: [{ format: 'PDF' }] }]);
    expect((await h.rows()).invoice_files).toBe(1);
    expect((await h.events()).filter((line) => line.includes('invoice ISSUE:'))).toHaveLength(1);
  });

  test('has two working days for an electronic invoice and five until a paper one is sent', async () => {
    const look =
      'query ($id: ID!, $filter: InvoiceFilter) { invoice(id: $id) { dueAt overdue nextActor } invoices(filter: $filter) { totalCount } }';
    const standing = async (order: Issued & { invoiceId: string }) => {
      const system = await h.given.apiClient(['invoices:write'], order.insurers[0]?.id ?? '');
      return (await h.as(system)(look, { id: order.invoiceId, filter: { overdue: true } })).data;
    };
    const electronic = await accepted('E_ORDINARY');
    expect(await standing(electronic)).toEqual({
      invoice: { dueAt: '2026-11-26T23:59:59.999+08:00', overdue: false, nextActor: 'UNDERWRITER' },
      invoices: { totalCount: 0 },
    });
    h.pass(3 * 86_400_000);
    expect(await standing(electronic)).toMatchObject({
      invoice: { overdue: true },
      invoices: { totalCount: 1 },
    });

    const paper = await accepted('PAPER_ORDINARY');
    const own = { invoiceId: paper.invoiceId };
    resultOf(await paper.desk(ISSUE, { input: { ...own, number: '12345678', issuedOn: '2026-11-27' } }));
    expect((await standing(paper)).invoice).toMatchObject({
      dueAt: '2026-12-04T23:59:59.999+08:00',
      nextActor: 'UNDERWRITER',
    });
    resultOf(await paper.desk(SHIP, { input: { ...own, courier: '某快递', trackingNumber: '1' } }));
    expect((await standing(paper)).invoice).toEqual({ dueAt: null, overdue: false, nextActor: null });
  });
});

test('what was reversed is corrected by another invoice, and one a policy counts', async () => {
  const order = await accepted('PAPER_ORDINARY');
  const own = { invoiceId: order.invoiceId };
  resultOf(await order.desk(ISSUE, { input: { ...own, number: '12345678', issuedOn: '2026-11-24' } }));
  const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId: await titleOf(order) };
  expect((await refused(() => order.ask(REQUEST, { input }))).code).toBe('TRANSITION_REFUSED');

  const reverse = { ...own, reason: '抬头地址有误' };
  for (const redNumber of ['12345678', '123']) {
    const answer = await refused(() => order.desk(REVERSE, { input: { ...reverse, redNumber } }));
    expect(answer.issues).toEqual([{ path: 'redNumber' }]);
  }
  resultOf(await order.desk(REVERSE, { input: { ...reverse, redNumber: '87654321' } }));
  const corrected = await invoiceIdOf(order);
  expect(corrected).not.toBe(order.invoiceId);
  expect(resultOf(await order.ask(REQUEST, { input }))).toMatchObject({ id: corrected, state: 'REQUESTED' });
  resultOf(await order.desk(ACCEPT, { input: { invoiceId: corrected } }));

  const uploadId = await pdfUpload(h, order.underwriter, 'INVOICE');
  const issue = { invoiceId: corrected, issuedOn: '2026-11-24', uploadId };
  for (const number of ['12345678', '87654321']) {
    const answer = await refused(() => order.desk(ISSUE, { input: { ...issue, number } }));
    expect(answer.issues).toEqual([{ path: 'number' }]);
  }
  resultOf(await order.desk(ISSUE, { input: { ...issue, number: '12345679' } }));
  const { data } = await order.ask('{ invoices { nodes { id state number redNumber } } }');
  expect(data.invoices.nodes).toEqual(
    expect.arrayContaining([
      { id: order.invoiceId, state: 'REVERSED', number: '12345678', redNumber: '87654321' },
      { id: corrected, state: 'ISSUED', number: '12345679', redNumber: null },
    ]),
  );
});

describe('what was wished for with the application', () => {
  const LOOK = `query ($id: ID!) { order(id: $id) { invoice { id state type wish { typeLabel missing }
    title { name taxNumber email } address { recipient } events { event actor note } } } }`;
  const invoiceOf = async (order: Issued) =>
    (await order.ask(LOOK, { id: order.orderId })).data.order.invoice;
  const news = async (order: Issued) =>
    (await order.ask('{ messages(first: 20) { nodes { title } } }')).data.messages.nodes.map(
      ({ title }: { title: string }) => title,
    );

  test('is asked for by itself at the opening, to the certified enterprise, and not before', async () => {
    const order = await issuedOrder(h, { invoiceType: 'E_ORDINARY' });
    await h.app.worker.workOff();
    expect(await invoiceOf(order)).toMatchObject({
      state: 'NOT_REQUESTED',
      wish: { typeLabel: '电子增值税普通发票', missing: [] },
    });
    await h.given.opened(order.section.id);
    await h.app.worker.workOff();
    const own = await certified(order);
    expect(await invoiceOf(order)).toMatchObject({
      state: 'REQUESTED',
      type: 'E_ORDINARY',
      wish: null,
      title: { ...own, email: 'handler@example.com' },
      address: null,
      events: [{ event: 'OPEN' }, { event: 'AUTO_REQUEST', actor: 'SYSTEM', note: '电子增值税普通发票' }],
    });
    // By the documents that were accepted with the wish.
    const [asked] = await h.app.core.database.reader
      .select()
      .from(events)
      .where(eq(events.event, 'AUTO_REQUEST'));
    expect(asked?.data.disclosureAtSale).toHaveLength(4);
    expect(await news(order)).toContain('已自动申请发票');
  });

  test('is taken back like any other, and stays so', async () => {
    const order = await issuedOrder(h, { kind: 'PERFORMANCE', invoiceType: 'DIGITAL_ORDINARY' });
    const { id, state } = await invoiceOf(order);
    expect(state).toBe('REQUESTED');
    resultOf(await order.ask(WITHDRAW, { input: { invoiceId: id } }));
    await h.given.opened(order.section.id);
    await requestWishedInvoices(h.app.core, order.section.id);
    expect((await invoiceOf(order)).state).toBe('NOT_REQUESTED');
  });

  test('goes to the default title and the default address', async () => {
    const order = await issuedOrder(h, { invoiceType: 'PAPER_SPECIAL' });
    expect((await invoiceOf(order)).wish.missing).toEqual([
      '专用发票的抬头须填写注册地址、注册电话、开户银行和银行账号',
      '纸质发票须填写收件地址',
    ]);
    await titleOf(order, { email: 'first@example.com' });
    await titleOf(order, { email: 'default@example.com', isDefault: true });
    await titleOf(order, { special: false, bankAccount: null });
    await addressOf(order);
    const second = { ...someAddress, recipient: '赵演示', isDefault: true };
    resultOf(await order.ask(CREATE_ADDRESS, { input: second }));
    expect((await invoiceOf(order)).wish.missing).toEqual([]);
    await h.given.opened(order.section.id);
    await h.app.worker.workOff();
    expect(await invoiceOf(order)).toMatchObject({
      state: 'REQUESTED',
      type: 'PAPER_SPECIAL',
      title: { email: 'default@example.com' },
      address: { recipient: '赵演示' },
    });
  });

  test('and cannot be asked for is told once, with what is missing', async () => {
    const order = await issuedOrder(h, { invoiceType: 'PAPER_ORDINARY' });
    await h.given.opened(order.section.id);
    await h.app.worker.workOff();
    const before = await h.content();
    await requestWishedInvoices(h.app.core, order.section.id);
    expect(await h.content()).toBe(before);
    expect(await invoiceOf(order)).toMatchObject({
      state: 'NOT_REQUESTED',
      wish: { missing: ['纸质发票须填写收件地址'] },
      events: [{ event: 'OPEN' }, { event: 'WISH_INCOMPLETE', note: '纸质发票须填写收件地址' }],
    });
    expect((await news(order)).filter((title: string) => title === '请补充开票信息')).toHaveLength(1);
    await requested('PAPER_ORDINARY', order);
  });

  test('is not shown to the insurer', async () => {
    const order = await issuedOrder(h, { invoiceType: 'E_ORDINARY' });
    const { data } = await h.as(order.underwriter)(LOOK, { id: order.orderId });
    expect(data.order.invoice.wish).toBeNull();
  });
});

describe('a policy that was given back', () => {
  const giveBack = (order: Issued) =>
    runAsSystem(h.app.core, async (command) => {
      const policy = await policyById(command.db, command.actor, order.policyId);
      if (!policy) throw new Error('There is a policy.');
      await fire(command, policyLife, policy, 'SURRENDER');
      return demandInvoiceReversal(command, order.orderId, '客户退保');
    });
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

    const due = await order.desk(
      '{ invoices(filter: { toReverse: true }) { nodes { id nextActor dueAt toReverse } } }',
    );
    expect(due.data.invoices.nodes).toEqual([
      {
        id: order.invoiceId,
        nextActor: 'UNDERWRITER',
        dueAt: '2026-11-26T23:59:59.999+08:00',
        toReverse: true,
      },
    ]);

    resultOf(await order.desk(REVERSE, { input: { ...own, redNumber: '87654321', reason: '退保' } }));
    expect(reversed.at(-1)).toBe(order.invoiceId);
    expect(await invoiceIdOf(order)).toBe(order.invoiceId);
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
    const input = { orderId: order.orderId, type: 'E_ORDINARY', titleId: await titleOf(order) };
    expect(await refused(() => order.ask(REQUEST, { input }))).toMatchObject({ refusedIn: 'SURRENDERED' });
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
  expect(await find({ types: ['E_ORDINARY', 'PAPER_SPECIAL'] })).toBe(1);
  expect(await find({ types: ['PAPER_SPECIAL'] })).toBe(0);
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
