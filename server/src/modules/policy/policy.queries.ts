import { and, asc, eq, gt, gte, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs, unsealed } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { orders } from '../../db/tables/order.ts';
import { endorsements, policies } from '../../db/tables/policy.ts';
import { bidSections } from '../../db/tables/section.ts';
import { uploads } from '../../db/tables/upload.ts';
import { addDays } from '../../kernel/clock.ts';
import type { UploadRow } from '../upload/upload.queries.ts';

export type PolicyRow = typeof policies.$inferSelect;

/** A policy with its file. */
export interface PolicyView extends PolicyRow {
  readonly file: UploadRow;
}

async function select(db: Db, actor: Actor, where: SQL | undefined): Promise<PolicyView[]> {
  const rows = await db
    .select({ policy: policies, file: uploads })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(uploads, eq(uploads.id, policies.uploadId))
    .where(and(ordersFor(db, actor), ownAffairs(actor, policies.insurerId), where));
  return rows.map((row) => ({ ...row.policy, file: row.file }));
}

export async function policyById(db: Db, actor: Actor, id: string): Promise<PolicyView | null> {
  return (await select(db, actor, eq(policies.id, id)))[0] ?? null;
}

/** The policy of each order, as far as one is issued and the caller may know of it. */
export async function policiesOfOrders(
  db: Db,
  actor: Actor,
  orderIds: readonly string[],
): Promise<(PolicyView | null)[]> {
  const rows = await select(db, actor, inArray(policies.orderId, [...orderIds]));
  const byOrder = new Map(rows.map((row) => [row.orderId, row]));
  return orderIds.map((id) => byOrder.get(id) ?? null);
}

/** Who sees a policy sees its file. */
export async function mayReadPolicyFile(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  return (await select(db, actor, eq(policies.uploadId, uploadId))).length > 0;
}

export async function policyNumberIsUsed(db: Db, insurerId: string, policyNumber: string): Promise<boolean> {
  const [row] = await db
    .select({ id: policies.id })
    .from(policies)
    .where(and(eq(policies.insurerId, insurerId), eq(policies.policyNumber, policyNumber)));
  return row !== undefined;
}

/** A policy as whoever holds its number and code, or its file, may check it. */
export interface VerifiablePolicy {
  readonly policy: PolicyRow;
  readonly insurerName: string;
  /** Whether its order is no longer under seal. */
  readonly disclosed: boolean;
}

async function selectVerifiable(db: Db, where: SQL | undefined): Promise<VerifiablePolicy[]> {
  const rows = await db
    .select({ policy: policies, insurerName: insurers.name, disclosed: sql<number>`(${unsealed})` })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(insurers, eq(insurers.id, policies.insurerId))
    .innerJoin(uploads, eq(uploads.id, policies.uploadId))
    .where(where);
  return rows.map((row) => ({ ...row, disclosed: row.disclosed !== 0 }));
}

/** All policies of a number: each insurer numbers its own. */
export const policiesByNumber = (db: Db, policyNumber: string) =>
  selectVerifiable(db, eq(policies.policyNumber, policyNumber));

/** Policies whose own file it is, or the file of an endorsement. */
export const policiesByFile = (db: Db, sha256: string) => {
  const isFile = or(eq(uploads.sha256, sha256), eq(uploads.originalSha256, sha256));
  const endorsed = db
    .select({ id: endorsements.policyId })
    .from(endorsements)
    .innerJoin(uploads, eq(uploads.id, endorsements.uploadId))
    .where(isFile);
  return selectVerifiable(db, or(isFile, inArray(policies.id, endorsed)));
};

/**
 * Policies in force whose bidder is to be reminded that cover ends: a stage has come that none as near was reminded at.
 *
 * @param stages days before the end
 */
export async function policiesEnding(
  db: Db,
  today: string,
  stages: readonly number[],
  max: number,
  id?: string,
): Promise<PolicyRow[]> {
  return db
    .select()
    .from(policies)
    .where(
      and(
        id ? eq(policies.id, id) : undefined,
        inArray(policies.state, ['ISSUED', 'ACTIVE']),
        gte(policies.endOn, today),
        or(
          ...stages.map((days) =>
            and(
              lte(policies.endOn, addDays(today, days)),
              or(isNull(policies.remindedDays), gt(policies.remindedDays, days)),
            ),
          ),
        ),
      ),
    )
    .orderBy(asc(policies.id))
    .limit(max);
}

/** Policies whose cover begins or ends with the day that has come, in the order of their ids. */
export async function policiesDue(db: Db, today: string, afterId: string, max: number): Promise<PolicyRow[]> {
  return db
    .select()
    .from(policies)
    .where(
      and(
        gt(policies.id, afterId),
        or(
          and(eq(policies.state, 'ISSUED'), lte(policies.startOn, today)),
          and(eq(policies.state, 'ACTIVE'), lt(policies.endOn, today)),
        ),
      ),
    )
    .orderBy(asc(policies.id))
    .limit(max);
}
