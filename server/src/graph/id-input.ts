import { builder } from './builder.ts';

/** The input of mutations that need to know no more than which object. */
export const IdInput = builder.inputType('IdInput', {
  description: '指明一个对象。',
  fields: (t) => ({
    id: t.id({ required: true, description: '对象编号。' }),
    expectedState: t.string({
      description: '调用方所见的状态；不符时返回 STALE_STATE。没有状态的对象忽略此项。',
    }),
  }),
});
