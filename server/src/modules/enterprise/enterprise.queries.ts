import { and, desc, eq, exists, inArray, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import { ordersFor } from '../../access/secrecy.ts';
import type { Db } from '../../db/open.ts';
import { certifications, enterprises } from '../../db/tables/enterprise.ts';
import { orders } from '../../db/tables/order.ts';
import { bidSections } from '../../db/tables/section.ts';
import type { CertificationState } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type EnterpriseRow = typeof enterprises.$inferSelect;
export type CertificationRow = typeof certifications.$inferSelect;

const nobody = sql`0`;

/**
 * A bidder sees their own submissions and those of their enterprise; those who review and supervise see all. Insurers are
 * not concerned.
 */
function certificationsFor(actor: Actor): SQL | undefined {
  if (actor.kind !== 'USER' || actor.role === 'UNDERWRITER') return nobody;
  return actor.role === 'BIDDER' ? ownCertifications(actor) : undefined;
}

const ownCertifications = ({ id, enterpriseId }: { id: string; enterpriseId: string | null }) =>
  or(
    eq(certifications.userId, id),
    enterpriseId === null ? undefined : eq(certifications.enterpriseId, enterpriseId),
  );

export async function certificationById(db: Db, actor: Actor, id: string): Promise<CertificationRow | null> {
  const [row] = await db
    .select()
    .from(certifications)
    .where(and(eq(certifications.id, id), certificationsFor(actor)));
  return row ?? null;
}

export async function certificationsByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(CertificationRow | null)[]> {
  const rows = await db
    .select()
    .from(certifications)
    .where(and(inArray(certifications.id, [...ids]), certificationsFor(actor)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** More than any instant in milliseconds that a cursor can hold beside it. */
const EXPEDITED_AHEAD = 10 ** 13;

/** Place in the queue, smallest first: the expedited before all others, then the oldest. */
const queueKey = sql<number>`${certifications.submittedAt} - case when ${certifications.expeditedAt} is null then 0 else ${EXPEDITED_AHEAD} end`;
const queueKeyOf = (row: CertificationRow) =>
  row.submittedAt - (row.expeditedAt === null ? 0 : EXPEDITED_AHEAD);

export interface CertificationFilter {
  readonly states?: readonly CertificationState[] | null | undefined;
}

/** The expedited first, then the oldest. */
export async function listCertifications(
  db: Db,
  actor: Actor,
  filter: CertificationFilter,
  page: PageRequest,
): Promise<Page<CertificationRow>> {
  const { states } = filter;
  const matching = and(
    certificationsFor(actor),
    states?.length ? inArray(certifications.state, [...states]) : undefined,
  );
  const { after } = page;
  const rows = await db
    .select()
    .from(certifications)
    .where(
      and(
        matching,
        after ? sql`(${queueKey}, ${certifications.id}) > (${after.key}, ${after.id})` : undefined,
      ),
    )
    .orderBy(queueKey, certifications.id)
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    (row) => ({ key: queueKeyOf(row), id: row.id }),
    () => db.$count(certifications, matching),
  );
}

/** Places in the queue of review, from 1; null for what is not in it. */
export async function queuePositions(db: Db, ids: readonly string[]): Promise<(number | null)[]> {
  const queue = db
    .select({
      id: certifications.id,
      position: sql<number>`row_number() over (order by ${queueKey}, ${certifications.id})`.as('position'),
    })
    .from(certifications)
    .where(eq(certifications.state, 'PENDING_REVIEW'))
    .as('queue');
  const rows = await db
    .select({ id: queue.id, position: queue.position })
    .from(queue)
    .where(inArray(queue.id, [...ids]));
  const byId = new Map(rows.map((row) => [row.id, row.position]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** What a bidder or another person of their enterprise submitted last, or null. */
export async function latestCertification(
  db: Db,
  bidder: { readonly id: string; readonly enterpriseId: string | null },
): Promise<CertificationRow | null> {
  const [row] = await db
    .select()
    .from(certifications)
    .where(ownCertifications(bidder))
    .orderBy(desc(certifications.submittedAt), sql`${certifications.state} = 'PENDING_REVIEW' desc`)
    .limit(1);
  return row ?? null;
}

/** The certification that an enterprise stands by, or null: the last approved one. */
export async function certificationInForce(db: Db, enterpriseId: string): Promise<CertificationRow | null> {
  const [row] = await db
    .select()
    .from(certifications)
    .where(and(eq(certifications.enterpriseId, enterpriseId), eq(certifications.state, 'APPROVED')))
    .orderBy(desc(certifications.decidedAt), desc(certifications.submittedAt))
    .limit(1);
  return row ?? null;
}

/** Other submissions under review that bring the same code. */
export function rivalsOf(db: Db, row: CertificationRow): Promise<CertificationRow[]> {
  return db
    .select()
    .from(certifications)
    .where(
      and(
        eq(certifications.creditCode, row.creditCode),
        eq(certifications.state, 'PENDING_REVIEW'),
        ne(certifications.id, row.id),
      ),
    );
}

/**
 * Enterprises the actor may know of: one's own, all for staff, and for insurers those that asked them for a quote.
 */
function enterprisesFor(db: Db, actor: Actor): SQL | undefined {
  switch (actor.kind) {
    case 'ANONYMOUS':
      return nobody;
    case 'SYSTEM':
      return undefined;
    case 'USER':
      if (actor.role === 'BIDDER')
        return actor.enterpriseId ? eq(enterprises.id, actor.enterpriseId) : nobody;
      return actor.role === 'UNDERWRITER' ? appliesTo(db, actor) : undefined;
    case 'API_CLIENT':
      return actor.insurerId ? appliesTo(db, actor) : nobody;
  }
}

const appliesTo = (db: Db, actor: Actor): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(orders)
      .innerJoin(bidSections, eq(bidSections.id, orders.sectionId))
      .where(and(eq(orders.enterpriseId, enterprises.id), ordersFor(db, actor))),
  );

export async function enterprisesByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(EnterpriseRow | null)[]> {
  return inOrder(
    ids,
    await db
      .select()
      .from(enterprises)
      .where(and(inArray(enterprises.id, [...ids]), enterprisesFor(db, actor))),
  );
}

/** For modules that have shown the caller something of the enterprise already, an order for one. */
export async function enterprisesOfShown(db: Db, ids: readonly string[]): Promise<(EnterpriseRow | null)[]> {
  return inOrder(
    ids,
    await db
      .select()
      .from(enterprises)
      .where(inArray(enterprises.id, [...ids])),
  );
}

function inOrder(ids: readonly string[], rows: readonly EnterpriseRow[]): (EnterpriseRow | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export async function enterpriseById(db: Db, id: string): Promise<EnterpriseRow | null> {
  const [row] = await db.select().from(enterprises).where(eq(enterprises.id, id));
  return row ?? null;
}

/** Whether what the profile asks for is all there. */
export const isProfileComplete = (row: EnterpriseRow): boolean =>
  row.ownership !== null && row.regionCode !== null && row.address !== null;

export async function isEnterpriseTaken(db: Db, creditCode: string): Promise<boolean> {
  const [row] = await db
    .select({ id: enterprises.id })
    .from(enterprises)
    .where(eq(enterprises.creditCode, creditCode));
  return row !== undefined;
}

/** Whether a license belongs to a submission that the actor may see. */
export async function mayReadLicense(db: Db, actor: Actor, uploadId: string): Promise<boolean> {
  const [row] = await db
    .select({ id: certifications.id })
    .from(certifications)
    .where(and(eq(certifications.licenseUploadId, uploadId), certificationsFor(actor)));
  return row !== undefined;
}
