import type { ResultOf } from '../../gql/graphql.ts';
import type { StateTone } from '../../shared/StateTag.vue';
import type { QuoteFields } from './order.gql.ts';

export type QuoteState = ResultOf<typeof QuoteFields>['state'];

export const quoteTones: Record<QuoteState, StateTone> = {
  SUBMITTED: 'progress',
  MATERIAL_REQUESTED: 'warning',
  OFFERED: 'warning',
  ACCEPTED: 'success',
  ISSUED: 'success',
  DECLINED: 'danger',
  WITHDRAWN: 'neutral',
  EXPIRED: 'neutral',
};
