import DataLoader from 'dataloader';
import { builder, enumOf } from '../../graph/builder.ts';
import { perRequest } from '../../graph/context.ts';
import { IdInput } from '../../graph/id-input.ts';
import { mutation, runOnce } from '../../graph/mutation.ts';
import { defineNode, Node } from '../../graph/node.ts';
import { labelActs } from '../../graph/timeline.ts';
import { maskMobile } from '../../kernel/mobile.ts';
import { beginSession, forgetCaller, Session, Viewer } from '../account/account.graph.ts';
import { Enterprise, enterpriseLoader } from './enterprise.graph.ts';
import { AlreadyMember, NotCertified, NotOwner } from './enterprise.refusals.ts';
import { invitationMachine } from './invitation.machine.ts';
import {
  type InvitationRow,
  invitationsByIds,
  invitationsTo,
  type MemberRow,
  maySeeMembers,
  membersOf,
  pendingInvitations,
} from './member.queries.ts';
import * as service from './member.service.ts';

labelActs('enterprise', {
  MEMBER_JOINED: '成员加入',
  MEMBER_LEFT: '成员退出',
  MEMBER_REMOVED: '移除成员',
  OWNERSHIP_TRANSFERRED: '移交企业管理员',
});
labelActs(
  'invitation',
  Object.fromEntries(Object.entries(invitationMachine.events).map(([event, { label }]) => [event, label])),
);

const Member = builder.objectRef<MemberRow>('Member').implement({
  description: '企业成员：可为该企业办理业务的用户。',
  fields: (t) => ({
    id: t.exposeID('id', { description: '用户编号。' }),
    name: t.exposeString('name', { nullable: true, description: '姓名。' }),
    mobile: t.string({ description: '手机号，中间四位隐藏。', resolve: (row) => maskMobile(row.mobile) }),
    isOwner: t.exposeBoolean('isOwner', { description: '是否企业管理员。' }),
    isSelf: t.boolean({
      description: '是否当前用户。',
      resolve: ({ id }, _args, { actor }) => actor.kind === 'USER' && actor.id === id,
    }),
  }),
});

const invitationLoader = perRequest(
  (context) =>
    new DataLoader<string, InvitationRow | null>((ids) => invitationsByIds(context.db, context.actor, ids)),
);
const InvitationState = enumOf(
  'InvitationState',
  '成员邀请的状态。',
  Object.fromEntries(
    Object.entries(invitationMachine.states).map(([state, { label }]) => [state, label]),
  ) as Record<keyof typeof invitationMachine.states, string>,
);

const Invitation = builder.objectRef<InvitationRow>('Invitation').implement({
  description: '成员邀请：邀请一个手机号的使用者加入企业。',
  interfaces: [Node],
  fields: (t) => ({
    mobile: t.string({ description: '手机号，中间四位隐藏。', resolve: (row) => maskMobile(row.mobile) }),
    state: t.expose('state', { type: InvitationState, description: '状态。' }),
    stateLabel: t.string({
      description: '状态名称。',
      resolve: ({ state }) => invitationMachine.states[state].label,
    }),
    enterpriseName: t.string({
      nullable: true,
      description: '发出邀请的企业。',
      resolve: async ({ enterpriseId }, _args, context) =>
        (await enterpriseLoader(context).load(enterpriseId))?.name ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: '邀请时间。' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: '须在此时刻前接受。' }),
  }),
});
defineNode('ivt', 'Invitation', (id, context) => invitationLoader(context).load(id));

builder.objectFields(Enterprise, (t) => ({
  members: t.field({
    type: [Member],
    nullable: true,
    description: '成员，企业管理员在前。仅本企业成员和运营人员可见，对其他人为空。',
    resolve: ({ id }, _args, { actor, db }) => (maySeeMembers(actor, id) ? membersOf(db, id) : null),
  }),
  invitations: t.field({
    type: [Invitation],
    nullable: true,
    description: '待接受的邀请，新的在前。仅本企业成员和运营人员可见，对其他人为空。',
    resolve: ({ id }, _args, { actor, db, core }) =>
      maySeeMembers(actor, id) ? pendingInvitations(db, id, core.clock.now()) : null,
  }),
}));
builder.objectField(Viewer, 'invitations', (t) =>
  t.field({
    type: [Invitation],
    description: '待本人接受的邀请，新的在前。仅投标企业用户有。',
    resolve: ({ actor }, _args, { db, core }) =>
      actor.kind === 'USER' && actor.role === 'BIDDER' ? invitationsTo(db, actor.id, core.clock.now()) : [],
  }),
);

const bidder = { roles: ['BIDDER'] } as const;

mutation('inviteMember', {
  description: '邀请一个手机号的使用者加入本企业，并以短信告知。手机号是否注册，结果都一样。仅企业管理员。',
  who: bidder,
  type: Invitation,
  refusals: [NotCertified, NotOwner],
  input: builder.inputType('InviteMemberInput', {
    description: '邀请成员。',
    fields: (t) => ({ mobile: t.field({ type: 'Mobile', required: true, description: '手机号。' }) }),
  }),
  act: service.inviteMember,
});

mutation('acceptInvitation', {
  description: '接受邀请，加入该企业。会话随之更换。',
  who: bidder,
  type: Session,
  // The session begins anew: a kept answer would begin none.
  secret: true,
  refusals: [AlreadyMember],
  input: IdInput,
  slow: (context, input) => beginSession(context, (command) => service.acceptInvitation(command, input)),
});

mutation('declineInvitation', {
  description: '谢绝邀请。',
  who: bidder,
  type: Invitation,
  input: IdInput,
  act: service.declineInvitation,
});

mutation('revokeInvitation', {
  description: '撤销尚未接受的邀请。仅企业管理员。',
  who: bidder,
  type: Invitation,
  refusals: [NotCertified, NotOwner],
  input: IdInput,
  act: service.revokeInvitation,
});

mutation('removeMember', {
  description:
    '移除成员，其会话立即结束，已办业务留在企业。仅企业管理员；成员可移除自己，即退出企业。编号为用户编号。',
  who: bidder,
  type: Enterprise,
  refusals: [NotCertified, NotOwner],
  input: IdInput,
  slow: async (context, input) => {
    const enterprise = await runOnce(context, (command) => service.removeMember(command, input));
    if (context.actor.kind === 'USER' && context.actor.id === input.id) forgetCaller(context);
    return enterprise;
  },
});

mutation('transferOwnership', {
  description: '将企业管理员移交给另一成员。仅企业管理员。编号为用户编号。',
  who: bidder,
  type: Enterprise,
  refusals: [NotCertified, NotOwner],
  input: IdInput,
  act: service.transferOwnership,
});
