import type { Life } from '../../command/fire.ts';
import { payments } from '../../db/tables/payment.ts';
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
    REJECT: { label: '退回凭证', by: ['OPERATOR', 'UNDERWRITER'] },
    CONFIRM: { label: '确认到账', by: ['OPERATOR', 'UNDERWRITER', 'BANK'] },
    // Short, over, or from somebody else's account.
    EXCEPT: { label: '标记异常', by: ['OPERATOR', 'UNDERWRITER', 'BANK'] },
    // Both follow from a surrender.
    REFUND: { label: '发起退款', by: ['SYSTEM'] },
    CONFIRM_REFUND: { label: '确认退款', by: ['SYSTEM'] },
    CLOSE: { label: '关闭', by: ['SYSTEM'] },
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
      REJECT: 'AWAITING_TRANSFER',
      CONFIRM: 'CONFIRMED',
      EXCEPT: 'EXCEPTION',
    },
    EXCEPTION: { REJECT: 'AWAITING_TRANSFER', CONFIRM: 'CONFIRMED' },
    CONFIRMED: { REFUND: 'REFUNDING' },
    REFUNDING: { CONFIRM_REFUND: 'REFUNDED' },
    REFUNDED: {},
    CLOSED: {},
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
