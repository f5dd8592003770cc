import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  type SelectionSetNode,
  type Source,
  TokenKind,
} from 'graphql';
import { limits } from '../limits.ts';

/** What a document would make the server do, with its fragments spread out. */
export interface Inspection {
  /** The first limit it goes over, or null. */
  readonly excess: GraphQLError | null;
  readonly introspects: boolean;
  /** Names of the fields asked of the root, of all operations together. */
  readonly rootFields: ReadonlySet<string>;
}

interface Cost {
  depth: number;
  fields: number;
  aliases: number;
  directives: number;
  introspects: boolean;
}

const inspected = new WeakMap<DocumentNode, Inspection>();

/** Measures a document once; parsed documents are kept, so the second time costs nothing. */
export function inspect(document: DocumentNode): Inspection {
  const known = inspected.get(document);
  if (known) return known;
  const made = measure(document);
  inspected.set(document, made);
  return made;
}

function measure(document: DocumentNode): Inspection {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const cost: Cost = { depth: 0, fields: 0, aliases: 0, directives: 0, introspects: false };
  const rootFields = new Set<string>();
  let mutations = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    cost.directives += definition.directives?.length ?? 0;
    walk(definition.selectionSet, 1, new Set());
    if (definition.operation === 'mutation')
      mutations = Math.max(mutations, definition.selectionSet.selections.length);
  }

  /** @param depth null within introspection, whose levels are those of the type system and end by themselves */
  function walk(set: SelectionSetNode, depth: number | null, spread: ReadonlySet<string>): void {
    cost.depth = Math.max(cost.depth, depth ?? 0);
    for (const selection of set.selections) {
      // Past any limit the rest need not be walked: a fragment spread many times grows without end.
      if (excessOf(cost, 0)) return;
      cost.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        cost.fields += 1;
        if (depth === 1) rootFields.add(selection.name.value);
        if (selection.alias) cost.aliases += 1;
        const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type';
        if (isIntrospection) cost.introspects = true;
        const below = depth === null || isIntrospection ? null : depth + 1;
        if (selection.selectionSet) walk(selection.selectionSet, below, spread);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth, spread);
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name);
        // A cycle is the validation's to report.
        if (fragment && !spread.has(name)) walk(fragment.selectionSet, depth, new Set([...spread, name]));
      }
    }
  }
  return { excess: excessOf(cost, mutations), introspects: cost.introspects, rootFields };
}

function excessOf(cost: Cost, mutations: number): GraphQLError | null {
  const over = (
    [
      ['嵌套', cost.depth, limits.queryDepthMax],
      ['字段', cost.fields, limits.queryFieldsMax],
      ['别名', cost.aliases, limits.queryAliasesMax],
      ['指令', cost.directives, limits.queryDirectivesMax],
      ['一次请求中的操作', mutations, 1],
    ] as const
  ).find(([, actual, max]) => actual > max);
  return over ? tooComplex(`查询过于复杂：${over[0]}超过 ${over[2]}。`) : null;
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Reads the tokens of a text one by one, which needs no stack.
 *
 * @throws GraphQLError if there are too many of them, or brackets within brackets beyond any sense
 */
export function requireShallow(source: Source): void {
  const lexer = new Lexer(source);
  let level = 0;
  for (let tokens = 0; lexer.advance().kind !== TokenKind.EOF; tokens += 1) {
    if (opening.has(lexer.token.kind)) level += 1;
    if (closing.has(lexer.token.kind)) level -= 1;
    if (tokens >= limits.queryTokensMax)
      throw tooComplex(`查询过于复杂：词数超过 ${limits.queryTokensMax}。`);
    if (level > limits.queryBracketsMax)
      throw tooComplex(`查询过于复杂：括号嵌套超过 ${limits.queryBracketsMax}。`);
  }
}

function tooComplex(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } });
}
