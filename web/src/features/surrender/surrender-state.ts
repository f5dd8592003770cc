import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { SurrenderFields } from './surrender.gql.ts';

export type Surrender = ResultOf<typeof SurrenderFields>;
export type SurrenderState = Surrender['state'];

export const surrenderTones: Record<SurrenderState, StateTone> = {
  SUBMITTED: 'progress',
  INSURER_REVIEW: 'progress',
  REFUNDING: 'progress',
  DONE: 'success',
  REJECTED: 'danger',
  WITHDRAWN: 'neutral',
};

/** What the filter calls the states; a row shows the server's label. */
export const surrenderStateLabels: Record<SurrenderState, string> = {
  SUBMITTED: '待审核',
  INSURER_REVIEW: '保险公司审核中',
  REFUNDING: '退款中',
  DONE: '退保成功',
  REJECTED: '已驳回',
  WITHDRAWN: '已撤回',
};

/** How a surrender stands, in the words of the bidder who looks at it. */
export const surrenderSentences: Record<SurrenderState, string> = {
  SUBMITTED: '退保申请已提交，保单在保险公司同意前继续有效。',
  INSURER_REVIEW: '平台已审核通过，保单在保险公司同意前继续有效。',
  REFUNDING: '保险公司已同意退保，保单已失效，保费将全额退回原付款账户。',
  DONE: '退保成功，保费已全额退回原付款账户。',
  REJECTED: '退保申请未通过，保单继续有效。情况变化后可以再次申请。',
  WITHDRAWN: '退保申请已撤回，保单继续有效。',
};

export const isUnderway = ({ state }: Surrender): boolean =>
  state === 'SUBMITTED' || state === 'INSURER_REVIEW' || state === 'REFUNDING';
