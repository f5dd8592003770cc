import { readFile } from 'node:fs/promises';
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLObjectType,
  GraphQLUnionType,
  isIntrospectionType,
  isSpecifiedScalarType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { printedSchema, schema } from '../../src/graph/schema.ts';

const own = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const isChinese = (text: string | null | undefined) => /[\u4e00-\u9fff]/.test(text ?? '');

function undescribed(type: GraphQLNamedType): string[] {
  const missing = isChinese(type.description) ? [] : [type.name];
  if (type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType) {
    for (const field of Object.values(type.getFields())) {
      if (!isChinese(field.description)) missing.push(`${type.name}.${field.name}`);
      for (const arg of field.args)
        if (!isChinese(arg.description)) missing.push(`${type.name}.${field.name}(${arg.name})`);
    }
  }
  if (type instanceof GraphQLInputObjectType) {
    for (const field of Object.values(type.getFields()))
      if (!isChinese(field.description)) missing.push(`${type.name}.${field.name}`);
  }
  if (type instanceof GraphQLEnumType) {
    for (const value of type.getValues())
      if (!isChinese(value.description)) missing.push(`${type.name}.${value.name}`);
  }
  return missing;
}

describe('the schema', () => {
  test('is printed and committed', async () => {
    expect(await readFile(new URL('../../../schema.graphql', import.meta.url), 'utf8')).toBe(printedSchema());
  });

  test('says in Chinese what every type, field, argument and value is', () => {
    expect(own.flatMap(undescribed)).toEqual([]);
  });

  test('gives every mutation one input and a union of an object and refusals that implement Error', () => {
    const wrong = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
      const result = schema.getType(`${field.name[0]?.toUpperCase()}${field.name.slice(1)}Result`);
      const faults: string[] = [];
      if (field.args.map((arg) => arg.name).join() !== 'input')
        faults.push(`${field.name} takes ${field.args.map((arg) => arg.name)}`);
      if (!(result instanceof GraphQLUnionType)) return [...faults, `${field.name} has no result union`];
      const objects = result
        .getTypes()
        .filter((type) => !type.getInterfaces().some((face) => face.name === 'Error'));
      if (objects.length !== 1) faults.push(`${field.name} gives ${objects.map((type) => type.name)}`);
      return faults;
    });
    expect(wrong).toEqual([]);
  });

  test('has the names that other systems rely on', () => {
    const queries = [
      'viewer',
      'platform',
      'bidSections',
      'bidSection',
      'products',
      'orders',
      'order',
      'quotes',
      'certifications',
      'payments',
      'invoices',
      'invoiceTitles',
      'shippingAddresses',
      'verifyPolicy',
      'events',
      'node',
    ];
    const mutations = [
      'requestSmsCode',
      'register',
      'signIn',
      'signOut',
      'resetPassword',
      'submitCertification',
      'expediteCertification',
      'withdrawCertification',
      'completeProfile',
      'startOrder',
      'recordSalesEvents',
      'acceptDocuments',
      'chooseProducts',
      'saveApplication',
      'submitOrder',
      'cancelOrder',
      'supplyMaterial',
      'acceptQuote',
      'submitVoucher',
      'createInvoiceTitle',
      'updateInvoiceTitle',
      'deleteInvoiceTitle',
      'createShippingAddress',
      'updateShippingAddress',
      'deleteShippingAddress',
      'requestInvoice',
      'withdrawInvoice',
      'approveCertification',
      'rejectCertification',
      'importBidSections',
      'postponeBidSection',
      'suspendBidSection',
      'resumeBidSection',
      'openBidSection',
      'failBidSection',
      'awardBidSection',
      'saveInsurer',
      'saveProduct',
      'publishDocument',
      'confirmPayment',
      'rejectPayment',
      'createApiClient',
      'rotateApiClientSecret',
      'revokeApiClient',
      'createStaffUser',
      'suspendUser',
      'offerQuote',
      'declineQuote',
      'requestMaterial',
      'issuePolicy',
      'acceptInvoice',
      'issueInvoice',
      'rejectInvoice',
      'shipInvoice',
      'reverseInvoice',
    ];
    const missing = (names: string[], fields: object | undefined) =>
      names.filter((name) => !(name in (fields ?? {})));
    expect(missing(queries, schema.getQueryType()?.getFields())).toEqual([]);
    expect(missing(mutations, schema.getMutationType()?.getFields())).toEqual([]);
    expect(
      missing(['orderChanged', 'certificationChanged'], schema.getSubscriptionType()?.getFields()),
    ).toEqual([]);
  });
});
