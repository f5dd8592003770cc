import { createHash } from 'node:crypto';
import { and, asc, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import { parse } from 'hono/utils/cookie';
import { type Adapter, Cookie, type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from 'lucia';
import type { Database, Db } from '../db/open.ts';
import { knownDevices, secondFactors, sessions, users } from '../db/tables/account.ts';
import { enterprises } from '../db/tables/enterprise.ts';
import type { Role } from '../db/vocabulary.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/id.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../limits.ts';
import type { UserActor } from './actor.ts';

declare module 'lucia' {
  interface Register {
    Lucia: Lucia;
    DatabaseUserAttributes: { actor: UserActor };
    DatabaseSessionAttributes: { address: string; agent: string };
  }
}

export interface BegunSession {
  readonly setCookie: string;
  /** Milliseconds; by then the session ends unless it is used. */
  readonly expiresAt: number;
  readonly tokenHash: string;
}

export interface Sessions {
  readonly cookieName: string;
  /** The actor behind a Cookie header, or null. `setCookie` is to be sent where the session was prolonged. */
  readonly recognise: (
    cookieHeader: string,
  ) => Promise<{ actor: UserActor; setCookie: string | null } | null>;
  /** Begins a session. Inside a transaction it is written with the rest. */
  readonly begin: (userId: string, from: { address: string; agent: string }) => Promise<BegunSession>;
  readonly end: (tokenHash: string) => Promise<void>;
  readonly endAll: (userId: string) => Promise<void>;
  readonly endExpired: () => Promise<void>;
  readonly blankCookie: () => string;
  /** The hash of the cookie by which a browser is known again; null where there is none. */
  readonly deviceOf: (cookieHeader: string) => string | null;
  /**
   * Notes in a transaction that a person signed in from a browser.
   *
   * @param deviceHash as `deviceOf` gave it
   * @returns the cookie to be sent, or null where the browser has one of ours
   */
  readonly rememberDevice: (db: Db, userId: string, deviceHash: string | null) => Promise<string | null>;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
const idleMs = (role: Role) => (role === 'BIDDER' ? limits.sessionIdleMs.BIDDER : limits.sessionIdleMs.STAFF);
const absoluteMs = (role: Role) =>
  role === 'BIDDER' ? limits.sessionAbsoluteMs.BIDDER : limits.sessionAbsoluteMs.STAFF;

/**
 * Sign-in sessions. Lucia keeps the rules; the adapter below stores only a hash of each token, ends a session at its absolute
 * limit, and gives staff a shorter idle time.
 */
export function createSessions(
  database: Database,
  clock: Clock,
  { publicOrigin, secondFactorRequired }: { publicOrigin: string; secondFactorRequired: boolean },
): Sessions {
  const origin = new URL(publicOrigin);
  const secure =
    origin.protocol === 'https:' || origin.hostname === 'localhost' || origin.hostname === '127.0.0.1';
  const deviceCookie = secure ? '__Host-device' : 'device';
  const lucia = new Lucia(adapter(database, clock, secondFactorRequired), {
    sessionExpiresIn: new TimeSpan(limits.sessionIdleMs.BIDDER, 'ms'),
    sessionCookie: {
      // A __Host- cookie cannot be set by a sibling domain. Browsers take it without TLS from localhost only.
      name: secure ? '__Host-session' : 'session',
      expires: false,
      attributes: { sameSite: 'lax', path: '/', secure },
    },
    getUserAttributes: ({ actor }) => ({ actor }),
  });

  /** Who may decide and pay is a stranger to whatever another site leads to. A bidder may come by a link, from an SMS or a search. */
  const cookieOf = (token: string, role: Role) => {
    const { name, attributes } = lucia.createSessionCookie(token);
    return new Cookie(name, token, {
      ...attributes,
      sameSite: role === 'BIDDER' ? 'lax' : 'strict',
    }).serialize();
  };

  return {
    cookieName: lucia.sessionCookieName,
    async recognise(cookieHeader) {
      const token = lucia.readSessionCookie(cookieHeader);
      if (!token || token.length > 64) return null;
      const { user, session } = await lucia.validateSession(token);
      if (!user) return null;
      const { actor } = user as unknown as { actor: UserActor };
      return {
        actor: { ...actor, tokenHash: hashOf(token) },
        setCookie: session.fresh ? cookieOf(token, actor.role) : null,
      };
    },
    async begin(userId, from) {
      const token = newToken();
      const tokenHash = hashOf(token);
      const begun = await database.transact(async (db) => {
        await lucia.createSession(userId, from, { sessionId: token });
        // As the adapter wrote it: staff have less time than Lucia believes.
        const [row] = await db
          .select({ expiresAt: sessions.expiresAt, role: users.role })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(eq(sessions.tokenHash, tokenHash));
        return row;
      });
      invariant(begun, 'a session was written');
      return { setCookie: cookieOf(token, begun.role), expiresAt: begun.expiresAt, tokenHash };
    },
    async end(tokenHash) {
      await database.transact((db) => remove(db, tokenHash));
    },
    endAll: (userId) => lucia.invalidateUserSessions(userId),
    endExpired: () => lucia.deleteExpiredSessions(),
    blankCookie: () => lucia.createBlankSessionCookie().serialize(),
    deviceOf(cookieHeader) {
      const token = parse(cookieHeader, deviceCookie)[deviceCookie];
      return token && token.length <= 64 ? hashOf(token) : null;
    },
    async rememberDevice(db, userId, deviceHash) {
      const ours = deviceHash !== null && (await isKnownDevice(db, deviceHash));
      const token = ours ? null : newToken();
      const known = ours ? deviceHash : hashOf(token ?? '');
      const usedAt = clock.now();
      await db
        .insert(knownDevices)
        .values({ deviceHash: known, userId, usedAt })
        .onConflictDoUpdate({ target: [knownDevices.deviceHash, knownDevices.userId], set: { usedAt } });
      await forgetOldDevices(db, userId);
      if (token === null) return null;
      const maxAge = limits.deviceKnownMs / 1000;
      return new Cookie(deviceCookie, token, {
        httpOnly: true,
        secure,
        sameSite: 'lax',
        path: '/',
        maxAge,
      }).serialize();
    },
  };
}

/** 256 bits; Lucia's own ids have 200. */
const newToken = () => newId('s').slice(2) + newId('s').slice(2);

async function isKnownDevice(db: Db, deviceHash: string): Promise<boolean> {
  const [row] = await db
    .select({ userId: knownDevices.userId })
    .from(knownDevices)
    .where(eq(knownDevices.deviceHash, deviceHash))
    .limit(1);
  return row !== undefined;
}

async function forgetOldDevices(db: Db, userId: string): Promise<void> {
  const old = await db
    .select({ deviceHash: knownDevices.deviceHash })
    .from(knownDevices)
    .where(eq(knownDevices.userId, userId))
    .orderBy(desc(knownDevices.usedAt))
    .limit(1000)
    .offset(limits.devicesPerUserMax);
  if (old.length === 0) return;
  const hashes = old.map(({ deviceHash }) => deviceHash);
  await db
    .delete(knownDevices)
    .where(and(eq(knownDevices.userId, userId), inArray(knownDevices.deviceHash, hashes)));
}

async function remove(db: Db, tokenHash: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

/** Lucia asks `Date.now()`, the service its own clock: instants are shifted between the two on the way in and out. */
function adapter(database: Database, clock: Clock, secondFactorRequired: boolean): Adapter {
  const skew = () => Date.now() - clock.now();
  const known = database.reader
    .select({
      tokenHash: sessions.tokenHash,
      userId: sessions.userId,
      expiresAt: sessions.expiresAt,
      address: sessions.address,
      agent: sessions.agent,
      role: users.role,
      enterpriseId: users.enterpriseId,
      insurerId: users.insurerId,
      suspendedAt: users.suspendedAt,
      enterpriseSuspendedAt: enterprises.suspendedAt,
      secondFactorAt: secondFactors.confirmedAt,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(enterprises, eq(enterprises.id, users.enterpriseId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(eq(sessions.tokenHash, sql.placeholder('tokenHash')))
    .prepare();

  return {
    async getSessionAndUser(token): Promise<[DatabaseSession | null, DatabaseUser | null]> {
      const tokenHash = hashOf(token);
      const [row] = await known.execute({ tokenHash });
      if (!row || row.suspendedAt !== null || row.enterpriseSuspendedAt !== null) return [null, null];
      const actor: UserActor = {
        kind: 'USER',
        id: row.userId,
        role: row.role,
        enterpriseId: row.enterpriseId,
        insurerId: row.insurerId,
        tokenHash,
        mustEnrol: secondFactorRequired && row.role !== 'BIDDER' && row.secondFactorAt === null,
      };
      return [
        {
          id: token,
          userId: row.userId,
          expiresAt: new Date(row.expiresAt + skew()),
          attributes: { address: row.address, agent: row.agent },
        },
        { id: row.userId, attributes: { actor } },
      ];
    },
    getUserSessions: () =>
      Promise.reject(new Error('Sessions are listed from their table, since tokens are not stored.')),
    async setSession(session) {
      await database.transact(async (db) => {
        const now = clock.now();
        const [user] = await db.select({ role: users.role }).from(users).where(eq(users.id, session.userId));
        if (!user) throw new Error('A session needs a user.');
        const live = await db
          .select({ tokenHash: sessions.tokenHash })
          .from(sessions)
          .where(eq(sessions.userId, session.userId))
          .orderBy(asc(sessions.createdAt));
        for (const old of live.slice(0, Math.max(0, live.length - limits.sessionsPerUserMax + 1)))
          await remove(db, old.tokenHash);
        await db.insert(sessions).values({
          tokenHash: hashOf(session.id),
          userId: session.userId,
          createdAt: now,
          expiresAt: now + idleMs(user.role),
          absoluteExpiresAt: now + absoluteMs(user.role),
          address: session.attributes.address,
          agent: session.attributes.agent,
        });
      });
    },
    async updateSessionExpiration(token) {
      await database.transact(async (db) => {
        const at = eq(sessions.tokenHash, hashOf(token));
        const [row] = await db
          .select({ expiresAt: sessions.expiresAt, limit: sessions.absoluteExpiresAt, role: users.role })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .where(at);
        if (!row) return;
        const expiresAt = Math.min(clock.now() + idleMs(row.role), row.limit);
        // Staff sessions look due to Lucia at every request; a write for a few seconds gained is not worth it.
        if (expiresAt - row.expiresAt < limits.sessionExtensionMsMin) return;
        await db.update(sessions).set({ expiresAt }).where(at);
      });
    },
    async deleteSession(token) {
      await database.transact((db) => remove(db, hashOf(token)));
    },
    async deleteUserSessions(userId) {
      await database.transact(async (db) => {
        await db.delete(sessions).where(eq(sessions.userId, userId));
      });
    },
    async deleteExpiredSessions() {
      await database.transact(async (db) => {
        await db.delete(sessions).where(lte(sessions.expiresAt, clock.now()));
      });
    },
  };
}
