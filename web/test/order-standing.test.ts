import { expect, test } from 'vitest';
import {
  type OrderState,
  orderStep,
  orderSteps,
  orderTones,
  type StandingOrder,
  standingOf,
} from '../src/features/order/order-standing.ts';

const insurer = { id: 'ins_1', shortName: '紫辰保险' };
const quote: StandingOrder['quotes'][number] = {
  id: 'quo_1',
  state: 'SUBMITTED',
  declineReason: null,
  validUntil: null,
  dueAt: null,
  insurer,
};
const payment: NonNullable<StandingOrder['payment']> = {
  id: 'pay_1',
  state: 'AWAITING_TRANSFER',
  amount: '400.00',
  receivedAmount: '0.00',
  outstandingAmount: '400.00',
  rejectReason: null,
  exceptionKind: null,
  nextActor: 'BIDDER',
  voucher: null,
  refunds: [],
  dueAt: '2026-11-26T18:00:00.000+08:00',
};

function order(state: OrderState, changes: Partial<StandingOrder> = {}): StandingOrder {
  return {
    id: 'ord_1',
    number: '1',
    state,
    stateLabel: '',
    cancelReason: null,
    nextActor: null,
    dueAt: null,
    availableEvents: [],
    quotes: [quote],
    payment: null,
    policy: null,
    ...changes,
  };
}

const states = Object.keys(orderTones) as OrderState[];

test.each(states)('an order that is %s has a sentence for its bidder, without raw words', (state) => {
  const { text } = standingOf(order(state));
  expect(text).toMatch(/。$/);
  expect(text).not.toMatch(/[A-Z_]{3,}/);
});

test.each(states)('an order that is %s stands at a step, unless it ended on the way', (state) => {
  const step = orderStep(state);
  if (['DECLINED', 'CANCELLED', 'LAPSED', 'SURRENDERED'].includes(state)) expect(step).toBeNull();
  else expect(step).toBeLessThanOrEqual(orderSteps.length);
});

test('while an insurer asks for material, the bidder acts, by the time the insurer set', () => {
  const dueAt = '2026-11-25T18:00:00.000+08:00';
  const asked = { ...quote, state: 'MATERIAL_REQUESTED' as const, dueAt };
  const standing = standingOf(order('UNDERWRITING', { nextActor: 'UNDERWRITER', quotes: [quote, asked] }));

  expect(standing).toMatchObject({ actor: 'BIDDER', task: '补充资料', dueAt });
  expect(standing.text).toContain('紫辰保险');
});

test('offers wait for the bidder until one is accepted, at the latest until the first of them expires', () => {
  const early = { ...quote, state: 'OFFERED' as const, validUntil: '2026-11-25T00:00:00.000Z' };
  const late = { ...quote, state: 'OFFERED' as const, validUntil: '2026-11-27T00:00:00.000Z' };
  const open = standingOf(order('AWAITING_PAYMENT', { quotes: [late, early] }));
  expect(open).toMatchObject({ actor: 'BIDDER', task: '确认报价', dueAt: early.validUntil });

  const accepted = { ...quote, state: 'ACCEPTED' as const };
  const closed = standingOf(order('AWAITING_PAYMENT', { quotes: [accepted], payment, nextActor: 'BIDDER' }));
  expect(closed.action).toEqual({ label: '立即支付', to: '/orders/ord_1/pay' });
  expect(closed.dueAt).toBe(payment.dueAt);
});

test('a rejected voucher says why, and leads back to the payment', () => {
  const rejected = { ...payment, rejectReason: '回单模糊' };
  const standing = standingOf(order('AWAITING_PAYMENT', { payment: rejected, nextActor: 'BIDDER' }));

  expect(standing.tone).toBe('danger');
  expect(standing.text).toBe('支付凭证未通过审核：回单模糊。请核对后重新上传，已填写的内容会保留。');
  expect(standing.action?.to).toBe('/orders/ord_1/pay');
});

test('money that came in short says how much is missing, and waits for the bidder until a voucher of the rest is in', () => {
  const short = {
    ...payment,
    state: 'EXCEPTION' as const,
    exceptionKind: 'SHORT' as const,
    receivedAmount: '1250.50',
    amount: '1400.00',
    outstandingAmount: '149.50',
  };
  const asked = standingOf(order('PAYMENT_REVIEW', { payment: short, nextActor: 'OPERATOR' }));
  expect(asked).toMatchObject({ actor: 'BIDDER', tone: 'danger', action: { label: '补足差额' } });
  expect(asked.text).toContain('到账 ¥1,250.50，应付 ¥1,400.00，还差 ¥149.50。');

  const sent = { ...short, nextActor: 'OPERATOR' as const, voucher: { id: 'vch_1' } };
  const reviewed = standingOf(order('PAYMENT_REVIEW', { payment: sent, nextActor: 'OPERATOR' }));
  expect(reviewed).toMatchObject({ actor: 'OPERATOR', tone: 'info' });
});

test('money that goes back is told apart from a voucher that was refused', () => {
  const reason = '付款账户不是投保企业账户';
  const refund = {
    id: 'rfd_1',
    kind: 'WHOLE' as const,
    state: 'REFUNDING' as const,
    amount: '400.00',
    reason,
  };
  const standing = standingOf(
    order('AWAITING_PAYMENT', { payment: { ...payment, rejectReason: reason, refunds: [refund] } }),
  );
  expect(standing.text).toContain(`上次的付款将退回原付款账户，原因：${reason}。`);
});

test('a guarantee that was given back is not offered for use while the premium goes back', () => {
  const refund = { id: 'rfd_1', kind: 'SURRENDER' as const, state: 'REFUNDING' as const, amount: '400.00' };
  const policy = { id: 'pol_1', state: 'SURRENDERED' as const };
  // An issued invoice is reversed before the premium goes back.
  expect(standingOf(order('COMPLETED', { policy, payment })).text).toBe(
    '保单已退保失效。保费将退回原付款账户。',
  );
  const refunding = { ...payment, state: 'REFUNDING' as const, refunds: [{ ...refund, reason: null }] };
  expect(standingOf(order('COMPLETED', { policy, payment: refunding })).text).toBe(
    '保单已退保失效。¥400.00 正在退回原付款账户。',
  );
});

test('an order that ended says what becomes of money that came all the same', () => {
  const late = {
    ...payment,
    state: 'EXCEPTION' as const,
    exceptionKind: 'LATE' as const,
    receivedAmount: '400.00',
  };
  const standing = standingOf(order('LAPSED', { payment: { ...late, nextActor: 'OPERATOR' } }));
  expect(standing.text).toContain('订单结束后收到款项 ¥400.00');
  expect(standing.actor).toBe('OPERATOR');
});

test('a declined order names the reason of each insurer', () => {
  const declined = { ...quote, state: 'DECLINED' as const, declineReason: '期限过长' };
  expect(standingOf(order('DECLINED', { quotes: [declined] })).text).toContain('紫辰保险：期限过长。');
});

test('a time that is not set stays unset', () => {
  expect(standingOf(order('UNDERWRITING', { nextActor: 'UNDERWRITER' })).dueAt).toBeNull();
});
