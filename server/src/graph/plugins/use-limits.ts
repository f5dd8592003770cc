import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isTrusted } from '../../access/actor.ts';
import type { Context } from '../context.ts';
import { inspect } from '../inspect.ts';

/** Refuses what is too deep, too wide or too repetitive before it is validated, and introspection by those who are not staff or a system. */
export function useLimits(): Plugin<Context> {
  return {
    onValidate({ context, params, setResult }) {
      const { excess, introspects } = inspect(params.documentAST);
      if (excess) return setResult([excess]);
      if (introspects && !isTrusted((context as unknown as Context).actor)) {
        setResult([
          new GraphQLError('不允许查询接口结构。', { extensions: { code: 'INTROSPECTION_DISABLED', http: { status: 400 } } }),
        ]);
      }
    },
  };
}
