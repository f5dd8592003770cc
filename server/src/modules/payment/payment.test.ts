import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { payments, paymentVouchers } from '../../db/tables/payment.ts';
import { machineGrid } from '../../kernel/machine.ts';
import { limits } from '../../limits.ts';
import { CANCEL } from '../order/order.fixture.ts';
import {
  CONFIRM,
  CONFIRM_REFUND,
  EXCEPT,
  ISSUE,
  type Payable,
  paidOrder,
  payableOrder,
  pdfUpload,
  REJECT,
  refundProof,
  resultOf,
  START_REFUND,
  SUBMIT_VOUCHER,
  voucherInput,
  WITHDRAW,
} from './payment.fixture.ts';
import { paymentMachine } from './payment.machine.ts';
import { payerAccountPlace } from './payment.service.ts';

let h: Harness;
beforeEach(async () => {
  h = await createHarness();
});

/** What is refused, with proof that nothing was written. */
async function refused(ask: () => Promise<Answer>) {
  const before = await h.content();
  const answer = resultOf(await ask());
  expect(await h.content()).toBe(before);
  return answer;
}
const submit = async (order: Payable, changes: Record<string, unknown> = {}) =>
  resultOf(await order.ask(SUBMIT_VOUCHER, { input: await voucherInput(order, changes) }));
const orderState = async (order: Payable) =>
  (await order.ask('query ($id: ID!) { order(id: $id) { state payment { state } } }', { id: order.orderId }))
    .data.order;

test('the machine of a payment, a row a state', () => {
  expect(machineGrid(paymentMachine)).toMatchInlineSnapshot(`
    "state             SUBMIT_VOUCHER    WITHDRAW_VOUCHER  REJECT            CONFIRM   EXCEPT    TOP_UP    REJECT_TOP_UP RETURN            REFUND    CONFIRM_REFUND CLOSE  TAKE_BACK         RESUME
    AWAITING_TRANSFER VOUCHER_SUBMITTED .                 .                 CONFIRMED EXCEPTION .         .             .                 .         .              CLOSED .                 .
    VOUCHER_SUBMITTED VOUCHER_SUBMITTED AWAITING_TRANSFER AWAITING_TRANSFER CONFIRMED EXCEPTION .         .             .                 .         .              .      .                 .
    CONFIRMED         .                 .                 .                 .         .         .         .             .                 REFUNDING .              .      .                 .
    EXCEPTION         .                 .                 AWAITING_TRANSFER CONFIRMED EXCEPTION EXCEPTION EXCEPTION     AWAITING_TRANSFER REFUNDING .              CLOSED AWAITING_TRANSFER VOUCHER_SUBMITTED
    REFUNDING         .                 .                 .                 .         .         .         .             .                 .         REFUNDED       .      .                 .
    REFUNDED          .                 .                 .                 .         .         .         .             .                 .         .              .      .                 .
    CLOSED            .                 .                 .                 .         EXCEPTION .         .             .                 .         .              .      .                 ."
  `);
});

describe('an accepted quote', () => {
  test('asks for its premium on the account the insurer has then, with a code to find it by', async () => {
    const order = await payableOrder(h);
    const [insurer] = order.insurers;
    const { data } = await order.ask(
      `query ($id: ID!) { order(id: $id) { dueAt payment { orderNumber state stateLabel nextActor amount remarkCode dueAt voucher { id }
         account { accountName bankName accountNumber } availableEvents events { event actor } } number } }`,
      { id: order.orderId },
    );
    expect(data.order.payment).toEqual({
      orderNumber: data.order.number,
      state: 'AWAITING_TRANSFER',
      stateLabel: '待转账',
      nextActor: 'BIDDER',
      amount: '400.00',
      remarkCode: expect.stringMatching(/^[2-9A-HJ-NP-Z]{7}$/),
      dueAt: data.order.dueAt,
      voucher: null,
      account: {
        accountName: insurer?.accountName,
        bankName: insurer?.accountBank,
        accountNumber: insurer?.accountNumber,
      },
      availableEvents: ['SUBMIT_VOUCHER'],
      events: [{ event: 'OPEN', actor: 'SYSTEM' }],
    });
  });

  test('closes its payment when the order is cancelled', async () => {
    const order = await payableOrder(h);
    resultOf(await order.ask(CANCEL, { input: { orderId: order.orderId, reason: '不再投标' } }));
    expect(await orderState(order)).toEqual({ state: 'CANCELLED', payment: { state: 'CLOSED' } });
    const operator = h.as(await h.given.operator());
    const answer = await refused(() => operator(CONFIRM, { input: { paymentId: order.paymentId } }));
    expect(answer).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'CLOSED' });
  });
});

describe('a voucher', () => {
  test('moves the order to review, keeps the account encrypted and shows its last four digits', async () => {
    const order = await payableOrder(h);
    const payment = await submit(order, { payerName: order.enterpriseName, amount: '400.00' });
    expect(payment).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
      order: { state: 'PAYMENT_REVIEW' },
      voucher: {
        payerName: order.enterpriseName,
        payerAccountMasked: '****5365',
        transactionNumber: 'TX20261124-0001',
      },
    });
    expect(await h.content()).not.toContain('6222000012345365');
    const [row] = await h.app.core.database.reader.select().from(paymentVouchers);
    expect(h.app.core.cipher.open(row?.payerAccountSealed ?? '', payerAccountPlace(row?.id ?? ''))).toBe(
      '6222000012345365',
    );
    expect((await h.events()).slice(-2)).toEqual([
      'SYSTEM order SUBMIT_VOUCHER: AWAITING_PAYMENT -> PAYMENT_REVIEW',
      'BIDDER payment SUBMIT_VOUCHER: AWAITING_TRANSFER -> VOUCHER_SUBMITTED',
    ]);
  });

  test('takes the place of the one before while nobody has reviewed it', async () => {
    const order = await payableOrder(h);
    const first = await submit(order);
    const second = await submit(order);
    expect(second.state).toBe('VOUCHER_SUBMITTED');
    expect(second.voucher.id).not.toBe(first.voucher.id);
    const rows = await h.app.core.database.reader.select().from(paymentVouchers);
    expect(rows.map((row) => row.rejectedAt !== null)).toEqual([true, false]);
  });

  test('is compared with the certified name whatever the width of brackets and blanks', async () => {
    const order = await payableOrder(h);
    await h.system(
      async ({ db }) =>
        void (await db.run(
          sql`update enterprises set name = '本溪（演示）建设 有限公司' where id = ${order.bidder.enterpriseId}`,
        )),
    );
    expect(await submit(order, { payerName: ' 本溪(演示)建设有限公司' })).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
    });
  });

  test.each([
    ['another payer', { payerName: '别人的公司' }, 'PAYER_MISMATCH', undefined],
    ['another amount', { amount: '399.99' }, 'AMOUNT_MISMATCH', undefined],
    ['a day to come', { paidOn: '2026-11-25' }, 'INVALID_INPUT', ['paidOn']],
    ['a day before the order', { paidOn: '2026-11-23' }, 'INVALID_INPUT', ['paidOn']],
    ['a short account', { payerAccount: '1234567' }, 'INVALID_INPUT', ['payerAccount']],
    ['a strange serial number', { transactionNumber: 'TX*1' }, 'INVALID_INPUT', ['transactionNumber']],
    ['no name', { payerName: '　' }, 'INVALID_INPUT', ['payerName']],
  ])('with %s is refused and nothing is written', async (_what, changes, code, paths) => {
    const order = await payableOrder(h);
    const input = await voucherInput(order, changes);
    const answer = await refused(() => order.ask(SUBMIT_VOUCHER, { input }));
    expect(answer.code).toBe(code);
    if (paths) expect(answer.issues.map((issue: { path: string }) => issue.path)).toEqual(paths);
  });

  test('with a serial number of another order of the same enterprise is refused; a rejected one frees it', async () => {
    const first = await payableOrder(h);
    await submit(first, { transactionNumber: 'ＴＸ 77889900' });
    const second = await payableOrder(h, { bidder: first.bidder });
    const input = await voucherInput(second, { transactionNumber: 'tx77889900' });
    expect((await refused(() => second.ask(SUBMIT_VOUCHER, { input }))).code).toBe('TRANSACTION_USED');

    resultOf(
      await h.as(first.underwriter)(REJECT, { input: { paymentId: first.paymentId, reason: '流水号有误' } }),
    );
    expect(resultOf(await second.ask(SUBMIT_VOUCHER, { input }))).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
    });
  });

  test('with a serial number that another enterprise used tells nobody so; the money is confirmed once', async () => {
    const [insurer] = [await h.given.insurer()];
    const product = await h.given.product(insurer.id);
    const first = await payableOrder(h, { insurer, product });
    const second = await payableOrder(h, { insurer, product });
    const desk = h.as(first.underwriter);
    await submit(first, { transactionNumber: 'TX77889900' });
    expect(await submit(second, { transactionNumber: 'TX77889900' })).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
    });
    resultOf(await desk(CONFIRM, { input: { paymentId: first.paymentId } }));
    // Confirmed or not, the answer at the door is the same.
    expect(await submit(second, { transactionNumber: 'TX77889900' })).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
    });
    const answer = await refused(() => desk(CONFIRM, { input: { paymentId: second.paymentId } }));
    expect(answer.code).toBe('TRANSACTION_USED');
  });

  test('has several pictures; a new one keeps those that are named again, and no others', async () => {
    const order = await payableOrder(h);
    const pictures = [];
    for (let i = 0; i < 3; i += 1) pictures.push(await h.given.upload(order.bidder, 'VOUCHER'));
    const [one, two, three] = pictures;
    const first = await submit(order, { uploadId: one, furtherUploadIds: [two] });
    expect(first.voucher.uploads).toEqual([{ id: one }, { id: two }]);
    const second = await submit(order, { uploadId: two, furtherUploadIds: [three] });
    expect(second.voucher.uploads).toEqual([{ id: two }, { id: three }]);
    for (const id of pictures) expect((await h.fetch(order.underwriter, `/files/${id}`)).status).toBe(200);

    const input = await voucherInput(order, { uploadId: one });
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input }))).code).toBe('UPLOAD_REFUSED');
    const many = { ...input, uploadId: two, furtherUploadIds: Array(5).fill(three) };
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input: many }))).issues).toEqual([
      { path: 'furtherUploadIds' },
    ]);
  });

  test('is taken back while nobody has reviewed it', async () => {
    const order = await payableOrder(h);
    const input = { orderId: order.orderId };
    expect((await refused(() => order.ask(WITHDRAW, { input }))).code).toBe('TRANSITION_REFUSED');
    await submit(order);
    expect(resultOf(await order.ask(WITHDRAW, { input }))).toMatchObject({ state: 'AWAITING_TRANSFER' });
    expect(await orderState(order)).toEqual({
      state: 'AWAITING_PAYMENT',
      payment: { state: 'AWAITING_TRANSFER' },
    });
    // Its serial number and the order are free again.
    expect(await submit(order)).toMatchObject({ state: 'VOUCHER_SUBMITTED' });
  });

  test('comes too late from the very millisecond of the deadline on', async () => {
    const order = await payableOrder(h, { section: { inDays: 0.01 } });
    const input = await voucherInput(order);
    h.pass((order.section.deadlineAt ?? 0) - h.now());
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input }))).code).toBe('DEADLINE_PASSED');
    const operator = h.as(await h.given.operator());
    const answer = await refused(() => operator(CONFIRM, { input: { paymentId: order.paymentId } }));
    expect(answer.code).toBe('TRANSITION_REFUSED');
    h.pass(-1);
    expect(resultOf(await order.ask(SUBMIT_VOUCHER, { input }))).toMatchObject({
      state: 'VOUCHER_SUBMITTED',
    });
  });

  test('needs a picture that is the caller’s own, for this purpose and not used before', async () => {
    const order = await payableOrder(h);
    const rival = await h.given.bidder();
    const foreign = await h.given.upload(rival, 'VOUCHER');
    const other = await h.given.upload(order.bidder, 'EVIDENCE');
    for (const uploadId of [foreign, other, 'upl_absent']) {
      const input = await voucherInput(order, { uploadId });
      expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input }))).code).toBe('UPLOAD_REFUSED');
    }
    const input = await voucherInput(order);
    resultOf(await order.ask(SUBMIT_VOUCHER, { input }));
    resultOf(
      await h.as(order.underwriter)(REJECT, { input: { paymentId: order.paymentId, reason: '看不清' } }),
    );
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input }))).code).toBe('UPLOAD_REFUSED');
  });

  test('of another enterprise’s order finds it absent', async () => {
    const order = await payableOrder(h);
    const rival = h.as(await h.given.bidder());
    const input = await voucherInput(order);
    const answer = await refused(() => rival(SUBMIT_VOUCHER, { input }));
    expect(answer).toEqual(
      resultOf(await rival(SUBMIT_VOUCHER, { input: { ...input, orderId: 'ord_absent' } })),
    );
    expect(answer.code).toBe('NOT_FOUND');
  });

  test('is refused once the money has arrived, and for a state the caller did not see', async () => {
    const order = await payableOrder(h);
    const stale = await voucherInput(order, { expectedState: 'VOUCHER_SUBMITTED' });
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input: stale }))).code).toBe('STALE_STATE');
    resultOf(await h.as(order.underwriter)(CONFIRM, { input: { paymentId: order.paymentId } }));
    const late = await voucherInput(order);
    expect(await refused(() => order.ask(SUBMIT_VOUCHER, { input: late }))).toMatchObject({
      code: 'TRANSITION_REFUSED',
      refusedIn: 'CONFIRMED',
    });
  });
});

describe('a review', () => {
  test('that confirms sends the order to the insurer for issue', async () => {
    const order = await payableOrder(h);
    await submit(order);
    const operator = await h.given.operator();
    const input = { paymentId: order.paymentId, expectedState: 'VOUCHER_SUBMITTED' };
    expect(resultOf(await h.as(operator)(CONFIRM, { input }))).toMatchObject({ state: 'CONFIRMED' });
    expect(await orderState(order)).toEqual({ state: 'ISSUING', payment: { state: 'CONFIRMED' } });
    const again = await refused(() => h.as(operator)(CONFIRM, { input: { paymentId: order.paymentId } }));
    expect(again).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'CONFIRMED' });
  });

  test('that rejects tells the bidder why and lets it send another voucher', async () => {
    const order = await payableOrder(h);
    await submit(order);
    const operator = h.as(await h.given.operator());
    const rejected = resultOf(
      await operator(REJECT, { input: { paymentId: order.paymentId, reason: ' 图片不清晰 ' } }),
    );
    // Before the opening the reason, which may name the payer, is for the bidder and the insurer alone.
    expect(rejected).toMatchObject({ state: 'AWAITING_TRANSFER', rejectReason: null });
    const told = await order.ask('query ($id: ID!) { order(id: $id) { payment { rejectReason } } }', {
      id: order.orderId,
    });
    expect(told.data.order.payment.rejectReason).toBe('图片不清晰');
    expect(await orderState(order)).toEqual({
      state: 'AWAITING_PAYMENT',
      payment: { state: 'AWAITING_TRANSFER' },
    });
    expect(await submit(order)).toMatchObject({ state: 'VOUCHER_SUBMITTED', rejectReason: null });
  });

  test('by the bank confirms without a voucher', async () => {
    const order = await payableOrder(h);
    const bank = h.as(await h.given.apiClient(['payments:write']));
    expect(resultOf(await bank(CONFIRM, { input: { paymentId: order.paymentId } }))).toMatchObject({
      state: 'CONFIRMED',
    });
    expect((await orderState(order)).state).toBe('ISSUING');
    expect((await h.events()).at(-2)).toBe('BANK payment CONFIRM: AWAITING_TRANSFER -> CONFIRMED');
  });

  test('that finds the money wrong keeps the order from lapsing or being cancelled', async () => {
    const order = await payableOrder(h);
    const operator = h.as(await h.given.operator());
    resultOf(await operator(EXCEPT, { input: { paymentId: order.paymentId, reason: '金额不足' } }));
    expect(await orderState(order)).toEqual({ state: 'PAYMENT_REVIEW', payment: { state: 'EXCEPTION' } });
    expect(
      (await refused(() => order.ask(CANCEL, { input: { orderId: order.orderId, reason: '不再投标' } })))
        .code,
    ).toBe('TRANSITION_REFUSED');
    resultOf(await operator(REJECT, { input: { paymentId: order.paymentId, reason: '已退回，请足额转账' } }));
    expect(await orderState(order)).toEqual({
      state: 'AWAITING_PAYMENT',
      payment: { state: 'AWAITING_TRANSFER' },
    });
  });

  test('of another insurer’s payment finds it absent', async () => {
    const order = await payableOrder(h);
    const insurer = await h.given.insurer();
    for (const stranger of [
      await h.given.underwriter(insurer.id),
      await h.given.apiClient(['payments:write'], insurer.id),
    ]) {
      const before = await h.content(['idempotency_keys']);
      const answer = resultOf(await h.as(stranger)(CONFIRM, { input: { paymentId: order.paymentId } }));
      expect(answer.code).toBe('NOT_FOUND');
      expect(await h.content(['idempotency_keys'])).toBe(before);
      expect((await h.as(stranger)('{ payments { totalCount nodes { id } } }')).data.payments).toEqual({
        totalCount: 0,
        nodes: [],
      });
    }
  });

  test('is not for bidders, regulators or strangers', async () => {
    const order = await payableOrder(h);
    for (const [who, code] of [
      [order.bidder, 'FORBIDDEN'],
      [await h.given.regulator(), 'FORBIDDEN'],
      [null, 'UNAUTHENTICATED'],
    ] as const) {
      const answer = await h.as(who)(CONFIRM, { input: { paymentId: order.paymentId } });
      expect(answer.errors?.[0]?.extensions.code).toBe(code);
    }
  });
});

describe('money that is not as it should be', () => {
  const desk = (order: Payable) => h.as(order.underwriter);
  const report = async (order: Payable, input: Record<string, unknown>) =>
    resultOf(
      await desk(order)(EXCEPT, { input: { paymentId: order.paymentId, reason: '经核对', ...input } }),
    );
  const confirm = async (order: Payable, input: Record<string, unknown> = {}) =>
    resultOf(await desk(order)(CONFIRM, { input: { paymentId: order.paymentId, ...input } }));

  test('short is topped up by the bidder, and confirmed when the rest is there', async () => {
    const order = await payableOrder(h);
    await submit(order);
    expect(await report(order, { kind: 'SHORT', receivedAmount: '150.00' })).toMatchObject({
      state: 'EXCEPTION',
      exceptionKind: 'SHORT',
      nextActor: 'BIDDER',
      receivedAmount: '150.00',
      outstandingAmount: '250.00',
    });
    const early = await refused(() => desk(order)(CONFIRM, { input: { paymentId: order.paymentId } }));
    expect(early.code).toBe('AMOUNT_MISMATCH');

    const again = await voucherInput(order, { amount: '250.00' });
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input: again }))).code).toBe('TRANSACTION_USED');
    const wrong = await voucherInput(order, { transactionNumber: 'TX-REST-1', amount: '400.00' });
    expect((await refused(() => order.ask(SUBMIT_VOUCHER, { input: wrong }))).code).toBe('AMOUNT_MISMATCH');
    await submit(order, { transactionNumber: 'TX-REST-1', amount: '250.00' });
    resultOf(await desk(order)(REJECT, { input: { paymentId: order.paymentId, reason: '看不清' } }));
    expect((await orderState(order)).payment.state).toBe('EXCEPTION');
    await submit(order, { transactionNumber: 'TX-REST-1', amount: '250.00' });
    h.pass(1);
    expect(await confirm(order)).toMatchObject({
      state: 'CONFIRMED',
      exceptionKind: null,
      receipts: [{ amount: '150.00' }, { amount: '250.00', transactionNumber: 'TX-REST-1' }],
      refunds: [],
    });
    expect((await orderState(order)).state).toBe('ISSUING');
  });

  test('over is confirmed, and the difference goes back to the paying account with proof', async () => {
    const order = await payableOrder(h);
    await submit(order);
    await report(order, { kind: 'OVER', receivedAmount: '400.01' });
    const confirmed = await confirm(order);
    expect(confirmed).toMatchObject({
      state: 'CONFIRMED',
      refunds: [{ kind: 'SURPLUS', amount: '0.01', state: 'REFUNDING', payeeAccountMasked: '****5365' }],
    });
    const [refund] = confirmed.refunds;
    const proof = await refundProof(h, order.underwriter, refund.id);
    const elsewhere = { ...proof, payeeAccount: '6222 0000 1234 5366' };
    expect((await refused(() => desk(order)(CONFIRM_REFUND, { input: elsewhere }))).code).toBe(
      'PAYER_MISMATCH',
    );
    const tomorrow = { ...proof, paidOn: '2026-11-25', transactionNumber: '*' };
    expect((await refused(() => desk(order)(CONFIRM_REFUND, { input: tomorrow }))).issues).toEqual([
      { path: 'transactionNumber' },
      { path: 'paidOn' },
    ]);
    expect(resultOf(await desk(order)(CONFIRM_REFUND, { input: proof }))).toMatchObject({
      state: 'REFUNDED',
      proof: { id: proof.uploadId },
    });
    expect((await h.fetch(order.bidder, `/files/${proof.uploadId}`)).status).toBe(200);
    const twice = await refused(() => desk(order)(CONFIRM_REFUND, { input: proof }));
    expect(twice).toMatchObject({ code: 'TRANSITION_REFUSED', refusedIn: 'REFUNDED' });
  });

  test('goes back to an account that the insurer opens with a reason, as long as it has to pay, and the applicant sees it', async () => {
    const order = await payableOrder(h);
    await submit(order);
    await report(order, { kind: 'OVER', receivedAmount: '400.01' });
    const [refund] = (await confirm(order)).refunds;
    const reveal = `mutation ($input: RevealPayeeAccountInput!) { revealPayeeAccount(input: $input) {
      ... on RevealedPayeeAccount { payeeAccount } ... on Error { code message } ... on InvalidInput { issues { path message } } } }`;
    const input = { refundId: refund.id, reason: '退回多付款项' };
    const none = await refused(() => desk(order)(reveal, { input: { ...input, reason: ' ' } }));
    expect(none.issues).toEqual([{ path: 'reason', message: '请填写原因' }]);
    const rival = h.as(await h.given.underwriter('ins_another'));
    expect((await refused(() => rival(reveal, { input }))).code).toBe('NOT_FOUND');
    const operator = h.as(await h.given.operator());
    const before = await h.rows();
    for (const stranger of [operator, order.ask])
      expect((await stranger(reveal, { input })).errors?.[0].extensions.code).toBe('FORBIDDEN');
    expect(await h.rows()).toEqual(before);

    expect(resultOf(await desk(order)(reveal, { input }))).toEqual({ payeeAccount: '6222000012345365' });
    const { data } = await order.ask(
      'query ($id: ID!) { order(id: $id) { payment { refunds { events { label note actorLabel } } } } }',
      { id: order.orderId },
    );
    expect(data.order.payment.refunds[0].events.at(-1)).toEqual({
      label: '查看收款账号',
      note: '退回多付款项',
      actorLabel: '保险公司',
    });
    for (let i = 1; i < limits.reveals.max; i += 1) resultOf(await desk(order)(reveal, { input }));
    expect((await refused(() => desk(order)(reveal, { input }))).code).toBe('RATE_LIMITED');
    const proof = await refundProof(h, order.underwriter, refund.id);
    resultOf(await desk(order)(CONFIRM_REFUND, { input: proof }));
    expect((await refused(() => desk(order)(reveal, { input }))).code).toBe('TRANSITION_REFUSED');
  });

  test('from another name goes back whole while the order waits for a right payment at once', async () => {
    const order = await payableOrder(h);
    await submit(order);
    const foreign = {
      kind: 'FOREIGN_PAYER',
      receivedAmount: '400.00',
      payerName: '某个人',
      payerAccount: '6217000011112222',
    };
    expect(await report(order, foreign)).toMatchObject({ nextActor: 'UNDERWRITER' });
    const operator = h.as(await h.given.operator());
    const input = { paymentId: order.paymentId };
    expect((await refused(() => operator(CONFIRM, { input }))).code).toBe('PAYER_MISMATCH');
    expect((await refused(() => desk(order)(CONFIRM, { input }))).issues).toEqual([{ path: 'note' }]);
    expect((await refused(() => desk(order)(REJECT, { input: { ...input, reason: '退' } }))).code).toBe(
      'TRANSITION_REFUSED',
    );

    const returned = resultOf(await operator(START_REFUND, { input: { ...input, reason: '付款人不符' } }));
    expect(returned).toMatchObject({
      state: 'AWAITING_TRANSFER',
      refunds: [{ kind: 'WHOLE', amount: '400.00' }],
    });
    expect((await orderState(order)).state).toBe('AWAITING_PAYMENT');
    await submit(order, { transactionNumber: 'TX-OWN-1' });
    expect(await confirm(order)).toMatchObject({ state: 'CONFIRMED' });
    const { id } = returned.refunds[0];
    const own = await refundProof(h, order.underwriter, id, { payeeAccount: '6222000012345365' });
    expect((await refused(() => desk(order)(CONFIRM_REFUND, { input: own }))).code).toBe('PAYER_MISMATCH');
    const back = { ...own, payeeAccount: '6217000011112222' };
    expect(resultOf(await desk(order)(CONFIRM_REFUND, { input: back }))).toMatchObject({ state: 'REFUNDED' });
    expect((await orderState(order)).payment.state).toBe('CONFIRMED');
  });

  test('from another name that the insurer knows to be the applicant is confirmed with the reason why', async () => {
    const order = await payableOrder(h);
    await submit(order);
    await report(order, { kind: 'FOREIGN_PAYER', receivedAmount: '400.00', payerName: '旧名称公司' });
    expect(await confirm(order, { note: '为投保企业更名前的户名，已核对' })).toMatchObject({
      state: 'CONFIRMED',
      receipts: [{ amount: '400.00', payerName: '旧名称公司' }],
    });
  });

  test('late is accepted while the deadline allows, with the quote that ended', async () => {
    const order = await payableOrder(h);
    h.pass(6 * 86_400_000);
    await h.app.worker.workOff();
    expect((await h.events()).slice(-3)).toContain('SYSTEM payment CLOSE: AWAITING_TRANSFER -> CLOSED');
    order.underwriter = await h.given.underwriter(order.insurers[0]?.id ?? '');
    expect(
      (await refused(() => desk(order)(EXCEPT, { input: { paymentId: order.paymentId, reason: '到账' } })))
        .issues,
    ).toEqual([{ path: 'receivedAmount' }]);
    expect(await report(order, { receivedAmount: '400.00' })).toMatchObject({
      state: 'EXCEPTION',
      exceptionKind: 'LATE',
    });
    expect(await confirm(order)).toMatchObject({ state: 'CONFIRMED' });
    const uploadId = await pdfUpload(h, order.underwriter, 'POLICY');
    const input = { orderId: order.orderId, policyNumber: 'BH-LATE-1', uploadId };
    expect(resultOf(await desk(order)(ISSUE, { input }))).toMatchObject({ order: { state: 'COMPLETED' } });
  });

  test('late for an order that cannot be revived is paid back, and that ends the payment', async () => {
    const order = await payableOrder(h);
    resultOf(await order.ask(CANCEL, { input: { orderId: order.orderId, reason: '不再投标' } }));
    await report(order, { receivedAmount: '400.00', payerAccount: '6222000012345365' });
    const input = { paymentId: order.paymentId };
    expect((await refused(() => desk(order)(CONFIRM, { input }))).code).toBe('TRANSITION_REFUSED');
    const refunding = resultOf(
      await desk(order)(START_REFUND, { input: { ...input, reason: '订单已取消' } }),
    );
    expect(refunding).toMatchObject({ state: 'REFUNDING', refunds: [{ amount: '400.00' }] });
    const proof = await refundProof(h, order.underwriter, refunding.refunds[0].id);
    resultOf(await desk(order)(CONFIRM_REFUND, { input: proof }));
    expect(await orderState(order)).toEqual({ state: 'CANCELLED', payment: { state: 'REFUNDED' } });
  });

  test('after the deadline an exception is paid back and the order lapses', async () => {
    const order = await payableOrder(h, { section: { inDays: 0.005 } });
    await submit(order);
    await report(order, { kind: 'SHORT', receivedAmount: '1.00' });
    h.pass(0.006 * 86_400_000);
    const input = { paymentId: order.paymentId, reason: '未补足' };
    expect(resultOf(await desk(order)(START_REFUND, { input }))).toMatchObject({ state: 'REFUNDING' });
    expect(await orderState(order)).toEqual({ state: 'LAPSED', payment: { state: 'REFUNDING' } });
  });

  test('is not refunded where nothing came, nor where it is the premium of a confirmed payment', async () => {
    const order = await payableOrder(h);
    await report(order, {});
    const input = { paymentId: order.paymentId, reason: '退款' };
    const operator = h.as(await h.given.operator());
    expect((await refused(() => operator(START_REFUND, { input }))).refusedIn).toBe('EXCEPTION');
    await confirm(order);
    expect((await refused(() => operator(START_REFUND, { input }))).refusedIn).toBe('CONFIRMED');
  });

  test.each([
    ['an amount that is none', { receivedAmount: '0.00' }, 'receivedAmount'],
    ['a short amount that is enough', { kind: 'SHORT', receivedAmount: '400.00' }, 'receivedAmount'],
    ['an amount over that is not', { kind: 'OVER', receivedAmount: '400.00' }, 'receivedAmount'],
    ['a day to come', { receivedAmount: '1.00', receivedOn: '2026-11-25' }, 'receivedOn'],
    ['a strange account', { receivedAmount: '1.00', payerAccount: '12' }, 'payerAccount'],
    ['a strange serial number', { receivedAmount: '1.00', transactionNumber: '*' }, 'transactionNumber'],
    ['-1.00', { receivedAmount: '-1.00' }, 'receivedAmount'],
    ['100.005', { receivedAmount: '100.005' }, 'receivedAmount'],
    ['1e308', { receivedAmount: '1e308' }, 'receivedAmount'],
  ])('with %s is not reported', async (_what, changes, path) => {
    const order = await payableOrder(h);
    const input = { paymentId: order.paymentId, reason: '核对', ...changes };
    expect((await refused(() => desk(order)(EXCEPT, { input }))).issues).toEqual([{ path }]);
  });
});

const EVERYTHING = `payment: node(id: $id) { ... on Payment {
  id orderNumber state stateLabel amount remarkCode rejectReason createdAt confirmedAt dueAt nextActor availableEvents
  events { id event actor note } order { id number section { id code name } enterprise { id name } }
  account { accountName bankName accountNumber } receipts { payerName payerAccountMasked amount } exceptionKind exceptionReason
  refunds { id amount reason payeeName payeeAccountMasked proof { id } events { id } }
  voucher { id transactionNumber paidOn submittedAt payerName payerAccountMasked upload { id sha256 url } uploads { id } } } }`;

describe('before the opening of a bid order', () => {
  test('staff and the bank work on a view that shows neither section nor enterprise', async () => {
    const order = await payableOrder(h);
    await submit(order);
    for (const who of [await h.given.operator(), await h.given.apiClient(['payments:write'])]) {
      const { data } = await h.as(who)(
        `query ($id: ID!) { ${EVERYTHING} payments { totalCount nodes { id } } }`,
        { id: order.paymentId },
      );
      expect(data.payments).toEqual({ totalCount: 1, nodes: [{ id: order.paymentId }] });
      expect(data.payment).toMatchObject({
        amount: '400.00',
        order: null,
        events: [],
        voucher: {
          transactionNumber: 'TX20261124-0001',
          paidOn: '2026-11-24',
          payerName: null,
          payerAccountMasked: null,
          upload: null,
        },
      });
      expect(JSON.stringify(data)).not.toContain(order.enterpriseName);
      expect(JSON.stringify(data)).not.toContain(order.section.code);
    }
  });

  test('its voucher is no file that staff may read; after the opening it is', async () => {
    const order = await payableOrder(h);
    const { voucher } = await submit(order);
    const operator = await h.given.operator();
    const path = `/files/${voucher.upload.id}`;
    expect((await h.fetch(operator, path)).status).toBe(404);
    expect((await h.fetch(order.underwriter, path)).status).toBe(200);
    await h.given.opened(order.section.id);
    expect((await h.fetch(operator, path)).status).toBe(200);
    const { data } = await h.as(operator)(`query ($id: ID!) { ${EVERYTHING} }`, { id: order.paymentId });
    expect(data.payment.order.enterprise.name).toBe(order.enterpriseName);
    expect(data.payment.voucher.payerName).toBe(order.enterpriseName);
  });

  test('a search by the enterprise’s name finds nothing for anybody', async () => {
    const order = await payableOrder(h);
    await submit(order);
    const operator = h.as(await h.given.operator());
    const search = async (text: string) =>
      (
        await operator('query ($text: String!) { payments(filter: { search: $text }) { totalCount } }', {
          text,
        })
      ).data.payments.totalCount;
    expect(await search(order.enterpriseName.slice(0, 4))).toBe(0);
    expect(await search('%')).toBe(0);
    expect(await search(order.remarkCode)).toBe(1);
    expect(await search('20261124-0001')).toBe(1);
  });

  test('the masked view has equal bytes in two services that differ only in who bought', async () => {
    const order = await payableOrder(h);
    await submit(order);
    const operator = await h.given.operator();
    const bank = await h.given.apiClient(['payments:write']);
    const look = async () => {
      const answers = [];
      for (const who of [operator, bank]) {
        const response = await h.fetch(who, '/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-request-id': 'same' },
          body: JSON.stringify({
            query: `query ($id: ID!) { ${EVERYTHING} payments(filter: { search: "0001" }) { totalCount pageInfo { hasNextPage endCursor } nodes { id orderNumber order { id } } } }`,
            variables: { id: order.paymentId },
          }),
        });
        answers.push(await response.text());
      }
      return answers.join('\n');
    };
    const here = await look();

    const other = await h.given.bidder({ name: '另一家（演示）建设有限公司' });
    const rivalSection = await h.given.section({ code: 'OTHER-SECTION', name: '另一标段' });
    await h.system(async ({ db }) => {
      await db.run(
        sql`update orders set enterprise_id = ${other.enterpriseId}, section_id = ${rivalSection.id}, created_by = ${other.id}`,
      );
      await db.run(
        sql`update payment_vouchers set payer_name = '另一家（演示）建设有限公司', payer_account_masked = '****9999', payer_account_sealed = 'v1.a.b.c'`,
      );
      await db.run(sql`update uploads set owner_id = ${other.id}`);
    });
    expect(await look()).toBe(here);
  });
});

test('money that has arrived pays one order: its amount is the premium', async () => {
  const order = await paidOrder(h);
  const [row] = await h.app.core.database.reader.select().from(payments);
  expect(row).toMatchObject({ amountFen: 40_000, confirmedAt: h.now(), state: 'CONFIRMED' });
  expect((await orderState(order)).state).toBe('ISSUING');
});
