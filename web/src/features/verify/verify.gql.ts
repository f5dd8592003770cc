import { graphql } from '../../gql/graphql.ts';

export const VerifyPolicyDocument = graphql(`
  query VerifyPolicy($input: VerifyPolicyInput!) {
    verifyPolicy(input: $input) {
      __typename
      valid
      state
      stateLabel
      insurer
      sumInsured
      start
      end
      checkedAt
    }
  }
`);
