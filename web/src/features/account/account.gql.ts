import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const RequestSmsCodeDocument = graphql(
  `
    mutation RequestSmsCode($input: RequestSmsCodeInput!) {
      requestSmsCode(input: $input) {
        __typename
        ... on SmsCodeRequest {
          mobile
          resendAfterSeconds
          expiresAt
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RegisterDocument = graphql(
  `
    mutation Register($input: RegisterInput!) {
      register(input: $input) {
        __typename
        ... on Session {
          viewer {
            __typename
            readiness
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const SignInDocument = graphql(
  `
    mutation SignIn($input: SignInInput!) {
      signIn(input: $input) {
        __typename
        ... on Session {
          viewer {
            __typename
            readiness
            secondFactor
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const SignOutDocument = graphql(
  `
    mutation SignOut($input: SignOutInput!) {
      signOut(input: $input) {
        __typename
        ... on Done {
          ok
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ResetPasswordDocument = graphql(
  `
    mutation ResetPassword($input: ResetPasswordInput!) {
      resetPassword(input: $input) {
        __typename
        ... on Done {
          ok
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
