import { randomInt } from 'node:crypto';
import { sql } from 'drizzle-orm';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { issuedOrder } from '../../src/modules/payment/payment.fixture.ts';
import { chanceOf } from '../support/chance.ts';
import { createHarness, type Harness } from '../support/harness.ts';

/*
 * Whoever asks for whatever: the answer is what was asked for or a refusal that can be told, and never a fault of ours. Inputs have
 * the shape of the schema and are otherwise drawn at random from what people and attackers send.
 */

const rounds = Number(process.env.ANY_INPUT_ROUNDS ?? 3);

/** What attackers and broken programs send. */
const hostile = [
  '',
  ' ',
  'x'.repeat(20_000),
  '\u0000',
  '演示\ud800',
  '<img src=x onerror=alert(1)>',
  "' or 1=1 --",
  '=cmd|A0',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '\r\nSet-Cookie: a=b',
  '\u202e反',
  '%',
  '_',
  '-1',
  '1e308',
  '🀄'.repeat(50),
];
const words = [
  '本溪演示路桥工程有限公司',
  '演示说明',
  'BX-2026-0001',
  '000000',
  '13800001234',
  'sandbox',
  '024-42800000',
];
/** Of each scalar what is right, and what is not. */
/** After these the caller would be a stranger. */
const endsSessions = new Set(['signOut', 'suspendUser', 'revokeSession', 'revokeApiClient']);
const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() };
const scalars: Record<string, readonly [right: readonly unknown[], wrong: readonly unknown[]]> = {
  String: [words, hostile],
  Int: [
    [1, 2, 7, 90],
    [0, -1, 101, 2_147_483_647, -2_147_483_648],
  ],
  Float: [[0.5], [-1, 1e308]],
  Boolean: [[true, false], [true]],
  CreditCode: [['91440400MA55XYY50B'], ['9144O400MA55XYY50B', '', '９１４４０４００']],
  Date: [
    ['2026-11-24', '2026-11-30', '2027-03-01'],
    ['2026-02-30', '0000-01-01', '9999-12-31', '1900-01-01', '24.11.2026', ''],
  ],
  DateTime: [
    ['2026-11-24T09:00:00.000+08:00', '2026-12-30T09:00:00Z'],
    ['9999-12-31T23:59:59.999Z', '-271821-04-20T00:00:00Z', 'now', ''],
  ],
  ExchangeValue: [
    ['20000', 20_000, '20260316194000', '2027-03-01 08:30:00', '210502', 'BX2026-01'],
    ['', -1, '１２', 1e21, '演示\ud800'],
  ],
  Mobile: [
    ['13800001234', '+86 138 0000 1234'],
    ['110', '１３８００００１２３', ''],
  ],
  Money: [
    ['400.00', '100000.00'],
    ['0.00', '-1.00', '1e308', '0.005', '90071992547409.93', ''],
  ],
  Rate: [
    ['0.04', '0.0042'],
    ['0', '1', '-0.1', '1e-9', '0.00001', ''],
  ],
};

test('no input that has the right shape is a fault of ours, whoever sends it', async () => {
  const seed = Number(process.env.ANY_INPUT_SEED ?? randomInt(2 ** 31));
  console.info(`ANY_INPUT_SEED=${seed}`);
  const chance = chanceOf(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(chance() * of.length)] as T;

  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const h = await createHarness();
    const issued = await issuedOrder(h);
    const callers = {
      stranger: null,
      newcomer: await h.given.newcomer(),
      bidder: issued.bidder,
      operator: await h.given.operator(),
      underwriter: issued.underwriter,
      centre: await h.given.apiClient(['sections:write', 'deposits:read']),
    };
    const ids = await knownIds(h);
    for (const [operation, root] of Object.entries(roots)) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (endsSessions.has(field.name)) continue;
        for (const [name, caller] of Object.entries(callers)) {
          const variables = Object.fromEntries(
            field.args
              .filter((argument) => isNonNullType(argument.type) || chance() < 0.6)
              .map((argument) => [argument.name, someOf(argument.type, 0, ids, field.name)]),
          );
          const { errors } = await h.as(caller)(documentOf(operation, field, variables), variables);
          if (errors?.some(({ extensions }) => extensions.code === 'INTERNAL_SERVER_ERROR'))
            faults.push(
              `${name} ${field.name} ${JSON.stringify(variables)} ${h.logged.at(-1)}`.slice(0, 3000),
            );
        }
      }
    }
    // Reads the chain of events too, which whatever was written must not have broken.
    expect((await h.events()).length).toBeGreaterThan(30);
  }
  expect(faults).toEqual([]);

  function someOf(type: GraphQLInputType, depth: number, ids: readonly Known[], name: string): unknown {
    if (isNonNullType(type)) return someOf(type.ofType, depth, ids, name);
    if (isListType(type))
      return Array.from({ length: Math.floor(chance() * 4) }, () =>
        someOf(type.ofType, depth + 1, ids, name),
      );
    if (isEnumType(type)) return one(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const given = type.isOneOf
        ? [one(fields)]
        : fields.filter((field) => isNonNullType(field.type) || (depth < 4 && chance() < 0.6));
      return Object.fromEntries(
        given.map((field) => [
          field.name,
          someOf(field.type, depth + 1, ids, field.name === 'id' ? name : field.name),
        ]),
      );
    }
    if (type.name === 'ID') return one(chance() < 0.95 ? idsLike(ids, name) : hostile);
    const values = scalars[type.name];
    if (!values) throw new Error(`No values are known for the scalar ${type.name}.`);
    return one(values[chance() < 0.85 ? 0 : 1]);
  }
});

interface Known {
  readonly id: string;
  /** As names of fields and arguments have it: "section" of the table bid_sections. */
  readonly noun: string;
}

/** Ids of what a name speaks of, or any. */
function idsLike(known: readonly Known[], name: string): readonly string[] {
  const like = known.filter(({ noun }) => name.toLowerCase().includes(noun));
  return (like.length > 0 ? like : known).map(({ id }) => id);
}

/** Ids of all kinds that the platform knows. */
async function knownIds(h: Harness): Promise<Known[]> {
  const { reader } = h.app.core.database;
  const tables = await reader.all<{ name: string }>(
    sql`select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'id' where m.type = 'table'`,
  );
  const known: Known[] = [];
  for (const { name } of tables) {
    const rows = await reader.all<{ id: unknown }>(sql.raw(`select id from "${name}" limit 5`));
    const noun = (name.split('_').at(-1) ?? '').replace(/ies$/, 'y').replace(/s$/, '');
    known.push(...rows.flatMap(({ id }) => (typeof id === 'string' ? [{ id, noun }] : [])));
  }
  return known;
}

function documentOf(
  operation: string,
  field: GraphQLField<unknown, unknown>,
  variables: Record<string, unknown>,
): string {
  const used = field.args.filter(({ name }) => name in variables);
  const declared = used.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = used.map(({ name }) => `${name}: $${name}`).join(', ');
  return `${operation}${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selectionOf(field.type, 2)} }`;
}

/** All that can be asked for without arguments, to a depth. */
function selectionOf(type: GraphQLOutputType, depth: number): string {
  const named: GraphQLNamedType = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named))
    return `{ __typename ${named
      .getTypes()
      .filter((member) => depth > 0 && !('message' in member.getFields()))
      .map((member) => `... on ${member.name} ${selectionOf(member, depth)}`)
      .join(' ')} }`;
  if (!isObjectType(named) && !isInterfaceType(named)) throw new Error(`${type} cannot be asked for.`);
  const fields = Object.values(named.getFields()).flatMap((field) => {
    if (field.args.some((argument) => isNonNullType(argument.type))) return [];
    if (isLeafType(getNamedType(field.type))) return [field.name];
    return depth > 0 && chosen(field.name) ? [`${field.name} ${selectionOf(field.type, depth - 1)}`] : [];
  });
  return `{ __typename ${fields.join(' ')} }`;
}

/** Lists of everything cost more than a request may. */
const chosen = (name: string) =>
  ['nodes', 'order', 'section', 'product', 'insurer', 'policy', 'payment', 'invoice'].includes(name);
