import { GraphQLError } from 'graphql';
import type { Actor } from '../access/actor.ts';
import type { ApiScope, Role } from '../db/vocabulary.ts';

/** Who may call a field at all. What they then may see is decided row by row. */
export type Who = 'ANYONE' | { readonly roles?: readonly Role[]; readonly scopes?: readonly ApiScope[] };

/** Why an actor may not call at all; null where it may. */
export function accessFault(actor: Actor, who: Who): 'UNAUTHENTICATED' | 'FORBIDDEN' | null {
  if (who === 'ANYONE') return null;
  if (actor.kind === 'ANONYMOUS') return 'UNAUTHENTICATED';
  const allowed =
    actor.kind === 'USER'
      ? who.roles?.includes(actor.role)
      : actor.kind === 'API_CLIENT'
        ? who.scopes?.some((scope) => actor.scopes.includes(scope))
        : true;
  return allowed ? null : 'FORBIDDEN';
}

/** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
export function requireAccess(actor: Actor, who: Who): void {
  const code = accessFault(actor, who);
  if (!code) return;
  const message = code === 'UNAUTHENTICATED' ? '请先登录。' : '没有权限进行该操作。';
  throw new GraphQLError(message, { extensions: { code } });
}
