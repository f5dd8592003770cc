import type { AnyVariables, CombinedError, TypedDocumentNode } from '@urql/core';
import { useClientHandle } from '@urql/vue';
import { type Ref, readonly, ref, type ShallowRef, shallowReadonly, shallowRef } from 'vue';

/** What tells a refusal from a changed object in a result union. */
interface RefusalShape {
  code: string;
  message: string;
  retryable: boolean;
}
export type Refusal<R> = Extract<R, RefusalShape>;
export type Success<R> = Exclude<R, RefusalShape>;

export interface UseCommandReturn<V, R> {
  /** Sends the command. Resolves to the changed object, or null if refused, failed, or ignored. */
  run: (variables: V) => Promise<Success<R> | null>;
  /** True from `run` until its answer. A second `run` meanwhile is ignored. */
  running: Readonly<Ref<boolean>>;
  /** Why the last command was refused. Cleared by the next `run`. */
  refusal: Readonly<ShallowRef<Refusal<R> | null>>;
  /** Transport or server fault of the last command: nothing the user did. Cleared by the next `run`. */
  fault: Readonly<ShallowRef<CombinedError | null>>;
}

/**
 * Runs one mutation whose result is a union of an object and refusals.
 *
 * The command keeps its idempotency key until an answer came: after a lost connection the same request goes out under
 * the same key, so that the server does it at most once. Changed variables are another request and get another key.
 */
export function useCommand<D, V extends AnyVariables, R extends object>(
  document: TypedDocumentNode<D, V>,
  select: (data: D) => R,
): UseCommandReturn<V, R> {
  const { client } = useClientHandle();
  const running = ref(false);
  const refusal = shallowRef<Refusal<R> | null>(null);
  const fault = shallowRef<CombinedError | null>(null);
  let unanswered: { key: string; request: string } | null = null;

  async function run(variables: V): Promise<Success<R> | null> {
    if (running.value) return null;
    running.value = true;
    refusal.value = null;
    fault.value = null;
    const request = JSON.stringify(variables);
    const key: string = unanswered?.request === request ? unanswered.key : crypto.randomUUID();
    unanswered = { key, request };
    try {
      const { data, error } = await client.mutation(document, variables, { idempotencyKey: key }).toPromise();
      if (!error?.networkError) unanswered = null;
      if (error || !data) {
        fault.value = error ?? null;
        return null;
      }
      const result = select(data);
      if (isRefusal(result)) {
        refusal.value = result;
        return null;
      }
      return result as Success<R>;
    } finally {
      running.value = false;
    }
  }

  return {
    run,
    running: readonly(running),
    refusal: shallowReadonly(refusal),
    fault: shallowReadonly(fault),
  };
}

function isRefusal<R extends object>(result: R): result is Refusal<R> {
  return 'code' in result && 'retryable' in result;
}
