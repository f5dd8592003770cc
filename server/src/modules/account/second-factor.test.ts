import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { hashPassword } from '../../access/password.ts';
import { recoveryCodes, secondFactors, users } from '../../db/tables/account.ts';
import { newId } from '../../kernel/id.ts';
import {
  accountOf,
  codeFor,
  cookieOf,
  goodPassword,
  lastMessage,
  personOf,
  viewerOf,
} from './account.fixture.ts';
import { createStaffUser } from './account.service.ts';

const mobile = '13700000001';
const stepMs = 30_000;

/** What an authenticator shows, by the standard's own algorithm. */
const shown = (secret: string, atMs: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: atMs });

const passwordHash = await hashPassword(goodPassword);

async function operatorWithPassword(h: Harness, number = mobile): Promise<Person> {
  await h.system((command) =>
    createStaffUser(command, { mobile: number, name: '王运营', role: 'OPERATOR', passwordHash }),
  );
  return signedIn(h, { mobile: number, password: goodPassword });
}

async function signedIn(h: Harness, input: Record<string, unknown>): Promise<Person> {
  const { result, headers } = await accountOf(h)('signIn', input);
  return personOf(result, headers);
}

interface Enrolled {
  readonly h: Harness;
  readonly person: Person;
  readonly secret: string;
  readonly recovery: readonly string[];
}

async function enrolled(h?: Harness): Promise<Enrolled> {
  const service = h ?? (await createHarness({ TRUST_PROXY: '1' }));
  const before = await operatorWithPassword(service);
  const start = await accountOf(service, before)('startSecondFactor', { currentPassword: goodPassword });
  const { secret } = start.result;
  const { result, headers } = await accountOf(service, before)('confirmSecondFactor', {
    code: shown(secret, service.now()),
  });
  const cookie = cookieOf(headers);
  service.pass(stepMs);
  return {
    h: service,
    person: { ...before, headers: { cookie } },
    secret,
    recovery: result.recoveryCodes,
  };
}

const signIn = async (h: Harness, secondFactorCode?: string, from?: string) =>
  accountOf(
    h,
    null,
    from,
  )('signIn', { mobile, password: goodPassword, secondFactorCode, captcha: 'sandbox' });

describe('setting up a second factor', () => {
  test('shows a secret once, takes a code of it, and begins a new session; all before are over', async () => {
    const h = await createHarness({ TRUST_PROXY: '1' });
    const before = await operatorWithPassword(h);
    const elsewhere = await signedIn(h, { mobile, password: goodPassword });
    const start = await accountOf(h, before)('startSecondFactor', { currentPassword: goodPassword });
    expect(start.result).toMatchObject({
      __typename: 'SecondFactorStart',
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      expiresAt: '2026-11-24T10:10:00.000+08:00',
    });
    expect(start.result.uri).toContain(`secret=${start.result.secret}`);
    expect(start.result.uri).toContain('137****0001');
    // It asks nothing of anybody yet.
    const third = await signedIn(h, { mobile, password: goodPassword });

    const { result, headers } = await accountOf(h, before)('confirmSecondFactor', {
      code: shown(start.result.secret, h.now()),
    });
    expect(result).toMatchObject({
      session: { viewer: { secondFactor: 'ENABLED', user: { id: before.id } } },
    });
    expect(new Set(result.recoveryCodes).size).toBe(10);
    expect(result.recoveryCodes[0]).toMatch(/^[2-9A-Z]{5}-[2-9A-Z]{5}$/);
    for (const old of [before, elsewhere, third]) expect(await viewerOf(h, old)).toBeNull();
    const cookie = cookieOf(headers);
    expect(await viewerOf(h, { ...before, headers: { cookie } })).toMatchObject({ user: { id: before.id } });
    expect((await h.events()).at(-1)).toBe('OPERATOR user SECOND_FACTOR_ENABLED: · -> ·');

    // Neither the secret nor a recovery code can be read in the database.
    const content = await h.content();
    for (const hidden of [start.result.secret, ...result.recoveryCodes]) {
      expect(content).not.toContain(hidden);
      expect(content).not.toContain(hidden.replace('-', ''));
    }
  });

  test('takes no wrong code and none that comes too late, and asks for the password', async () => {
    const h = await createHarness({ TRUST_PROXY: '1' });
    const person = await operatorWithPassword(h);
    const before = await h.content();
    expect((await accountOf(h, person)('startSecondFactor', {})).result).toMatchObject({
      issues: [{ path: 'currentPassword' }],
    });
    expect((await accountOf(h, person)('confirmSecondFactor', { code: '123456' })).result).toMatchObject({
      code: 'TRANSITION_REFUSED',
    });
    expect(await h.content()).toBe(before);
    expect(
      (await accountOf(h, person)('startSecondFactor', { currentPassword: 'not it' })).result,
    ).toMatchObject({ code: 'CREDENTIALS_WRONG' });

    const { secret } = (await accountOf(h, person)('startSecondFactor', { currentPassword: goodPassword }))
      .result;
    const started = await h.content(['sign_in_attempts']);
    const wrong = shown(secret, h.now() + 100 * stepMs);
    expect((await accountOf(h, person)('confirmSecondFactor', { code: wrong })).result).toMatchObject({
      code: 'SECOND_FACTOR_WRONG',
    });
    h.pass(10 * 60_000);
    expect(
      (await accountOf(h, person)('confirmSecondFactor', { code: shown(secret, h.now()) })).result,
    ).toMatchObject({ code: 'TRANSITION_REFUSED' });
    expect(await h.content(['sign_in_attempts', 'sessions'])).toBe(
      JSON.stringify({ ...JSON.parse(started), sessions: undefined }),
    );
  });

  test('is not for bidders', async () => {
    const h = await createHarness();
    const bidder = await h.given.bidder();
    expect((await accountOf(h, bidder)('startSecondFactor', {})).errors?.[0].extensions.code).toBe(
      'FORBIDDEN',
    );
    expect((await h.as(bidder)('{ viewer { secondFactor } }')).data.viewer.secondFactor).toBe('NOT_OFFERED');
  });

  test('binds the sealed secret to its person: moved to another it opens nothing', async () => {
    const { h, secret } = await enrolled();
    const other = await h.given.operator();
    await h.system(async ({ db, now }) => {
      const [row] = await db.select().from(secondFactors);
      if (!row) throw new Error('Somebody has enrolled.');
      await db.update(users).set({ passwordHash, mobile: '13700000002' }).where(eq(users.id, other.id));
      await db.insert(secondFactors).values({ ...row, userId: other.id, confirmedAt: now });
    });
    const { errors } = await accountOf(h)('signIn', {
      mobile: '13700000002',
      password: goodPassword,
      secondFactorCode: shown(secret, h.now()),
    });
    expect(errors?.[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
  });
});

describe('signing in with a second factor', () => {
  test('asks for the code only after the right password, and nobody is in without it', async () => {
    const { h, secret } = await enrolled();
    const before = await h.content();
    const { result, headers } = await signIn(h);
    expect(result).toMatchObject({ code: 'SECOND_FACTOR_NEEDED', retryable: false });
    expect(headers.getSetCookie()).toEqual([]);
    expect(await h.content()).toBe(before);
    expect(
      (await accountOf(h)('signIn', { mobile, password: 'wrong', secondFactorCode: shown(secret, h.now()) }))
        .result,
    ).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const inside = await signIn(h, shown(secret, h.now()));
    expect(await viewerOf(h, personOf(inside.result, inside.headers))).not.toBeNull();
  });

  test('asks after a code by SMS too, which the second step brings again', async () => {
    const { h, secret } = await enrolled();
    const smsCode = await codeFor(h, mobile, 'SIGN_IN');
    expect((await accountOf(h)('signIn', { mobile, smsCode })).result).toMatchObject({
      code: 'SECOND_FACTOR_NEEDED',
    });
    const { result } = await accountOf(h)('signIn', {
      mobile,
      smsCode,
      secondFactorCode: shown(secret, h.now()),
    });
    expect(result).toMatchObject({ __typename: 'Session' });
  });

  test('takes each step of time once, and none before it', async () => {
    const { h, secret } = await enrolled();
    const now = shown(secret, h.now());
    const previous = shown(secret, h.now() - stepMs);
    const answers = await Promise.all([1, 2, 3].map((n) => signIn(h, now, `203.0.113.${n}`)));
    const kinds = answers.map(({ result }) => result.code ?? result.__typename);
    expect(kinds.toSorted()).toEqual(['SECOND_FACTOR_WRONG', 'SECOND_FACTOR_WRONG', 'Session']);
    for (const used of [now, previous]) {
      expect((await signIn(h, used)).result).toMatchObject({ code: 'SECOND_FACTOR_WRONG' });
    }
    h.pass(stepMs);
    expect((await signIn(h, shown(secret, h.now()))).result).toMatchObject({ __typename: 'Session' });
  });

  test('takes a code of the step before or after, and of none further', async () => {
    for (const [steps, taken] of [
      [-2, false],
      [1, true],
      [2, false],
    ] as const) {
      const { h, secret } = await enrolled();
      h.pass(2 * stepMs);
      const { result } = await signIn(h, shown(secret, h.now() + steps * stepMs));
      expect([steps, result.__typename]).toEqual([steps, taken ? 'Session' : 'SecondFactorWrong']);
    }
  });

  test('is locked after five wrong codes, and the right one does not help', async () => {
    const { h, secret } = await enrolled();
    const wrong = shown(secret, h.now() + 100 * stepMs);
    const codes: string[] = [];
    for (let i = 0; i < 6; i += 1) codes.push((await signIn(h, wrong)).result.code);
    expect(codes).toEqual([...Array(5).fill('SECOND_FACTOR_WRONG'), 'ACCOUNT_LOCKED']);
    const before = await h.content();
    expect((await signIn(h, shown(secret, h.now()))).result).toMatchObject({ code: 'ACCOUNT_LOCKED' });
    expect(await h.content()).toBe(before);
    h.pass(15 * 60_000);
    expect((await signIn(h, shown(secret, h.now()))).result).toMatchObject({ __typename: 'Session' });
  });

  test('takes each recovery code once, however it is typed', async () => {
    const { h, person, recovery } = await enrolled();
    const code = recovery[0] ?? '';
    const typed = code.toLowerCase().replace('-', ' ');
    const answers = await Promise.all([1, 2].map((n) => signIn(h, typed, `203.0.113.${n}`)));
    expect(answers.map(({ result }) => result.__typename).toSorted()).toEqual([
      'SecondFactorWrong',
      'Session',
    ]);
    expect((await signIn(h, code)).result).toMatchObject({ code: 'SECOND_FACTOR_WRONG' });
    const { data } = await h.as(person)('{ viewer { user { recoveryCodesLeft } } }');
    expect(data.viewer.user.recoveryCodesLeft).toBe(9);
    expect(await h.events()).toContain('ANONYMOUS user RECOVERY_CODE_USED: · -> ·');
  });
});

describe('taking a second factor away', () => {
  test('needs a code, tells its owner, and leaves one new session', async () => {
    const { h, person, secret } = await enrolled();
    const before = await h.content(['sign_in_attempts']);
    expect((await accountOf(h, person)('removeSecondFactor', { code: '000000' })).result).toMatchObject({
      code: 'SECOND_FACTOR_WRONG',
    });
    expect(await h.content(['sign_in_attempts'])).toBe(before);
    const { result } = await accountOf(h, person)('removeSecondFactor', { code: shown(secret, h.now()) });
    expect(result).toMatchObject({ viewer: { secondFactor: 'OPTIONAL' } });
    expect(await viewerOf(h, person)).toBeNull();
    expect(await h.rows()).toMatchObject({ second_factors: 0, recovery_codes: 0, sessions: 1 });
    expect(await lastMessage(h, mobile)).toContain('已停用两步验证');
    expect((await signIn(h)).result).toMatchObject({ __typename: 'Session' });
  });

  test('is done for a colleague by an operator, with a reason in the log; never for oneself', async () => {
    const { h, person } = await enrolled();
    const colleague = await h.given.operator();
    const before = await h.content();
    const reset = (who: Person, id: string, reason = '手机遗失') =>
      accountOf(h, who)('resetSecondFactor', { id, reason });
    expect((await reset(person, person.id)).result).toMatchObject({ issues: [{ path: 'id' }] });
    expect((await reset(colleague, person.id, ' ')).result).toMatchObject({ issues: [{ path: 'reason' }] });
    expect((await reset(colleague, newId('usr'))).result).toMatchObject({ code: 'NOT_FOUND' });
    expect((await reset(colleague, colleague.id)).result).toMatchObject({ issues: [{ path: 'id' }] });
    expect((await reset(await h.given.regulator(), person.id)).errors?.[0].extensions.code).toBe('FORBIDDEN');
    expect(JSON.parse(await h.content()).second_factors).toEqual(JSON.parse(before).second_factors);

    expect((await reset(colleague, person.id)).result).toEqual({
      __typename: 'User',
      id: person.id,
      secondFactorEnabledAt: null,
    });
    expect(await viewerOf(h, person)).toBeNull();
    expect((await h.events()).at(-1)).toBe('OPERATOR user SECOND_FACTOR_RESET: · -> ·');
    expect(await lastMessage(h, mobile)).toContain('已由平台运营人员重置');
    expect((await h.app.core.database.reader.select().from(recoveryCodes)).length).toBe(0);
    expect((await reset(colleague, person.id)).result).toMatchObject({ code: 'TRANSITION_REFUSED' });
  });
});

describe('outside the demonstration', () => {
  async function production(): Promise<Harness> {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'key'), randomBytes(32).toString('base64'));
    await writeFile(join(folder, 'sms'), 'of no use here');
    return createHarness({
      MODE: 'production',
      TRUST_PROXY: '1',
      PUBLIC_ORIGIN: 'http://localhost:4000',
      SECRET_KEY_FILE: join(folder, 'key'),
      SMS_URL: 'http://127.0.0.1:9/',
      SMS_SECRET_FILE: join(folder, 'sms'),
      SEAL_KEYS_DIR: folder,
      SEAL_TRUST_DIR: folder,
      BROKER_NAME: '演示保险经纪有限公司（演示）',
      BROKER_LICENSE: '演示-经纪-000001',
    });
  }

  test('staff without a second factor can do nothing but set one up', async () => {
    const h = await production();
    const person = await operatorWithPassword(h);
    const codeOf = async (query: string, variables?: Record<string, unknown>) => {
      const { errors, status } = await h.as(person)(query, variables);
      return [status, errors?.[0].extensions.code];
    };
    const before = await h.content();
    const shut = [403, 'SECOND_FACTOR_REQUIRED'];
    expect(await codeOf('{ orders { totalCount } }')).toEqual(shut);
    expect(await codeOf('{ viewer { kind } ... on Query { apiClients { id } } }')).toEqual(shut);
    expect(await codeOf('{ ...F } fragment F on Query { x: certifications { totalCount } }')).toEqual(shut);
    expect(await codeOf(`{ node(id: "${person.id}") { id } }`)).toEqual(shut);
    expect(
      await codeOf('mutation($input: IdInput!) { suspendUser(input: $input) { __typename } }', {
        input: { id: person.id },
      }),
    ).toEqual(shut);
    expect((await codeOf('{ __schema { queryType { name } } }'))[1]).toBe('INTROSPECTION_DISABLED');
    const explorer = await h.fetch(person, '/graphql', { headers: { accept: 'text/html' } });
    expect(explorer.status).toBe(404);
    const upload = await h.fetch(person, '/uploads?purpose=EVIDENCE', { method: 'POST', body: 'x' });
    expect(upload.status).toBe(403);
    expect((await h.fetch(person, '/files/upl_x')).status).toBe(403);
    expect(await h.content()).toBe(before);

    expect((await h.as(person)('{ viewer { secondFactor user { id } } }')).data.viewer).toEqual({
      secondFactor: 'REQUIRED',
      user: { id: person.id },
    });
    const { secret } = (await accountOf(h, person)('startSecondFactor', { currentPassword: goodPassword }))
      .result;
    const { headers } = await accountOf(h, person)('confirmSecondFactor', { code: shown(secret, h.now()) });
    const inside = { ...person, headers: { cookie: cookieOf(headers) } };
    expect((await h.as(inside)('{ orders { totalCount } }')).data).toEqual({ orders: { totalCount: 0 } });
    expect((await h.fetch(inside, '/graphql', { headers: { accept: 'text/html' } })).status).toBe(200);
  });

  test('bidders and systems are not asked for one', async () => {
    const h = await production();
    const bidder = await h.given.bidder();
    expect((await h.as(bidder)('{ orders { totalCount } }')).data).toEqual({ orders: { totalCount: 0 } });
    const bank = await h.given.apiClient(['payments:write']);
    expect((await h.as(bank)('{ viewer { secondFactor } }')).data.viewer.secondFactor).toBe('NOT_OFFERED');
  });
});
