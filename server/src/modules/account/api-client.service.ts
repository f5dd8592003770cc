import { and, eq, isNull } from 'drizzle-orm';
import { addApiSecret } from '../../access/api-key.ts';
import { note } from '../../command/fire.ts';
import { InvalidInput, NotFound } from '../../command/refusals.ts';
import type { Command } from '../../command/run.ts';
import { apiClients } from '../../db/tables/account.ts';
import { API_SCOPES, type ApiScope } from '../../db/vocabulary.ts';
import { newId } from '../../kernel/id.ts';
import { invariant } from '../../kernel/invariant.ts';
import { cleanLine } from '../../kernel/text.ts';
import { limits } from '../../limits.ts';
import type { ApiClientRow } from './account.queries.ts';
import { requireInsurer } from './account.service.ts';

export interface ApiClientSecret {
  readonly apiClient: ApiClientRow;
  /** The bearer token: shown once, kept as a hash only. */
  readonly secret: string;
}

/**
 * Lets another system use the API, with its first secret.
 *
 * Refuses: InvalidInput.
 */
export async function createApiClient(
  command: Command,
  input: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly insurerId?: string | null | undefined;
  },
): Promise<ApiClientSecret> {
  const scopes = readScopes(input.scopes);
  if (input.insurerId) await requireInsurer(command.db, input.insurerId);
  const [apiClient] = await command.db
    .insert(apiClients)
    .values({
      id: newId('api'),
      name: cleanLine(input.name, limits.nameCharactersMax) ?? '',
      scopes,
      insurerId: input.insurerId ?? null,
      createdAt: command.now,
    })
    .returning();
  invariant(apiClient, 'an inserted row is returned');
  const secret = await addApiSecret(command.db, apiClient.id, command.now);
  await note(command, {
    noun: 'apiClient',
    objectId: apiClient.id,
    event: 'CREATED',
    note: apiClient.name,
    data: { scopes, insurerId: apiClient.insurerId },
  });
  return { apiClient, secret };
}

function readScopes(scopes: readonly string[]): ApiScope[] {
  const unknown = scopes.flatMap((scope, i) =>
    isScope(scope) ? [] : [{ path: `scopes.${i}`, message: `没有这项权限，可用：${API_SCOPES.join('、')}` }],
  );
  if (unknown.length > 0) throw new InvalidInput(unknown);
  if (scopes.length === 0) throw new InvalidInput([{ path: 'scopes', message: '请至少选择一项权限' }]);
  return API_SCOPES.filter((scope) => scopes.includes(scope));
}

const isScope = (text: string): text is ApiScope => (API_SCOPES as readonly string[]).includes(text);

/**
 * Gives a client another secret. The one before it stays good, so that the key is changed without a gap; the
 * oldest beyond two ends.
 *
 * Refuses: NotFound, InvalidInput.
 */
export async function rotateApiClientSecret(command: Command, id: string): Promise<ApiClientSecret> {
  const apiClient = await clientById(command, id);
  if (apiClient.revokedAt !== null) throw new InvalidInput([{ path: 'id', message: '该系统的接入已停用' }]);
  const secret = await addApiSecret(command.db, id, command.now);
  await note(command, { noun: 'apiClient', objectId: id, event: 'SECRET_ROTATED', note: apiClient.name });
  return { apiClient, secret };
}

/**
 * Shuts a client out with its next request, for good. Doing so twice changes nothing.
 *
 * Refuses: NotFound.
 */
export async function revokeApiClient(command: Command, id: string): Promise<ApiClientRow> {
  const apiClient = await clientById(command, id);
  const [revoked] = await command.db
    .update(apiClients)
    .set({ revokedAt: command.now })
    .where(and(eq(apiClients.id, id), isNull(apiClients.revokedAt)))
    .returning();
  if (!revoked) return apiClient;
  await note(command, { noun: 'apiClient', objectId: id, event: 'REVOKED', note: revoked.name });
  return revoked;
}

async function clientById(command: Command, id: string): Promise<ApiClientRow> {
  const [row] = await command.db.select().from(apiClients).where(eq(apiClients.id, id));
  if (!row) throw new NotFound();
  return row;
}
