import type { Life } from '../../command/fire.ts';
import { proposals, quotes } from '../../db/tables/quote.ts';
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
    // Its order lapsed, and the money that came late was accepted after all.
    REINSTATE: { label: '恢复', by: ['SYSTEM'] },
  },
  table: {
    SUBMITTED: {
      REQUEST_MATERIAL: 'MATERIAL_REQUESTED',
      OFFER: 'OFFERED',
      DECLINE: 'DECLINED',
      WITHDRAW: 'WITHDRAWN',
    },
    // Declined only after the bidder let the time for it pass.
    MATERIAL_REQUESTED: { SUPPLY: 'SUBMITTED', DECLINE: 'DECLINED', WITHDRAW: 'WITHDRAWN' },
    OFFERED: { ACCEPT: 'ACCEPTED', WITHDRAW: 'WITHDRAWN', EXPIRE: 'EXPIRED' },
    ACCEPTED: { ISSUE: 'ISSUED', WITHDRAW: 'WITHDRAWN' },
    ISSUED: {},
    DECLINED: {},
    WITHDRAWN: { REINSTATE: 'ACCEPTED' },
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

/** An offer above the insurer's limit, which waits for another underwriter (复核). Only the insurer's own people know of it. */
export const proposalMachine = defineMachine({
  name: 'proposal',
  label: '待复核报价',
  birth: { event: 'PROPOSE', state: 'PENDING' },
  states: {
    PENDING: { label: '待复核', waitsFor: 'UNDERWRITER' },
    AGREED: { label: '复核通过' },
    REFUSED: { label: '复核退回' },
    WITHDRAWN: { label: '已撤回' },
  },
  events: {
    PROPOSE: { label: '提交复核', by: ['UNDERWRITER'] },
    AGREE: { label: '复核通过', by: ['UNDERWRITER'] },
    REFUSE: { label: '复核退回', by: ['UNDERWRITER'] },
    // The quote moved without it, or another proposal took its place.
    WITHDRAW: { label: '撤回', by: ['SYSTEM'] },
  },
  table: {
    PENDING: { AGREE: 'AGREED', REFUSE: 'REFUSED', WITHDRAW: 'WITHDRAWN' },
    AGREED: {},
    REFUSED: {},
    WITHDRAWN: {},
  },
});

export const proposalLife: Life<
  typeof proposals,
  keyof typeof proposalMachine.states,
  keyof typeof proposalMachine.events
> = {
  machine: proposalMachine,
  table: proposals,
  orderId: (row) => row.orderId,
  insurerId: (row) => row.insurerId,
};
