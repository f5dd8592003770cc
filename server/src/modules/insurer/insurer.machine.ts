import type { Life } from '../../command/fire.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const insurerMachine = defineMachine({
  name: 'insurer',
  label: '机构',
  birth: { event: 'REGISTER', state: 'ACTIVE' },
  states: {
    ACTIVE: { label: '正常' },
    SUSPENDED: { label: '已暂停' },
  },
  events: {
    REGISTER: { label: '登记', by: ['OPERATOR', 'SYSTEM'] },
    SUSPEND: { label: '暂停业务', by: ['OPERATOR'] },
    RESUME: { label: '恢复业务', by: ['OPERATOR'] },
  },
  table: {
    // Orders that run are carried on: what stops is the sale.
    ACTIVE: { SUSPEND: 'SUSPENDED' },
    SUSPENDED: { RESUME: 'ACTIVE' },
  },
});

export type InsurerEvent = keyof typeof insurerMachine.events;

export const insurerLife: Life<typeof insurers, keyof typeof insurerMachine.states, InsurerEvent> = {
  machine: insurerMachine,
  table: insurers,
  orderId: () => null,
  insurerId: (row) => row.id,
};
