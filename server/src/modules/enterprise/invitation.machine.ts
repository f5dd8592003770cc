import type { Life } from '../../command/fire.ts';
import { invitations } from '../../db/tables/enterprise.ts';
import { defineMachine } from '../../kernel/machine.ts';

export const invitationMachine = defineMachine({
  name: 'invitation',
  label: '成员邀请',
  birth: { event: 'INVITE', state: 'PENDING' },
  states: {
    PENDING: { label: '待接受', waitsFor: 'BIDDER' },
    ACCEPTED: { label: '已接受' },
    DECLINED: { label: '已谢绝' },
    REVOKED: { label: '已撤销' },
    EXPIRED: { label: '已过期' },
  },
  events: {
    INVITE: { label: '邀请成员', by: ['BIDDER'] },
    ACCEPT: { label: '接受邀请', by: ['BIDDER'] },
    DECLINE: { label: '谢绝邀请', by: ['BIDDER'] },
    REVOKE: { label: '撤销邀请', by: ['BIDDER'] },
    EXPIRE: { label: '邀请过期', by: ['SYSTEM'] },
  },
  table: {
    PENDING: { ACCEPT: 'ACCEPTED', DECLINE: 'DECLINED', REVOKE: 'REVOKED', EXPIRE: 'EXPIRED' },
    ACCEPTED: {},
    DECLINED: {},
    REVOKED: {},
    EXPIRED: {},
  },
});

export type InvitationEvent = keyof typeof invitationMachine.events;

export const invitationLife: Life<
  typeof invitations,
  keyof typeof invitationMachine.states,
  InvitationEvent
> = {
  machine: invitationMachine,
  table: invitations,
  orderId: () => null,
  insurerId: () => null,
};
