import { and, asc, count, desc, eq, gt, inArray, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import type { Db } from '../../db/open.ts';
import { users } from '../../db/tables/account.ts';
import { enterprises, invitations } from '../../db/tables/enterprise.ts';

export type InvitationRow = typeof invitations.$inferSelect;

export interface MemberRow {
  readonly id: string;
  readonly name: string | null;
  readonly mobile: string;
  readonly isOwner: boolean;
}

/** Colleagues see one another; insurers, who see an enterprise because it applied to them, see none of its people. */
export const maySeeMembers = (actor: Actor, enterpriseId: string): boolean =>
  actor.kind === 'USER' && (actor.role === 'OPERATOR' || actor.enterpriseId === enterpriseId);

/** The owner first, then the longest with the platform. */
export async function membersOf(db: Db, enterpriseId: string): Promise<MemberRow[]> {
  const rows = await db
    .select({ id: users.id, name: users.name, mobile: users.mobile, ownerId: enterprises.ownerId })
    .from(users)
    .innerJoin(enterprises, eq(enterprises.id, users.enterpriseId))
    .where(eq(enterprises.id, enterpriseId))
    .orderBy(sql`${users.id} = ${enterprises.ownerId} desc`, asc(users.createdAt), asc(users.id));
  return rows.map(({ ownerId, ...row }) => ({ ...row, isOwner: row.id === ownerId }));
}

/** A bidder sees those of their enterprise and those to their own number; operators see all. */
function invitationsFor(db: Db, actor: Actor): SQL | undefined {
  if (actor.kind === 'SYSTEM') return undefined;
  if (actor.kind !== 'USER') return sql`0`;
  if (actor.role === 'OPERATOR') return undefined;
  if (actor.role !== 'BIDDER') return sql`0`;
  const toMe = eq(
    invitations.mobile,
    db.select({ mobile: users.mobile }).from(users).where(eq(users.id, actor.id)),
  );
  return actor.enterpriseId ? or(toMe, eq(invitations.enterpriseId, actor.enterpriseId)) : toMe;
}

export async function invitationsByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(InvitationRow | null)[]> {
  const rows = await db
    .select()
    .from(invitations)
    .where(and(inArray(invitations.id, [...ids]), invitationsFor(db, actor)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Those of an enterprise that wait, newest first. */
export function pendingInvitations(db: Db, enterpriseId: string, now: number): Promise<InvitationRow[]> {
  return db
    .select()
    .from(invitations)
    .where(and(eq(invitations.enterpriseId, enterpriseId), waiting(now)))
    .orderBy(desc(invitations.createdAt), desc(invitations.id));
}

/** Those to a bidder's own number that wait, newest first. */
export function invitationsTo(db: Db, userId: string, now: number): Promise<InvitationRow[]> {
  const mobile = db.select({ mobile: users.mobile }).from(users).where(eq(users.id, userId));
  return db
    .select()
    .from(invitations)
    .where(and(eq(invitations.mobile, mobile), waiting(now)))
    .orderBy(desc(invitations.createdAt), desc(invitations.id));
}

const waiting = (now: number) => and(eq(invitations.state, 'PENDING'), gt(invitations.expiresAt, now));

/** Invitations since an instant, of an enterprise or to a number. */
export async function invitedSince(
  db: Db,
  of: { readonly enterpriseId: string } | { readonly mobile: string },
  sinceMs: number,
): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(invitations)
    .where(
      and(
        'mobile' in of ? eq(invitations.mobile, of.mobile) : eq(invitations.enterpriseId, of.enterpriseId),
        gt(invitations.createdAt, sinceMs),
      ),
    );
  return row?.n ?? 0;
}

export function invitationsToExpire(db: Db, now: number, max: number): Promise<InvitationRow[]> {
  return db
    .select()
    .from(invitations)
    .where(and(eq(invitations.state, 'PENDING'), lte(invitations.expiresAt, now)))
    .limit(max);
}
