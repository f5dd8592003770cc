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
      seals {
        holds
        coversAll
        signedAt
        trusted
        trustFault
        trustRoot
        revocationChecked
        chain {
          subject
          issuer
          serialNumber
          validFrom
          validUntil
          selfSigned
          signatureHolds
        }
      }
      checkedAt
    }
  }
`);
