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

export const CoverFiguresRow = graphql(`
  fragment CoverFiguresRow on CoverFigures @_unmask {
    depositKind
    depositKindLabel
    inForce
    coveredAmount
    premium
    endingSoon
    nextEndOn
    underWay
    underWayAmount
  }
`);

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
      coverSummary {
        total {
          ...CoverFiguresRow
        }
      }
    }
  `,
  [OrderRow, CoverFiguresRow],
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

/** One guarantee that stands, or stood, for a deposit. */
export const CoverRow = graphql(`
  fragment CoverRow on Policy @_unmask {
    id
    policyNumber
    state
    stateLabel
    sumInsured
    premium
    startOn
    endOn
    file {
      id
      url
    }
    insurer {
      id
      name
      shortName
    }
    order {
      id
      number
      depositKindLabel
      formLabel
      section {
        id
        code
        name
      }
    }
  }
`);

/** What guarantees stand for now, and what is under way. */
export const CenterCoverDocument = graphql(
  `
    query CenterCover {
      coverSummary {
        endsSoonUntil
        total {
          ...CoverFiguresRow
        }
        kinds {
          ...CoverFiguresRow
        }
      }
      underWay: orders(
        filter: { states: [UNDERWRITING, AWAITING_PAYMENT, PAYMENT_REVIEW, ISSUING] }
        first: 5
      ) {
        totalCount
        nodes {
          ...OrderRow
        }
      }
    }
  `,
  [CoverFiguresRow, OrderRow],
);

export const CenterGuaranteesDocument = graphql(
  `
    query CenterGuarantees($filter: PolicyFilter, $first: Int, $after: String) {
      policies(filter: $filter, first: $first, after: $after) {
        totalCount
        nodes {
          ...CoverRow
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [CoverRow],
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
            deposits {
              kind
            }
            saved {
              reminder
            }
          }
          orders {
            ...OrderStanding
            depositKind
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
