import { graphql, type ResultOf } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const AccountSecurityDocument = graphql(`
  query AccountSecurity {
    viewer {
      secondFactor
      user {
        id
        mobile
        secondFactorEnabledAt
        recoveryCodesLeft
        sessions {
          id
          createdAt
          expiresAt
          address
          agent
          isCurrent
        }
      }
    }
  }
`);

type User = NonNullable<NonNullable<ResultOf<typeof AccountSecurityDocument>['viewer']>['user']>;
export type UserSession = NonNullable<User['sessions']>[number];

export const RevokeSessionDocument = graphql(
  `
    mutation RevokeSession($input: IdInput!) {
      revokeSession(input: $input) {
        __typename
        ... on User {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ChangePasswordDocument = graphql(
  `
    mutation ChangePassword($input: ChangePasswordInput!) {
      changePassword(input: $input) {
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

export const ChangeMobileDocument = graphql(
  `
    mutation ChangeMobile($input: ChangeMobileInput!) {
      changeMobile(input: $input) {
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

export const StartSecondFactorDocument = graphql(
  `
    mutation StartSecondFactor($input: StartSecondFactorInput!) {
      startSecondFactor(input: $input) {
        __typename
        ... on SecondFactorStart {
          secret
          uri
          expiresAt
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ConfirmSecondFactorDocument = graphql(
  `
    mutation ConfirmSecondFactor($input: SecondFactorCodeInput!) {
      confirmSecondFactor(input: $input) {
        __typename
        ... on SecondFactorEnabled {
          recoveryCodes
          session {
            expiresAt
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RemoveSecondFactorDocument = graphql(
  `
    mutation RemoveSecondFactor($input: SecondFactorCodeInput!) {
      removeSecondFactor(input: $input) {
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
