import { type ExecutionResult, GraphQLError, Kind, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { actorId } from '../../access/actor.ts';
import { keepAnswer, keptAnswer } from '../../command/idempotency.ts';
import { IdempotencyKeyReused } from '../../command/refusals.ts';
import type { Context } from '../context.ts';
import { secretMutations } from '../mutation.ts';

/**
 * Replays the first answer to a mutation when the same request comes again under the same key. What runs at the same time waits
 * for the first to end. The command itself notes the key in its transaction, so that not even a crash between commit and answer
 * makes it happen twice.
 */
export function useIdempotency(): Plugin<Context> {
  const underWay = new Map<string, Promise<void>>();
  return {
    async onExecute({ args, setResultAndStopExecution }) {
      const context = args.contextValue as Context;
      const name = mutationName(args.document.definitions.find(isOperation));
      const owner = actorId(context.actor);
      if (!name || !owner) return undefined;
      const { idempotency } = context;
      if (!idempotency) {
        if (context.actor.kind === 'API_CLIENT') setResultAndStopExecution({ errors: [keyMissing()] });
        return undefined;
      }
      // Its answer holds a secret and is kept nowhere; the command refuses a second use of the key by itself.
      if (secretMutations.has(name)) return undefined;

      const slot = `${owner} ${idempotency.key}`;
      for (let running = underWay.get(slot); running; running = underWay.get(slot)) await running;
      let done = () => {};
      underWay.set(
        slot,
        new Promise((resolve) => {
          done = resolve;
        }),
      );
      const release = () => {
        underWay.delete(slot);
        done();
      };

      try {
        const kept = await keptAnswer(context.core, owner, idempotency);
        if (kept) {
          setResultAndStopExecution(
            kept === 'REUSED' ? { errors: [keyReused()] } : (JSON.parse(kept.response) as ExecutionResult),
          );
          release();
          return undefined;
        }
      } catch (fault) {
        release();
        throw fault;
      }
      return {
        async onExecuteDone({ result }) {
          try {
            const answer = result as ExecutionResult;
            // A fault is not an answer: the same request may succeed next time.
            if (!answer.errors?.length)
              await keepAnswer(context.core, owner, idempotency, JSON.stringify({ data: answer.data }));
          } finally {
            release();
          }
        },
      };
    },
  };
}

const isOperation = (node: { kind: string }): node is OperationDefinitionNode =>
  node.kind === Kind.OPERATION_DEFINITION;

/** The one field of a mutation that does something, or null. */
function mutationName(operation: OperationDefinitionNode | undefined): string | null {
  if (operation?.operation !== 'mutation') return null;
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) return '';
    if (!selection.name.value.startsWith('__')) return selection.name.value;
  }
  return null;
}

const keyMissing = () =>
  new GraphQLError('系统对接的操作必须带 Idempotency-Key 请求头。', {
    extensions: { code: 'IDEMPOTENCY_KEY_REQUIRED', http: { status: 400 } },
  });
const keyReused = () => {
  const refusal = new IdempotencyKeyReused();
  return new GraphQLError(refusal.message, { extensions: { code: refusal.code, http: { status: 409 } } });
};
