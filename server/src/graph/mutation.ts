import type { InputObjectRef, ObjectRef } from '@pothos/core';
import type { z } from 'zod';
import { keepResult, replayedObject } from '../command/idempotency.ts';
import {
  IdempotencyKeyReused,
  InvalidInput,
  NotFound,
  RateLimited,
  StaleState,
  TransitionRefused,
} from '../command/refusals.ts';
import { type Command, run } from '../command/run.ts';
import { requireAccess, type Who } from './access.ts';
import { builder, type Types } from './builder.ts';
import type { Context } from './context.ts';
import type { RefusalClass } from './errors.ts';
import { loadNode } from './node.ts';
import { unreadableFields } from './unreadable.ts';

type Extended = PothosSchemaTypes.ExtendDefaultTypes<Types>;

interface MutationRule<I, R> {
  readonly description: string;
  readonly who: Who;
  readonly input: InputObjectRef<Extended, I>;
  readonly type: ObjectRef<Extended, R>;
  /** Rules on values that types cannot say: lengths, patterns, what belongs together. */
  readonly check?: z.ZodType<unknown>;
  /** What it may refuse beyond the shape of the input, the absence of the object, its state, and frequency. */
  readonly refusals?: readonly RefusalClass[];
  /** The answer holds a secret, so it is never kept for a replay. */
  readonly secret?: boolean;
  /** Runs outside a transaction because it waits for something slow; it starts its own. */
  readonly slow?: (context: Context, input: I) => Promise<R>;
  readonly act?: (command: Command, input: I, context: Context) => Promise<R>;
}

/** Mutations whose answers hold a secret. */
export const secretMutations = new Set<string>();

/**
 * Declares a mutation: one `input`, a union of the changed object and its refusals, one transaction, an Idempotency-Key
 * honoured. There is no other way to declare one.
 */
export function mutation<I extends object, R extends object>(name: string, rule: MutationRule<I, R>): void {
  const refusals = [
    InvalidInput,
    NotFound,
    TransitionRefused,
    StaleState,
    RateLimited,
    IdempotencyKeyReused,
    ...(rule.refusals ?? []),
  ];
  if (rule.secret) secretMutations.add(name);
  const resultName = `${name[0]?.toUpperCase()}${name.slice(1)}Result`;
  builder.mutationField(name, (t) =>
    t.field({
      type: rule.type,
      description: rule.description,
      errors: {
        types: refusals,
        directResult: true,
        union: { name: resultName, description: `${name} 的结果：成功时为被改变的对象，否则为拒绝原因。` },
      },
      args: { input: t.arg({ type: rule.input, required: true, description: '操作内容。' }) },
      resolve: (async (_root: unknown, args: { input: I }, context: Context) => {
        requireAccess(context.actor, rule.who);
        checkInput(args.input, rule.check);
        if (rule.slow) return rule.slow(context, args.input);
        const act = rule.act as NonNullable<typeof rule.act>;
        return runOnce(context, (command) => act(command, args.input, context), rule);
      }) as never,
    }),
  );
}

/** Runs an act in its transaction, once for each Idempotency-Key. `slow` mutations begin it themselves, when the slow part is done. */
export function runOnce<R extends object>(
  context: Context,
  act: (command: Command) => Promise<R>,
  { secret = false }: { readonly secret?: boolean | undefined } = {},
): Promise<R> {
  return run(context.core, context.actor, context.facts, async (command) => {
    const earlier = secret ? null : await replayedObject(command, context.idempotency);
    if (earlier) return (await loadNode(earlier, context)) as R;
    const result = await act(command);
    await keepResult(command, context.idempotency, (result as { id?: string }).id ?? null, secret);
    return result;
  });
}

/** @throws InvalidInput with every fault at once */
function checkInput(input: object, check: z.ZodType<unknown> | undefined): void {
  const faults = unreadableFields(input);
  const parsed = check?.safeParse(input);
  const known = new Set(faults.map((fault) => fault.path));
  const issues = (parsed?.success === false ? parsed.error.issues : [])
    .map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    .filter((issue) => !known.has(issue.path));
  if (faults.length + issues.length > 0) throw new InvalidInput([...faults, ...issues]);
}
