import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { remarkCode, remarkCodesIn } from '../../kernel/id.ts';
import { verifyLedger } from '../ledger/ledger.queries.ts';
import {
  CONFIRM,
  type Payable,
  payableOrder,
  resultOf,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../payment/payment.fixture.ts';
import { readStatement } from './statement.ts';

const refusal = '... on Error { code message } ... on InvalidInput { issues { path message } }';
const IMPORT = `mutation ($input: ImportBankStatementInput!) { importBankStatement(input: $input) {
  ... on BankStatement { id confirmed queued repeated outgoing doneAt rejected { row column message } } ${refusal} } }`;
const ASSIGN = `mutation ($input: AssignBankLineInput!) { assignBankLine(input: $input) {
  ... on BankLine { id state reason payment { state exceptionKind refunds { amount kind } } } ${refusal} } }`;
const SET_ASIDE = `mutation ($input: SetAsideBankLineInput!) { setAsideBankLine(input: $input) { ... on BankLine { id state setAsideReason } ${refusal} } }`;
const LINES = `query ($filter: BankLineFilter) { bankLines(filter: $filter) { totalCount nodes {
  id state reason amount transactionNumber payerName payerAccountMasked remark payment { id state orderNumber order { id } } events { id note } } } }`;

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
      outgoing: 1,
      rejected: [{ row: 6, column: '交易时间', message: '不是有效的日期：2026-13-24' }],
      lines: [
        {
          transactionNumber: '00012345',
          bookedOn: '2026-11-24',
          bookedAt: Date.UTC(2026, 10, 24, 2, 11, 12),
          amountFen: 140_000,
          payerName: '演示建设有限公司',
          payerAccount: '6222000012345365',
          remark: '转账 AB2C3DE',
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
      "交易类型[ Transaction Type ],付款人名称[ Payer's Name ],付款人账号[ Debit Account No. ],交易日期[ Transaction Date ],交易时间[ Transaction time ],交易金额[ Trade Amount ],交易流水号[ Transaction reference number ],用途[ Purpose ]\n来账,甲公司,6222000012345365,20261124,10:11:12,400.00,1-000123,AB2C3DE\n往账,乙公司,6222000012345366,20261124,10:11:12,-400.00,1-000124,\n",
    ],
  ])('of %s is read', (_bank, text) => {
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
      ],
    });
  });

  const camt = (entry: string, head = '') =>
    `<?xml version="1.0" encoding="UTF-8"?>${head}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>0000111122223333</Id></Othr></Id></Acct>${entry}</Stmt></BkToCstmrStmt></Document>`;
  const entry = (kind: string) =>
    `<Ntry><Amt Ccy="CNY">400.00</Amt><CdtDbtInd>${kind}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt><AcctSvcrRef>REF-1</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>甲&amp;乙公司</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>6222000012345365</Id></Othr></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>AB2C3DE</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
  test('of camt.053 is read', () => {
    expect(readStatement(utf8(camt(entry('CRDT') + entry('DBIT'))))).toMatchObject({
      accountNumber: '0000111122223333',
      outgoing: 1,
      lines: [
        {
          transactionNumber: 'REF-1',
          amountFen: 40_000,
          payerName: '甲&乙公司',
          payerAccount: '6222000012345365',
          remark: 'AB2C3DE',
        },
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
