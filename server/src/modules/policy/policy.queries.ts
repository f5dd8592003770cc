import { and, asc, count, desc, eq, gt, gte, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor, ownAffairs, unsealed } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { contains } from '../../db/search.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { insurers } from '../../db/tables/insurer.ts';
import { orders } from '../../db/tables/order.ts';
import { endorsements, policies } from '../../db/tables/policy.ts';
import { bidSections } from '../../db/tables/section.ts';
import { uploads } from '../../db/tables/upload.ts';
import {
  DEPOSIT_KINDS,
  type DepositKind,
  type GuaranteeForm,
  ORDER_STATES_UNDER_WAY,
  POLICY_STATES_IN_FORCE,
  type PolicyState,
} from '../../db/vocabulary.ts';
import { addDays } from '../../kernel/clock.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';
import type { UploadRow } from '../upload/upload.queries.ts';

export type PolicyRow = typeof policies.$inferSelect;

/** A policy with its file. */
export interface PolicyView extends PolicyRow {
  readonly file: UploadRow;
}

const visible = (db: Db, actor: Actor) => and(ordersFor(db, actor), ownAffairs(actor, policies.insurerId));

const viewOf = (row: { policy: PolicyRow; file: UploadRow }): PolicyView => ({
  ...row.policy,
  file: row.file,
});

async function select(db: Db, actor: Actor, where: SQL | undefined): Promise<PolicyView[]> {
  const rows = await db
    .select({ policy: policies, file: uploads })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(uploads, eq(uploads.id, policies.uploadId))
    .where(and(visible(db, actor), where));
  return rows.map(viewOf);
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

export interface PolicyFilter {
  readonly states?: readonly PolicyState[] | null | undefined;
  readonly depositKind?: DepositKind | null | undefined;
  readonly form?: GuaranteeForm | null | undefined;
  /** First and last of the days with which the cover may end. */
  readonly endsFrom?: string | null | undefined;
  readonly endsTo?: string | null | undefined;
  readonly search?: string | null | undefined;
}

/** Policies the caller may know of, the newest first. */
export async function listPolicies(
  db: Db,
  actor: Actor,
  filter: PolicyFilter,
  { first, after }: PageRequest,
): Promise<Page<PolicyView>> {
  const search = filter.search?.trim();
  const matching = and(
    visible(db, actor),
    filter.states ? inArray(policies.state, [...filter.states]) : undefined,
    filter.depositKind ? eq(orders.depositKind, filter.depositKind) : undefined,
    filter.form ? eq(orders.form, filter.form) : undefined,
    filter.endsFrom ? gte(policies.endOn, filter.endsFrom) : undefined,
    filter.endsTo ? lte(policies.endOn, filter.endsTo) : undefined,
    search
      ? or(
          contains(policies.policyNumber, search),
          contains(orders.number, search),
          contains(bidSections.name, search),
          contains(bidSections.code, search),
          contains(enterprises.name, search),
        )
      : undefined,
  );
  const rows = await db
    .select({ policy: policies, file: uploads })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
    .innerJoin(uploads, eq(uploads.id, policies.uploadId))
    .where(
      and(
        matching,
        after ? sql`(${policies.issuedAt}, ${policies.id}) < (${after.key}, ${after.id})` : undefined,
      ),
    )
    .orderBy(desc(policies.issuedAt), desc(policies.id))
    .limit(first + 1);
  const total = async () => {
    const [row] = await db
      .select({ n: count() })
      .from(policies)
      .innerJoin(orders, eq(orders.id, policies.orderId))
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .innerJoin(enterprises, eq(enterprises.id, orders.enterpriseId))
      .where(matching);
    return row?.n ?? 0;
  };
  return pageOf(rows.map(viewOf), first, (row) => ({ key: row.issuedAt, id: row.id }), total);
}

/** What guarantees do for the deposits of one kind, in fen. */
export interface CoverFigures {
  readonly depositKind: DepositKind;
  readonly inForce: number;
  readonly coveredFen: number;
  readonly premiumFen: number;
  readonly endingSoon: number;
  /** The nearest last day of cover, `YYYY-MM-DD`. */
  readonly nextEndOn: string | null;
  readonly underWay: number;
  readonly underWayFen: number;
}

/**
 * What is covered now, and what is applied for and not covered yet, by kinds; a kind of which there is nothing is left out.
 *
 * @param soonUntil last day with which a cover ends soon
 */
export async function coverFigures(db: Db, actor: Actor, soonUntil: string): Promise<CoverFigures[]> {
  const covered = await db
    .select({
      depositKind: orders.depositKind,
      inForce: count(),
      coveredFen: sql<number>`sum(${policies.sumInsuredFen})`,
      premiumFen: sql<number>`sum(${policies.premiumFen})`,
      endingSoon: sql<number>`sum(case when ${policies.endOn} <= ${soonUntil} then 1 else 0 end)`,
      nextEndOn: sql<string>`min(${policies.endOn})`,
    })
    .from(policies)
    .innerJoin(orders, eq(orders.id, policies.orderId))
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(visible(db, actor), inArray(policies.state, [...POLICY_STATES_IN_FORCE])))
    .groupBy(orders.depositKind);
  const underWay = await db
    .select({
      depositKind: orders.depositKind,
      underWay: count(),
      underWayFen: sql<number>`sum(coalesce(${orders.depositAmountFen}, 0))`,
    })
    .from(orders)
    .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
    .where(and(ordersFor(db, actor), inArray(orders.state, [...ORDER_STATES_UNDER_WAY])))
    .groupBy(orders.depositKind);
  return DEPOSIT_KINDS.flatMap((depositKind) => {
    const own = covered.find((row) => row.depositKind === depositKind);
    const coming = underWay.find((row) => row.depositKind === depositKind);
    if (!own && !coming) return [];
    const nothing = {
      inForce: 0,
      coveredFen: 0,
      premiumFen: 0,
      endingSoon: 0,
      nextEndOn: null,
      underWay: 0,
      underWayFen: 0,
    };
    return [{ ...nothing, ...own, ...coming, depositKind }];
  });
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
