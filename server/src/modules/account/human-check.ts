import { createChallenge as createAltchaChallenge, extractParams, verifySolution } from 'altcha-lib/v1';
import type { Challenge } from 'altcha-lib/v1/types';
import { z } from 'zod';
import type { Core } from '../../command/core.ts';
import { usedChallenges } from '../../db/tables/account.ts';
import { limits } from '../../limits.ts';
import { CaptchaFailed } from './account.refusals.ts';

export type { Challenge };

/** What passes the check in the sandbox, for programs. */
const SANDBOX_CAPTCHA = 'sandbox';

const key = (core: Core) => core.cipher.hmac('captcha-key', '');

/**
 * A proof of work to be solved before a message is sent (ALTCHA). Costs a person nothing and a flood of messages a
 * lot.
 */
export function createChallenge(core: Core): Promise<Challenge> {
  return createAltchaChallenge({
    algorithm: 'SHA-256',
    hmacKey: key(core),
    maxnumber: limits.captchaNumberMax,
    expires: new Date(core.clock.now() + limits.captchaValidMs),
  });
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const solution = z.object({
  algorithm: z.literal('SHA-256'),
  challenge: hash,
  number: z.number().int().min(0).max(limits.captchaNumberMax),
  salt: z.string().max(200),
  signature: hash,
});

/**
 * Uses up a solved human check. It is used up even if the request is refused afterwards, so that one solution is
 * one request.
 *
 * Refuses: CaptchaFailed.
 *
 * @param captcha base64 of the solution as JSON, as ALTCHA's clients send it
 */
export async function passHumanCheck(core: Core, captcha: string): Promise<void> {
  if (core.config.mode === 'sandbox' && captcha === SANDBOX_CAPTCHA) return;

  const solved = solution.safeParse(decoded(captcha)).data;
  // The library would judge by its own clock and takes a solution any number of times: both are done here.
  if (!solved || !(await verifySolution(solved, key(core), false))) throw new CaptchaFailed();
  const expiresAt = Number(extractParams(solved).expires) * 1000;
  if (!(expiresAt > core.clock.now())) throw new CaptchaFailed();

  const fresh = await core.database.transact((db) =>
    db
      .insert(usedChallenges)
      .values({ challenge: solved.challenge, expiresAt })
      .onConflictDoNothing()
      .returning({ challenge: usedChallenges.challenge }),
  );
  if (fresh.length === 0) throw new CaptchaFailed();
}

function decoded(captcha: string): unknown {
  try {
    return JSON.parse(Buffer.from(captcha, 'base64').toString('utf8'));
  } catch {
    return null;
  }
}
