import { graphql } from '../../gql/graphql.ts';

/** Who is signed in, and what still stands between them and an application. */
export const ViewerDocument = graphql(`
  query Viewer {
    viewer {
      __typename
      kind
      readiness
      secondFactor
      user {
        id
        mobile
        role
        name
      }
      enterprise {
        id
        name
        creditCode
        profileComplete
      }
      insurer {
        id
        shortName
      }
      certification {
        id
        state
      }
    }
  }
`);
