import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const InvitationFields = graphql(`
  fragment InvitationFields on Invitation @_unmask {
    id
    mobile
    enterpriseName
    createdAt
    expiresAt
  }
`);

/** Invitations to the caller's own number. */
export const MyInvitationsDocument = graphql(
  `
    query MyInvitations {
      viewer {
        invitations {
          ...InvitationFields
        }
      }
    }
  `,
  [InvitationFields],
);

export const MembersDocument = graphql(
  `
    query Members {
      viewer {
        enterprise {
          id
          name
          members {
            id
            name
            mobile
            isOwner
            isSelf
          }
          invitations {
            ...InvitationFields
          }
        }
      }
    }
  `,
  [InvitationFields],
);

export const InviteMemberDocument = graphql(
  `
    mutation InviteMember($input: InviteMemberInput!) {
      inviteMember(input: $input) {
        __typename
        ... on Invitation {
          id
          mobile
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const AcceptInvitationDocument = graphql(
  `
    mutation AcceptInvitation($input: IdInput!) {
      acceptInvitation(input: $input) {
        __typename
        ... on Session {
          expiresAt
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const DeclineInvitationDocument = graphql(
  `
    mutation DeclineInvitation($input: IdInput!) {
      declineInvitation(input: $input) {
        __typename
        ... on Invitation {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RevokeInvitationDocument = graphql(
  `
    mutation RevokeInvitation($input: IdInput!) {
      revokeInvitation(input: $input) {
        __typename
        ... on Invitation {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RemoveMemberDocument = graphql(
  `
    mutation RemoveMember($input: IdInput!) {
      removeMember(input: $input) {
        __typename
        ... on Enterprise {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const TransferOwnershipDocument = graphql(
  `
    mutation TransferOwnership($input: IdInput!) {
      transferOwnership(input: $input) {
        __typename
        ... on Enterprise {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
