import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

/** What `standingOf` reads: enough to say in one sentence how an order stands and who acts next. */
export const OrderStanding = graphql(`
  fragment OrderStanding on Order @_unmask {
    id
    number
    state
    stateLabel
    cancelReason
    nextActor
    dueAt
    availableEvents
    quotes {
      id
      state
      declineReason
      validUntil
      dueAt
      insurer {
        id
        shortName
      }
    }
    payment {
      id
      state
      amount
      receivedAmount
      outstandingAmount
      rejectReason
      exceptionKind
      nextActor
      dueAt
      voucher {
        id
      }
      refunds {
        id
        kind
        state
        amount
        reason
      }
    }
    policy {
      id
      state
    }
  }
`);

export const EventFields = graphql(`
  fragment EventFields on Event @_unmask {
    id
    at
    noun
    event
    label
    actorLabel
    note
  }
`);

export const QuoteFields = graphql(
  `
    fragment QuoteFields on Quote @_unmask {
      id
      number
      state
      stateLabel
      referencePremium
      premium
      rate
      premiumDiffers
      validUntil
      note
      declineReason
      materialRounds {
        request
        requestedAt
        dueAt
        note
        suppliedAt
        files {
          id
          url
        }
      }
      submittedAt
      decidedAt
      dueAt
      policyNumber
      availableEvents
      insurer {
        id
        name
        shortName
        hotline
      }
      product {
        id
        name
        documents {
          id
          kind
          title
        }
      }
      breakdown {
        premium
        sumInsured
        rate
        days
        formulaText
        minimumPremium
        minimumApplied
        net
        vat
      }
      events {
        ...EventFields
      }
    }
  `,
  [EventFields],
);

/** The order page. It spells out `OrderStanding`, since a list selected in two places loses its type. */
export const OrderPageDocument = graphql(
  `
    query OrderPage($id: ID!) {
      order(id: $id) {
        id
        number
        state
        stateLabel
        cancelReason
        nextActor
        dueAt
        availableEvents
        depositKind
        depositKindLabel
        formLabel
        depositAmount
        orderAmount
        createdAt
        submittedAt
        batch {
          id
        }
        section {
          id
          code
          name
          projectName
          tendererName
          openAt
          deposits {
            kind
            deadline
          }
        }
        application {
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
            endOn
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
        }
        papers {
          kind
          productId
          url
        }
        quotes {
          ...QuoteFields
        }
        payment {
          id
          state
          amount
          receivedAmount
          outstandingAmount
          rejectReason
          exceptionKind
          nextActor
          dueAt
          voucher {
            id
          }
          refunds {
            id
            kind
            state
            amount
            reason
            events {
              ...EventFields
            }
          }
          events {
            ...EventFields
          }
        }
        policy {
          id
          policyNumber
          verificationCode
          state
          stateLabel
          sumInsured
          premium
          startOn
          endOn
          issuedAt
          insurer {
            id
            name
            hotline
          }
          file {
            id
            bytes
            sha256
            url
          }
          endorsements {
            id
            number
            previousEndOn
            endOn
            file {
              id
              url
            }
          }
          shortfall {
            requiredEndOn
            days
          }
          events {
            ...EventFields
          }
        }
        invoice {
          id
          state
          stateLabel
          events {
            ...EventFields
          }
        }
        surrenders {
          id
          state
          stateLabel
          events {
            ...EventFields
          }
        }
        tickets {
          id
          typeLabel
          events {
            ...EventFields
          }
        }
        events {
          ...EventFields
        }
      }
    }
  `,
  [QuoteFields, EventFields],
);

/** The cache asks for the page's order again on every message, so that the message itself can be short. */
export const OrderChangedDocument = graphql(`
  subscription OrderChanged($id: ID!) {
    orderChanged(orderId: $id) {
      id
      state
      stateLabel
    }
  }
`);

export const StartOrderAgainDocument = graphql(
  `
    mutation StartOrderAgain($input: StartOrderAgainInput!) {
      startOrderAgain(input: $input) {
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

export const CancelOrderDocument = graphql(
  `
    mutation CancelOrder($input: CancelOrderInput!) {
      cancelOrder(input: $input) {
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

export const AcceptQuoteDocument = graphql(
  `
    mutation AcceptQuote($input: AcceptQuoteInput!) {
      acceptQuote(input: $input) {
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

export const SupplyMaterialDocument = graphql(
  `
    mutation SupplyMaterial($input: SupplyMaterialInput!) {
      supplyMaterial(input: $input) {
        __typename
        ... on Quote {
          id
          state
          order {
            id
            state
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
