import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { type Answer, createHarness, type Harness } from '../../../test/support/harness.ts';
import { verifyEvents } from '../../command/events.ts';
import { orders } from '../../db/tables/order.ts';
import { payments, paymentVouchers } from '../../db/tables/payment.ts';
import { bidSections } from '../../db/tables/section.ts';
import { seededRandom } from '../../demo/random.ts';
import { newId, orderNumber, remarkCode } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { verifyLedger } from '../ledger/ledger.queries.ts';
import { CANCEL } from '../order/order.fixture.ts';
import {
  CONFIRM,
  EXCEPT,
  type Payable,
  payableOrder,
  REJECT,
  START_REFUND,
  SUBMIT_VOUCHER,
  voucherInput,
  WITHDRAW,
} from './payment.fixture.ts';
import { payerAccountPlace } from './payment.service.ts';

const ROUNDS = 150;
const IMPORT = `mutation ($input: ImportBankStatementInput!) { importBankStatement(input: $input) {
  ... on BankStatement { confirmed queued repeated } ... on Error { code message } } }`;

/** Where the order stands for each state of its payment. */
const together: Readonly<Record<string, readonly string[]>> = {
  AWAITING_TRANSFER: ['AWAITING_PAYMENT'],
  VOUCHER_SUBMITTED: ['PAYMENT_REVIEW'],
  EXCEPTION: ['PAYMENT_REVIEW', 'CANCELLED'],
  CONFIRMED: ['ISSUING'],
  CLOSED: ['CANCELLED'],
};

interface Racer {
  readonly orderId: string;
  readonly paymentId: string;
  readonly remarkCode: string;
}

/** The same order once more, on a section of its own, with a voucher that waits for its review. */
async function copyOf(h: Harness, model: Payable, serial: string): Promise<Racer> {
  const ids = { orderId: newId('ord'), paymentId: newId('pay'), remarkCode: remarkCode() };
  await h.system(async ({ db }) => {
    const [order] = await db.select().from(orders).where(eq(orders.id, model.orderId));
    const [payment] = await db.select().from(payments).where(eq(payments.id, model.paymentId));
    const [voucher] = await db
      .select()
      .from(paymentVouchers)
      .where(eq(paymentVouchers.paymentId, model.paymentId));
    const [section] = await db.select().from(bidSections).where(eq(bidSections.id, model.section.id));
    invariant(order && payment && voucher && section, 'the model has all of them');
    const sectionId = newId('sec');
    await db.insert(bidSections).values({ ...section, id: sectionId, code: sectionId });
    await db.insert(orders).values({ ...order, id: ids.orderId, number: orderNumber(h.now()), sectionId });
    const own = { id: ids.paymentId, orderId: ids.orderId, remarkCode: ids.remarkCode };
    await db.insert(payments).values({ ...payment, ...own });
    const id = newId('vch');
    const payerAccountSealed = h.app.core.cipher.seal('6222000012345365', payerAccountPlace(id));
    const of = { id, paymentId: ids.paymentId, transactionNumber: serial, payerAccountSealed };
    await db.insert(paymentVouchers).values({ ...voucher, ...of });
  });
  return ids;
}

test(`${ROUNDS} rounds of confirming, rejecting, importing, withdrawing and cancelling at once leave each payment in one state, each serial number used once, and the books right`, async () => {
  const h = await createHarness();
  const insurer = await h.given.insurer();
  const product = await h.given.product(insurer.id);
  // Two enterprises, since vouchers of one may not bear the same serial number.
  const models = [
    await payableOrder(h, { insurer, product }),
    await payableOrder(h, { insurer, product }),
  ] as const;
  for (const [i, model] of models.entries())
    await model.ask(SUBMIT_VOUCHER, {
      input: await voucherInput(model, { transactionNumber: `MODEL-${i}000` }),
    });
  const operator = await h.given.operator();
  const bank = await h.given.apiClient(['payments:write']);
  const accountNumber = insurer.accountNumber.replace(/\s/g, '');
  const random = seededRandom(20261124);
  const ends = new Map<string, number>();

  for (let round = 0; round < ROUNDS; round += 1) {
    const serial = `RACE-${round}`;
    const racers = [await copyOf(h, models[0], serial), await copyOf(h, models[1], serial)] as const;
    const acts: (() => Promise<Answer>)[] = racers.flatMap((racer, side) => {
      const model = models[side] as Payable;
      const { paymentId, orderId } = racer;
      const line = (transactionNumber: string, amount = '400.00') => ({
        transactionNumber,
        bookedOn: '2026-11-24',
        amount,
        payerName: model.enterpriseName,
        payerAccount: '6222000012345365',
        remark: racer.remarkCode,
      });
      const statement =
        (who: typeof bank, ...lines: object[]) =>
        () =>
          h.as(who)(IMPORT, { input: { accountNumber, lines } });
      return [
        () => h.as(operator)(CONFIRM, { input: { paymentId } }),
        () => h.as(bank)(CONFIRM, { input: { paymentId } }),
        () => h.as(operator)(REJECT, { input: { paymentId, reason: '看不清' } }),
        () =>
          h.as(operator)(EXCEPT, {
            input: { paymentId, kind: 'SHORT', receivedAmount: '1.00', reason: '不足' },
          }),
        () => h.as(operator)(START_REFUND, { input: { paymentId, reason: '退回' } }),
        () => model.ask(WITHDRAW, { input: { orderId } }),
        () => model.ask(CANCEL, { input: { orderId, reason: '不投' } }),
        statement(bank, line(serial)),
        statement(operator, line(serial), line(`${serial}-OTHER-${side}`)),
        statement(bank, line(`${serial}-SHORT-${side}`, '399.00')),
      ];
    });
    const chosen = acts
      .map((act) => ({ act, at: random.integer(0, 1_000_000) }))
      .sort((a, b) => a.at - b.at)
      .slice(0, random.integer(2, 8))
      .map(({ act }) => act);
    const answers = await Promise.all(chosen.map((act) => act()));

    const say = `round ${round}: ${JSON.stringify(answers.map(({ data, errors }) => errors ?? data))}`;
    for (const answer of answers) expect(answer.errors, say).toBeUndefined();
    const { reader } = h.app.core.database;
    const states = await reader.all<{
      id: string;
      payment: string;
      order: string;
      held: number;
      earned: number;
      confirms: number;
    }>(
      sql`select p.id as id, p.state as payment, o.state as "order",
        (select coalesce(sum(amount_fen), 0) from receipts where payment_id = p.id and taken_back_at is null)
          - (select coalesce(sum(amount_fen), 0) from refunds where payment_id = p.id) as held,
        (select coalesce(sum(amount_fen), 0) from ledger_entries where kind = 'EARN' and cause_id = p.id) as earned,
        (select count(*) from events where object_id = p.id and event = 'CONFIRM') as confirms
        from payments p join orders o on o.id = p.order_id where p.id in (${racers[0].paymentId}, ${racers[1].paymentId})`,
    );
    expect(states, say).toHaveLength(2);
    for (const state of states) {
      expect(together[state.payment], say).toContain(state.order);
      const isConfirmed = state.payment === 'CONFIRMED';
      expect(state, say).toMatchObject({ confirms: isConfirmed ? 1 : 0, earned: isConfirmed ? 40_000 : 0 });
      if (isConfirmed) expect(state.held, say).toBe(40_000);
      ends.set(state.payment, (ends.get(state.payment) ?? 0) + 1);
    }
    const uses = await reader.all<{ n: number }>(
      sql`select count(*) as n from receipts where transaction_number = ${serial}`,
    );
    expect(uses[0]?.n, say).toBeLessThanOrEqual(1);
  }

  // All ways were gone, and nothing is left over.
  for (const end of ['AWAITING_TRANSFER', 'VOUCHER_SUBMITTED', 'EXCEPTION', 'CONFIRMED'])
    expect(ends.get(end) ?? 0, JSON.stringify([...ends])).toBeGreaterThan(0);
  expect((await verifyLedger(h.app.core.database.reader)).disagreements).toEqual([]);
  expect((await verifyEvents(h.app.core.database.reader)).fault).toBeNull();
}, 60_000);
