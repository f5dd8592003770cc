import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';
import { EventFields } from '../order/order.gql.ts';

/** What a ticket is opened about. */
export const TicketOrderDocument = graphql(`
  query TicketOrder($id: ID!) {
    order(id: $id) {
      id
      number
      stateLabel
      submittedAt
      depositKind
      depositKindLabel
      section {
        id
        name
        openedAt
      }
      policy {
        id
        policyNumber
      }
    }
  }
`);

export const TicketPageDocument = graphql(
  `
    query TicketPage($id: ID!) {
      ticket(id: $id) {
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
        handedOver
        reopenedAt
        availableEvents
        orderNumber
        order {
          id
          depositKind
          depositKindLabel
          section {
            id
            name
            openedAt
          }
        }
        messages {
          id
          author
          authorLabel
          text
          createdAt
          files {
            id
            fileName
            url
          }
        }
        events {
          ...EventFields
        }
      }
    }
  `,
  [EventFields],
);

export const OpenTicketDocument = graphql(
  `
    mutation OpenTicket($input: OpenTicketInput!) {
      openTicket(input: $input) {
        __typename
        ... on ServiceTicket {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ReplyToTicketDocument = graphql(
  `
    mutation ReplyToTicket($input: ReplyToTicketInput!) {
      replyToTicket(input: $input) {
        __typename
        ... on ServiceTicket {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ReopenTicketDocument = graphql(
  `
    mutation ReopenTicket($input: ReopenTicketInput!) {
      reopenTicket(input: $input) {
        __typename
        ... on ServiceTicket {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const CloseTicketDocument = graphql(
  `
    mutation CloseTicket($input: CloseTicketInput!) {
      closeTicket(input: $input) {
        __typename
        ... on ServiceTicket {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
