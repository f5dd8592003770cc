import { expect, test } from 'vitest';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { sandboxTransfers, type TransferFault } from '../../demo/transfers.ts';
import { verifyLedger } from '../../modules/ledger/ledger.queries.ts';
import {
  type Payable,
  payableOrder,
  resultOf,
  SUBMIT_VOUCHER,
  voucherInput,
} from '../../modules/payment/payment.fixture.ts';
import { sandboxStatements, sendStatement } from './sandbox.ts';

/** The bank as a program of its own: it sends through the whole server, with a key. */
async function bankOf(h: Harness, secret?: string) {
  const key = await h.given.apiClient(['payments:write']);
  const options = {
    origin: h.app.core.config.publicOrigin,
    secret: secret ?? (key.headers.authorization ?? '').slice('Bearer '.length),
    fetch: (url: string, init: RequestInit) => h.app.fetch(new Request(url, init)),
  };
  return async (fault: TransferFault | null = null, only: string | null = null) => {
    const transfers = await sandboxTransfers(h.app.core.database.reader, only, fault);
    const taken = [];
    for (const statement of sandboxStatements(transfers, h.now())) {
      expect(statement.text).toContain('演示，无真实资金');
      taken.push(await sendStatement(options, statement));
    }
    return taken;
  };
}

const stateOf = async (order: Payable) =>
  (
    await order.ask('query ($id: ID!) { order(id: $id) { state payment { state exceptionKind } } }', {
      id: order.orderId,
    })
  ).data.order;

test('the bank sends what everybody paid, the platform confirms it, and nothing is waited for any more', async () => {
  const h = await createHarness();
  const insurer = await h.given.insurer();
  const product = await h.given.product(insurer.id);
  const one = await payableOrder(h, { insurer, product });
  const two = await payableOrder(h, { insurer, product });
  resultOf(await two.ask(SUBMIT_VOUCHER, { input: await voucherInput(two) }));
  const pay = await bankOf(h);
  expect(await pay(null, one.remarkCode)).toEqual([{ confirmed: 1, queued: 0, repeated: 0 }]);
  expect(await stateOf(two)).toMatchObject({ state: 'PAYMENT_REVIEW' });
  expect(await pay()).toEqual([{ confirmed: 1, queued: 0, repeated: 0 }]);
  for (const order of [one, two])
    expect(await stateOf(order)).toMatchObject({ state: 'ISSUING', payment: { state: 'CONFIRMED' } });
  expect(await pay()).toEqual([]);
  expect((await verifyLedger(h.app.core.database.reader)).disagreements).toEqual([]);
});

test.each([
  ['short', { state: 'PAYMENT_REVIEW', payment: { state: 'EXCEPTION', exceptionKind: 'SHORT' } }],
  ['over', { state: 'PAYMENT_REVIEW', payment: { state: 'EXCEPTION', exceptionKind: 'OVER' } }],
  ['foreign', { state: 'PAYMENT_REVIEW', payment: { state: 'EXCEPTION', exceptionKind: 'FOREIGN_PAYER' } }],
  ['no-code', { state: 'AWAITING_PAYMENT', payment: { state: 'AWAITING_TRANSFER', exceptionKind: null } }],
] as const)('a transfer that is %s waits for a person', async (fault, expected) => {
  const h = await createHarness();
  const order = await payableOrder(h);
  const pay = await bankOf(h);
  expect(await pay(fault)).toEqual([{ confirmed: 0, queued: 1, repeated: 0 }]);
  expect(await stateOf(order)).toEqual(expected);
});

test('without a right key the bank is told so, and nothing is written', async () => {
  const h = await createHarness();
  await payableOrder(h);
  const pay = await bankOf(h, 'wrong');
  const before = await h.content();
  await expect(pay()).rejects.toThrow('The statement was not taken');
  expect(await h.content()).toBe(before);
});
