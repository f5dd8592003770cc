import { graphql } from '../../gql/graphql.ts';

export const CenterSurrendersDocument = graphql(`
  query CenterSurrenders($filter: SurrenderFilter, $first: Int, $after: String) {
    surrenders(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        id
        state
        stateLabel
        causeLabel
        amount
        nextActor
        dueAt
        overdue
        createdAt
        orderNumber
        order {
          id
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

export const CenterTicketsDocument = graphql(`
  query CenterTickets($filter: TicketFilter, $first: Int, $after: String) {
    tickets(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        id
        number
        state
        stateLabel
        typeLabel
        subject
        nextActor
        dueAt
        overdue
        createdAt
        orderNumber
        order {
          id
          section {
            id
            name
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
