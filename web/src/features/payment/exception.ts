import type { ResultOf } from '../../gql/graphql.ts';
import type { PayPageDocument } from './payment.gql.ts';

type Payment = NonNullable<NonNullable<ResultOf<typeof PayPageDocument>['order']>['payment']>;

/** What a kind of exception means for the bidder, and what comes next. */
export const exceptionText: Readonly<Record<NonNullable<Payment['exceptionKind']>, string>> = {
  SHORT: '到账金额不足。请从本企业账户补足差额，并上传补款凭证。',
  OVER: '到账金额多于应付金额，多出的部分将退回原付款账户，请等待处理。',
  FOREIGN_PAYER: '付款账户不是本企业账户，款项将退回原付款账户，之后请用本企业账户重新付款。',
  LATE: '款项在时限之后到账，正在核实能否按时出函；不能出函的，全额退回原付款账户。',
  OTHER: '付款存在异常，正在核实，客服会与您联系。',
};
