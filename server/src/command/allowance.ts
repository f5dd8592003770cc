import { and, gt, type SQL } from 'drizzle-orm';
import { events } from '../db/tables/ledger.ts';
import { RateLimited } from './refusals.ts';
import type { Command } from './run.ts';

/**
 * Holds an act that leaves an event against how often it may be done: the log is what counts it, so that a restart forgets nothing.
 *
 * Refuses: RateLimited.
 *
 * @param acts which events count
 */
export async function requireAllowance(
  { db, now }: Command,
  acts: SQL | undefined,
  { max, windowMs }: { readonly max: number; readonly windowMs: number },
): Promise<void> {
  const done = await db.$count(events, and(acts, gt(events.at, now - windowMs)));
  if (done >= max) throw new RateLimited(windowMs);
}
