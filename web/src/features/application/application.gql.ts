import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';
import { DepositFields, MayApplyFields } from '../section/section.gql.ts';

/** A document without its pages: those come when it is opened. */
export const DocumentFields = graphql(`
  fragment DocumentFields on ProductDocument @_unmask {
    id
    kind
    kindLabel
    title
    version
    file {
      id
      url
      fileName
      bytes
    }
    insurer {
      id
      name
      shortName
    }
  }
`);

export const DocumentPagesDocument = graphql(`
  query DocumentPages($id: ID!) {
    node(id: $id) {
      __typename
      ... on ProductDocument {
        id
        title
        version
        pages
      }
    }
  }
`);

export const PremiumFields = graphql(`
  fragment PremiumFields on PremiumBreakdown @_unmask {
    premium
    sumInsured
    rate
    days
    formulaText
    minimumApplied
    net
    vat
  }
`);

/** What a product costs by, so that the client can compute along while somebody types. */
export const ProductTermsFields = graphql(`
  fragment ProductTermsFields on Product @_unmask {
    id
    name
    formula
    formulaLabel
    rate
    tiers {
      upTo
      rate
    }
    minimumPremium
    minimumSum
    maximumSum
    maximumDays
    regionNames
    validUntil
    insurer {
      id
      name
      shortName
      licenseNumber
      licenseValidUntil
      hotline
      logoUrl
    }
  }
`);

export const FormChoiceDocument = graphql(
  `
    query FormChoice($sectionId: ID!, $kind: DepositKind!) {
      platform {
        __typename
        productOrderRule
      }
      bidSection(id: $sectionId) {
        id
        code
        name
        deposits {
          ...DepositFields
        }
        mayApply(kind: $kind) {
          ...MayApplyFields
        }
      }
      INSURANCE: products(sectionId: $sectionId, depositKind: $kind, form: INSURANCE) {
        id
        insurer {
          id
          name
          logoUrl
        }
      }
      SURETY: products(sectionId: $sectionId, depositKind: $kind, form: SURETY) {
        id
        insurer {
          id
          name
          logoUrl
        }
      }
      BANK: products(sectionId: $sectionId, depositKind: $kind, form: BANK) {
        id
        insurer {
          id
          name
          logoUrl
        }
      }
    }
  `,
  [DepositFields, MayApplyFields],
);

export const DisclosureDocument = graphql(
  `
    query Disclosure {
      platform {
        __typename
        broker {
          name
          licenseNumber
        }
        documents {
          ...DocumentFields
        }
      }
    }
  `,
  [DocumentFields],
);

export const OrderChoiceFields = graphql(
  `
    fragment OrderChoiceFields on Order @_unmask {
      id
      state
      products {
        id
      }
      requiredDocuments {
        statement
        accepted
        read
        document {
          ...DocumentFields
        }
      }
    }
  `,
  [DocumentFields],
);

export const OrderChoiceDocument = graphql(
  `
    query OrderChoice($id: ID!) {
      order(id: $id) {
        ...OrderChoiceFields
        number
        depositKind
        depositKindLabel
        form
        formLabel
        depositAmount
        section {
          id
          code
          name
        }
      }
    }
  `,
  [OrderChoiceFields],
);

export const ProductsOnOfferDocument = graphql(
  `
    query ProductsOnOffer($sectionId: ID!, $depositKind: DepositKind!, $form: GuaranteeForm!) {
      platform {
        __typename
        productOrderRule
      }
      products(sectionId: $sectionId, depositKind: $depositKind, form: $form) {
        ...ProductTermsFields
        referencePremium {
          ...PremiumFields
        }
        documents {
          ...DocumentFields
        }
      }
      productsNotOnOffer(sectionId: $sectionId, depositKind: $depositKind, form: $form) {
        reasons
        product {
          id
          name
          insurer {
            id
            name
          }
        }
      }
    }
  `,
  [ProductTermsFields, PremiumFields, DocumentFields],
);

/** The same offer for the sum and the days that were typed. */
export const ReferencePremiumsDocument = graphql(
  `
    query ReferencePremiums(
      $sectionId: ID!
      $depositKind: DepositKind!
      $form: GuaranteeForm!
      $sumInsured: Money!
      $days: Int!
    ) {
      products(sectionId: $sectionId, depositKind: $depositKind, form: $form) {
        id
        referencePremium(sumInsured: $sumInsured, days: $days) {
          ...PremiumFields
        }
      }
    }
  `,
  [PremiumFields],
);

export const ApplicationFields = graphql(`
  fragment ApplicationFields on Application @_unmask {
    section {
      constructionDays
      projectCode
      projectAddress
      projectName
      depositAmount
    }
    cover {
      sumInsured
      startOn
      days
    }
    applicant {
      name
      creditCode
      registeredAddress
      contactAddress
      qualification
      contactName
      contactPhone
    }
    insured {
      name
      creditCode
    }
    handler {
      name
      mobile
      email
    }
    invoicePreference {
      type
    }
    savedAt
    prefilled {
      path
      source
    }
    warnings {
      path
      message
    }
  }
`);

export const ApplicationFormDocument = graphql(
  `
    query ApplicationForm($id: ID!) {
      order(id: $id) {
        id
        number
        state
        depositKind
        depositKindLabel
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
    }
  `,
  [ProductTermsFields, ApplicationFields],
);

/** Who sells: the law wants broker and insurers named in full on every page of the sale. */
export const BrokerDocument = graphql(`
  query Broker {
    platform {
      __typename
      broker {
        name
        licenseNumber
      }
    }
  }
`);

export const SubmittedOrderDocument = graphql(`
  query SubmittedOrder($id: ID!) {
    order(id: $id) {
      id
      number
      state
      submittedAt
      dueAt
      depositKindLabel
      form
      section {
        id
        name
      }
      quotes {
        id
        number
        insurer {
          id
          name
        }
      }
    }
  }
`);

export const StartOrderDocument = graphql(
  `
    mutation StartOrder($input: StartOrderInput!) {
      startOrder(input: $input) {
        __typename
        ... on Order {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RecordSalesEventsDocument = graphql(
  `
    mutation RecordSalesEvents($input: RecordSalesEventsInput!) {
      recordSalesEvents(input: $input) {
        __typename
        ... on Order {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const AcceptDocumentsDocument = graphql(
  `
    mutation AcceptDocuments($input: AcceptDocumentsInput!) {
      acceptDocuments(input: $input) {
        __typename
        ... on Order {
          ...OrderChoiceFields
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

export const ChooseProductsDocument = graphql(
  `
    mutation ChooseProducts($input: ChooseProductsInput!) {
      chooseProducts(input: $input) {
        __typename
        ... on Order {
          ...OrderChoiceFields
        }
        ...RefusalFields
      }
    }
  `,
  [OrderChoiceFields, RefusalFields],
);

export const SaveApplicationDocument = graphql(
  `
    mutation SaveApplication($input: SaveApplicationInput!) {
      saveApplication(input: $input) {
        __typename
        ... on Order {
          id
          application {
            ...ApplicationFields
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

export const SubmitOrderDocument = graphql(
  `
    mutation SubmitOrder($input: SubmitOrderInput!) {
      submitOrder(input: $input) {
        __typename
        ... on Order {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
