import type { Actor } from '../access/actor.ts';
import { anonymous } from '../access/actor.ts';
import type { createApiKeys } from '../access/api-key.ts';
import type { Sessions } from '../access/session.ts';

/** Who sends a request, or why it is not let in. A key that was sent and is not good is never treated as no key. */
export type Recognised =
  | {
      readonly ok: true;
      readonly actor: Actor;
      readonly setCookie: string | null;
      readonly byCookie: boolean;
    }
  | { readonly ok: false };

export async function authenticate(
  request: Request,
  sessions: Sessions,
  keys: ReturnType<typeof createApiKeys>,
): Promise<Recognised> {
  const authorization = request.headers.get('authorization');
  if (authorization !== null) {
    const actor = await keys.recognise(authorization);
    return actor ? { ok: true, actor, setCookie: null, byCookie: false } : { ok: false };
  }
  const known = await sessions.recognise(request.headers.get('cookie') ?? '');
  return known
    ? { ok: true, actor: known.actor, setCookie: known.setCookie, byCookie: true }
    : { ok: true, actor: anonymous, setCookie: null, byCookie: false };
}
