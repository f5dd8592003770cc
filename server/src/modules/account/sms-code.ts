import { and, desc, eq, gt, isNull, type SQL } from 'drizzle-orm';
import { sameText } from '../../access/cipher.ts';
import type { Core } from '../../command/core.ts';
import { note } from '../../command/fire.ts';
import { RateLimited } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import type { Db } from '../../db/open.ts';
import { smsCodes } from '../../db/tables/account.ts';
import type { SmsPurpose } from '../../db/vocabulary.ts';
import { newId, randomDigits } from '../../kernel/id.ts';
import { maskMobile } from '../../kernel/mobile.ts';
import { toHalfWidth } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import { SmsCodeExpired, SmsCodeWrong } from './account.refusals.ts';
import { type Caller, callerOf } from './caller.ts';
import { enqueueSms } from './sms-message.ts';

export const smsPurposeLabel: Record<SmsPurpose, string> = {
  REGISTER: '注册账号',
  SIGN_IN: '登录',
  RESET_PASSWORD: '重置密码',
  CHANGE_MOBILE: '更换手机号',
};

export interface SmsCodeRequest {
  /** Masked. */
  readonly mobile: string;
  readonly resendAfterSeconds: number;
  /** Milliseconds. */
  readonly expiresAt: number;
}

interface Window {
  readonly windowMs: number;
  readonly max: number;
}

/**
 * Sends a code to a number, after the human check.
 *
 * Whether the number belongs to a user is not even looked up: a code goes out for each purpose to each number,
 * registered or not. So answer, limits and duration cannot differ; who holds the phone learns more only by typing
 * the right code, which proves that the number is theirs.
 *
 * Refuses: RateLimited, before anything is written.
 */
export async function sendSmsCode(
  command: Command,
  { mobile, purpose }: { readonly mobile: string; readonly purpose: SmsPurpose },
): Promise<SmsCodeRequest> {
  const { db, now, core } = command;
  const caller = callerOf(command.request.address);
  const waitMs = await waitOf(db, now, mobile, caller);
  if (waitMs > 0) throw new RateLimited(waitMs);

  await db
    .update(smsCodes)
    .set({ expiresAt: now })
    .where(and(eq(smsCodes.mobile, mobile), eq(smsCodes.purpose, purpose), gt(smsCodes.expiresAt, now)));
  const id = newId('sms');
  const code = randomDigits(6);
  const expiresAt = now + limits.smsCodeValidMs;
  await db.insert(smsCodes).values({
    id,
    mobile,
    purpose,
    codeHmac: hmacOf(core, id, code),
    ...caller,
    createdAt: now,
    expiresAt,
  });
  const minutes = limits.smsCodeValidMs / 60_000;
  await enqueueSms(
    command,
    mobile,
    `您的验证码为 ${code}，${minutes} 分钟内有效。请勿告诉他人。用于：${smsPurposeLabel[purpose]}。`,
    { code },
  );
  await raiseAlarm(command);
  return { mobile: maskMobile(mobile), resendAfterSeconds: Math.ceil(limits.smsResendMs / 1000), expiresAt };
}

/** How long until all limits allow another message, in milliseconds; 0 when they do. */
async function waitOf(db: Db, now: number, mobile: string, caller: Caller): Promise<number> {
  const rules: [SQL | undefined, readonly Window[]][] = [
    [eq(smsCodes.mobile, mobile), [{ windowMs: limits.smsResendMs, max: 1 }, ...limits.smsPerMobile]],
    [eq(smsCodes.address, caller.address), limits.smsPerAddress],
    [eq(smsCodes.network, caller.network), limits.smsPerNetwork],
    [undefined, limits.smsPerPlatform],
  ];
  let waitMs = 0;
  for (const [scope, windows] of rules) {
    for (const { windowMs, max } of windows) {
      const sent = await sentWithin(db, now, scope, windowMs, max);
      const oldest = sent.length < max ? undefined : sent.at(-1);
      if (oldest !== undefined) waitMs = Math.max(waitMs, oldest + windowMs - now);
    }
  }
  return waitMs;
}

/** Instants of the newest messages within a window, at most `max` of them. */
async function sentWithin(
  db: Db,
  now: number,
  scope: SQL | undefined,
  windowMs: number,
  max: number,
): Promise<number[]> {
  const rows = await db
    .select({ at: smsCodes.createdAt })
    .from(smsCodes)
    .where(and(scope, gt(smsCodes.createdAt, now - windowMs)))
    .orderBy(desc(smsCodes.createdAt))
    .limit(max);
  return rows.map((row) => row.at);
}

/**
 * Tells the staff, with the message that uses up the budget of the whole platform: from then on everybody is
 * refused.
 */
async function raiseAlarm(command: Command): Promise<void> {
  for (const { windowMs, max } of limits.smsPerPlatform) {
    const sent = await sentWithin(command.db, command.now, undefined, windowMs, max);
    if (sent.length < max) continue;
    await note(command, {
      noun: 'platform',
      objectId: 'platform',
      event: 'SMS_BUDGET_SPENT',
      note: `短信发送量已达平台上限：${windowMs / 60_000} 分钟内 ${max} 条`,
      data: { windowMs, max },
    });
    command.core.log.error({ windowMs, max }, 'the SMS budget of the platform is spent');
  }
}

interface CodeInput {
  readonly mobile: string;
  readonly purpose: SmsPurpose;
  readonly smsCode: string;
}

/**
 * Tries a code. Counted in a transaction of its own, since a refusal rolls the command's back: after five tries
 * the code is dead, right or wrong.
 *
 * Refuses: SmsCodeExpired, SmsCodeWrong.
 *
 * @returns the id of the code, to be spent in the command it is for
 */
export async function trySmsCode(core: Core, { mobile, purpose, smsCode }: CodeInput): Promise<string> {
  const typed = toHalfWidth(smsCode).replace(/\s/g, '');
  const verdict = await core.database.transact(async (db) => {
    const [row] = await db
      .select()
      .from(smsCodes)
      .where(and(eq(smsCodes.mobile, mobile), eq(smsCodes.purpose, purpose)))
      .orderBy(desc(smsCodes.createdAt))
      .limit(1);
    if (!row) return { refusal: new SmsCodeWrong() };
    const isDead =
      row.usedAt !== null || row.expiresAt <= core.clock.now() || row.tries >= limits.smsCodeTriesMax;
    if (isDead) return { refusal: new SmsCodeExpired() };
    await db
      .update(smsCodes)
      .set({ tries: row.tries + 1 })
      .where(eq(smsCodes.id, row.id));
    return sameText(row.codeHmac, hmacOf(core, row.id, typed))
      ? { id: row.id }
      : { refusal: new SmsCodeWrong() };
  });
  if (verdict.refusal) throw verdict.refusal;
  return verdict.id;
}

/**
 * Uses a code up in the command it was asked for: of many that bring it at once, one wins.
 *
 * Refuses: SmsCodeExpired.
 */
export async function spendSmsCode(command: Command, id: string): Promise<void> {
  const spent = await command.db
    .update(smsCodes)
    .set({ usedAt: command.now })
    .where(and(eq(smsCodes.id, id), isNull(smsCodes.usedAt)))
    .returning({ id: smsCodes.id });
  if (spent.length === 0) throw new SmsCodeExpired();
}

const hmacOf = (core: Core, id: string, code: string) => core.cipher.hmac('sms', `${id}:${code}`);
