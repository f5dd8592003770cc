import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { OrderState } from '../order/order-standing.ts';
import type { CoverRow, OrderRow } from './center.gql.ts';

export type Order = ResultOf<typeof OrderRow>;
export type Cover = ResultOf<typeof CoverRow>;
export type PolicyState = Cover['state'];
export type DepositKind = Order['depositKind'];

export const depositKindLabels: Record<DepositKind, string> = {
  BID: '投标保证金',
  PERFORMANCE: '履约保证金',
  ADVANCE_PAYMENT: '预付款保证金',
  WAGE: '农民工工资保证金',
  QUALITY: '工程质量保证金',
};

export const formLabels = { INSURANCE: '保险保证', SURETY: '担保保函', BANK: '银行保函' } as const;

/** What the filter calls the states; a row shows the server's label. */
export const orderStateLabels: Record<OrderState, string> = {
  DRAFT: '草稿',
  UNDERWRITING: '待保险审核',
  AWAITING_PAYMENT: '待支付',
  PAYMENT_REVIEW: '缴纳审批',
  ISSUING: '待出函',
  COMPLETED: '已完成',
  SURRENDERED: '已退保',
  DECLINED: '核保未通过',
  CANCELLED: '已取消',
  LAPSED: '已失效',
};

/** What the filter of the guarantees offers: those that stand, those that end soon, those that ended. */
export const coverChoices = { inForce: '有效', soon: '即将到期', ended: '已结束' } as const;

export const coverTones: Record<PolicyState, StateTone> = {
  ISSUED: 'progress',
  ACTIVE: 'success',
  EXPIRED: 'neutral',
  SURRENDERED: 'neutral',
  RELEASED: 'neutral',
  EXHAUSTED: 'danger',
};

/** The states that the first page counts, in the order an order goes through them. */
export const openStates = ['DRAFT', 'UNDERWRITING', 'AWAITING_PAYMENT', 'PAYMENT_REVIEW', 'ISSUING'] as const;

/** Until when the deposit of this order has to be in. */
export function depositDeadline(order: Order): string | null {
  return order.section.deposits.find((deposit) => deposit.kind === order.depositKind)?.deadline ?? null;
}
