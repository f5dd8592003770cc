import { and, count, eq, inArray, isNull, lt, or } from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound, TransitionRefused } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { recoveryCodes, secondFactors, sessions, users } from '../../db/tables/account.ts';
import { newId, recoveryCode } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { maskMobile } from '../../kernel/mobile.ts';
import { cleanText, toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import type { UserRow } from './account.queries.ts';
import { SecondFactorNeeded, SecondFactorWrong } from './account.refusals.ts';
import { type Attempt, admitAttempt, settleAttempts } from './sign-in-guard.ts';
import { enqueueSms } from './sms-message.ts';
import { newTotpSecret, totpStep, totpUri } from './totp.ts';

type SecondFactorRow = typeof secondFactors.$inferSelect;

const secretPlace = (userId: string) => ({ column: 'second_factors.secret_sealed', rowId: userId });
const recoveryHmac = (core: Core, userId: string, code: string) =>
  core.cipher.hmac('recovery-code', `${userId}:${code}`);

async function factorOf(db: Db, userId: string): Promise<SecondFactorRow | null> {
  const [row] = await db.select().from(secondFactors).where(eq(secondFactors.userId, userId));
  return row ?? null;
}

/** Since when somebody signs in with a second factor, in milliseconds; null where they do not. */
export async function secondFactorSince(db: Db, userId: string): Promise<number | null> {
  return (await factorOf(db, userId))?.confirmedAt ?? null;
}

/** The same of several. */
export async function secondFactorsSince(db: Db, userIds: readonly string[]): Promise<(number | null)[]> {
  const rows = await db
    .select({ userId: secondFactors.userId, confirmedAt: secondFactors.confirmedAt })
    .from(secondFactors)
    .where(inArray(secondFactors.userId, [...userIds]));
  const byUser = new Map(rows.map((row) => [row.userId, row.confirmedAt]));
  return userIds.map((id) => byUser.get(id) ?? null);
}

export async function recoveryCodesLeft(db: Db, userId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
  return row?.n ?? 0;
}

const refused = (state: '已启用' | '未启用', event: string) =>
  new TransitionRefused(
    { value: state === '已启用' ? 'ENABLED' : 'NONE', label: state },
    { value: event, label: event === 'REMOVE' ? '停用两步验证' : '启用两步验证' },
  );

export interface SecondFactorStart {
  /** Base32. Shown this once. */
  readonly secret: string;
  /** `otpauth://…`, for a QR code. */
  readonly uri: string;
  /** Milliseconds. */
  readonly expiresAt: number;
}

/**
 * Gives the caller a secret for their authenticator. It asks nothing of them before it is confirmed; one that was
 * never confirmed is replaced.
 *
 * Refuses: TransitionRefused.
 *
 * @param attemptId of the password that was asked for, if the caller has one
 */
export async function startSecondFactor(
  command: Command,
  attemptId: string | null,
): Promise<SecondFactorStart> {
  const { core, db, now } = command;
  const user = await caller(command);
  if (await secondFactorSince(db, user.id)) throw refused('已启用', 'START');
  const secret = newTotpSecret();
  const fresh = {
    secretSealed: core.cipher.seal(secret, secretPlace(user.id)),
    startedAt: now,
    lastStep: null,
  };
  await db
    .insert(secondFactors)
    .values({ userId: user.id, ...fresh })
    .onConflictDoUpdate({ target: secondFactors.userId, set: fresh });
  await settleAttempts(db, user.mobile, attemptId);
  await note(command, { noun: 'user', objectId: user.id, event: 'SECOND_FACTOR_STARTED' });
  const expiresAt = now + limits.secondFactorStartedMs;
  return { secret, uri: totpUri(secret, maskMobile(user.mobile)), expiresAt };
}

/** A code that was right when it was looked at. */
export interface SecondFactorProof {
  readonly userId: string;
  readonly attemptId: string;
  /** The code belongs to this secret, and no other. */
  readonly secretSealed: string;
  /** A step of time, or the keyed hash of a recovery code. */
  readonly by: { readonly step: number } | { readonly recovery: string };
}

/**
 * Looks at a code for somebody's authenticator, outside a transaction, and counts the try.
 *
 * Refuses: SecondFactorWrong, AccountLocked, CaptchaNeeded, RateLimited, and TransitionRefused where none is set up
 * or, for `isConfirmed` false, none is being set up.
 */
export async function proveSecondFactor(
  core: Core,
  from: Omit<Attempt, 'mobile' | 'proof'>,
  user: UserRow,
  code: string,
  isConfirmed = true,
): Promise<SecondFactorProof> {
  const factor = await factorOf(core.database.reader, user.id);
  const now = core.clock.now();
  if (isConfirmed && factor?.confirmedAt == null) throw refused('未启用', 'REMOVE');
  if (!isConfirmed && factor?.confirmedAt != null) throw refused('已启用', 'CONFIRM');
  if (!factor || (!isConfirmed && factor.startedAt + limits.secondFactorStartedMs <= now)) {
    throw refused('未启用', 'CONFIRM');
  }
  const attemptId = await admitAttempt(core, { ...from, mobile: user.mobile, proof: 'SECOND_FACTOR' });
  const typed = toHalfWidth(code).replace(/[\s-]/g, '').toUpperCase();
  const common = { userId: user.id, attemptId, secretSealed: factor.secretSealed };
  if (/^\d{6}$/.test(typed)) {
    const secret = core.cipher.open(factor.secretSealed, secretPlace(user.id));
    const step = totpStep(secret, typed, now);
    if (step === null || step <= (factor.lastStep ?? -1)) throw new SecondFactorWrong();
    return { ...common, by: { step } };
  }
  const recovery = recoveryHmac(core, user.id, typed);
  const [known] = await core.database.reader
    .select({ id: recoveryCodes.id })
    .from(recoveryCodes)
    .where(unusedCode(user.id, recovery));
  if (!known) throw new SecondFactorWrong();
  return { ...common, by: { recovery } };
}

const unusedCode = (userId: string, codeHmac: string) =>
  and(eq(recoveryCodes.userId, userId), eq(recoveryCodes.codeHmac, codeHmac), isNull(recoveryCodes.usedAt));

/**
 * Uses a code up in the command it was brought for: of many that bring it at once, one wins.
 *
 * Refuses: SecondFactorWrong.
 */
async function spendSecondFactor(command: Command, proof: SecondFactorProof): Promise<void> {
  const { db, now } = command;
  const { userId, by } = proof;
  const sameFactor = and(
    eq(secondFactors.userId, userId),
    eq(secondFactors.secretSealed, proof.secretSealed),
  );
  const spent =
    'step' in by
      ? await db
          .update(secondFactors)
          .set({ lastStep: by.step })
          .where(and(sameFactor, or(isNull(secondFactors.lastStep), lt(secondFactors.lastStep, by.step))))
          .returning({ userId: secondFactors.userId })
      : await db
          .update(recoveryCodes)
          .set({ usedAt: now })
          .where(unusedCode(userId, by.recovery))
          .returning({ id: recoveryCodes.id });
  if (spent.length === 0) throw new SecondFactorWrong();
  if ('recovery' in by) await note(command, { noun: 'user', objectId: userId, event: 'RECOVERY_CODE_USED' });
}

/**
 * Looks at the code that somebody brings to sign in with, where they have to bring one.
 *
 * Refuses: SecondFactorNeeded, and what `proveSecondFactor` refuses.
 *
 * @returns null for who has no second factor
 */
export async function proveWhereAsked(
  core: Core,
  from: Omit<Attempt, 'mobile' | 'proof'>,
  user: UserRow,
  code: string | null | undefined,
): Promise<SecondFactorProof | null> {
  if ((await secondFactorSince(core.database.reader, user.id)) === null) return null;
  if (code == null) throw new SecondFactorNeeded();
  return proveSecondFactor(core, from, user, code);
}

/**
 * Lets somebody past their second factor, if they have one.
 *
 * Refuses: SecondFactorNeeded, SecondFactorWrong.
 */
export async function passSecondFactor(
  command: Command,
  userId: string,
  proof: SecondFactorProof | null,
): Promise<void> {
  if (proof) return spendSecondFactor(command, proof);
  if (await secondFactorSince(command.db, userId)) throw new SecondFactorNeeded();
}

/**
 * Asks for a second factor from now on, and ends all sessions of the caller; the present one is begun anew by whoever
 * runs this.
 *
 * Refuses: SecondFactorWrong.
 *
 * @returns the codes that stand in for a lost authenticator, shown this once
 */
export async function confirmSecondFactor(
  command: Command,
  proof: SecondFactorProof,
): Promise<{ user: UserRow; recoveryCodes: readonly string[] }> {
  const { core, db, now } = command;
  const user = await caller(command);
  await spendSecondFactor(command, proof);
  const enabled = await db
    .update(secondFactors)
    .set({ confirmedAt: now })
    .where(and(eq(secondFactors.userId, user.id), isNull(secondFactors.confirmedAt)))
    .returning({ userId: secondFactors.userId });
  if (enabled.length === 0) throw refused('已启用', 'CONFIRM');
  const codes = Array.from({ length: limits.recoveryCodesPerUser }, recoveryCode);
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, user.id));
  await db.insert(recoveryCodes).values(
    codes.map((code) => ({
      id: newId('rec'),
      userId: user.id,
      codeHmac: recoveryHmac(core, user.id, code.replace('-', '')),
    })),
  );
  await db.delete(sessions).where(eq(sessions.userId, user.id));
  await settleAttempts(db, user.mobile, proof.attemptId);
  await note(command, { noun: 'user', objectId: user.id, event: 'SECOND_FACTOR_ENABLED' });
  return { user, recoveryCodes: codes };
}

/**
 * Asks for a second factor no longer, and ends all sessions of the caller; the present one is begun anew by whoever
 * runs this.
 *
 * Refuses: SecondFactorWrong.
 */
export async function removeSecondFactor(command: Command, proof: SecondFactorProof): Promise<UserRow> {
  const user = await caller(command);
  await spendSecondFactor(command, proof);
  await settleAttempts(command.db, user.mobile, proof.attemptId);
  await forgetFactor(command, user, '您的账号已停用两步验证。如非本人操作，请立即修改密码并联系平台客服。');
  await note(command, { noun: 'user', objectId: user.id, event: 'SECOND_FACTOR_REMOVED' });
  return user;
}

/**
 * Takes the second factor of a colleague away who has lost it. They are told; the reason stands in the log.
 *
 * Refuses: NotFound, InvalidInput, TransitionRefused.
 */
export async function resetSecondFactor(
  command: Command,
  input: { readonly id: string; readonly reason: string },
): Promise<UserRow> {
  const [user] = await command.db.select().from(users).where(eq(users.id, input.id));
  if (!user) throw new NotFound();
  if (command.actor.kind === 'USER' && command.actor.id === user.id) {
    throw new InvalidInput([
      { path: 'id', message: '不能重置自己的两步验证，请用动态码或恢复码停用，或由其他运营人员重置' },
    ]);
  }
  if (!(await secondFactorSince(command.db, user.id))) throw refused('未启用', 'REMOVE');
  await forgetFactor(
    command,
    user,
    '您的两步验证已由平台运营人员重置，请重新登录并启用。如非本人要求，请立即联系平台客服。',
  );
  await note(command, {
    noun: 'user',
    objectId: user.id,
    event: 'SECOND_FACTOR_RESET',
    note: cleanText(input.reason, limits.noteCharactersMax),
  });
  return user;
}

async function forgetFactor({ db, ...command }: Command, user: UserRow, told: string): Promise<void> {
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, user.id));
  await db.delete(secondFactors).where(eq(secondFactors.userId, user.id));
  await db.delete(sessions).where(eq(sessions.userId, user.id));
  await enqueueSms({ db, ...command }, user.mobile, told);
}

async function caller({ db, actor }: Command): Promise<UserRow> {
  invariant(actor.kind === 'USER', 'only a person has a second factor');
  const [user] = await db.select().from(users).where(eq(users.id, actor.id));
  invariant(user, 'a signed-in user is there');
  return user;
}
