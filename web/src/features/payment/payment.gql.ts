import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';
import { OrderStanding } from '../order/order.gql.ts';

/** The pay page. It spells out `OrderStanding`, since a list selected in two places loses its type. */
export const PayPageDocument = graphql(`
  query PayPage($id: ID!) {
    order(id: $id) {
      id
      number
      state
      stateLabel
      cancelReason
      nextActor
      dueAt
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
      quotes {
        id
        state
        declineReason
        validUntil
        dueAt
        insurer {
          id
          shortName
        }
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
      policy {
        id
        state
        file {
          id
          url
        }
      }
      payment {
        id
        state
        stateLabel
        amount
        receivedAmount
        outstandingAmount
        exceptionKind
        exceptionReason
        remarkCode
        nextActor
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
          uploads {
            id
            sha256
            bytes
            contentType
            url
          }
        }
        receipts {
          id
          amount
          payerName
          payerAccountMasked
          transactionNumber
          receivedOn
        }
        refunds {
          id
          kind
          kindLabel
          state
          stateLabel
          nextActor
          amount
          reason
          payeeName
          payeeAccountMasked
          transactionNumber
          createdAt
          paidOn
          dueAt
          proof {
            id
            url
          }
        }
      }
    }
  }
`);

/** What becomes of an order whose voucher is in. */
export const PaidPageDocument = graphql(
  `
    query PaidPage($id: ID!) {
      order(id: $id) {
        ...OrderStanding
        policy {
          id
          file {
            id
            url
          }
        }
      }
    }
  `,
  [OrderStanding],
);

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
