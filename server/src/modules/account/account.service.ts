import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { hashPassword, isOutdated, passwordMatches } from '../../access/password.ts';
import type { Core } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { sessions, users } from '../../db/tables/account.ts';
import { insurers } from '../../db/tables/insurer.ts';
import type { Role } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { type UserRow, userAgreementVersion, userByMobile, userWithStanding } from './account.queries.ts';
import { CredentialsWrong, MobileTaken } from './account.refusals.ts';
import { passSecondFactor, type SecondFactorProof } from './second-factor.service.ts';
import { type Attempt, admitAttempt, settleAttempts, withdrawAttempt } from './sign-in-guard.ts';
import { spendSmsCode } from './sms-code.ts';

export interface NewUser {
  /** Eleven digits. */
  readonly mobile: string;
  /** As `hashPassword` makes it, outside the transaction; null where only a code signs in. */
  readonly passwordHash: string | null;
  readonly role: Role;
  readonly name?: string | null | undefined;
  readonly insurerId?: string | null | undefined;
  readonly enterpriseId?: string | null | undefined;
  readonly agreementVersion?: string | null | undefined;
}

/**
 * Adds a person who may sign in.
 *
 * Refuses: MobileTaken.
 */
export async function createUser(command: Command, input: NewUser, event = 'CREATED'): Promise<UserRow> {
  if (await userByMobile(command.db, input.mobile)) throw new MobileTaken();
  const [row] = await command.db
    .insert(users)
    .values({
      id: newId('usr'),
      mobile: input.mobile,
      passwordHash: input.passwordHash,
      role: input.role,
      name: input.name ?? null,
      insurerId: input.insurerId ?? null,
      enterpriseId: input.enterpriseId ?? null,
      agreementVersion: input.agreementVersion ?? null,
      createdAt: command.now,
    })
    .returning();
  invariant(row, 'an inserted row is returned');
  await note(command, {
    noun: 'user',
    objectId: row.id,
    event,
    data: { role: row.role, insurerId: row.insurerId, agreementVersion: row.agreementVersion },
  });
  return row;
}

/**
 * Refuses: InvalidInput, unless the version is that of the user agreement in force.
 */
export async function requireAgreement(db: Db, agreementVersion: string): Promise<void> {
  if (agreementVersion === (await userAgreementVersion(db))) return;
  throw new InvalidInput([
    { path: 'agreementVersion', message: '《用户服务协议》已更新，请阅读现行版本并同意后再注册' },
  ]);
}

/**
 * Adds a bidder whose code was right.
 *
 * Refuses: SmsCodeExpired, MobileTaken.
 *
 * @param codeId as `trySmsCode` gave it
 */
export async function register(
  command: Command,
  input: {
    readonly codeId: string;
    readonly mobile: string;
    readonly passwordHash: string;
    readonly agreementVersion: string;
  },
): Promise<UserRow> {
  await spendSmsCode(command, input.codeId);
  return createUser(command, { ...input, role: 'BIDDER' }, 'REGISTERED');
}

/** A password that was right when it was looked at. */
export interface PasswordProof {
  /** As they stood then. */
  readonly user: UserRow;
  readonly attemptId: string;
  /** The hash it was compared with. */
  readonly passwordHash: string;
  /** The same password at today's cost, where the kept hash is of another. */
  readonly newHash: string | null;
}

/**
 * Compares a password, outside a transaction. Unknown number, wrong password and suspended user take the same work
 * and give the same answer.
 *
 * Refuses: AccountLocked, CaptchaNeeded, RateLimited, CredentialsWrong.
 */
export async function provePassword(
  core: Core,
  from: Omit<Attempt, 'mobile' | 'proof'>,
  { mobile, password }: { readonly mobile: string; readonly password: string },
): Promise<PasswordProof> {
  const attemptId = await admitAttempt(core, { ...from, mobile, proof: 'PASSWORD' });
  try {
    const known = await userByMobile(core.database.reader, mobile);
    const passwordHash = known?.user.passwordHash ?? null;
    const isRight = await passwordMatches(password, passwordHash);
    if (!isRight || !known?.isActive || passwordHash === null) throw new CredentialsWrong();
    const newHash = isOutdated(passwordHash) ? await hashPassword(password) : null;
    return { user: known.user, attemptId, passwordHash, newHash };
  } catch (reason) {
    if (!(reason instanceof CredentialsWrong)) await withdrawAttempt(core, attemptId);
    throw reason;
  }
}

/**
 * Signs in whose password was right, if that still holds: it may have been changed, or its owner suspended,
 * meanwhile.
 *
 * Refuses: CredentialsWrong, SecondFactorNeeded, SecondFactorWrong.
 */
export async function signInWithPassword(
  command: Command,
  proof: PasswordProof,
  second: SecondFactorProof | null,
): Promise<UserRow> {
  const user = await provenUser(command.db, proof);
  if (proof.newHash) {
    await command.db.update(users).set({ passwordHash: proof.newHash }).where(eq(users.id, proof.user.id));
  }
  return signedIn(command, user, 'PASSWORD', proof.attemptId, second);
}

/**
 * Whose password was right, if that still holds.
 *
 * Refuses: CredentialsWrong.
 */
export async function provenUser(db: Db, proof: PasswordProof): Promise<UserRow> {
  const known = await userWithStanding(db, proof.user.id);
  if (!known?.isActive || known.user.passwordHash !== proof.passwordHash) throw new CredentialsWrong();
  return known.user;
}

/**
 * Signs in whose code was right. Only then an unknown number is told from a known one: who asks holds the phone.
 *
 * Refuses: SmsCodeExpired, CredentialsWrong, SecondFactorNeeded, SecondFactorWrong.
 */
export async function signInWithCode(
  command: Command,
  input: { readonly mobile: string; readonly codeId: string },
  second: SecondFactorProof | null,
): Promise<UserRow> {
  await spendSmsCode(command, input.codeId);
  const known = await userByMobile(command.db, input.mobile);
  if (!known?.isActive) throw new CredentialsWrong();
  return signedIn(command, known.user, 'SMS_CODE', null, second);
}

async function signedIn(
  command: Command,
  user: UserRow,
  by: string,
  attemptId: string | null,
  second: SecondFactorProof | null,
): Promise<UserRow> {
  await passSecondFactor(command, user.id, second);
  await settleAttempts(command.db, user.mobile, attemptId, second?.attemptId ?? null);
  await note(command, {
    noun: 'user',
    objectId: user.id,
    event: 'SIGNED_IN',
    data: { by, secondFactor: second !== null },
  });
  return user;
}

/** Ends the caller's session, or all of theirs. Effective with the next request. */
export async function signOut(command: Command, everywhere: boolean): Promise<void> {
  const { actor } = command;
  if (actor.kind !== 'USER') return;
  await command.db
    .delete(sessions)
    .where(everywhere ? eq(sessions.userId, actor.id) : eq(sessions.tokenHash, actor.tokenHash));
  await note(command, { noun: 'user', objectId: actor.id, event: 'SIGNED_OUT', data: { everywhere } });
}

/**
 * Gives a new password to whose code was right, and ends all their sessions. An unknown or suspended number gets
 * the same answer; nothing but the use of the code is written for it.
 *
 * Refuses: SmsCodeExpired.
 *
 * @returns the user, or null for such a number
 */
export async function resetPassword(
  command: Command,
  input: { readonly mobile: string; readonly codeId: string; readonly passwordHash: string },
): Promise<UserRow | null> {
  await spendSmsCode(command, input.codeId);
  const known = await userByMobile(command.db, input.mobile);
  if (!known?.isActive) return null;
  await command.db.update(users).set({ passwordHash: input.passwordHash }).where(eq(users.id, known.user.id));
  await command.db.delete(sessions).where(eq(sessions.userId, known.user.id));
  await settleAttempts(command.db, input.mobile, null);
  await note(command, { noun: 'user', objectId: known.user.id, event: 'PASSWORD_RESET' });
  return known.user;
}

/**
 * Adds a colleague of the platform, an insurer or a supervising authority.
 *
 * Refuses: InvalidInput, MobileTaken.
 */
export async function createStaffUser(
  command: Command,
  input: Omit<NewUser, 'enterpriseId' | 'agreementVersion'> & { readonly name: string },
): Promise<UserRow> {
  if (input.role === 'BIDDER') {
    throw new InvalidInput([{ path: 'role', message: '投标企业用户须自行注册，不能由运营人员创建' }]);
  }
  const isUnderwriter = input.role === 'UNDERWRITER';
  if (isUnderwriter !== Boolean(input.insurerId)) {
    const message = isUnderwriter ? '核保人员须指明所属机构' : '仅核保人员可指明所属机构';
    throw new InvalidInput([{ path: 'insurerId', message }]);
  }
  if (input.insurerId) await requireInsurer(command.db, input.insurerId);
  return createUser(command, { ...input, name: cleanLine(input.name, limits.nameCharactersMax) });
}

/** Refuses: InvalidInput, where there is no such insurer. */
export async function requireInsurer(db: Db, insurerId: string): Promise<void> {
  const [insurer] = await db.select({ id: insurers.id }).from(insurers).where(eq(insurers.id, insurerId));
  if (!insurer) throw new InvalidInput([{ path: 'insurerId', message: '没有这个机构' }]);
}

/** Lets somebody in again who was suspended. Twice changes nothing. Refuses: NotFound. */
export async function reinstateUser(command: Command, id: string): Promise<UserRow> {
  const [user] = await command.db.select().from(users).where(eq(users.id, id));
  if (!user) throw new NotFound();
  const [reinstated] = await command.db
    .update(users)
    .set({ suspendedAt: null })
    .where(and(eq(users.id, id), isNotNull(users.suspendedAt)))
    .returning();
  if (!reinstated) return user;
  await note(command, { noun: 'user', objectId: id, event: 'REINSTATED' });
  return reinstated;
}

/**
 * Shuts somebody out: their sessions end at once. Suspending twice changes nothing.
 *
 * Refuses: NotFound, InvalidInput.
 */
export async function suspendUser(command: Command, id: string): Promise<UserRow> {
  const [user] = await command.db.select().from(users).where(eq(users.id, id));
  if (!user) throw new NotFound();
  if (command.actor.kind === 'USER' && command.actor.id === id) {
    throw new InvalidInput([{ path: 'id', message: '不能停用自己的账号' }]);
  }
  const [suspended] = await command.db
    .update(users)
    .set({ suspendedAt: command.now })
    .where(and(eq(users.id, id), isNull(users.suspendedAt)))
    .returning();
  if (!suspended) return user;
  await command.db.delete(sessions).where(eq(sessions.userId, id));
  await note(command, { noun: 'user', objectId: id, event: 'SUSPENDED' });
  return suspended;
}
