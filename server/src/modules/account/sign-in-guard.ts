import { and, count, desc, eq, gt } from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import { RateLimited } from '../../command/refusals.ts';
import type { Db } from '../../db/open.ts';
import { signInAttempts } from '../../db/tables/account.ts';
import { newId } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import { AccountLocked } from './account.refusals.ts';
import { callerOf } from './caller.ts';

/**
 * Lets an attempt with a password through, or not. It is written as a failure, in a transaction of its own, before
 * the password is looked at: of a thousand at once, five cost a hash. Only sign-ins with a password come here; a
 * code has its own five tries, and stays the way in for who was locked out by a stranger.
 *
 * Refuses: AccountLocked, RateLimited.
 *
 * @returns the id of the attempt
 */
export function admitAttempt(core: Core, mobile: string, requestAddress: string): Promise<string> {
  const { address } = callerOf(requestAddress);
  return core.database.transact(async (db) => {
    const now = core.clock.now();
    const [failures] = await db
      .select({ n: count() })
      .from(signInAttempts)
      .where(
        and(
          eq(signInAttempts.mobile, mobile),
          eq(signInAttempts.succeeded, false),
          gt(signInAttempts.at, now - limits.signInFailuresWindowMs),
        ),
      );
    if ((failures?.n ?? 0) >= limits.signInFailuresPerMobileMax) throw new AccountLocked();

    const windowMs = limits.signInAttemptsPerAddressWindowMs;
    const recent = await db
      .select({ at: signInAttempts.at })
      .from(signInAttempts)
      .where(and(eq(signInAttempts.address, address), gt(signInAttempts.at, now - windowMs)))
      .orderBy(desc(signInAttempts.at))
      .limit(limits.signInAttemptsPerAddressMax);
    const oldest = recent.length < limits.signInAttemptsPerAddressMax ? undefined : recent.at(-1);
    if (oldest) throw new RateLimited(oldest.at + windowMs - now);

    const id = newId('att');
    await db.insert(signInAttempts).values({ id, mobile, address, at: now, succeeded: false });
    return id;
  });
}

/** Takes an attempt back that was never judged, so that our own overload locks nobody out. */
export async function withdrawAttempt(core: Core, id: string): Promise<void> {
  await core.database.transact((db) => db.delete(signInAttempts).where(eq(signInAttempts.id, id)));
}

/** Notes a success and forgets the failures before it: the owner of the number is here. */
export async function settleAttempts(db: Db, mobile: string, attemptId: string | null): Promise<void> {
  if (attemptId)
    await db.update(signInAttempts).set({ succeeded: true }).where(eq(signInAttempts.id, attemptId));
  await db
    .delete(signInAttempts)
    .where(and(eq(signInAttempts.mobile, mobile), eq(signInAttempts.succeeded, false)));
}
