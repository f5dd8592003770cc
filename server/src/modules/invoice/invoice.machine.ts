import type { Life } from '../../command/fire.ts';
import { invoices } from '../../db/tables/invoice.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const invoiceMachine = defineMachine({
  name: 'invoice',
  label: '发票',
  birth: { event: 'OPEN', state: 'NOT_REQUESTED' },
  states: {
    NOT_REQUESTED: { label: '未开具' },
    REQUESTED: { label: '已申请', waitsFor: 'UNDERWRITER' },
    ISSUING: { label: '开票中', waitsFor: 'UNDERWRITER' },
    ISSUED: { label: '已开票' },
    SHIPPED: { label: '已寄出' },
    DELIVERED: { label: '已送达' },
    REJECTED: { label: '已拒绝', waitsFor: 'BIDDER' },
    REVERSED: { label: '已红冲' },
  },
  events: {
    OPEN: { label: '生成发票信息', by: ['SYSTEM'] },
    REQUEST: { label: '申请发票', by: ['BIDDER'] },
    AUTO_REQUEST: { label: '按投保时的选择自动申请', by: ['SYSTEM'] },
    WITHDRAW: { label: '撤回申请', by: ['BIDDER'] },
    CANCEL: { label: '终止开票', by: ['SYSTEM'] },
    ACCEPT: { label: '受理', by: ['UNDERWRITER'] },
    REJECT: { label: '拒绝', by: ['UNDERWRITER'] },
    ISSUE: { label: '开票', by: ['UNDERWRITER'] },
    SHIP: { label: '寄出', by: ['UNDERWRITER'] },
    DELIVER: { label: '送达', by: ['UNDERWRITER'] },
    REVERSE: { label: '红冲', by: ['UNDERWRITER'] },
  },
  table: {
    NOT_REQUESTED: { REQUEST: 'REQUESTED', AUTO_REQUEST: 'REQUESTED' },
    REQUESTED: { WITHDRAW: 'NOT_REQUESTED', CANCEL: 'NOT_REQUESTED', ACCEPT: 'ISSUING', REJECT: 'REJECTED' },
    ISSUING: { CANCEL: 'NOT_REQUESTED', ISSUE: 'ISSUED' },
    ISSUED: { SHIP: 'SHIPPED', REVERSE: 'REVERSED' },
    SHIPPED: { DELIVER: 'DELIVERED', REVERSE: 'REVERSED' },
    DELIVERED: { REVERSE: 'REVERSED' },
    REJECTED: { REQUEST: 'REQUESTED' },
    REVERSED: {},
  },
});

export const invoiceLife: Life<
  typeof invoices,
  keyof typeof invoiceMachine.states,
  keyof typeof invoiceMachine.events
> = {
  machine: invoiceMachine,
  table: invoices,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
