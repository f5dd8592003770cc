import type { Actor } from '../access/actor.ts';
import type { Sessions } from '../access/session.ts';
import type { Core, RequestFacts } from '../command/core.ts';
import type { Db } from '../db/open.ts';

/** What every resolver gets. One a request. */
export interface Context {
  readonly core: Core;
  readonly sessions: Sessions;
  /** For queries. Commands have a database of their own. */
  readonly db: Db;
  /** Changes once at most, when somebody signs in or out, so that the answer is that of the new actor. */
  actor: Actor;
  /** Not `request`: yoga keeps the HTTP request under that name in the same object. */
  readonly facts: RequestFacts;
  /** The hash of the cookie by which the browser is known again, if any. */
  readonly deviceHash: string | null;
  readonly setCookies: string[];
  readonly idempotency: Idempotency | null;
  readonly signal: AbortSignal;
}

export interface Idempotency {
  readonly key: string;
  /** Keyed hash of the body of the request. */
  readonly requestHash: string;
}

const madePerRequest: WeakMap<Context, unknown>[] = [];

/** Makes something once a request, and lets it go with the request. */
export function perRequest<T>(create: (context: Context) => T): (context: Context) => T {
  const made = new WeakMap<Context, T>();
  madePerRequest.push(made);
  return (context) => {
    const known = made.get(context);
    if (known) return known;
    const value = create(context);
    made.set(context, value);
    return value;
  };
}

/** Lets go of all that was read for a request, so that the next turn of a subscription reads anew. */
export function forgetRead(context: Context): void {
  for (const made of madePerRequest) made.delete(context);
}
