import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isTrusted } from '../../access/actor.ts';
import type { Context } from '../context.ts';
import { inspect } from '../inspect.ts';

/**
 * Refuses what is too deep, too wide or too repetitive before it is validated, and introspection by those who are not staff or a
 * system. The second is asked at each execution: the outcome of a validation is kept for the next caller, whoever that is.
 */
export function useLimits(): Plugin<Context> {
  return {
    onValidate({ params, setResult }) {
      const { excess } = inspect(params.documentAST);
      if (excess) setResult([excess]);
    },
    onExecute({ args, setResultAndStopExecution }) {
      if (!inspect(args.document).introspects || isTrusted((args.contextValue as Context).actor)) return;
      setResultAndStopExecution({ errors: [notForYou()] });
    },
  };
}

const notForYou = () =>
  new GraphQLError('不允许查询接口结构。', {
    extensions: { code: 'INTROSPECTION_DISABLED', http: { status: 400 } },
  });
