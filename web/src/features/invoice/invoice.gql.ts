import { graphql } from '../../gql/graphql.ts';
import { RefusalFields } from '../../shared/refusal.gql.ts';

export const InvoicePageDocument = graphql(`
  query InvoicePage($id: ID!) {
    invoice(id: $id) {
      id
      state
      stateLabel
      type
      typeLabel
      content
      policyNumber
      quoteNumber
      amount
      net
      vat
      code
      number
      issuedOn
      redCode
      redNumber
      toReverse
      overdue
      wish {
        typeLabel
        missing
      }
      courier
      trackingNumber
      trackingUrl
      rejectReason
      requestedAt
      nextActor
      dueAt
      availableEvents
      requestBlocked {
        allowed
        code
        message
      }
      title {
        name
        taxNumber
        email
        registeredAddress
        registeredPhone
        bankName
        bankAccount
      }
      address {
        recipient
        phone
        regionName
        address
      }
      files {
        format
        legal
        file {
          id
          url
        }
      }
      events {
        id
        at
        event
        note
      }
      order {
        id
        number
        state
        stateLabel
        depositKindLabel
        createdAt
        completedAt
        invoice {
          id
        }
        section {
          id
          code
          name
        }
        acceptedQuote {
          id
          insurer {
            id
            name
            hotline
          }
        }
      }
    }
  }
`);

export const InvoiceFormDocument = graphql(`
  query InvoiceForm($id: ID!) {
    invoice(id: $id) {
      id
      state
      policyNumber
      quoteNumber
      amount
      type
      titleId
      address {
        recipient
        phone
        regionCode
        address
      }
      disclosureAccepted
      rejectReason
      availableEvents
      requestBlocked {
        allowed
        code
        message
      }
      order {
        id
        number
        application {
          invoicePreference {
            type
          }
        }
      }
    }
  }
`);

export const InvoiceTitlesDocument = graphql(`
  query InvoiceTitles {
    invoiceTitles {
      id
      special
      name
      taxNumber
      email
      registeredAddress
      registeredPhone
      bankName
      bankAccount
      isDefault
    }
  }
`);

export const ShippingAddressesDocument = graphql(`
  query ShippingAddresses {
    shippingAddresses {
      id
      recipient
      phone
      regionCode
      regionName
      address
      isDefault
    }
  }
`);

export const CreateInvoiceTitleDocument = graphql(
  `
    mutation CreateInvoiceTitle($input: CreateInvoiceTitleInput!) {
      createInvoiceTitle(input: $input) {
        __typename
        ... on InvoiceTitle {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const UpdateInvoiceTitleDocument = graphql(
  `
    mutation UpdateInvoiceTitle($input: UpdateInvoiceTitleInput!) {
      updateInvoiceTitle(input: $input) {
        __typename
        ... on InvoiceTitle {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const CreateShippingAddressDocument = graphql(
  `
    mutation CreateShippingAddress($input: CreateShippingAddressInput!) {
      createShippingAddress(input: $input) {
        __typename
        ... on ShippingAddress {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RequestInvoiceDocument = graphql(
  `
    mutation RequestInvoice($input: RequestInvoiceInput!) {
      requestInvoice(input: $input) {
        __typename
        ... on Invoice {
          id
          state
          order {
            id
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const WithdrawInvoiceDocument = graphql(
  `
    mutation WithdrawInvoice($input: WithdrawInvoiceInput!) {
      withdrawInvoice(input: $input) {
        __typename
        ... on Invoice {
          id
          state
          order {
            id
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

/** The text in front of an application, as it stands now. */
export const InvoiceDisclosureDocument = graphql(`
  query InvoiceDisclosure {
    invoiceDisclosure {
      version
      title
      paragraphs
      documents {
        id
        title
        version
        pages
      }
    }
  }
`);

export const AcceptInvoiceDisclosureDocument = graphql(
  `
    mutation AcceptInvoiceDisclosure($input: AcceptInvoiceDisclosureInput!) {
      acceptInvoiceDisclosure(input: $input) {
        __typename
        ... on Invoice {
          id
          disclosureAccepted
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const UpdateShippingAddressDocument = graphql(
  `
    mutation UpdateShippingAddress($input: UpdateShippingAddressInput!) {
      updateShippingAddress(input: $input) {
        __typename
        ... on ShippingAddress {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const DeleteInvoiceTitleDocument = graphql(
  `
    mutation DeleteInvoiceTitle($input: IdInput!) {
      deleteInvoiceTitle(input: $input) {
        __typename
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const DeleteShippingAddressDocument = graphql(
  `
    mutation DeleteShippingAddress($input: IdInput!) {
      deleteShippingAddress(input: $input) {
        __typename
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
