import type { Life } from '../../command/fire.ts';
import { certifications } from '../../db/tables/enterprise.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const certificationMachine = defineMachine({
  name: 'certification',
  label: '企业认证',
  birth: { event: 'SUBMIT', state: 'PENDING_REVIEW' },
  states: {
    PENDING_REVIEW: { label: '待审核', waitsFor: 'OPERATOR' },
    APPROVED: { label: '已通过' },
    REJECTED: { label: '未通过', waitsFor: 'BIDDER' },
    WITHDRAWN: { label: '已撤回' },
  },
  events: {
    SUBMIT: { label: '提交认证', by: ['BIDDER'] },
    EXPEDITE: { label: '加急', by: ['BIDDER'] },
    APPROVE: { label: '审核通过', by: ['OPERATOR'] },
    REJECT: { label: '审核不通过', by: ['OPERATOR'] },
    WITHDRAW: { label: '撤回', by: ['BIDDER'] },
  },
  table: {
    PENDING_REVIEW: {
      EXPEDITE: 'PENDING_REVIEW',
      APPROVE: 'APPROVED',
      REJECT: 'REJECTED',
      WITHDRAW: 'WITHDRAWN',
    },
    APPROVED: {},
    REJECTED: {},
    WITHDRAWN: {},
  },
});

export type CertificationEvent = keyof typeof certificationMachine.events;

export const certificationLife: Life<
  typeof certifications,
  keyof typeof certificationMachine.states,
  CertificationEvent
> = {
  machine: certificationMachine,
  table: certifications,
  orderId: () => null,
  insurerId: () => null,
};
