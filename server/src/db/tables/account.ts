import { index, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { count, flag, id, instant, json, known, line, oneOf, ref } from '../columns.ts';
import { type ApiScope, ROLES, SIGN_IN_PROOFS, SMS_PURPOSES } from '../vocabulary.ts';

/** A person who signs in with a mobile number. */
export const users = sqliteTable(
  'users',
  {
    id: id(),
    mobile: line().notNull(),
    /** Argon2id in PHC form; null where only a code by SMS signs in. */
    passwordHash: line(),
    role: oneOf(ROLES).notNull(),
    name: line(),
    enterpriseId: ref(),
    insurerId: ref(),
    agreementVersion: line(),
    createdAt: instant().notNull(),
    suspendedAt: instant(),
  },
  (t) => [
    uniqueIndex('users_mobile').on(t.mobile),
    index('users_enterprise').on(t.enterpriseId),
    known('users_role', t.role, ROLES),
  ],
);

/** A sign-in. The key is the SHA-256 of the bearer token, so that a stolen database yields no session. */
export const sessions = sqliteTable(
  'sessions',
  {
    tokenHash: line().primaryKey(),
    userId: ref()
      .notNull()
      .references(() => users.id),
    expiresAt: instant().notNull(),
    /** Nothing prolongs a session beyond this. */
    absoluteExpiresAt: instant().notNull(),
    createdAt: instant().notNull(),
    address: line().notNull(),
    agent: line().notNull(),
  },
  (t) => [index('sessions_user').on(t.userId), index('sessions_expiry').on(t.expiresAt)],
);

/** A code sent by SMS; also what the limits on sending are counted from. */
export const smsCodes = sqliteTable(
  'sms_codes',
  {
    id: id(),
    mobile: line().notNull(),
    purpose: oneOf(SMS_PURPOSES).notNull(),
    codeHmac: line().notNull(),
    address: line().notNull(),
    network: line().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
    tries: count().notNull().default(0),
    usedAt: instant(),
  },
  (t) => [
    index('sms_codes_mobile').on(t.mobile, t.createdAt),
    index('sms_codes_address').on(t.address, t.createdAt),
    index('sms_codes_network').on(t.network, t.createdAt),
    index('sms_codes_created').on(t.createdAt),
    known('sms_codes_purpose', t.purpose, SMS_PURPOSES),
  ],
);

/** One attempt to sign in, kept to slow down guessing across restarts. */
export const signInAttempts = sqliteTable(
  'sign_in_attempts',
  {
    id: id(),
    mobile: line().notNull(),
    proof: oneOf(SIGN_IN_PROOFS).notNull(),
    /** The device, where the person was known to use it: what strangers type elsewhere does not lock it. */
    deviceHash: line(),
    address: line().notNull(),
    at: instant().notNull(),
    succeeded: flag().notNull(),
  },
  (t) => [
    known('sign_in_attempts_proof', t.proof, SIGN_IN_PROOFS),
    index('sign_in_attempts_mobile').on(t.mobile, t.at),
    index('sign_in_attempts_address').on(t.address, t.at),
    index('sign_in_attempts_at').on(t.at),
  ],
);

/** A browser from which a person has signed in before, told by a cookie of its own. The hash is the SHA-256 of the cookie. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    deviceHash: line().notNull(),
    userId: ref()
      .notNull()
      .references(() => users.id),
    usedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.deviceHash, t.userId] }),
    index('known_devices_user').on(t.userId, t.usedAt),
    index('known_devices_used').on(t.usedAt),
  ],
);

/** The authenticator of a person. Until it is confirmed by a code it asks nothing of anybody. */
export const secondFactors = sqliteTable('second_factors', {
  userId: ref()
    .primaryKey()
    .references(() => users.id),
  /** Encrypted with the platform's key, bound to this row. */
  secretSealed: line().notNull(),
  startedAt: instant().notNull(),
  confirmedAt: instant(),
  /** The newest step of time whose code was taken: none before it is taken again. */
  lastStep: count(),
});

/** A code that stands in for the authenticator once. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    id: id(),
    userId: ref()
      .notNull()
      .references(() => users.id),
    codeHmac: line().notNull(),
    usedAt: instant(),
  },
  (t) => [uniqueIndex('recovery_codes_code').on(t.userId, t.codeHmac)],
);

/** A solved human check, kept until it would have expired, so that it opens one door only. */
export const usedChallenges = sqliteTable(
  'used_challenges',
  { challenge: line().primaryKey(), expiresAt: instant().notNull() },
  (t) => [index('used_challenges_expiry').on(t.expiresAt)],
);

/** Another system that uses the API with a key. */
export const apiClients = sqliteTable('api_clients', {
  id: id(),
  name: line().notNull(),
  scopes: json<ApiScope[]>().notNull(),
  /** The insurer for which the client acts, if any. */
  insurerId: ref(),
  createdAt: instant().notNull(),
  revokedAt: instant(),
});

/** At most two live secrets a client, so that one can be changed without a gap. */
export const apiClientSecrets = sqliteTable(
  'api_client_secrets',
  {
    id: id(),
    apiClientId: ref()
      .notNull()
      .references(() => apiClients.id),
    secretHash: line().notNull(),
    createdAt: instant().notNull(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    uniqueIndex('api_client_secrets_hash').on(t.secretHash),
    index('api_client_secrets_client').on(t.apiClientId),
  ],
);
