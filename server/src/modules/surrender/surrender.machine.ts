import type { Life } from '../../command/fire.ts';
import { surrenders } from '../../db/tables/surrender.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const surrenderMachine = defineMachine({
  name: 'surrender',
  label: '退保',
  birth: { event: 'SUBMIT', state: 'SUBMITTED' },
  states: {
    SUBMITTED: { label: '待审核', waitsFor: 'OPERATOR' },
    INSURER_REVIEW: { label: '保险公司审核中', waitsFor: 'UNDERWRITER' },
    REFUNDING: { label: '退款中', waitsFor: 'UNDERWRITER' },
    DONE: { label: '退保成功' },
    REJECTED: { label: '已驳回' },
    WITHDRAWN: { label: '已撤回' },
  },
  events: {
    SUBMIT: { label: '申请退保', by: ['BIDDER'] },
    WITHDRAW: { label: '撤回退保申请', by: ['BIDDER'] },
    APPROVE: { label: '平台审核通过', by: ['OPERATOR'] },
    REJECT: { label: '平台驳回退保申请', by: ['OPERATOR'] },
    AGREE: { label: '保险公司同意退保', by: ['UNDERWRITER'] },
    DECLINE: { label: '保险公司驳回退保申请', by: ['UNDERWRITER'] },
    COMPLETE: { label: '退保成功', by: ['SYSTEM'] },
  },
  table: {
    SUBMITTED: { WITHDRAW: 'WITHDRAWN', APPROVE: 'INSURER_REVIEW', REJECT: 'REJECTED' },
    INSURER_REVIEW: { WITHDRAW: 'WITHDRAWN', AGREE: 'REFUNDING', DECLINE: 'REJECTED' },
    REFUNDING: { COMPLETE: 'DONE' },
    DONE: {},
    REJECTED: {},
    WITHDRAWN: {},
  },
});

export const surrenderLife: Life<
  typeof surrenders,
  keyof typeof surrenderMachine.states,
  keyof typeof surrenderMachine.events
> = {
  machine: surrenderMachine,
  table: surrenders,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
