import type { ResultOf } from '../../gql/graphql.ts';
import type { PayPageDocument } from './payment.gql.ts';

/** A payment as its page knows it. */
export type Payment = NonNullable<NonNullable<ResultOf<typeof PayPageDocument>['order']>['payment']>;
