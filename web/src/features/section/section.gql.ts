import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

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
      saved {
        reminder
      }
      deposits {
        ...DepositFields
      }
    }
  `,
  [DepositFields],
);

export const SectionListDocument = graphql(
  `
    query SectionList($filter: BidSectionFilter, $sort: BidSectionSort, $first: Int, $after: String) {
      bidSections(filter: $filter, sort: $sort, first: $first, after: $after) {
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
      projectTypeTree {
        label
        types {
          value
          label
        }
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
          actorLabel
          note
        }
        changes {
          event {
            id
          }
          changes {
            field
            label
            before
            after
          }
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

export const SaveSectionDocument = graphql(
  `
    mutation SaveSection($input: SaveBidSectionInput!) {
      saveBidSection(input: $input) {
        __typename
        ... on BidSection {
          id
          saved {
            reminder
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const UnsaveSectionDocument = graphql(
  `
    mutation UnsaveSection($input: UnsaveBidSectionInput!) {
      unsaveBidSection(input: $input) {
        __typename
        ... on BidSection {
          id
          saved {
            reminder
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
