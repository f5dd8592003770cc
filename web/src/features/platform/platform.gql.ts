import { graphql } from '../../gql/graphql.ts';

/** What every page may need of the deployment: names, hotline, modules. Small, since the landing page waits for it. */
export const PlatformDocument = graphql(`
  query Platform {
    platform {
      __typename
      name
      centreName
      mode
      hotline
      filingNumber
      userAgreementVersion
      modules {
        code
        title
        text
        url
      }
    }
  }
`);

/** The regions for a cascader, and the districts for filters. */
export const RegionsDocument = graphql(`
  query Regions {
    platform {
      __typename
      regions {
        code
        name
        parentCode
        level
      }
      districts {
        code
        name
        level
      }
    }
  }
`);

/** The platform's own documents in force, page by page. */
export const PlatformDocumentsDocument = graphql(`
  query PlatformDocuments {
    platform {
      __typename
      userAgreementVersion
      documents {
        id
        kind
        title
        version
        pages
        publishedAt
      }
    }
  }
`);
