import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Db } from '../db/open.ts';
import { apiClientSecrets, apiClients, sessions, users } from '../db/tables/account.ts';
import { enterprises } from '../db/tables/enterprise.ts';
import type { Actor } from './actor.ts';

/**
 * Whether an actor that was recognised earlier would be recognised now, with the same standing: for connections that outlive the
 * request they began with. A session that ended, a suspended user or enterprise, another role and a revoked key all end it.
 *
 * @param now in milliseconds
 */
export async function stillStands(db: Db, actor: Actor, now: number): Promise<boolean> {
  switch (actor.kind) {
    case 'ANONYMOUS':
    case 'SYSTEM':
      return true;
    case 'USER': {
      const [row] = await db
        .select({ userId: users.id })
        .from(sessions)
        .innerJoin(users, eq(users.id, sessions.userId))
        .leftJoin(enterprises, eq(enterprises.id, users.enterpriseId))
        .where(
          and(
            eq(sessions.tokenHash, actor.tokenHash),
            eq(sessions.userId, actor.id),
            gt(sessions.expiresAt, now),
            isNull(users.suspendedAt),
            isNull(enterprises.suspendedAt),
            eq(users.role, actor.role),
            actor.enterpriseId ? eq(users.enterpriseId, actor.enterpriseId) : isNull(users.enterpriseId),
            actor.insurerId ? eq(users.insurerId, actor.insurerId) : isNull(users.insurerId),
          ),
        );
      return row !== undefined;
    }
    case 'API_CLIENT': {
      const [row] = await db
        .select({ id: apiClients.id })
        .from(apiClients)
        .innerJoin(apiClientSecrets, eq(apiClientSecrets.apiClientId, apiClients.id))
        .where(
          and(eq(apiClients.id, actor.id), isNull(apiClients.revokedAt), gt(apiClientSecrets.expiresAt, now)),
        )
        .limit(1);
      return row !== undefined;
    }
  }
}
