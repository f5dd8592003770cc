import {
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNullableType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { schema } from '../../src/graph/schema.ts';
import { limits } from '../../src/limits.ts';

/**
 * Questions made from the schema, so that a field somebody adds tomorrow is asked for without anybody thinking of it: each query
 * with each argument from among candidates, and below it each leaf field.
 */
export interface Question {
  readonly field: string;
  /** What is asked for, the same for all parts of its fields. */
  readonly subject: string;
  readonly document: string;
  readonly variables: Record<string, unknown>;
}

/** Many subjects at once, asked no more than whether there is such a thing. */
export interface Probe {
  readonly field: string;
  readonly document: string;
  /** Subjects by their places in the answer. */
  readonly subjects: Readonly<Record<string, string>>;
}

/** What could be asked for: ids and numbers of every kind, and words to search for. */
export interface Candidates {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

/** Objects within one another. Deeper ones are of types that are asked for nearer to the root as well. */
const DEPTH_MAX = 5;
const FIELDS_PER_DOCUMENT = limits.queryFieldsMax - 50;
const ALIASES_PER_DOCUMENT = limits.queryAliasesMax;

type Tree = Map<string, Tree>;

/** Every way from a type to a leaf, on which no type comes twice. */
function waysBelow(type: GraphQLOutputType, above: readonly string[]): string[][] {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return [[]];
  if (above.includes(named.name) || above.length >= DEPTH_MAX) return [];
  const kinds = isAbstractType(named) ? schema.getPossibleTypes(named) : [named as GraphQLObjectType];
  const ways: string[][] = [['__typename']];
  for (const kind of kinds) {
    const turn = isAbstractType(named) ? [`... on ${kind.name}`] : [];
    for (const field of Object.values(kind.getFields())) {
      for (const call of callsOf(field.name, field.args)) {
        for (const way of waysBelow(field.type, [...above, named.name, kind.name])) {
          ways.push([...turn, call, ...way]);
        }
      }
    }
  }
  return ways;
}

/** A field with each value of its required argument, which is an enum wherever a field below the root has one. */
function callsOf(name: string, args: readonly FieldArgument[]): string[] {
  const [required, ...others] = args.filter(isRequiredArgument);
  if (!required) return [name];
  const type = getNamedType(required.type);
  if (others.length > 0 || !isEnumType(type)) throw new Error(`Nobody knows what to ask ${name} for.`);
  return type.getValues().map((value) => `${name}_${value.name}: ${name}(${required.name}: ${value.name})`);
}
type FieldArgument = Parameters<typeof isRequiredArgument>[0];

function grow(tree: Tree, way: readonly string[]): number {
  const [step, ...rest] = way;
  if (step === undefined) return 0;
  const known = tree.get(step);
  const below: Tree = known ?? new Map();
  tree.set(step, below);
  return (known || step.startsWith('...') ? 0 : 1) + grow(below, rest);
}

const print = (tree: Tree): string =>
  tree.size === 0 ? '' : ` { ${[...tree].map(([step, below]) => step + print(below)).join(' ')} }`;

/** Selections that hold all ways together, each small enough for one request. */
function selectionsOf(type: GraphQLOutputType): string[] {
  const selections: string[] = [];
  let tree: Tree = new Map();
  let fields = 0;
  let aliases = 0;
  for (const way of waysBelow(type, [])) {
    const named = way.filter((step) => step.includes(': ')).length;
    if (fields + way.length > FIELDS_PER_DOCUMENT || aliases + named > ALIASES_PER_DOCUMENT) {
      selections.push(print(tree));
      tree = new Map();
      fields = 0;
      aliases = 0;
    }
    fields += grow(tree, way);
    aliases += named;
  }
  return [...selections, print(tree)];
}

/** Values for one argument or input field, each worth trying by itself. */
function valuesOf(type: GraphQLInputType, name: string, candidates: Candidates): unknown[] {
  const bare = getNullableType(type);
  if (isListType(bare)) return valuesOf(bare.ofType, name, candidates).map((value) => [value]);
  if (isEnumType(bare)) return bare.getValues().map((value) => value.name);
  if (isInputObjectType(bare)) {
    const fields = Object.values(bare.getFields());
    if (fields.some(isRequiredInputField)) throw new Error(`${bare.name} has required fields.`);
    return fields.flatMap((field) =>
      valuesOf(field.type, field.name, candidates).map((value) => ({ [field.name]: value })),
    );
  }
  switch (bare.name) {
    case 'ID':
      return [...candidates.ids];
    case 'String':
      return name === 'after' ? [] : [...candidates.texts];
    default:
      return [];
  }
}

const subjectOf = (field: string, set: Record<string, unknown>) => `${field} ${JSON.stringify(set)}`;

/** Asks for single objects by each id and number, a handful in a request. Only what is there is worth asking everything. */
export function everyProbe(candidates: Candidates): Probe[] {
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    if (!isNullableType(field.type) || isListType(field.type)) return [];
    const calls = field.args.flatMap((arg) =>
      valuesOf(arg.type, arg.name, candidates).map((value) => ({
        call: `${field.name}(${arg.name}: ${JSON.stringify(value)}) { __typename }`,
        subject: subjectOf(field.name, { [arg.name]: value }),
      })),
    );
    const probes: Probe[] = [];
    for (let at = 0; at < calls.length; at += ALIASES_PER_DOCUMENT) {
      const some = calls.slice(at, at + ALIASES_PER_DOCUMENT);
      probes.push({
        field: field.name,
        document: `{ ${some.map(({ call }, i) => `a${i}: ${call}`).join(' ')} }`,
        subjects: Object.fromEntries(some.map(({ subject }, i) => [`a${i}`, subject])),
      });
    }
    return probes;
  });
}

/** All questions that can be put to the queries of the contract. */
export function everyQuestion(candidates: Candidates): Question[] {
  const questions: Question[] = [];
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const required = field.args.filter(isRequiredArgument);
    const optional = field.args.filter((arg) => !isRequiredArgument(arg));
    let sets: Record<string, unknown>[] = [{}];
    for (const arg of required) {
      const values = valuesOf(arg.type, arg.name, candidates);
      // A section to apply for is asked for with every kind and form; whatever else has an id is none.
      const fitting =
        required.length > 1 ? values.filter((v) => !/^(?!sec_)[a-z]+_/.test(String(v))) : values;
      sets = sets.flatMap((set) => fitting.map((value) => ({ ...set, [arg.name]: value })));
    }
    for (const arg of optional) {
      const values = valuesOf(arg.type, arg.name, candidates);
      sets.push(...values.map((value) => ({ [arg.name]: value })));
    }
    const declared = (names: readonly string[]) =>
      field.args
        .filter((arg) => names.includes(arg.name))
        .map((arg) => [`$${arg.name}`, String(arg.type), arg.name]);
    const selections = selectionsOf(field.type);
    for (const set of sets) {
      const args = declared(Object.keys(set));
      const head = args.length
        ? `(${args.map(([variable, type]) => `${variable}: ${type}`).join(', ')})`
        : '';
      const call = args.length
        ? `(${args.map(([variable, , name]) => `${name}: ${variable}`).join(', ')})`
        : '';
      for (const selection of selections) {
        questions.push({
          field: field.name,
          subject: subjectOf(field.name, set),
          document: `query ${head} { ${field.name}${call}${selection} }`,
          variables: set,
        });
      }
    }
  }
  return questions;
}
