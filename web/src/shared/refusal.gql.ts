import { graphql } from '../gql/graphql.ts';

/** What every refusal tells; spread it in each mutation beside the object it changes. */
export const RefusalFields = graphql(`
  fragment RefusalFields on Error @_unmask {
    __typename
    code
    message
    retryable
    ... on InvalidInput {
      issues {
        path
        message
      }
    }
    ... on RateLimited {
      retryAfterSeconds
    }
    ... on DuplicateOrder {
      orderId
    }
  }
`);
