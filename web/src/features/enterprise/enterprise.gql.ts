import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const CertificationFields = graphql(`
  fragment CertificationFields on Certification @_unmask {
    __typename
    id
    number
    state
    stateLabel
    isChange
    name
    creditCode
    legalRepresentative {
      name
      idType
      idNumberMasked
    }
    license {
      id
      url
      bytes
      contentType
      sha256
    }
    submittedAt
    expeditedAt
    dueAt
    overdue
    queuePosition
    decidedAt
    rejectionReason
    rejectedFields
    changes {
      field
      label
      before
      after
    }
    availableEvents
  }
`);

export const CertificationStandingDocument = graphql(
  `
    query CertificationStanding {
      viewer {
        __typename
        readiness
        user {
          id
        }
        enterprise {
          id
          name
          creditCode
          members {
            id
            name
            mobile
            isOwner
            isSelf
          }
        }
        certification {
          ...CertificationFields
        }
        certificationInForce {
          ...CertificationFields
        }
      }
    }
  `,
  [CertificationFields],
);

/** The cache asks for the certification again on every message, so that the message itself can be short. */
export const CertificationChangedDocument = graphql(`
  subscription CertificationChanged($id: ID!) {
    certificationChanged(certificationId: $id) {
      id
      state
      stateLabel
    }
  }
`);

/** Nobody submits a hundred times. */
export const CertificationHistoryDocument = graphql(`
  query CertificationHistory {
    certifications(first: 100) {
      nodes {
        id
        number
        state
        stateLabel
        isChange
        name
        submittedAt
        decidedAt
        rejectionReason
        rejectedFields
        changes {
          field
          label
          before
          after
        }
      }
    }
  }
`);

export const SubmitCertificationDocument = graphql(
  `
    mutation SubmitCertification($input: SubmitCertificationInput!) {
      submitCertification(input: $input) {
        __typename
        ... on Certification {
          ...CertificationFields
        }
        ...RefusalFields
      }
    }
  `,
  [CertificationFields, RefusalFields],
);

export const ExpediteCertificationDocument = graphql(
  `
    mutation ExpediteCertification($input: IdInput!) {
      expediteCertification(input: $input) {
        __typename
        ... on Certification {
          ...CertificationFields
        }
        ...RefusalFields
      }
    }
  `,
  [CertificationFields, RefusalFields],
);

export const WithdrawCertificationDocument = graphql(
  `
    mutation WithdrawCertification($input: IdInput!) {
      withdrawCertification(input: $input) {
        __typename
        ... on Certification {
          ...CertificationFields
        }
        ...RefusalFields
      }
    }
  `,
  [CertificationFields, RefusalFields],
);

export const ProfileFields = graphql(`
  fragment ProfileFields on Enterprise @_unmask {
    __typename
    id
    name
    creditCode
    ownership
    regionCode
    regionName
    address
    profileComplete
  }
`);

export const ProfilePageDocument = graphql(
  `
    query ProfilePage {
      viewer {
        __typename
        readiness
        enterprise {
          ...ProfileFields
        }
      }
    }
  `,
  [ProfileFields],
);

export const CompleteProfileDocument = graphql(
  `
    mutation CompleteProfile($input: CompleteProfileInput!) {
      completeProfile(input: $input) {
        __typename
        ... on Enterprise {
          ...ProfileFields
        }
        ...RefusalFields
      }
    }
  `,
  [ProfileFields, RefusalFields],
);
