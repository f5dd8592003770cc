import type { Life } from '../../command/fire.ts';
import { orders } from '../../db/tables/order.ts';
import { defineMachine } from '../../kernel/machine.ts';

/** An order, from the draft to the issued guarantee. Labels as the manual prints them. */
export const orderMachine = defineMachine({
  name: 'order',
  label: '订单',
  birth: { event: 'START', state: 'DRAFT' },
  states: {
    DRAFT: { label: '草稿', waitsFor: 'BIDDER' },
    UNDERWRITING: { label: '待保险审核', waitsFor: 'UNDERWRITER' },
    AWAITING_PAYMENT: { label: '待支付', waitsFor: 'BIDDER' },
    PAYMENT_REVIEW: { label: '缴纳审批', waitsFor: 'OPERATOR' },
    ISSUING: { label: '待出函', waitsFor: 'UNDERWRITER' },
    COMPLETED: { label: '已完成' },
    SURRENDERED: { label: '已退保' },
    DECLINED: { label: '核保未通过' },
    CANCELLED: { label: '已取消' },
    LAPSED: { label: '已失效' },
  },
  events: {
    START: { label: '创建订单', by: ['BIDDER'] },
    SUBMIT: { label: '提交订单', by: ['BIDDER'] },
    OFFER: { label: '核保通过', by: ['SYSTEM'] },
    DECLINE: { label: '核保未通过', by: ['SYSTEM'] },
    // The offers that stood have expired, and others may still come.
    AWAIT_OFFER: { label: '报价已过期，继续等待核保', by: ['SYSTEM'] },
    SUBMIT_VOUCHER: { label: '提交支付凭证', by: ['BIDDER', 'SYSTEM'] },
    WITHDRAW_VOUCHER: { label: '撤回支付凭证', by: ['SYSTEM'] },
    REJECT_PAYMENT: { label: '退回支付凭证', by: ['SYSTEM'] },
    CONFIRM_PAYMENT: { label: '确认收款', by: ['SYSTEM'] },
    ISSUE: { label: '出函', by: ['SYSTEM'] },
    SURRENDER: { label: '退保', by: ['SYSTEM'] },
    CANCEL: { label: '取消订单', by: ['BIDDER'] },
    LAPSE: { label: '失效', by: ['SYSTEM'] },
  },
  table: {
    DRAFT: { SUBMIT: 'UNDERWRITING', CANCEL: 'CANCELLED', LAPSE: 'LAPSED' },
    UNDERWRITING: { OFFER: 'AWAITING_PAYMENT', DECLINE: 'DECLINED', CANCEL: 'CANCELLED', LAPSE: 'LAPSED' },
    AWAITING_PAYMENT: {
      SUBMIT_VOUCHER: 'PAYMENT_REVIEW',
      // A line of the bank statement may match where nobody sent a voucher.
      CONFIRM_PAYMENT: 'ISSUING',
      AWAIT_OFFER: 'UNDERWRITING',
      CANCEL: 'CANCELLED',
      LAPSE: 'LAPSED',
    },
    PAYMENT_REVIEW: {
      CONFIRM_PAYMENT: 'ISSUING',
      REJECT_PAYMENT: 'AWAITING_PAYMENT',
      WITHDRAW_VOUCHER: 'AWAITING_PAYMENT',
      // Money that was wrong goes back after the deadline.
      LAPSE: 'LAPSED',
    },
    ISSUING: { ISSUE: 'COMPLETED' },
    COMPLETED: { SURRENDER: 'SURRENDERED' },
    SURRENDERED: {},
    DECLINED: {},
    CANCELLED: {},
    // Its money came late, and the deadline still allows to accept it.
    LAPSED: { CONFIRM_PAYMENT: 'ISSUING' },
  },
});

export type OrderEvent = keyof typeof orderMachine.events;

export const orderLife: Life<typeof orders, keyof typeof orderMachine.states, OrderEvent> = {
  machine: orderMachine,
  table: orders,
  orderId: (row) => row.id,
  insurerId: () => null,
};
