import { builder } from './builder.ts';

/** The result of a mutation after which there is nothing to show. */
export interface DoneResult {
  readonly ok: true;
}
export const done: DoneResult = { ok: true };

export const Done = builder.objectRef<DoneResult>('Done').implement({
  description: '已完成，没有可返回的对象。',
  fields: (t) => ({ ok: t.exposeBoolean('ok', { description: '恒为 true。' }) }),
});
