import type { Life } from '../../command/fire.ts';
import { payments, refunds } from '../../db/tables/payment.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const paymentMachine = defineMachine({
  name: 'payment',
  label: '付款',
  birth: { event: 'OPEN', state: 'AWAITING_TRANSFER' },
  states: {
    AWAITING_TRANSFER: { label: '待转账', waitsFor: 'BIDDER' },
    VOUCHER_SUBMITTED: { label: '凭证待审核', waitsFor: 'OPERATOR' },
    CONFIRMED: { label: '已到账' },
    EXCEPTION: { label: '异常', waitsFor: 'OPERATOR' },
    REFUNDING: { label: '退款中', waitsFor: 'UNDERWRITER' },
    REFUNDED: { label: '已退款' },
    CLOSED: { label: '已关闭' },
  },
  events: {
    OPEN: { label: '生成付款信息', by: ['SYSTEM'] },
    SUBMIT_VOUCHER: { label: '提交支付凭证', by: ['BIDDER'] },
    WITHDRAW_VOUCHER: { label: '撤回支付凭证', by: ['BIDDER'] },
    REJECT: { label: '退回凭证', by: ['OPERATOR', 'UNDERWRITER'] },
    // SYSTEM: a line of the bank's statement fits to the fen.
    CONFIRM: { label: '确认到账', by: ['OPERATOR', 'UNDERWRITER', 'BANK', 'SYSTEM'] },
    // Short, over, late, or from somebody else's account.
    EXCEPT: { label: '标记异常', by: ['OPERATOR', 'UNDERWRITER', 'BANK', 'SYSTEM'] },
    // What a payment that came in short still lacks.
    TOP_UP: { label: '提交补款凭证', by: ['BIDDER'] },
    REJECT_TOP_UP: { label: '退回补款凭证', by: ['OPERATOR', 'UNDERWRITER'] },
    // The money goes back and the order may still be paid for.
    RETURN: { label: '退回款项，重新付款', by: ['OPERATOR', 'UNDERWRITER'] },
    // The money goes back and that is the end: the order is over, or surrendered.
    REFUND: { label: '发起退款', by: ['OPERATOR', 'UNDERWRITER', 'SYSTEM'] },
    CONFIRM_REFUND: { label: '确认退款', by: ['OPERATOR', 'UNDERWRITER', 'SYSTEM'] },
    CLOSE: { label: '关闭', by: ['SYSTEM'] },
    // The money was another payment's: this one waits as it did before.
    TAKE_BACK: { label: '款项改归其他订单', by: ['SYSTEM'] },
    RESUME: { label: '款项改归其他订单，继续审核凭证', by: ['SYSTEM'] },
  },
  table: {
    AWAITING_TRANSFER: {
      SUBMIT_VOUCHER: 'VOUCHER_SUBMITTED',
      CONFIRM: 'CONFIRMED',
      EXCEPT: 'EXCEPTION',
      CLOSE: 'CLOSED',
    },
    // A clerk who sent the wrong picture sends another; it takes the place of the first.
    VOUCHER_SUBMITTED: {
      SUBMIT_VOUCHER: 'VOUCHER_SUBMITTED',
      WITHDRAW_VOUCHER: 'AWAITING_TRANSFER',
      REJECT: 'AWAITING_TRANSFER',
      CONFIRM: 'CONFIRMED',
      EXCEPT: 'EXCEPTION',
    },
    EXCEPTION: {
      REJECT: 'AWAITING_TRANSFER',
      CONFIRM: 'CONFIRMED',
      EXCEPT: 'EXCEPTION',
      TOP_UP: 'EXCEPTION',
      REJECT_TOP_UP: 'EXCEPTION',
      RETURN: 'AWAITING_TRANSFER',
      REFUND: 'REFUNDING',
      TAKE_BACK: 'AWAITING_TRANSFER',
      RESUME: 'VOUCHER_SUBMITTED',
      CLOSE: 'CLOSED',
    },
    CONFIRMED: { REFUND: 'REFUNDING' },
    REFUNDING: { CONFIRM_REFUND: 'REFUNDED' },
    REFUNDED: {},
    // Money that comes when the order is over.
    CLOSED: { EXCEPT: 'EXCEPTION' },
  },
});

export const paymentLife: Life<
  typeof payments,
  keyof typeof paymentMachine.states,
  keyof typeof paymentMachine.events
> = {
  machine: paymentMachine,
  table: payments,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};

/** Money on its way back, a receipt or a part of it each. */
export const refundMachine = defineMachine({
  name: 'refund',
  label: '退款',
  birth: { event: 'OPEN', state: 'REFUNDING' },
  states: {
    REFUNDING: { label: '退款中', waitsFor: 'UNDERWRITER' },
    REFUNDED: { label: '已退款' },
  },
  events: {
    OPEN: { label: '发起退款', by: ['OPERATOR', 'UNDERWRITER', 'BANK', 'SYSTEM'] },
    // SYSTEM: a line of the bank's statement shows that it went out.
    CONFIRM: { label: '确认退款', by: ['OPERATOR', 'UNDERWRITER', 'SYSTEM'] },
  },
  table: { REFUNDING: { CONFIRM: 'REFUNDED' }, REFUNDED: {} },
});

export const refundLife: Life<
  typeof refunds,
  keyof typeof refundMachine.states,
  keyof typeof refundMachine.events
> = {
  machine: refundMachine,
  table: refunds,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
