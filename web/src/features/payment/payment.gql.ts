import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const PayPageDocument = graphql(`
  query PayPage($id: ID!) {
    order(id: $id) {
      id
      number
      state
      stateLabel
      depositKindLabel
      createdAt
      availableEvents
      enterprise {
        id
        name
      }
      section {
        id
        name
      }
      acceptedQuote {
        id
        insurer {
          id
          name
        }
        product {
          id
          name
        }
      }
      payment {
        id
        state
        stateLabel
        amount
        outstandingAmount
        exceptionKind
        exceptionLabel
        exceptionReason
        remarkCode
        dueAt
        rejectReason
        availableEvents
        account {
          accountName
          bankName
          accountNumber
        }
        voucher {
          id
          payerName
          payerAccountMasked
          transactionNumber
          paidOn
          submittedAt
          upload {
            id
            url
          }
          uploads {
            id
            url
          }
        }
        receipts {
          id
          amount
          payerName
          receivedOn
        }
        refunds {
          id
          amount
          kindLabel
          stateLabel
          reason
          paidOn
          proof {
            id
            url
          }
        }
      }
    }
  }
`);

export const SubmitVoucherDocument = graphql(
  `
    mutation SubmitVoucher($input: SubmitVoucherInput!) {
      submitVoucher(input: $input) {
        __typename
        ... on Payment {
          id
          state
          order {
            id
            state
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const WithdrawVoucherDocument = graphql(
  `
    mutation WithdrawVoucher($input: WithdrawVoucherInput!) {
      withdrawVoucher(input: $input) {
        __typename
        ... on Payment {
          id
          state
          order {
            id
            state
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
