import {
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import { schema } from '../../src/graph/schema.ts';
import { creditCodeCheckDigit } from '../../src/kernel/credit-code.ts';
import { newId } from '../../src/kernel/id.ts';

/** One mutation with one of its ids left open, and all else filled in so that nothing but the id can be wrong. */
export interface IdentifyingMutation {
  readonly name: string;
  readonly path: string;
  readonly document: string;
  readonly inputWith: (id: string) => Record<string, unknown>;
}

const creditCode = `91210500MA0000000${creditCodeCheckDigit('91210500MA0000000')}`;
const examples: Readonly<Record<string, unknown>> = {
  String: '演示',
  Boolean: true,
  Int: 1,
  Money: '400.00',
  Rate: '0.004',
  Date: '2026-11-24',
  DateTime: '2026-12-24T02:00:00.000Z',
  Mobile: '13900000009',
  CreditCode: creditCode,
  ExchangeValue: '演示',
};
/** What a plain text has to look like where the contract asks for more than a text. */
const texts: Readonly<Record<string, string>> = {
  accountNumber: '6222000012345365',
  hotline: '400-000-0001',
  idNumber: 'USA210080010112',
  payerAccount: '6222000012345365',
  payeeAccount: '6222000012345365',
  transactionNumber: 'TX20261124-0009',
  phone: '13900000002',
  regionCode: '210502',
  taxNumber: creditCode,
  number: '12345678901234567890',
  redNumber: '12345678901234567890',
  policyNumber: 'BH-2026-999999',
  trackingNumber: 'SF0000000001',
  courier: '顺丰速运',
  email: 'someone@example.com',
  pageVersion: 'v1',
  password: '秋天的红叶 2026',
  premium: '400.00',
  rate: '0.004',
};

function exampleOf(
  type: GraphQLInputType,
  name: string,
  id: (path: string) => string,
  path: string,
): unknown {
  const bare = getNullableType(type);
  if (isListType(bare)) return [exampleOf(bare.ofType, name, id, path)];
  if (isEnumType(bare)) return bare.getValues()[0]?.value;
  if (isInputObjectType(bare)) {
    const fields = Object.values(bare.getFields()).filter(
      (field) => isRequiredInputField(field) || getNamedType(field.type).name === 'ID',
    );
    return Object.fromEntries(
      fields.map((field) => [
        field.name,
        exampleOf(field.type, field.name, id, path ? `${path}.${field.name}` : field.name),
      ]),
    );
  }
  if (bare.name === 'ID') return id(path);
  const example = bare.name === 'String' ? (texts[name] ?? examples.String) : examples[bare.name];
  if (example === undefined) throw new Error(`Nobody knows an example of ${bare.name}.`);
  return example;
}

/** Every id that a mutation of the contract takes, one by one. */
export function everyIdentifyingMutation(): IdentifyingMutation[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    const type = field.args[0]?.type;
    if (!type || !isInputObjectType(getNamedType(type))) throw new Error(`${field.name} has no input.`);
    const paths = new Set<string>();
    exampleOf(type, 'input', (path) => paths.add(path) && '', '');
    const document = `mutation ($input: ${String(type)}) { ${field.name}(input: $input) { __typename
      ... on Error { code message retryable }
      ... on InvalidInput { issues { path message } } ... on TransitionRefused { currentState refusedEvent } } }`;
    return [...paths].map((path) => ({
      name: field.name,
      path,
      document,
      inputWith: (id: string) =>
        exampleOf(type, 'input', (at) => (at === path ? id : absentLike(at)), '') as Record<string, unknown>,
    }));
  });
}

const prefixes: Readonly<Record<string, string>> = {
  orderId: 'ord',
  batchId: 'bat',
  quoteId: 'qte',
  paymentId: 'pay',
  policyId: 'pol',
  invoiceId: 'inv',
  surrenderId: 'srd',
  ticketId: 'tkt',
  refundId: 'rfd',
  lineId: 'bnl',
};
const absentLike = (path: string) => newId(prefixes[path] ?? 'upl');
