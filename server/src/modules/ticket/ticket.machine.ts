import type { Life } from '../../command/fire.ts';
import { tickets } from '../../db/tables/ticket.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const ticketMachine = defineMachine({
  name: 'ticket',
  label: '售后工单',
  birth: { event: 'OPEN', state: 'OPEN' },
  states: {
    OPEN: { label: '待受理', waitsFor: 'OPERATOR' },
    IN_PROGRESS: { label: '处理中', waitsFor: 'OPERATOR' },
    WAITING_CUSTOMER: { label: '待企业回复', waitsFor: 'BIDDER' },
    RESOLVED: { label: '已解决', waitsFor: 'BIDDER' },
    CLOSED: { label: '已关闭' },
  },
  events: {
    OPEN: { label: '提交工单', by: ['BIDDER'] },
    REPLY: { label: '企业回复', by: ['BIDDER'] },
    CANCEL: { label: '撤销工单', by: ['BIDDER'] },
    REOPEN: { label: '重新打开', by: ['BIDDER'] },
    TAKE: { label: '受理', by: ['OPERATOR', 'UNDERWRITER'] },
    HAND_OVER: { label: '转交保险公司', by: ['OPERATOR'] },
    ANSWER: { label: '答复', by: ['OPERATOR', 'UNDERWRITER'] },
    ASK: { label: '请企业补充', by: ['OPERATOR', 'UNDERWRITER'] },
    RESOLVE: { label: '解决', by: ['OPERATOR', 'UNDERWRITER'] },
    CLOSE: { label: '关闭', by: ['BIDDER', 'OPERATOR', 'UNDERWRITER'] },
    EXPIRE: { label: '到期自动关闭', by: ['SYSTEM'] },
  },
  table: {
    OPEN: { REPLY: 'OPEN', TAKE: 'IN_PROGRESS', HAND_OVER: 'OPEN', CANCEL: 'CLOSED' },
    IN_PROGRESS: {
      REPLY: 'IN_PROGRESS',
      ANSWER: 'IN_PROGRESS',
      ASK: 'WAITING_CUSTOMER',
      HAND_OVER: 'OPEN',
      RESOLVE: 'RESOLVED',
      CANCEL: 'CLOSED',
    },
    WAITING_CUSTOMER: { REPLY: 'IN_PROGRESS', RESOLVE: 'RESOLVED', CANCEL: 'CLOSED', EXPIRE: 'CLOSED' },
    RESOLVED: { CLOSE: 'CLOSED', REOPEN: 'OPEN', EXPIRE: 'CLOSED' },
    CLOSED: { REOPEN: 'OPEN' },
  },
});

export const ticketLife: Life<
  typeof tickets,
  keyof typeof ticketMachine.states,
  keyof typeof ticketMachine.events
> = {
  machine: ticketMachine,
  table: tickets,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
