import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const UnreadMessagesDocument = graphql(`
  query UnreadMessages {
    unreadMessageCount
  }
`);

export const MessagesDocument = graphql(`
  query Messages($filter: MessageFilter, $first: Int, $after: String) {
    unreadMessageCount
    messages(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        id
        title
        text
        noun
        objectId
        orderId
        createdAt
        readAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const MarkMessagesReadDocument = graphql(
  `
    mutation MarkMessagesRead($input: MarkMessagesReadInput!) {
      markMessagesRead(input: $input) {
        __typename
        ... on MessagesRead {
          unreadCount
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
