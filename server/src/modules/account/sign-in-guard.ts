import { and, count, desc, eq, gt, isNull, max } from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import { RateLimited } from '../../command/refusals.ts';
import type { Db } from '../../db/open.ts';
import { knownDevices, signInAttempts, users } from '../../db/tables/account.ts';
import type { SignInProof } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import { AccountLocked, CaptchaNeeded } from './account.refusals.ts';
import { callerOf } from './caller.ts';

/** From where and with what somebody wants to be let in. */
export interface Attempt {
  readonly mobile: string;
  readonly proof: SignInProof;
  /** Of the connection. */
  readonly address: string;
  /** Of the browser; null where it brings none. */
  readonly deviceHash: string | null;
  /** Whether a human check was passed, or somebody signed in asks. */
  readonly isHuman: boolean;
}

/**
 * Lets an attempt with a password or a second factor through, or not. It is written as a failure, in a transaction of
 * its own, before the proof is looked at: of a thousand at once, five cost a hash. A code by SMS has its own five
 * tries, and stays the way in for who was locked out by a stranger. So does the browser from which they signed in
 * before, whose failures are counted apart.
 *
 * Refuses: AccountLocked, CaptchaNeeded, RateLimited.
 *
 * @returns the id of the attempt
 */
export function admitAttempt(core: Core, attempt: Attempt): Promise<string> {
  const { mobile, proof } = attempt;
  const { address } = callerOf(attempt.address);
  return core.database.transact(async (db) => {
    const now = core.clock.now();
    const deviceHash = await knownDevice(db, attempt);
    const [failures] = await db
      .select({ n: count(), last: max(signInAttempts.at) })
      .from(signInAttempts)
      .where(
        and(
          eq(signInAttempts.mobile, mobile),
          eq(signInAttempts.proof, proof),
          deviceHash === null ? isNull(signInAttempts.deviceHash) : eq(signInAttempts.deviceHash, deviceHash),
          eq(signInAttempts.succeeded, false),
        ),
      );
    const n = failures?.n ?? 0;
    if ((failures?.last ?? 0) + lockMs(n) > now) throw new AccountLocked();
    if (n >= limits.signInFailuresBeforeCaptcha && !attempt.isHuman) throw new CaptchaNeeded();

    for (const { windowMs, max: allowed } of limits.signInPerAddress) {
      const recent = await db
        .select({ at: signInAttempts.at })
        .from(signInAttempts)
        .where(and(eq(signInAttempts.address, address), gt(signInAttempts.at, now - windowMs)))
        .orderBy(desc(signInAttempts.at))
        .limit(allowed);
      const oldest = recent.length < allowed ? undefined : recent.at(-1);
      if (oldest) throw new RateLimited(oldest.at + windowMs - now);
    }

    const id = newId('att');
    await db
      .insert(signInAttempts)
      .values({ id, mobile, proof, deviceHash, address, at: now, succeeded: false });
    await raiseAlarm(core, db, now);
    return id;
  });
}

/** How long after the last of so many failures in a row nobody is let in: a quarter of an hour, and twice as long each time. */
function lockMs(failures: number): number {
  const rounds = failures % limits.signInFailuresMax === 0 ? failures / limits.signInFailuresMax : 0;
  return rounds === 0 ? 0 : Math.min(limits.signInLockMs * 2 ** (rounds - 1), limits.signInLockMsMax);
}

/** The browser, if whoever has the number signed in from it before. */
async function knownDevice(db: Db, { mobile, deviceHash }: Attempt): Promise<string | null> {
  if (deviceHash === null) return null;
  const [row] = await db
    .select({ deviceHash: knownDevices.deviceHash })
    .from(knownDevices)
    .innerJoin(users, eq(users.id, knownDevices.userId))
    .where(and(eq(knownDevices.deviceHash, deviceHash), eq(users.mobile, mobile)));
  return row?.deviceHash ?? null;
}

/** Tells the log, once a second at most. */
async function raiseAlarm(core: Core, db: Db, now: number): Promise<void> {
  const [recent] = await db
    .select({ n: count() })
    .from(signInAttempts)
    .where(gt(signInAttempts.at, now - 1000));
  if (recent?.n === limits.signInsPerSecondAlarm) {
    core.log.error({ attemptsPerSecond: recent.n }, 'passwords are being guessed');
  }
}

/** Takes an attempt back that was never judged, so that our own overload locks nobody out. */
export async function withdrawAttempt(core: Core, id: string): Promise<void> {
  await core.database.transact((db) => db.delete(signInAttempts).where(eq(signInAttempts.id, id)));
}

/** Notes a success and forgets the failures before it: the owner of the number is here. */
export async function settleAttempts(
  db: Db,
  mobile: string,
  ...attemptIds: readonly (string | null)[]
): Promise<void> {
  for (const id of attemptIds) {
    if (id) await db.update(signInAttempts).set({ succeeded: true }).where(eq(signInAttempts.id, id));
  }
  await db
    .delete(signInAttempts)
    .where(and(eq(signInAttempts.mobile, mobile), eq(signInAttempts.succeeded, false)));
}
