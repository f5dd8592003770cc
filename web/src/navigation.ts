import type { RouteLocationRaw } from 'vue-router';

/** What a page asks of the caller. `certified` is a bidder whose company is certified and whose profile is complete. */
export type Requirement = 'signed-in' | 'certified';

declare module 'vue-router' {
  interface RouteMeta {
    /** The page's own title; the platform's name follows it. */
    title?: string;
    requires?: Requirement;
  }
}

/** The part of a viewer that decides where they may go. */
export interface CallerReadiness {
  readiness: string | null;
  /** REQUIRED is staff who may do nothing before they have one. */
  secondFactor?: string;
}

/** Where a second factor is set up. */
export const securityPath = '/account/security';

/**
 * The path within this site that `next` names, or '/' for anything else. A link to our sign-in page must not be able
 * to lead to another site: absolute and protocol-relative addresses, backslashes and control characters are refused.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== 'string' || !/^\/(?![/\\])/.test(next) || hasControlCharacter(next)) return '/';
  const base = 'https://here.invalid';
  const url = URL.parse(next, base);
  // Dot segments can still leave a path that starts with two slashes.
  if (!url || url.origin !== base || url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search + url.hash;
}

/** Where a caller has to go before `path`, or null when the page is open to them. */
export function detourFor(
  requires: Requirement | undefined,
  caller: CallerReadiness | null,
  path: string,
): RouteLocationRaw | null {
  if (!requires) return null;
  if (!caller) return { path: '/sign-in', query: { next: path } };
  if (caller.secondFactor === 'REQUIRED') return path === securityPath ? null : securityPath;
  if (requires === 'signed-in') return null;
  return stepBefore(caller, path);
}

/** Where somebody who has just signed in goes: what is still missing first, then `next`, then the sections. */
export function afterSignIn(caller: CallerReadiness, next: string): RouteLocationRaw {
  if (caller.secondFactor === 'REQUIRED') return securityPath;
  const wanted = next === '/' && caller.readiness ? '/sections' : next;
  return stepBefore(caller, wanted) ?? wanted;
}

function stepBefore({ readiness }: CallerReadiness, path: string): RouteLocationRaw | null {
  switch (readiness) {
    case 'CERTIFICATION_NEEDED':
    case 'CERTIFICATION_PENDING':
    case 'CERTIFICATION_REJECTED':
      return { path: '/certification', query: { next: path } };
    case 'PROFILE_NEEDED':
      return { path: '/profile', query: { next: path } };
    default:
      return null;
  }
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) if (character < ' ' || character === '\\') return true;
  return false;
}
