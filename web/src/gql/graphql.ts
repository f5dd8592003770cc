import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.d.ts';

/** Types a document from schema.graphql; the scalars are strings as they travel (see the schema for their form). */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    Money: string;
    Rate: string;
    Date: string;
    DateTime: string;
    CreditCode: string;
    Mobile: string;
    ExchangeValue: string | number;
    JSON: unknown;
  };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
export { readFragment } from 'gql.tada';
