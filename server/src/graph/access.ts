import { GraphQLError } from 'graphql';
import type { Actor } from '../access/actor.ts';
import type { ApiScope, Role } from '../db/vocabulary.ts';

/** Who may call a field at all. What they then may see is decided row by row. */
export type Who = 'ANYONE' | { readonly roles?: readonly Role[]; readonly scopes?: readonly ApiScope[] };

/** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
export function requireAccess(actor: Actor, who: Who): void {
  if (who === 'ANYONE') return;
  if (actor.kind === 'ANONYMOUS') {
    throw new GraphQLError('请先登录。', { extensions: { code: 'UNAUTHENTICATED' } });
  }
  const allowed =
    actor.kind === 'USER'
      ? who.roles?.includes(actor.role)
      : actor.kind === 'API_CLIENT'
        ? who.scopes?.some((scope) => actor.scopes.includes(scope))
        : true;
  if (!allowed) throw new GraphQLError('没有权限进行该操作。', { extensions: { code: 'FORBIDDEN' } });
}
