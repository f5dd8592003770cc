import type { Life } from '../../command/fire.ts';
import { policies } from '../../db/tables/policy.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const policyMachine = defineMachine({
  name: 'policy',
  label: '保单',
  birth: { event: 'ISSUE', state: 'ISSUED' },
  states: {
    ISSUED: { label: '待生效' },
    ACTIVE: { label: '保障中' },
    EXPIRED: { label: '已到期' },
    SURRENDERED: { label: '已退保' },
    RELEASED: { label: '已解除' },
    EXHAUSTED: { label: '保额已用尽' },
  },
  events: {
    ISSUE: { label: '出具', by: ['UNDERWRITER'] },
    ACTIVATE: { label: '生效', by: ['SYSTEM'] },
    // The period is extended, by a paper of its own.
    ENDORSE: { label: '批改', by: ['UNDERWRITER'] },
    EXPIRE: { label: '到期', by: ['SYSTEM'] },
    SURRENDER: { label: '退保', by: ['SYSTEM'] },
    // The insured gave the original back or said in writing that it needs the guarantee no longer.
    RELEASE: { label: '解除', by: ['OPERATOR', 'UNDERWRITER'] },
    EXHAUST: { label: '保额用尽', by: ['SYSTEM'] },
  },
  table: {
    ISSUED: { ACTIVATE: 'ACTIVE', ENDORSE: 'ISSUED', SURRENDER: 'SURRENDERED', RELEASE: 'RELEASED' },
    ACTIVE: {
      ENDORSE: 'ACTIVE',
      EXPIRE: 'EXPIRED',
      SURRENDER: 'SURRENDERED',
      RELEASE: 'RELEASED',
      EXHAUST: 'EXHAUSTED',
    },
    EXPIRED: {},
    SURRENDERED: {},
    RELEASED: {},
    EXHAUSTED: {},
  },
});

export const policyLife: Life<
  typeof policies,
  keyof typeof policyMachine.states,
  keyof typeof policyMachine.events
> = {
  machine: policyMachine,
  table: policies,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
