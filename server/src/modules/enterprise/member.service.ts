import { and, eq } from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import { bear, fire, note, refusedEvent } from '../../command/fire.ts';
import { InvalidInput, NotFound, RateLimited } from '../../command/refusals.ts';
import { type Command, runAsSystem } from '../../command/run.ts';
import { sessions, users } from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { limits } from '../../limits.ts';
import type { UserRow } from '../account/account.queries.ts';
import { enqueueSms } from '../account/sms-message.ts';
import { type EnterpriseRow, enterpriseById, latestCertification } from './enterprise.queries.ts';
import { AlreadyMember, NotOwner } from './enterprise.refusals.ts';
import { ownEnterprise } from './enterprise.service.ts';
import { type InvitationEvent, invitationLife } from './invitation.machine.ts';
import {
  type InvitationRow,
  invitationsByIds,
  invitationsToExpire,
  invitedSince,
  membersOf,
  pendingInvitations,
} from './member.queries.ts';

const dayMs = 86_400_000;

/** The enterprise that the caller owns. Refuses: NotCertified, NotOwner. */
async function ownedEnterprise(command: Command): Promise<EnterpriseRow> {
  const enterprise = await ownEnterprise(command);
  const { actor } = command;
  if (actor.kind !== 'USER' || enterprise.ownerId !== actor.id) throw new NotOwner();
  return enterprise;
}

/**
 * Asks a number to join the caller's enterprise. Whether it is anybody's is not looked up: the answer, what is
 * written and what is sent are the same.
 *
 * Refuses: NotCertified, NotOwner, InvalidInput, RateLimited.
 */
export async function inviteMember(
  command: Command,
  { mobile }: { readonly mobile: string },
): Promise<InvitationRow> {
  const { actor, db, now } = command;
  invariant(actor.kind === 'USER', 'only a person invites');
  const enterprise = await ownedEnterprise(command);
  const members = await membersOf(db, enterprise.id);
  if (members.some((member) => member.mobile === mobile)) {
    throw new InvalidInput([{ path: 'mobile', message: '该手机号已是本企业成员' }]);
  }
  const waiting = await pendingInvitations(db, enterprise.id, now);
  if (waiting.some((invitation) => invitation.mobile === mobile)) {
    throw new InvalidInput([{ path: 'mobile', message: '已邀请该手机号，请等待对方接受' }]);
  }
  if (members.length + waiting.length >= limits.membersPerEnterpriseMax) {
    const message = `成员和待接受的邀请合计不能超过 ${limits.membersPerEnterpriseMax} 个`;
    throw new InvalidInput([{ path: 'mobile', message }]);
  }
  const invited = await invitedSince(db, { enterpriseId: enterprise.id }, now - dayMs);
  if (invited >= limits.invitationsPerDayMax) throw new RateLimited(dayMs);
  const toNumber = await invitedSince(db, { mobile }, now - dayMs);

  // One that ran out but was not yet closed by the clock would stand in the way.
  await expireDue(command, enterprise.id, mobile);
  const invitation = await bear(command, invitationLife, {
    id: newId('ivt'),
    enterpriseId: enterprise.id,
    mobile,
    invitedBy: actor.id,
    createdAt: now,
    expiresAt: now + limits.invitationValidMs,
  });
  if (toNumber < limits.invitationSmsPerMobileAndDayMax) {
    const days = limits.invitationValidMs / dayMs;
    const text = `${enterprise.name}邀请您成为其经办人员，请在 ${days} 天内以本手机号登录（或注册）后，在用户中心“企业成员”中处理。`;
    await enqueueSms(command, mobile, text);
  }
  return invitation;
}

async function expireDue(command: Command, enterpriseId: string, mobile: string): Promise<void> {
  const due = await invitationsToExpire(command.db, command.now, limits.timerRowsPerRoundMax);
  for (const row of due.filter((one) => one.enterpriseId === enterpriseId && one.mobile === mobile)) {
    await fire({ ...command, actor: { kind: 'SYSTEM' } }, invitationLife, row, 'EXPIRE', {
      set: { decidedAt: command.now },
    });
  }
}

/** An invitation that the caller may see and that has not run out. Refuses: NotFound, TransitionRefused. */
async function openInvitation(
  command: Command,
  id: string,
  event: InvitationEvent,
): Promise<{ invitation: InvitationRow; user: UserRow }> {
  const { actor, db } = command;
  const [invitation] = await invitationsByIds(db, actor, [id]);
  if (!invitation || actor.kind !== 'USER') throw new NotFound();
  const [user] = await db.select().from(users).where(eq(users.id, actor.id));
  invariant(user, 'a signed-in user is there');
  if (invitation.state === 'PENDING' && invitation.expiresAt <= command.now) {
    throw refusedEvent(invitationLife, { state: 'EXPIRED' }, event);
  }
  return { invitation, user };
}

/** The same, sent to the caller's own number. Refuses: NotFound, TransitionRefused. */
async function invitationToMe(command: Command, id: string, event: InvitationEvent) {
  const found = await openInvitation(command, id, event);
  if (found.invitation.mobile !== found.user.mobile) throw new NotFound();
  return found;
}

/**
 * Joins the enterprise that invited the caller; their session is begun anew by whoever runs this.
 *
 * Refuses: NotFound, TransitionRefused, AlreadyMember, InvalidInput.
 */
export async function acceptInvitation(command: Command, { id }: { readonly id: string }): Promise<UserRow> {
  const { db, now } = command;
  const { invitation, user } = await invitationToMe(command, id, 'ACCEPT');
  if (user.enterpriseId !== null) throw new AlreadyMember();
  const certification = await latestCertification(db, user);
  if (certification?.state === 'PENDING_REVIEW') {
    throw new InvalidInput([{ path: 'id', message: '您有审核中的企业认证，请先撤回认证再接受邀请' }]);
  }
  const enterprise = await enterpriseById(db, invitation.enterpriseId);
  if (!enterprise || enterprise.suspendedAt !== null) throw new NotFound();
  await fire(command, invitationLife, invitation, 'ACCEPT', { set: { decidedAt: now } });
  const [joined] = await db
    .update(users)
    .set({ enterpriseId: enterprise.id })
    .where(eq(users.id, user.id))
    .returning();
  invariant(joined, 'a signed-in user is there');
  await note(command, memberAct('MEMBER_JOINED', enterprise.id, user.id));
  return joined;
}

/** Refuses: NotFound, TransitionRefused. */
export async function declineInvitation(
  command: Command,
  { id }: { readonly id: string },
): Promise<InvitationRow> {
  const { invitation } = await invitationToMe(command, id, 'DECLINE');
  return fire(command, invitationLife, invitation, 'DECLINE', { set: { decidedAt: command.now } });
}

/** Takes an invitation back. Refuses: NotCertified, NotOwner, NotFound, TransitionRefused. */
export async function revokeInvitation(
  command: Command,
  { id }: { readonly id: string },
): Promise<InvitationRow> {
  const enterprise = await ownedEnterprise(command);
  const { invitation } = await openInvitation(command, id, 'REVOKE');
  if (invitation.enterpriseId !== enterprise.id) throw new NotFound();
  return fire(command, invitationLife, invitation, 'REVOKE', { set: { decidedAt: command.now } });
}

/**
 * Ends somebody's membership, by the owner or by themselves: their sessions end with their next request. What they
 * began stays with the enterprise. The owner hands over first.
 *
 * Refuses: NotCertified, NotOwner, NotFound, InvalidInput.
 */
export async function removeMember(
  command: Command,
  { id }: { readonly id: string },
): Promise<EnterpriseRow> {
  const { actor, db } = command;
  const leaves = actor.kind === 'USER' && actor.id === id;
  const enterprise = leaves ? await ownEnterprise(command) : await ownedEnterprise(command);
  if (id === enterprise.ownerId) {
    throw new InvalidInput([{ path: 'id', message: '请先将企业管理员移交给其他成员' }]);
  }
  const removed = await memberOf(command, enterprise, id);
  await db.update(users).set({ enterpriseId: null }).where(eq(users.id, id));
  await db.delete(sessions).where(eq(sessions.userId, id));
  await note(command, memberAct(leaves ? 'MEMBER_LEFT' : 'MEMBER_REMOVED', enterprise.id, id));
  await enqueueSms(
    command,
    removed.mobile,
    `您已不再是${enterprise.name}的经办人员，其订单由该企业其他人员继续办理。`,
  );
  return enterprise;
}

/**
 * Makes another member the owner.
 *
 * Refuses: NotCertified, NotOwner, NotFound, InvalidInput.
 */
export async function transferOwnership(
  command: Command,
  { id }: { readonly id: string },
): Promise<EnterpriseRow> {
  const enterprise = await ownedEnterprise(command);
  if (id === enterprise.ownerId) throw new InvalidInput([{ path: 'id', message: '该成员已是企业管理员' }]);
  const owner = await memberOf(command, enterprise, id);
  if (owner.suspendedAt !== null) {
    throw new InvalidInput([{ path: 'id', message: '该成员账号已停用，不能成为企业管理员' }]);
  }
  const [row] = await command.db
    .update(enterprises)
    .set({ ownerId: id })
    .where(eq(enterprises.id, enterprise.id))
    .returning();
  invariant(row, 'an enterprise is never deleted');
  await note(command, memberAct('OWNERSHIP_TRANSFERRED', enterprise.id, id));
  await enqueueSms(command, owner.mobile, `您已成为${enterprise.name}的企业管理员，可邀请和移除成员。`);
  return row;
}

const memberAct = (event: string, enterpriseId: string, userId: string) => ({
  noun: 'enterprise',
  objectId: enterpriseId,
  event,
  data: { userId },
});

async function memberOf({ db }: Command, enterprise: EnterpriseRow, id: string): Promise<UserRow> {
  const [member] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, id), eq(users.enterpriseId, enterprise.id)));
  if (!member) throw new NotFound();
  return member;
}

/** Closes invitations that nobody took. */
export async function expireInvitations(core: Core): Promise<void> {
  const due = await invitationsToExpire(core.database.reader, core.clock.now(), limits.timerRowsPerRoundMax);
  for (const { id } of due) {
    await runAsSystem(core, async (command) => {
      const [row] = await invitationsByIds(command.db, command.actor, [id]);
      // Taken or revoked since it was listed.
      if (row?.state !== 'PENDING' || row.expiresAt > command.now) return;
      await fire(command, invitationLife, row, 'EXPIRE', { set: { decidedAt: command.now } });
    });
  }
}
