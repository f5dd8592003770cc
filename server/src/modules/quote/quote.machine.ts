import type { Life } from '../../command/fire.ts';
import { quotes } from '../../db/tables/quote.ts';
import { defineMachine } from '../../kernel/machine.ts';

/** One insurer's answer to an order (投保单). */
export const quoteMachine = defineMachine({
  name: 'quote',
  label: '投保单',
  birth: { event: 'SUBMIT', state: 'SUBMITTED' },
  states: {
    SUBMITTED: { label: '待保险审核', waitsFor: 'UNDERWRITER' },
    MATERIAL_REQUESTED: { label: '待补充资料', waitsFor: 'BIDDER' },
    OFFERED: { label: '核保通过', waitsFor: 'BIDDER' },
    ACCEPTED: { label: '已确认' },
    ISSUED: { label: '已出函' },
    DECLINED: { label: '核保未通过' },
    WITHDRAWN: { label: '已撤回' },
    EXPIRED: { label: '已过期' },
  },
  events: {
    SUBMIT: { label: '提交核保', by: ['SYSTEM'] },
    REQUEST_MATERIAL: { label: '要求补充资料', by: ['UNDERWRITER'] },
    SUPPLY: { label: '补充资料', by: ['BIDDER'] },
    OFFER: { label: '核保通过', by: ['UNDERWRITER'] },
    DECLINE: { label: '核保不通过', by: ['UNDERWRITER'] },
    // By itself where the only insurer asked offers the reference premium: nothing is left to decide.
    ACCEPT: { label: '确认报价', by: ['BIDDER', 'SYSTEM'] },
    ISSUE: { label: '出函', by: ['SYSTEM'] },
    WITHDRAW: { label: '撤回', by: ['SYSTEM'] },
    EXPIRE: { label: '过期', by: ['SYSTEM'] },
  },
  table: {
    SUBMITTED: {
      REQUEST_MATERIAL: 'MATERIAL_REQUESTED',
      OFFER: 'OFFERED',
      DECLINE: 'DECLINED',
      WITHDRAW: 'WITHDRAWN',
    },
    MATERIAL_REQUESTED: { SUPPLY: 'SUBMITTED', WITHDRAW: 'WITHDRAWN' },
    OFFERED: { ACCEPT: 'ACCEPTED', WITHDRAW: 'WITHDRAWN', EXPIRE: 'EXPIRED' },
    ACCEPTED: { ISSUE: 'ISSUED', WITHDRAW: 'WITHDRAWN' },
    ISSUED: {},
    DECLINED: {},
    WITHDRAWN: {},
    EXPIRED: {},
  },
});

export const quoteLife: Life<
  typeof quotes,
  keyof typeof quoteMachine.states,
  keyof typeof quoteMachine.events
> = {
  machine: quoteMachine,
  table: quotes,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
