import { graphql } from '../../gql/graphql.ts';

export const DepositFields = graphql(`
  fragment DepositFields on DepositRequirement @_unmask {
    kind
    kindLabel
    amount
    deadline
  }
`);

export const SectionCardFields = graphql(
  `
    fragment SectionCardFields on BidSection @_unmask {
      id
      code
      name
      projectTypeLabel
      regionName
      state
      stateLabel
      openAt
      openedAt
      deposits {
        ...DepositFields
      }
    }
  `,
  [DepositFields],
);

export const SectionListDocument = graphql(
  `
    query SectionList($filter: BidSectionFilter, $first: Int, $after: String) {
      bidSections(filter: $filter, first: $first, after: $after) {
        __typename
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          ...SectionCardFields
        }
      }
    }
  `,
  [SectionCardFields],
);

/** What one can filter by, as this deployment has it. */
export const SectionFilterOptionsDocument = graphql(`
  query SectionFilterOptions {
    platform {
      __typename
      projectTypes {
        value
        label
        parentLabel
      }
      districts {
        code
        name
      }
    }
  }
`);

export const MayApplyFields = graphql(`
  fragment MayApplyFields on MayApply @_unmask {
    allowed
    code
    message
    orderId
  }
`);

export const SectionDocument = graphql(
  `
    query Section($id: ID!) {
      bidSection(id: $id) {
        ...SectionCardFields
        projectCode
        projectName
        tendererName
        agencyName
        deadlineAt
        validityDays
        noticeName
        events {
          id
          at
          event
          label
          note
        }
        mayApplyBID: mayApply(kind: BID) {
          ...MayApplyFields
        }
        mayApplyPERFORMANCE: mayApply(kind: PERFORMANCE) {
          ...MayApplyFields
        }
        mayApplyADVANCE_PAYMENT: mayApply(kind: ADVANCE_PAYMENT) {
          ...MayApplyFields
        }
        mayApplyWAGE: mayApply(kind: WAGE) {
          ...MayApplyFields
        }
        mayApplyQUALITY: mayApply(kind: QUALITY) {
          ...MayApplyFields
        }
      }
    }
  `,
  [SectionCardFields, MayApplyFields],
);
