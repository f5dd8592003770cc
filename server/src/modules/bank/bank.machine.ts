import type { Life } from '../../command/fire.ts';
import { bankLines } from '../../db/tables/bank.ts';
import { defineMachine } from '../../kernel/machine.ts';

/** A line of a statement. Most are settled as they come in; a person decides about the rest. */
export const bankLineMachine = defineMachine({
  name: 'bankLine',
  label: '银行流水',
  birth: { event: 'IMPORT', state: 'QUEUED' },
  states: {
    QUEUED: { label: '待处理', waitsFor: 'OPERATOR' },
    MATCHED: { label: '已匹配' },
    SET_ASIDE: { label: '已搁置' },
  },
  events: {
    IMPORT: { label: '导入', by: ['SYSTEM'] },
    MATCH: { label: '自动匹配', by: ['SYSTEM'] },
    ASSIGN: { label: '指定订单', by: ['OPERATOR', 'UNDERWRITER', 'BANK'] },
    SET_ASIDE: { label: '搁置', by: ['OPERATOR', 'UNDERWRITER', 'BANK'] },
  },
  table: {
    QUEUED: { MATCH: 'MATCHED', ASSIGN: 'MATCHED', SET_ASIDE: 'SET_ASIDE' },
    // Found to be another payment's, while nothing final followed.
    MATCHED: { ASSIGN: 'MATCHED' },
    // Set aside by mistake.
    SET_ASIDE: { ASSIGN: 'MATCHED' },
  },
});

export const bankLineLife: Life<
  typeof bankLines,
  keyof typeof bankLineMachine.states,
  keyof typeof bankLineMachine.events
> = {
  machine: bankLineMachine,
  table: bankLines,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
