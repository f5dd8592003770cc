import type { ResultOf } from '../../gql/graphql.ts';
import type { BatchFields, BatchRefusalFields } from './batch.gql.ts';

export type Batch = ResultOf<typeof BatchFields>;
export type BatchRefusal = ResultOf<typeof BatchRefusalFields>;

/** The orders of a batch that are still to be submitted. */
export function draftsOf<O extends { state: string }>(batch: { orders: readonly O[] }): O[] {
  return batch.orders.filter(({ state }) => state === 'DRAFT');
}
