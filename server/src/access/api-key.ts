import { createHash } from 'node:crypto';
import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { Database, Db } from '../db/open.ts';
import { apiClientSecrets, apiClients } from '../db/tables/account.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { limits } from '../limits.ts';
import type { ApiClientActor } from './actor.ts';
import { sameText } from './cipher.ts';

const PREFIX = 'bxk';
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** The actor behind an Authorization header, or null: unknown, revoked and expired keys look alike. */
export function createApiKeys(database: Database, clock: Clock) {
  return {
    async recognise(authorization: string): Promise<ApiClientActor | null> {
      const match = /^Bearer bxk_([a-z0-9]{26})_([a-z0-9]{52})$/i.exec(authorization);
      if (!match) return null;
      const [, secretId, secret] = match as unknown as [string, string, string];
      const [row] = await database.reader
        .select({ client: apiClients, secretHash: apiClientSecrets.secretHash })
        .from(apiClientSecrets)
        .innerJoin(apiClients, eq(apiClients.id, apiClientSecrets.apiClientId))
        .where(
          and(
            eq(apiClientSecrets.id, `key_${secretId}`),
            gt(apiClientSecrets.expiresAt, clock.now()),
            isNull(apiClients.revokedAt),
          ),
        )
        .limit(1);
      if (!row || !sameText(row.secretHash, hashOf(secret))) return null;
      return {
        kind: 'API_CLIENT',
        id: row.client.id,
        scopes: row.client.scopes,
        insurerId: row.client.insurerId,
      };
    },
  };
}

/**
 * Adds a secret to a client and ends the oldest beyond two, so that a key is changed without a gap.
 *
 * @returns the bearer token, which is shown once and kept as a hash only
 */
export async function addApiSecret(db: Db, apiClientId: string, now: number): Promise<string> {
  const id = newId('key');
  const secret = newId('s').slice(2) + newId('s').slice(2);
  const live = await db
    .select({ id: apiClientSecrets.id })
    .from(apiClientSecrets)
    .where(eq(apiClientSecrets.apiClientId, apiClientId))
    .orderBy(asc(apiClientSecrets.createdAt));
  for (const old of live.slice(0, Math.max(0, live.length - limits.apiSecretsLiveMax + 1))) {
    await db.delete(apiClientSecrets).where(eq(apiClientSecrets.id, old.id));
  }
  await db.insert(apiClientSecrets).values({
    id,
    apiClientId,
    secretHash: hashOf(secret),
    createdAt: now,
    expiresAt: now + limits.apiSecretValidMs,
  });
  return `${PREFIX}_${id.slice('key_'.length)}_${secret}`;
}
