import { and, desc, eq, gt, inArray, isNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Actor } from '../../access/actor.ts';
import type { Db } from '../../db/open.ts';
import { apiClients, sessions, users } from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import { productDocuments } from '../../db/tables/insurer.ts';
import type { Role } from '../../db/vocabulary.ts';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.ts';

export type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type ApiClientRow = typeof apiClients.$inferSelect;

const nobody = sql`0`;

/** Everybody sees themselves; operators see all. */
function usersFor(actor: Actor): SQL | undefined {
  if (actor.kind !== 'USER') return nobody;
  return actor.role === 'OPERATOR' ? undefined : eq(users.id, actor.id);
}

export async function usersByIds(db: Db, actor: Actor, ids: readonly string[]): Promise<(UserRow | null)[]> {
  const rows = await db
    .select()
    .from(users)
    .where(and(inArray(users.id, [...ids]), usersFor(actor)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

export interface StaffFilter {
  readonly roles?: readonly Role[] | null | undefined;
}

/** Operators, underwriters and supervisors, newest first. */
export async function listStaff(
  db: Db,
  actor: Actor,
  filter: StaffFilter,
  page: PageRequest,
): Promise<Page<UserRow>> {
  const matching = and(
    usersFor(actor),
    ne(users.role, 'BIDDER'),
    filter.roles?.length ? inArray(users.role, [...filter.roles]) : undefined,
  );
  const { after } = page;
  const rows = await db
    .select()
    .from(users)
    .where(
      and(matching, after ? sql`(${users.createdAt}, ${users.id}) < (${after.key}, ${after.id})` : undefined),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(page.first + 1);
  return pageOf(
    rows,
    page.first,
    (row) => ({ key: row.createdAt, id: row.id }),
    () => db.$count(users, matching),
  );
}

/**
 * A person's sessions that have not ended, newest first.
 *
 * @param now in milliseconds
 */
export function liveSessions(db: Db, userId: string, now: number): Promise<SessionRow[]> {
  return db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.createdAt), desc(sessions.tokenHash));
}

/** A client sees itself; operators see all. */
function apiClientsFor(actor: Actor): SQL | undefined {
  if (actor.kind === 'API_CLIENT') return eq(apiClients.id, actor.id);
  return actor.kind === 'USER' && actor.role === 'OPERATOR' ? undefined : nobody;
}

export async function apiClientsByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<(ApiClientRow | null)[]> {
  const rows = await db
    .select()
    .from(apiClients)
    .where(and(inArray(apiClients.id, [...ids]), apiClientsFor(actor)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Newest first. */
export function listApiClients(db: Db, actor: Actor): Promise<ApiClientRow[]> {
  return db
    .select()
    .from(apiClients)
    .where(apiClientsFor(actor))
    .orderBy(desc(apiClients.createdAt), desc(apiClients.id));
}

/** Who signs in with a number, and whether they may: neither they nor their enterprise is suspended. */
export async function userByMobile(
  db: Db,
  mobile: string,
): Promise<{ user: UserRow; isActive: boolean } | null> {
  return withStanding(db, eq(users.mobile, mobile));
}

export async function userWithStanding(
  db: Db,
  id: string,
): Promise<{ user: UserRow; isActive: boolean } | null> {
  return withStanding(db, eq(users.id, id));
}

async function withStanding(db: Db, condition: SQL): Promise<{ user: UserRow; isActive: boolean } | null> {
  const [row] = await db
    .select({ user: users, enterpriseSuspendedAt: enterprises.suspendedAt })
    .from(users)
    .leftJoin(enterprises, eq(enterprises.id, users.enterpriseId))
    .where(condition);
  return row
    ? { user: row.user, isActive: row.user.suspendedAt === null && row.enterpriseSuspendedAt === null }
    : null;
}

/**
 * The version of the user agreement in force, as `platform.userAgreementVersion` shows it; null where none is
 * published.
 */
export async function userAgreementVersion(db: Db): Promise<string | null> {
  const [row] = await db
    .select({ version: productDocuments.version })
    .from(productDocuments)
    .where(and(eq(productDocuments.kind, 'USER_AGREEMENT'), isNull(productDocuments.productId)))
    .orderBy(desc(productDocuments.version))
    .limit(1);
  return row ? String(row.version) : null;
}
