import { lt, lte } from 'drizzle-orm';
import type { Core } from '../../command/core.ts';
import { runAsSystem } from '../../command/run.ts';
import { knownDevices, sessions, signInAttempts, smsCodes, usedChallenges } from '../../db/tables/account.ts';
import { limits } from '../../limits.ts';

/**
 * Removes what has served its time: ended sessions, spent challenges, and the counters behind limits on sign-ins
 * and messages.
 */
export function forgetExpired(core: Core): Promise<void> {
  return runAsSystem(core, async ({ db, now }) => {
    await db.delete(sessions).where(lte(sessions.expiresAt, now));
    await db.delete(usedChallenges).where(lte(usedChallenges.expiresAt, now));
    await db.delete(signInAttempts).where(lt(signInAttempts.at, now - limits.signInAttemptsKeptMs));
    await db.delete(knownDevices).where(lt(knownDevices.usedAt, now - limits.deviceKnownMs));
    await db.delete(smsCodes).where(lt(smsCodes.createdAt, now - limits.smsCodesKeptMs));
  });
}
