import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';
import { EventFields } from '../order/order.gql.ts';

export const SurrenderFields = graphql(`
  fragment SurrenderFields on Surrender @_unmask {
    id
    state
    stateLabel
    causeLabel
    amount
    note
    nextActor
    nextStep
    dueAt
    overdue
    rejectReason
    createdAt
    doneAt
    availableEvents
  }
`);

/** What the order page says of giving its guarantee back. */
export const OrderSurrenderDocument = graphql(
  `
    query OrderSurrender($id: ID!) {
      order(id: $id) {
        id
        state
        surrenderEligibility {
          eligible
          causes
          causeLabels
          offered
          reason
        }
        surrenders {
          ...SurrenderFields
        }
        policy {
          id
          state
          policyNumber
          premium
        }
        payment {
          id
          voucher {
            id
            payerName
            payerAccountMasked
          }
        }
      }
    }
  `,
  [SurrenderFields],
);

export const SurrenderPageDocument = graphql(
  `
    query SurrenderPage($id: ID!) {
      surrender(id: $id) {
        ...SurrenderFields
        invoiceStands
        events {
          ...EventFields
        }
        order {
          id
          invoice {
            id
          }
          number
          state
          stateLabel
          depositKindLabel
          section {
            id
            code
            name
            stateLabel
          }
          policy {
            id
            policyNumber
            stateLabel
            insurer {
              id
              name
              hotline
            }
          }
        }
        payment {
          id
          refunds {
            id
            state
            stateLabel
            amount
            payeeName
            payeeAccountMasked
            transactionNumber
            paidOn
            proof {
              id
              url
            }
            events {
              ...EventFields
            }
          }
        }
      }
    }
  `,
  [SurrenderFields, EventFields],
);

export const RequestSurrenderDocument = graphql(
  `
    mutation RequestSurrender($input: RequestSurrenderInput!) {
      requestSurrender(input: $input) {
        __typename
        ... on Surrender {
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

export const WithdrawSurrenderDocument = graphql(
  `
    mutation WithdrawSurrender($input: WithdrawSurrenderInput!) {
      withdrawSurrender(input: $input) {
        __typename
        ... on Surrender {
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
