import { eq } from 'drizzle-orm';
import type { Cipher } from '../../access/cipher.ts';
import type { Core } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { sessions, users } from '../../db/tables/account.ts';
import { liveSessions, type UserRow, userByMobile, userWithStanding } from './account.queries.ts';
import { CredentialsWrong, MobileTaken } from './account.refusals.ts';
import { type PasswordProof, provenUser } from './account.service.ts';
import { passwordFault } from './password-rule.ts';
import { settleAttempts, withdrawAttempt } from './sign-in-guard.ts';
import { spendSmsCode } from './sms-code.ts';
import { enqueueSms } from './sms-message.ts';

/** How a session is called outside: by nothing that leads back to its token or to the hash that is kept of it. */
export const sessionId = (cipher: Cipher, tokenHash: string) =>
  `ses_${cipher.hmac('session', tokenHash).slice(0, 32)}`;

/**
 * Ends one of the caller's sessions, their present one included. Effective with the next request. Somebody else's
 * is as absent as one that ended.
 *
 * Refuses: NotFound.
 */
export async function revokeSession(command: Command, id: string): Promise<UserRow> {
  const { actor, core, db, now } = command;
  if (actor.kind !== 'USER') throw new NotFound();
  const own = await liveSessions(db, actor.id, now);
  const session = own.find(({ tokenHash }) => sessionId(core.cipher, tokenHash) === id);
  const known = await userWithStanding(db, actor.id);
  if (!session || !known) throw new NotFound();
  await db.delete(sessions).where(eq(sessions.tokenHash, session.tokenHash));
  await note(command, {
    noun: 'user',
    objectId: actor.id,
    event: 'SESSION_REVOKED',
    data: { current: session.tokenHash === actor.tokenHash },
  });
  return known.user;
}

/**
 * Refuses: InvalidInput, where a person may not choose this password.
 *
 * @param mobile of the person
 */
export function requireGoodPassword(newPassword: string, mobile: string): void {
  const fault = passwordFault(newPassword, mobile);
  if (fault) throw new InvalidInput([{ path: 'newPassword', message: fault }]);
}

/**
 * Runs what a right password was asked for. Where it is refused for another reason, the password counts neither as
 * a failure nor as a success.
 */
export async function whileProven<T>(core: Core, proof: PasswordProof, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (reason) {
    if (!(reason instanceof CredentialsWrong)) await withdrawAttempt(core, proof.attemptId);
    throw reason;
  }
}

/**
 * Gives the caller another password and ends all their sessions; the present one is begun anew by whoever runs this.
 *
 * Refuses: CredentialsWrong.
 *
 * @param input.proof of the password until now
 */
export async function changePassword(
  command: Command,
  input: { readonly proof: PasswordProof; readonly passwordHash: string },
): Promise<UserRow> {
  const user = await provenUser(command.db, input.proof);
  await command.db.update(users).set({ passwordHash: input.passwordHash }).where(eq(users.id, user.id));
  await command.db.delete(sessions).where(eq(sessions.userId, user.id));
  await settleAttempts(command.db, user.mobile, input.proof.attemptId);
  await note(command, { noun: 'user', objectId: user.id, event: 'PASSWORD_CHANGED' });
  await enqueueSms(command, user.mobile, '您的登录密码已修改。如非本人操作，请立即重置密码并联系平台客服。');
  return { ...user, passwordHash: input.passwordHash };
}

/**
 * Lets the caller sign in with another number, whose code was right, and ends all their sessions; the present one
 * is begun anew by whoever runs this. The number until now is told, and neither stands in the event.
 *
 * Refuses: CredentialsWrong, SmsCodeExpired, MobileTaken.
 *
 * @param input.newMobile eleven digits
 * @param input.codeId as `trySmsCode` gave it for the new number
 */
export async function changeMobile(
  command: Command,
  input: { readonly proof: PasswordProof; readonly newMobile: string; readonly codeId: string },
): Promise<UserRow> {
  const user = await provenUser(command.db, input.proof);
  await spendSmsCode(command, input.codeId);
  if (await userByMobile(command.db, input.newMobile)) throw new MobileTaken();
  await command.db.update(users).set({ mobile: input.newMobile }).where(eq(users.id, user.id));
  await command.db.delete(sessions).where(eq(sessions.userId, user.id));
  await settleAttempts(command.db, user.mobile, input.proof.attemptId);
  // Failures of whoever held the new number before are not the caller's.
  await settleAttempts(command.db, input.newMobile, null);
  await note(command, { noun: 'user', objectId: user.id, event: 'MOBILE_CHANGED' });
  await enqueueSms(
    command,
    user.mobile,
    '您的账号已更换登录手机号，本号码不再用于登录。如非本人操作，请立即联系平台客服。',
  );
  return { ...user, mobile: input.newMobile };
}
