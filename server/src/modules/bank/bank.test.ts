import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { shanghaiDay } from '../../kernel/clock.ts';
import { remarkCode, remarkCodesIn } from '../../kernel/id.ts';
import { verifyLedger } from '../ledger/ledger.queries.ts';
import {
  CONFIRM,
  CONFIRM_REFUND,
  type Payable,
  payableOrder,
  refundProof,
  resultOf,
  START_REFUND,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../payment/payment.fixture.ts';
import { readStatement } from './statement.ts';

const refusal = '... on Error { code message } ... on InvalidInput { issues { path message } }';
const IMPORT = `mutation ($input: ImportBankStatementInput!) { importBankStatement(input: $input) {
  ... on BankStatement { id confirmed queued repeated outgoing doneAt rejected { row column message } } ${refusal} } }`;
const ASSIGN = `mutation ($input: AssignBankLineInput!) { assignBankLine(input: $input) {
  ... on BankLine { id state reason refund { state } payment { state exceptionKind refunds { amount kind } } } ${refusal} } }`;
const SET_ASIDE = `mutation ($input: SetAsideBankLineInput!) { setAsideBankLine(input: $input) { ... on BankLine { id state setAsideReason } ${refusal} } }`;
const LINES = `query ($filter: BankLineFilter) { bankLines(filter: $filter) { totalCount nodes {
  id state reason direction availableEvents amount transactionNumber payerName payerAccountMasked remark payment { id state orderNumber order { id } } events { id note } } } }`;

let h: Harness;
let operator: Person;
beforeEach(async () => {
  h = await createHarness();
  operator = await h.given.operator();
});

const accountOf = (order: Payable) => order.insurers[0]?.accountNumber ?? '';
let serial = 0;
const lineOf = (order: Payable, changes: Record<string, unknown> = {}) => ({
  transactionNumber: `BNK${++serial}`,
  bookedOn: '2026-11-24',
  amount: '400.00',
  payerName: order.enterpriseName,
  payerAccount: '6222000012345365',
  remark: `保函费 ${order.remarkCode}`,
  ...changes,
});
const take = async (order: Payable, lines: object[], who: Person = operator) =>
  resultOf(await h.as(who)(IMPORT, { input: { accountNumber: accountOf(order), lines } }));
const linesFor = async (filter: object, who: Person = operator) =>
  (await h.as(who)(LINES, { filter })).data.bankLines.nodes;
const stateOf = async (order: Payable) =>
  (
    await order.ask('query ($id: ID!) { order(id: $id) { state payment { state exceptionKind } } }', {
      id: order.orderId,
    })
  ).data.order;
const balanced = async () =>
  expect((await verifyLedger(h.app.core.database.reader)).disagreements).toEqual([]);

describe('a line of a statement', () => {
  test('that fits by code, payer and amount confirms the payment by itself, and changes nothing a second time', async () => {
    const order = await payableOrder(h);
    const line = lineOf(order);
    expect(await take(order, [line])).toMatchObject({ confirmed: 1, queued: 0, repeated: 0 });
    expect(await stateOf(order)).toMatchObject({ state: 'ISSUING', payment: { state: 'CONFIRMED' } });
    expect(await h.events()).toContain('SYSTEM payment CONFIRM: AWAITING_TRANSFER -> CONFIRMED');
    const before = await h.content(['idempotency_keys']);
    expect(await take(order, [line])).toMatchObject({ confirmed: 1 });
    expect(await h.content(['idempotency_keys'])).toBe(before);
    // In another statement it is the same line.
    expect(
      await take(order, [line, lineOf(order, { remark: '其他业务', payerName: '某公司' })]),
    ).toMatchObject({ confirmed: 0, queued: 1, repeated: 1 });
    await balanced();
  });

  test.each([
    ['short', { amount: '399.99' }, 'SHORT'],
    ['over', { amount: '400.01' }, 'OVER'],
    ['from another name', { payerName: '别家公司' }, 'FOREIGN_PAYER'],
  ])('that is %s makes the payment an exception that says so', async (_what, changes, reason) => {
    const order = await payableOrder(h);
    expect(await take(order, [lineOf(order, changes)])).toMatchObject({ confirmed: 0, queued: 1 });
    expect(await stateOf(order)).toMatchObject({ payment: { state: 'EXCEPTION', exceptionKind: reason } });
    expect(await linesFor({ reasons: [reason] })).toMatchObject([{ state: 'MATCHED', reason }]);
    await balanced();
  });

  test('that brings the rest of a short payment confirms it', async () => {
    const order = await payableOrder(h);
    await take(order, [lineOf(order, { amount: '100.00' })]);
    expect(await take(order, [lineOf(order, { amount: '300.00' })])).toMatchObject({ confirmed: 1 });
    expect(await stateOf(order)).toMatchObject({ state: 'ISSUING' });
    await balanced();
  });

  test('after the order ended is late', async () => {
    const order = await payableOrder(h);
    await order.ask('mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }', {
      input: { orderId: order.orderId, reason: '不投' },
    });
    await take(order, [lineOf(order)]);
    expect(await stateOf(order)).toMatchObject({
      state: 'CANCELLED',
      payment: { state: 'EXCEPTION', exceptionKind: 'LATE' },
    });
    await balanced();
  });

  test('is recognised where a person confirmed the voucher before; paid again it waits, and goes back', async () => {
    const order = await payableOrder(h);
    await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order, { transactionNumber: 'VCH-0001' }) });
    resultOf(await h.as(order.underwriter)(CONFIRM, { input: { paymentId: order.paymentId } }));
    expect(await take(order, [lineOf(order, { transactionNumber: 'VCH-0001', remark: '' })])).toMatchObject({
      confirmed: 1,
    });
    await balanced();
    await take(order, [lineOf(order, { transactionNumber: 'VCH-0002' })]);
    const [line] = await linesFor({ states: ['QUEUED'] });
    expect(line).toMatchObject({ reason: 'DUPLICATE' });
    await balanced();
    const input = { lineId: line.id, paymentId: order.paymentId };
    expect(resultOf(await h.as(operator)(ASSIGN, { input }))).toMatchObject({
      state: 'MATCHED',
      payment: { state: 'CONFIRMED', refunds: [{ amount: '400.00', kind: 'WHOLE' }] },
    });
    await balanced();
  });

  test('with the codes of two orders waits; without any it is assigned or set aside by a person', async () => {
    const insurer = await h.given.insurer();
    const product = await h.given.product(insurer.id);
    const one = await payableOrder(h, { insurer, product });
    const two = await payableOrder(h, { insurer, product });
    await take(one, [
      lineOf(one, { remark: `${one.remarkCode} ${two.remarkCode}` }),
      lineOf(one, { remark: '无附言' }),
      lineOf(one, { remark: '退货款', payerName: '无关公司' }),
    ]);
    const lines = await linesFor({ states: ['QUEUED'] });
    expect(lines.map((line: { reason: string }) => line.reason).sort()).toEqual([
      'AMBIGUOUS',
      'UNMATCHED',
      'UNMATCHED',
    ]);
    const plain = lines.find((line: { remark: string }) => line.remark === '无附言');
    const foreign = lines.find((line: { remark: string }) => line.remark === '退货款');
    await balanced();
    expect(
      resultOf(await h.as(operator)(ASSIGN, { input: { lineId: plain.id, paymentId: one.paymentId } })),
    ).toMatchObject({ state: 'MATCHED', payment: { state: 'CONFIRMED' } });
    const aside = { lineId: foreign.id, reason: '与平台无关' };
    expect(resultOf(await h.as(operator)(SET_ASIDE, { input: aside }))).toMatchObject({ state: 'SET_ASIDE' });
    const before = await h.content(['idempotency_keys']);
    expect(resultOf(await h.as(operator)(SET_ASIDE, { input: aside })).code).toBe('TRANSITION_REFUSED');
    expect(await h.content(['idempotency_keys'])).toBe(before);
    await balanced();
  });

  test('50 times at once confirms one payment once', async () => {
    const order = await payableOrder(h);
    const line = lineOf(order);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        take(order, [line, lineOf(order, { remark: `${i}`, payerName: '某公司' })]),
      ),
    );
    const { data } = await order.ask(
      'query ($id: ID!) { order(id: $id) { payment { receipts { amount } } } }',
      { id: order.orderId },
    );
    expect(data.order.payment.receipts).toEqual([{ amount: '400.00' }]);
    await balanced();
  });
});

describe('a line that went out', () => {
  /** An order whose surplus is to go back to the account that it came from. */
  const surplus = async () => {
    const order = await payableOrder(h);
    await take(order, [lineOf(order, { amount: '450.00' })]);
    resultOf(await h.as(operator)(CONFIRM, { input: { paymentId: order.paymentId } }));
    return order;
  };
  const outOf = (order: Payable, changes: Record<string, unknown> = {}) =>
    lineOf(order, { direction: 'OUT', amount: '50.00', remark: `退款 ${order.remarkCode}`, ...changes });
  const refundsOf = async (order: Payable) =>
    (
      await h.as(order.underwriter)(
        'query ($id: ID!) { node(id: $id) { ... on Payment { refunds { id state onStatement transactionNumber paidOn proof { id } } } } }',
        { id: order.paymentId },
      )
    ).data.node.refunds;

  test('for a refund, to the fen and to the account the money came from, confirms it with the line as proof', async () => {
    const order = await surplus();
    const line = outOf(order);
    expect(await take(order, [line])).toMatchObject({ confirmed: 1, queued: 0 });
    expect(await refundsOf(order)).toMatchObject([
      {
        state: 'REFUNDED',
        onStatement: true,
        transactionNumber: line.transactionNumber,
        paidOn: '2026-11-24',
      },
    ]);
    const [shown] = await linesFor({ search: line.transactionNumber }, order.underwriter);
    expect(shown).toMatchObject({ direction: 'OUT', state: 'MATCHED', reason: null, availableEvents: [] });
    expect(await h.events()).toContain('SYSTEM refund CONFIRM: REFUNDING -> REFUNDED');
    await balanced();
    expect(await take(order, [line, outOf(order)])).toMatchObject({ confirmed: 0, queued: 1, repeated: 1 });
    expect(await linesFor({ states: ['QUEUED'] })).toMatchObject([{ reason: 'NO_REFUND' }]);
    await balanced();
  });

  test.each([
    ['of another amount', { amount: '49.99' }, 'REFUND_AMOUNT'],
    ['to another account', { payerAccount: '6222000099999999' }, 'PAYEE'],
    ['to no account that is said', { payerAccount: null }, 'PAYEE'],
    ['before the refund was ordered', { bookedOn: '2026-11-23' }, 'NO_REFUND'],
    ['without a code', { remark: '工资' }, 'UNMATCHED'],
  ])(
    '%s waits with its reason, changes no refund, and nothing of it is in the books',
    async (_what, changes, reason) => {
      const order = await surplus();
      const entries = (await h.rows()).ledger_entries;
      expect(await take(order, [outOf(order, changes)])).toMatchObject({ confirmed: 0, queued: 1 });
      const [line] = await linesFor({ states: ['QUEUED'] });
      expect(line).toMatchObject({ direction: 'OUT', reason });
      expect(await refundsOf(order)).toMatchObject([{ state: 'REFUNDING', onStatement: false }]);
      expect((await h.rows()).ledger_entries).toBe(entries);
      await balanced();
      const before = await h.content(['idempotency_keys']);
      const input = { lineId: line.id, paymentId: order.paymentId };
      if (reason !== 'UNMATCHED') {
        expect(resultOf(await h.as(operator)(ASSIGN, { input })).code).toBe('INVALID_INPUT');
        expect(await h.content(['idempotency_keys'])).toBe(before);
        const aside = { lineId: line.id, reason: '与平台无关' };
        expect(resultOf(await h.as(operator)(SET_ASIDE, { input: aside }))).toMatchObject({
          state: 'SET_ASIDE',
        });
      } else {
        expect(resultOf(await h.as(operator)(ASSIGN, { input }))).toMatchObject({
          state: 'MATCHED',
          refund: { state: 'REFUNDED' },
        });
        expect(resultOf(await h.as(operator)(ASSIGN, { input })).code).toBe('TRANSITION_REFUSED');
      }
      await balanced();
    },
  );

  test('is recognised where a person proved the refund before', async () => {
    const order = await surplus();
    const [refund] = await refundsOf(order);
    const proof = await refundProof(h, order.underwriter, refund.id);
    resultOf(await h.as(order.underwriter)(CONFIRM_REFUND, { input: proof }));
    const line = outOf(order, { transactionNumber: proof.transactionNumber.toUpperCase(), remark: '' });
    expect(await take(order, [line])).toMatchObject({ confirmed: 1 });
    expect(await refundsOf(order)).toMatchObject([
      { state: 'REFUNDED', onStatement: true, proof: { id: proof.uploadId } },
    ]);
    await balanced();
  });

  test('ends a payment that goes back whole', async () => {
    const order = await payableOrder(h);
    await take(order, [lineOf(order, { payerName: '别家公司' })]);
    h.pass(60 * 24 * 3_600_000);
    // Signed in anew: no session lasts that long.
    operator = await h.given.operator();
    const input = { paymentId: order.paymentId, reason: '付款人不是投保企业' };
    const returned = resultOf(await h.as(operator)(START_REFUND, { input }));
    expect(returned.state).toBe('REFUNDING');
    const paidOn = shanghaiDay(h.now());
    await take(order, [outOf(order, { amount: '400.00', bookedOn: paidOn })]);
    expect(await h.events()).toContain('SYSTEM payment CONFIRM_REFUND: REFUNDING -> REFUNDED');
    await balanced();
  });
});

describe('a line that was matched', () => {
  const pair = async () => {
    const insurer = await h.given.insurer();
    const product = await h.given.product(insurer.id);
    const one = await payableOrder(h, { insurer, product });
    const two = await payableOrder(h, { insurer, product });
    return [one, two] as const;
  };
  const matched = async () => (await linesFor({ states: ['MATCHED'] }))[0];
  const move = async (line: { id: string }, to: Payable, who: Person = operator) =>
    resultOf(await h.as(who)(ASSIGN, { input: { lineId: line.id, paymentId: to.paymentId } }));

  test('with the wrong code goes over to the payment it is for, which is confirmed, while the first waits again', async () => {
    const [one, two] = await pair();
    await take(one, [lineOf(one, { payerName: two.enterpriseName })]);
    expect(await stateOf(one)).toMatchObject({ payment: { exceptionKind: 'FOREIGN_PAYER' } });
    const line = await matched();
    expect(line.availableEvents).toContain('ASSIGN');
    expect(await move(line, two)).toMatchObject({
      state: 'MATCHED',
      reason: null,
      payment: { state: 'CONFIRMED' },
    });
    expect(await stateOf(two)).toMatchObject({ state: 'ISSUING' });
    expect(await stateOf(one)).toEqual({
      state: 'AWAITING_PAYMENT',
      payment: { state: 'AWAITING_TRANSFER', exceptionKind: null },
    });
    const events = await h.events();
    expect(events).toContain('SYSTEM payment TAKE_BACK: EXCEPTION -> AWAITING_TRANSFER');
    expect(events).toContain('OPERATOR bankLine ASSIGN: MATCHED -> MATCHED');
    await balanced();
    // The first can be paid for as if nothing had been.
    expect(await take(one, [lineOf(one)])).toMatchObject({ confirmed: 1 });
    await balanced();
  });

  test('of an order with a voucher goes over, and the voucher is reviewed on', async () => {
    const [one, two] = await pair();
    await one.ask(SUBMIT_VOUCHER, { input: await voucherInput(one) });
    await take(one, [lineOf(one, { payerName: two.enterpriseName })]);
    await move(await matched(), two);
    expect(await stateOf(one)).toEqual({
      state: 'PAYMENT_REVIEW',
      payment: { state: 'VOUCHER_SUBMITTED', exceptionKind: null },
    });
    await balanced();
  });

  test('of an order that is over goes over, and the payment is closed again; of several the others stay', async () => {
    const [one, two] = await pair();
    await one.ask('mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename } }', {
      input: { orderId: one.orderId, reason: '不投' },
    });
    await take(one, [lineOf(one, { payerName: two.enterpriseName })]);
    await move(await matched(), two);
    expect(await stateOf(one)).toMatchObject({ state: 'CANCELLED', payment: { state: 'CLOSED' } });
    await balanced();

    const [three, four] = await pair();
    await take(three, [lineOf(three, { amount: '100.00' })]);
    await take(three, [lineOf(three, { amount: '200.00', transactionNumber: 'MOVES-1' })]);
    const line = (await linesFor({ search: 'MOVES-1' }))[0];
    expect(await move(line, four)).toMatchObject({ payment: { state: 'EXCEPTION' } });
    expect(await stateOf(three)).toMatchObject({ payment: { state: 'EXCEPTION', exceptionKind: 'SHORT' } });
    await balanced();
    // And back.
    await move(line, three);
    expect(await stateOf(four)).toMatchObject({ payment: { state: 'AWAITING_TRANSFER' } });
    await balanced();
  });

  test('stays where something final followed: confirmed, or on its way back; and to the payment that has it nothing goes', async () => {
    const [one, two] = await pair();
    await take(one, [lineOf(one)]);
    const confirmed = await matched();
    expect(confirmed.availableEvents).not.toContain('ASSIGN');
    const [three, four] = await pair();
    await take(three, [lineOf(three, { payerName: '别家公司', transactionNumber: 'STAYS-1' })]);
    const [held] = await linesFor({ search: 'STAYS-1' });
    expect((await move(held, three)).issues[0].path).toBe('paymentId');
    const input = { paymentId: three.paymentId, reason: '付款人不是投保企业' };
    resultOf(await h.as(operator)(START_REFUND, { input }));
    const before = await h.content(['idempotency_keys']);
    expect((await move(confirmed, two)).code).toBe('TRANSITION_REFUSED');
    expect((await move(held, four)).code).toBe('TRANSITION_REFUSED');
    expect(await h.content(['idempotency_keys'])).toBe(before);
    await balanced();
  });
});

describe('a statement of many lines', () => {
  const many = (order: Payable) => [
    lineOf(order),
    ...Array.from({ length: 800 }, () => lineOf(order, { remark: '其他业务', payerName: '某公司' })),
  ];

  test('that is cut off in the middle goes on there when it comes again', async () => {
    const order = await payableOrder(h);
    const lines = many(order);
    const { database } = h.app.core;
    const { transact } = database;
    const taken = async () => (await h.rows()).bank_lines ?? 0;
    const power = vi.spyOn(database, 'transact').mockImplementation(async (work) => {
      if ((await taken()) > 0) throw new Error('the power went');
      return transact(work);
    });
    const cut = await h.as(operator)(IMPORT, { input: { accountNumber: accountOf(order), lines } });
    expect(cut.errors).toHaveLength(1);
    power.mockRestore();
    const before = await taken();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(lines.length);
    await balanced();

    expect(await take(order, lines)).toMatchObject({
      confirmed: 1,
      queued: 800,
      repeated: 0,
      doneAt: expect.any(String),
    });
    expect(await taken()).toBe(lines.length);
    await balanced();
  });

  test('lets others read meanwhile', async () => {
    const order = await payableOrder(h);
    const seen: string[] = [];
    await Promise.all([
      take(order, many(order)).then(() => seen.push('worked through')),
      h
        .as(null)('{ bidSections { totalCount } }')
        .then(() => seen.push('read')),
    ]);
    expect(seen).toEqual(['read', 'worked through']);
  });
});

describe('before the opening', () => {
  test('a line that is for an order shows neither payer nor remark to operators and the bank, and no search finds them', async () => {
    const order = await payableOrder(h);
    const bank = await h.given.apiClient(['payments:write']);
    await take(order, [lineOf(order)]);
    for (const who of [operator, bank]) {
      const [line] = await linesFor({}, who);
      expect(line).toMatchObject({
        amount: '400.00',
        payerName: null,
        payerAccountMasked: null,
        remark: null,
        payment: { order: null },
        events: [],
      });
      expect(await linesFor({ search: order.enterpriseName }, who)).toEqual([]);
      expect(await linesFor({ search: order.remarkCode }, who)).toEqual([]);
    }
    const [own] = await linesFor({}, order.underwriter);
    expect(own).toMatchObject({ payerName: order.enterpriseName, payment: { order: { id: order.orderId } } });
    await h.given.opened(order.section.id);
    expect((await linesFor({}))[0]).toMatchObject({ payerName: order.enterpriseName });
  });

  test('a line without a code is reported alike whether or not its payer has an order', async () => {
    const order = await payableOrder(h);
    await take(order, [
      lineOf(order, { remark: '无附言', transactionNumber: 'A-0001' }),
      lineOf(order, { remark: '无附言', payerName: '没有订单的公司', transactionNumber: 'A-0002' }),
    ]);
    const lines = await linesFor({});
    expect(
      lines.map(({ reason, payment }: { reason: string; payment: null }) => ({ reason, payment })),
    ).toEqual(Array(2).fill({ reason: 'UNMATCHED', payment: null }));
  });

  test('lines are nothing for bidders, regulators, other insurers and strangers', async () => {
    const order = await payableOrder(h);
    await take(order, [lineOf(order)]);
    for (const who of [order.bidder, await h.given.regulator(), null])
      expect((await h.as(who)(LINES)).errors?.[0]?.extensions.code).toMatch(/FORBIDDEN|UNAUTHENTICATED/);
    const other = await h.given.insurer();
    const stranger = await h.given.underwriter(other.id);
    expect(await linesFor({}, stranger)).toEqual([]);
    expect((await take(order, [lineOf(order)], stranger)).issues[0].path).toBe('accountNumber');
    const [row] = await h.app.core.database.reader.all<{ id: string }>(sql`select id from bank_lines`);
    expect(
      (await h.as(order.bidder)('query ($id: ID!) { node(id: $id) { id } }', { id: row?.id })).data.node,
    ).toBeNull();
  });
});

/** Text in GB 18030, made by asking the decoder what each pair of bytes means. */
const gbk = (() => {
  const bytesOf = new Map<string, [number, number]>();
  const decoder = new TextDecoder('gb18030');
  for (let high = 0x81; high <= 0xfe; high += 1)
    for (let low = 0x40; low <= 0xfe; low += 1)
      if (low !== 0x7f) bytesOf.set(decoder.decode(new Uint8Array([high, low])), [high, low]);
  return (text: string) =>
    new Uint8Array(
      [...text].flatMap((c) => (c.charCodeAt(0) < 128 ? [c.charCodeAt(0)] : (bytesOf.get(c) ?? []))),
    );
})();
const utf8 = (text: string) => new TextEncoder().encode(text);

describe('a file', () => {
  const icbc = `工商银行企业网银\n账号：0000 1111 2222 3333,币种：人民币\n凭证号,交易时间,借/贷,转入金额,转出金额,余额,对方单位,对方账号,摘要,附言\n="00012345",2026-11-24 10:11:12,贷,"1,400.00",,9.00,演示建设有限公司,\t6222000012345365,转账,AB2C3DE\n00012346,2026-11-24 10:12:12,借,,20.00,9.00,某公司,62220000,费用,\n00012347,2026-13-24,贷,1.00,,9.00,某公司,62220000,费用,\n`;
  test.each([
    ['UTF-8', utf8(icbc)],
    ['UTF-8 with a BOM', utf8(`\uFEFF${icbc}`)],
    ['GBK', gbk(icbc)],
  ])('of CSV in %s is read by its titles, and a row at fault is named', (_encoding, bytes) => {
    expect(readStatement(bytes)).toEqual({
      accountNumber: '0000111122223333',
      outgoing: 0,
      rejected: [{ row: 6, column: '交易时间', message: '不是有效的日期：2026-13-24' }],
      lines: [
        {
          direction: 'IN',
          transactionNumber: '00012345',
          bookedOn: '2026-11-24',
          bookedAt: Date.UTC(2026, 10, 24, 2, 11, 12),
          amountFen: 140_000,
          payerName: '演示建设有限公司',
          payerAccount: '6222000012345365',
          remark: '转账 AB2C3DE',
        },
        {
          direction: 'OUT',
          transactionNumber: '00012346',
          bookedOn: '2026-11-24',
          bookedAt: Date.UTC(2026, 10, 24, 2, 12, 12),
          amountFen: 2000,
          payerName: '某公司',
          payerAccount: '62220000',
          remark: '费用',
        },
      ],
    });
  });

  test.each([
    [
      'CCB',
      '账号,账户名称,交易时间,借方发生额/元(支取),贷方发生额/元(收入),余额,对方户名,对方账号,摘要,备注,账户明细编号-交易流水号\n0000111122223333,演示,20261124 10:11:12,0.00,400.00,1.00,甲公司,6222000012345365,转账,AB2C3DE,1-000123\n',
    ],
    [
      'ABC',
      '交易日期,交易时间,收入金额,支出金额,账户余额,对方账号,对方户名,交易用途,交易流水号\n2026/11/24,101112,400.00,,1.00,6222000012345365,甲公司,AB2C3DE,1-000123\n',
    ],
    [
      'BOC',
      "交易类型[ Transaction Type ],付款人名称[ Payer's Name ],付款人账号[ Debit Account No. ],收款人名称[ Payee's Name ],收款人账号[ Beneficiary Account No. ],交易日期[ Transaction Date ],交易时间[ Transaction time ],交易金额[ Trade Amount ],交易流水号[ Transaction reference number ],用途[ Purpose ]\n来账,甲公司,6222000012345365,演示,0000111122223333,20261124,10:11:12,400.00,1-000123,AB2C3DE\n往账,演示,0000111122223333,乙公司,6222000012345366,20261124,10:11:12,-400.00,1-000124,\n",
    ],
  ])('of %s is read', (bank, text) => {
    const read = readStatement(utf8(text));
    expect(read).toMatchObject({
      rejected: [],
      lines: [
        {
          transactionNumber: '1-000123',
          bookedOn: '2026-11-24',
          bookedAt: Date.UTC(2026, 10, 24, 2, 11, 12),
          amountFen: 40_000,
          payerName: '甲公司',
        },
        ...(bank === 'BOC'
          ? [
              {
                direction: 'OUT',
                amountFen: 40_000,
                payerName: '乙公司',
                payerAccount: '6222000012345366',
                transactionNumber: '1-000124',
              },
            ]
          : []),
      ],
    });
  });

  const camt = (entry: string, head = '') =>
    `<?xml version="1.0" encoding="UTF-8"?>${head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>0000111122223333</Id></Othr></Id></Acct>${entry}</Stmt></BkToCstmrStmt></Document>`;
  const entry = (kind: string) =>
    `<Ntry><Amt Ccy="CNY">400.00</Amt><CdtDbtInd>${kind}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt><AcctSvcrRef>REF-1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>甲&amp;乙公司</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>6222000012345365</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>AB2C3DE</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
  test('of camt.053 is read', () => {
    const out = entry('DBIT').replaceAll('Dbtr', 'Cdtr');
    const reversed = entry('CRDT').replace('</CdtDbtInd>', '</CdtDbtInd><RvslInd>true</RvslInd>');
    expect(readStatement(utf8(camt(entry('CRDT') + out + reversed)))).toMatchObject({
      accountNumber: '0000111122223333',
      outgoing: 1,
      lines: [
        {
          direction: 'IN',
          transactionNumber: 'REF-1',
          amountFen: 40_000,
          payerName: '甲&乙公司',
          payerAccount: '6222000012345365',
          remark: 'AB2C3DE',
        },
        { direction: 'OUT', payerName: '甲&乙公司', payerAccount: '6222000012345365', remark: 'AB2C3DE' },
      ],
    });
  });

  test('with entities, of another kind, or that is none is refused in words', () => {
    for (const text of [
      camt(entry('CRDT'), '<!DOCTYPE x [<!ENTITY a "b">]>'),
      '<a/>',
      '<a',
      '姓名,金额\n甲,1\n',
      '',
    ])
      expect(readStatement(utf8(text))).toEqual({ fault: expect.any(String) });
  });

  test('that was sent is matched, by the account that it names', async () => {
    const order = await payableOrder(h);
    const csv = `本方账号,交易日期,贷方发生额,对方户名,对方账号,附言,流水号\n${accountOf(order)},2026-11-24,400.00,${order.enterpriseName},6222000012345365,${order.remarkCode},S-00001\n`;
    const response = await h.fetch(operator, '/uploads?purpose=STATEMENT', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    const { id } = (await response.json()) as { id: string };
    expect(resultOf(await h.as(operator)(IMPORT, { input: { uploadId: id } }))).toMatchObject({
      confirmed: 1,
      rejected: [],
    });
    expect(await stateOf(order)).toMatchObject({ state: 'ISSUING' });
    await balanced();
  });
});

test('a code is found wherever it stands in a remark, and one mistyped or swapped character is no code', () => {
  for (let i = 0; i < 200; i += 1) {
    const code = remarkCode();
    expect(remarkCodesIn(`保函费：${code.slice(0, 3)} ${code.slice(3).toLowerCase()}，谢谢`)).toContain(code);
    const wrong = `${code.slice(0, 2)}${code[2] === 'A' ? 'B' : 'A'}${code.slice(3)}`;
    expect(remarkCodesIn(wrong)).toEqual([]);
  }
});
