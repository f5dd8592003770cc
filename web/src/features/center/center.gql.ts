import { graphql } from '../../gql/graphql.ts';
import { OrderStanding } from '../order/order.gql.ts';

/** One row of an order list. */
export const OrderRow = graphql(
  `
    fragment OrderRow on Order @_unmask {
      ...OrderStanding
      depositKind
      depositKindLabel
      formLabel
      depositAmount
      orderAmount
      createdAt
      submittedAt
      section {
        id
        code
        name
        deposits {
          kind
          deadline
        }
      }
      application {
        insured {
          name
        }
        handler {
          name
          mobile
        }
      }
      acceptedQuote {
        id
        insurer {
          id
          name
        }
      }
      policy {
        id
        file {
          id
          url
        }
      }
      invoice {
        id
        state
        stateLabel
      }
    }
  `,
  [OrderStanding],
);

/** The first page of the centre: every order under way, the newest of all, and how many stand where. */
export const CenterHomeDocument = graphql(
  `
    query CenterHome {
      open: orders(filter: { states: [DRAFT, UNDERWRITING, AWAITING_PAYMENT, PAYMENT_REVIEW, ISSUING] }, first: 100) {
        totalCount
        nodes {
          ...OrderRow
        }
      }
      recent: orders(first: 5) {
        totalCount
        nodes {
          ...OrderRow
        }
      }
      completed: orders(filter: { states: [COMPLETED] }, first: 1) {
        totalCount
      }
    }
  `,
  [OrderRow],
);

export const CenterOrdersDocument = graphql(
  `
    query CenterOrders($filter: OrderFilter, $first: Int, $after: String) {
      orders(filter: $filter, first: $first, after: $after) {
        totalCount
        nodes {
          ...OrderRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [OrderRow],
);

export const CenterInvoicesDocument = graphql(`
  query CenterInvoices($filter: InvoiceFilter, $first: Int, $after: String) {
    invoices(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        id
        state
        stateLabel
        typeLabel
        amount
        order {
          id
          number
          depositKindLabel
          section {
            id
            code
            name
          }
          acceptedQuote {
            id
            insurer {
              id
              name
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CenterProjectsDocument = graphql(
  `
    query CenterProjects($filter: ProjectFilter, $first: Int, $after: String) {
      projects(filter: $filter, first: $first, after: $after) {
        totalCount
        nodes {
          section {
            id
            code
            name
            state
            stateLabel
            deadlineAt
            saved {
              reminder
            }
          }
          orders {
            ...OrderStanding
            depositKindLabel
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [OrderStanding],
);
