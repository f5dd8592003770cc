import type { DocumentNode, ExecutionArgs } from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Plugin } from 'graphql-yoga';
import { limits } from '../../limits.ts';

/**
 * Compiles what is asked again and again. A document that comes once is interpreted: compiling it would cost more than it saves.
 * What the compiler does not take is interpreted for ever, and so are variables that cannot be read: one mistake has one answer,
 * however often it is made.
 */
export function useJit(): Plugin {
  const seen = new WeakMap<DocumentNode, number>();
  const compiled = new WeakMap<DocumentNode, Map<string, CompiledQuery | null>>();

  function compiledFor(args: ExecutionArgs): CompiledQuery | null {
    const times = (seen.get(args.document) ?? 0) + 1;
    seen.set(args.document, times);
    if (times < limits.executionsBeforeCompiling) return null;
    const operations = compiled.get(args.document) ?? new Map<string, CompiledQuery | null>();
    compiled.set(args.document, operations);
    const name = args.operationName ?? '';
    const known = operations.get(name);
    if (known !== undefined) return known;
    const made = compileQuery(args.schema, args.document, args.operationName ?? undefined);
    const usable = isCompiledQuery(made) ? made : null;
    operations.set(name, usable);
    return usable;
  }

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const query = compiledFor(args as unknown as ExecutionArgs);
      if (!query) return;
      setExecuteFn((given) => {
        const answer = query.query(given.rootValue, given.contextValue, given.variableValues);
        // Without `data` nothing was executed: the variables did not fit.
        return 'errors' in answer && !('data' in answer) ? executeFn(given) : answer;
      });
    },
  };
}
