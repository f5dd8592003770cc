import { and, asc, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { orders } from '../../db/tables/order.ts';
import { endorsements, policies } from '../../db/tables/policy.ts';
import { bidSections } from '../../db/tables/section.ts';
import { uploads } from '../../db/tables/upload.ts';
import { coverEnd, daysBetween, shanghaiDay } from '../../kernel/clock.ts';
import type { UploadRow } from '../upload/upload.queries.ts';
import type { PolicyRow } from './policy.queries.ts';

/** An endorsement with its file. */
export interface EndorsementView extends EndorsementRow {
  readonly file: UploadRow;
}
type EndorsementRow = typeof endorsements.$inferSelect;

async function select(db: Db, actor: Actor, where: SQL): Promise<EndorsementView[]> {
  const rows = await db
    .select({ endorsement: endorsements, file: uploads })
    .from(endorsements)
    .innerJoin(orders, eq(orders.id, endorsements.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(uploads, eq(uploads.id, endorsements.uploadId))
    .where(and(ordersFor(db, actor), ownAffairs(actor, endorsements.insurerId), where))
    .orderBy(asc(endorsements.issuedAt), asc(endorsements.number));
  return rows.map((row) => ({ ...row.endorsement, file: row.file }));
}

export async function endorsementById(db: Db, actor: Actor, id: string): Promise<EndorsementView | null> {
  return (await select(db, actor, eq(endorsements.id, id)))[0] ?? null;
}

/** The endorsements of each policy, oldest first. */
export async function endorsementsOfPolicies(
  db: Db,
  actor: Actor,
  policyIds: readonly string[],
): Promise<EndorsementView[][]> {
  const rows = Map.groupBy(
    await select(db, actor, inArray(endorsements.policyId, [...policyIds])),
    (row) => row.policyId,
  );
  return policyIds.map((id) => rows.get(id) ?? []);
}

/** Who sees an endorsement sees its file. */
export async function mayReadEndorsementFile(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  return (await select(db, actor, eq(endorsements.uploadId, uploadId))).length > 0;
}

/** Bid cover that ends before the bid's validity does, since its section was postponed after it was issued. */
export interface Shortfall {
  readonly policy: PolicyRow;
  /** The last day that cover has to reach. */
  readonly requiredEndOn: string;
  readonly days: number;
}

/**
 * The shortfalls among policies the actor may know of, in the order of their policies' ids. Only bids that are not opened yet: until then
 * their deadline moves.
 */
export async function shortfalls(
  db: Db,
  actor: Actor,
  which: { readonly policyIds?: readonly string[] | null | undefined } = {},
): Promise<Shortfall[]> {
  const rows = await db
    .select({ policy: policies, deadlineAt: bidSections.deadlineAt, validityDays: bidSections.validityDays })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(
      and(
        ordersFor(db, actor),
        ownAffairs(actor, policies.insurerId),
        which.policyIds ? inArray(policies.id, [...which.policyIds]) : undefined,
        eq(orders.depositKind, 'BID'),
        inArray(policies.state, ['ISSUED', 'ACTIVE']),
        isNull(bidSections.openedAt),
        inArray(bidSections.state, ['ANNOUNCED', 'SUSPENDED']),
      ),
    )
    .orderBy(asc(policies.id));
  return rows.flatMap(({ policy, deadlineAt, validityDays }) => {
    if (deadlineAt === null || validityDays === null) return [];
    const requiredEndOn = coverEnd(shanghaiDay(deadlineAt), validityDays);
    const days = daysBetween(policy.endOn, requiredEndOn);
    return days > 0 ? { policy, requiredEndOn, days } : [];
  });
}
