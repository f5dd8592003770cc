import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';
import { ApplicationFields, OrderChoiceFields, ProductTermsFields } from './application.gql.ts';

/** Why one section was left out. */
export const BatchRefusalFields = graphql(`
  fragment BatchRefusalFields on BatchRefusal @_unmask {
    code
    message
    issues {
      path
      message
    }
    section {
      id
      code
      name
    }
    order {
      id
    }
  }
`);

/** A batch with the orders that are still to be submitted, and those that are not any more. */
export const BatchFields = graphql(
  `
    fragment BatchFields on OrderBatch @_unmask {
      id
      form
      formLabel
      depositKindLabel
      submittedAt
      orders {
        id
        number
        state
        stateLabel
        dueAt
        products {
          id
        }
        section {
          id
          code
          name
        }
      }
      notStarted {
        ...BatchRefusalFields
      }
      notSubmitted {
        ...BatchRefusalFields
      }
    }
  `,
  [BatchRefusalFields],
);

export const BatchDocument = graphql(
  `
    query Batch($id: ID!) {
      orderBatch(id: $id) {
        ...BatchFields
      }
    }
  `,
  [BatchFields],
);

export const BatchFormOrderFields = graphql(
  `
    fragment BatchFormOrderFields on Order @_unmask {
      id
      number
      state
      depositKind
      form
      depositAmount
      section {
        id
        code
        name
      }
      products {
        ...ProductTermsFields
      }
      requiredDocuments {
        statement
        accepted
      }
      papers {
        kind
        productId
        url
      }
      application {
        ...ApplicationFields
      }
    }
  `,
  [ProductTermsFields, ApplicationFields],
);

export const BatchFormDocument = graphql(
  `
    query BatchForm($id: ID!) {
      orderBatch(id: $id) {
        id
        form
        depositKindLabel
        orders {
          ...BatchFormOrderFields
        }
      }
    }
  `,
  [BatchFormOrderFields],
);

export const StartOrdersDocument = graphql(
  `
    mutation StartOrders($input: StartOrdersInput!) {
      startOrders(input: $input) {
        __typename
        ... on OrderBatch {
          id
        }
        ... on BatchRefused {
          refusals {
            ...BatchRefusalFields
          }
        }
        ...RefusalFields
      }
    }
  `,
  [BatchRefusalFields, RefusalFields],
);

export const RecordBatchSalesEventsDocument = graphql(
  `
    mutation RecordBatchSalesEvents($input: RecordBatchSalesEventsInput!) {
      recordBatchSalesEvents(input: $input) {
        __typename
        ... on OrderBatch {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const AcceptBatchDocumentsDocument = graphql(
  `
    mutation AcceptBatchDocuments($input: AcceptBatchDocumentsInput!) {
      acceptBatchDocuments(input: $input) {
        __typename
        ... on OrderBatch {
          id
          orders {
            ...OrderChoiceFields
          }
        }
        ... on ReadingIncomplete {
          secondsLeft
          documents {
            document {
              id
            }
          }
        }
        ...RefusalFields
      }
    }
  `,
  [OrderChoiceFields, RefusalFields],
);

export const ChooseBatchProductsDocument = graphql(
  `
    mutation ChooseBatchProducts($input: ChooseBatchProductsInput!) {
      chooseBatchProducts(input: $input) {
        __typename
        ... on OrderBatch {
          id
          orders {
            ...OrderChoiceFields
          }
        }
        ...RefusalFields
      }
    }
  `,
  [OrderChoiceFields, RefusalFields],
);

export const SaveBatchApplicationDocument = graphql(
  `
    mutation SaveBatchApplication($input: SaveBatchApplicationInput!) {
      saveBatchApplication(input: $input) {
        __typename
        ... on OrderBatch {
          id
          orders {
            id
            application {
              ...ApplicationFields
            }
          }
        }
        ... on DraftChanged {
          paths
          application {
            ...ApplicationFields
          }
        }
        ...RefusalFields
      }
    }
  `,
  [ApplicationFields, RefusalFields],
);

export const SubmitOrdersDocument = graphql(
  `
    mutation SubmitOrders($input: SubmitOrdersInput!) {
      submitOrders(input: $input) {
        __typename
        ... on OrderBatch {
          ...BatchFields
        }
        ... on BatchRefused {
          refusals {
            ...BatchRefusalFields
          }
        }
        ...RefusalFields
      }
    }
  `,
  [BatchFields, BatchRefusalFields, RefusalFields],
);
