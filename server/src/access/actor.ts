import type { ApiScope, Role } from '../db/vocabulary.ts';

/** Who acts: a person, another system, time itself, or nobody we know. */
export type Actor = AnonymousActor | UserActor | ApiClientActor | SystemActor;

export interface AnonymousActor {
  readonly kind: 'ANONYMOUS';
}
export interface UserActor {
  readonly kind: 'USER';
  readonly id: string;
  readonly role: Role;
  readonly enterpriseId: string | null;
  readonly insurerId: string | null;
  readonly tokenHash: string;
  /** Staff who may do nothing yet but set up the second factor that the platform asks of them. */
  readonly mustEnrol: boolean;
}
export interface ApiClientActor {
  readonly kind: 'API_CLIENT';
  readonly id: string;
  readonly scopes: readonly ApiScope[];
  readonly insurerId: string | null;
}
/** The clock: lapses, expiries, and what follows from somebody else's act. */
export interface SystemActor {
  readonly kind: 'SYSTEM';
}

export const anonymous: AnonymousActor = { kind: 'ANONYMOUS' };
export const system: SystemActor = { kind: 'SYSTEM' };

/** The sides that machines know. Fewer than roles and scopes: an underwriter and an insurer's system are one side. */
export const PARTIES = ['BIDDER', 'OPERATOR', 'UNDERWRITER', 'CENTRE', 'BANK', 'SYSTEM'] as const;
export type Party = (typeof PARTIES)[number];
export const partyLabel: Record<Party, string> = {
  BIDDER: '投标企业',
  OPERATOR: '平台运营',
  UNDERWRITER: '保险公司',
  CENTRE: '交易中心',
  BANK: '银行',
  SYSTEM: '系统',
};

/** The sides on which an actor stands. */
export function partiesOf(actor: Actor): readonly Party[] {
  switch (actor.kind) {
    case 'ANONYMOUS':
      return [];
    case 'SYSTEM':
      return ['SYSTEM'];
    case 'USER':
      return actor.role === 'REGULATOR' ? [] : [actor.role];
    case 'API_CLIENT':
      return [
        ...(actor.insurerId ? (['UNDERWRITER'] as const) : []),
        ...(actor.scopes.includes('sections:write') ? (['CENTRE'] as const) : []),
        ...(actor.scopes.includes('payments:write') && !actor.insurerId ? (['BANK'] as const) : []),
      ];
  }
}

export function actorId(actor: Actor): string | null {
  return actor.kind === 'USER' || actor.kind === 'API_CLIENT' ? actor.id : null;
}

/** Whether the actor may see what only staff and other systems may: introspection, the explorer. */
export function isTrusted(actor: Actor): boolean {
  return (
    actor.kind === 'API_CLIENT' || (actor.kind === 'USER' && actor.role !== 'BIDDER' && !actor.mustEnrol)
  );
}
