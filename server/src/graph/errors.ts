import type { FieldMessage } from '../command/refusals.ts';
import {
  IdempotencyKeyReused,
  InvalidInput,
  NotFound,
  RateLimited,
  StaleState,
  TransitionRefused,
} from '../command/refusals.ts';
import type { Refusal } from '../kernel/refusal.ts';
import { builder } from './builder.ts';

export const ErrorInterface = builder.interfaceRef<Refusal>('Error').implement({
  description: '拒绝：业务规则不允许，调用方可据此处理。',
  fields: (t) => ({
    code: t.exposeString('code', { description: '供程序判断的代码。' }),
    message: t.exposeString('message', { description: '供人阅读的说明，含下一步建议。' }),
    retryable: t.exposeBoolean('retryable', { description: '同样的请求稍后是否可能成功。' }),
  }),
});

export const FieldMessageType = builder.objectRef<FieldMessage>('FieldMessage').implement({
  description: '某一字段的提示。',
  fields: (t) => ({
    path: t.exposeString('path', { description: '字段在 input 中的路径，如 legalRepresentative.idNumber。' }),
    message: t.exposeString('message', { description: '说明。' }),
  }),
});

// biome-ignore lint/suspicious/noExplicitAny: a class is told by its constructor, whatever that takes
export type RefusalClass<R extends Refusal = Refusal> = new (...facts: any[]) => R;

/** Declares a refusal that carries nothing but code and message. */
export function plainRefusal(refusal: RefusalClass, description: string): void {
  builder.objectType(refusal, { name: refusal.name, description, interfaces: [ErrorInterface] });
}

builder.objectType(InvalidInput, {
  name: 'InvalidInput',
  description: '填写有误（INVALID_INPUT），逐项说明。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [FieldMessageType],
      description: '有误的字段。',
      resolve: (refusal) => [...refusal.issues],
    }),
  }),
});
builder.objectType(TransitionRefused, {
  name: 'TransitionRefused',
  description: '当前状态不允许该操作（TRANSITION_REFUSED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    currentState: t.exposeString('state', { description: '当前状态。' }),
    refusedEvent: t.exposeString('event', { description: '被拒绝的事件。' }),
  }),
});
builder.objectType(RateLimited, {
  name: 'RateLimited',
  description: '操作过于频繁（RATE_LIMITED）。',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: '多少秒后可再试。' }),
  }),
});
plainRefusal(NotFound, '记录不存在或无权查看（NOT_FOUND）。');
plainRefusal(StaleState, '记录刚刚发生变化（STALE_STATE），刷新后再试。');
plainRefusal(IdempotencyKeyReused, 'Idempotency-Key 已用于另一个请求（IDEMPOTENCY_KEY_REUSED）。');
