import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { sessions, signInAttempts, users } from '../../db/tables/account.ts';
import { events } from '../../db/tables/ledger.ts';
import { limits } from '../../limits.ts';
import {
  accountOf,
  codeFor,
  goodPassword,
  lastMessage,
  personOf,
  registered,
  viewerOf,
} from './account.fixture.ts';

const minuteMs = 60_000;
const mobile = '13800001234';
const otherMobile = '13911112222';
const newPassword = 'a new phrase 7';
const chromeOnWindows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';

async function service(): Promise<Harness> {
  const h = await createHarness({ TRUST_PROXY: '1' });
  await h.given.platformDocuments();
  return h;
}

async function signedIn(h: Harness, number = mobile, password = goodPassword): Promise<Person> {
  const { result, headers } = await accountOf(h)('signIn', { mobile: number, password });
  return personOf(result, headers);
}

const SESSIONS = '{ viewer { user { id sessions { id createdAt expiresAt address agent isCurrent } } } }';
async function sessionsOf(h: Harness, who: Person) {
  return (await h.as(who)(SESSIONS)).data.viewer.user.sessions as {
    id: string;
    isCurrent: boolean;
    agent: string;
  }[];
}

describe('the sessions of a person', () => {
  test('are listed newest first, with the device in words and the one that asks marked', async () => {
    const h = await service();
    const first = await registered(h, mobile);
    h.pass(minuteMs);
    const answer = await h.as(null)(
      'mutation($input: SignInInput!) { result: signIn(input: $input) { __typename ... on Session { viewer { user { id } } } } }',
      { input: { mobile, password: goodPassword } },
      { 'user-agent': chromeOnWindows, 'x-forwarded-for': '198.51.100.9' },
    );
    const second = personOf(answer.data.result, answer.headers);

    expect(await sessionsOf(h, second)).toEqual([
      {
        id: expect.stringMatching(/^ses_[0-9a-f]{32}$/),
        createdAt: '2026-11-24T10:01:00.000+08:00',
        expiresAt: '2026-11-24T10:31:00.000+08:00',
        address: '198.51.100.9',
        agent: 'Windows · Chrome',
        isCurrent: true,
      },
      expect.objectContaining({ address: '203.0.113.7', agent: '未知设备', isCurrent: false }),
    ]);
    expect((await sessionsOf(h, first)).map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
  });

  test('are called by ids that show nothing of the kept hash', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const [listed] = await sessionsOf(h, user);
    const [row] = await h.app.core.database.reader.select().from(sessions);
    expect(row?.tokenHash).not.toContain(listed?.id.slice(4, 12));
    expect(await h.content()).not.toContain(listed?.id.slice(4));
  });

  test('are not listed once they have ended', async () => {
    const h = await service();
    await registered(h, mobile);
    h.pass(limits.sessionIdleMs.BIDDER);
    expect(await sessionsOf(h, await signedIn(h))).toHaveLength(1);
  });

  test('are nobody else’s to see, not even an operator’s', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const operator = await h.given.operator();
    const { data } = await h.as(operator)(
      'query($id: ID!) { node(id: $id) { ... on User { mobile sessions { id } } } }',
      { id: user.id },
    );
    expect(data.node).toEqual({ mobile: '138****1234', sessions: null });
  });
});

describe('ending a session', () => {
  test('of another device works with its next request, and leaves the one that asks', async () => {
    const h = await service();
    const phone = await registered(h, mobile);
    const desk = await signedIn(h);
    const other = (await sessionsOf(h, desk)).find(({ isCurrent }) => !isCurrent);

    const { result, headers } = await accountOf(h, desk)('revokeSession', { id: other?.id });
    expect(result).toEqual({
      __typename: 'User',
      id: desk.id,
      sessions: [{ id: expect.any(String), isCurrent: true }],
    });
    expect(headers.getSetCookie()).toEqual([]);
    expect(await viewerOf(h, phone)).toBeNull();
    expect(await viewerOf(h, desk)).not.toBeNull();
    expect((await h.events()).slice(-1)).toEqual(['BIDDER user SESSION_REVOKED: · -> ·']);
  });

  test('of one’s own device signs out and takes the cookie', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const [current] = await sessionsOf(h, user);
    const { result, headers } = await accountOf(h, user)('revokeSession', { id: current?.id });
    expect(result).toEqual({ __typename: 'User', id: user.id, sessions: null });
    expect(headers.getSetCookie().at(-1)).toMatch(/^__Host-session=;.*Max-Age=0/);
    expect(await viewerOf(h, user)).toBeNull();
  });

  test('of somebody else, of nobody, or one that has ended is refused as absent', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const stranger = await registered(h, otherMobile);
    const [theirs] = await sessionsOf(h, stranger);
    const operator = await h.given.operator();
    const [row] = await h.app.core.database.reader
      .select()
      .from(sessions)
      .where(eq(sessions.userId, stranger.id));
    const before = await h.content();
    const refusals = [
      await accountOf(h, user)('revokeSession', { id: theirs?.id }),
      await accountOf(h, operator)('revokeSession', { id: theirs?.id }),
      await accountOf(h, user)('revokeSession', { id: row?.tokenHash }),
      await accountOf(h, user)('revokeSession', { id: `ses_${'0'.repeat(32)}` }),
      await accountOf(h, user)('revokeSession', { id: '' }),
    ];
    for (const { result } of refusals) expect(result).toEqual(refusals[0]?.result);
    expect(refusals[0]?.result).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
    expect(await viewerOf(h, stranger)).not.toBeNull();
  });

  test('asks for a signed-in user', async () => {
    const h = await service();
    for (const who of [null, await h.given.apiClient(['policies:read'])]) {
      const { errors } = await accountOf(h, who)('revokeSession', { id: 'ses_x' });
      expect(errors?.[0].extensions.code).toBe(who ? 'FORBIDDEN' : 'UNAUTHENTICATED');
    }
  });
});

describe('changing the password', () => {
  const change = async (h: Harness, who: Person | null, input: object = {}) =>
    accountOf(h, who)('changePassword', { currentPassword: goodPassword, newPassword, ...input });

  test('makes the new one the only one, ends all other sessions and begins one’s own anew', async () => {
    const h = await service();
    const phone = await registered(h, mobile);
    const desk = await signedIn(h);
    h.pass(1);
    const { result, headers } = await change(h, desk);
    const after = personOf(result, headers);

    expect(after.headers.cookie).not.toBe(desk.headers.cookie);
    expect(await viewerOf(h, phone)).toBeNull();
    expect(await viewerOf(h, desk)).toBeNull();
    expect(await viewerOf(h, after)).toMatchObject({ user: { id: desk.id } });
    expect(await sessionsOf(h, after)).toHaveLength(1);
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result.code).toBe(
      'CREDENTIALS_WRONG',
    );
    await signedIn(h, mobile, newPassword);
    expect(await h.events()).toContain('BIDDER user PASSWORD_CHANGED: · -> ·');
    expect(await lastMessage(h, mobile)).toMatch(/登录密码已修改/);
  });

  test('keeps neither password, nor anything by which they could be guessed, under an Idempotency-Key', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const { data } = await h.as(user)(
      'mutation($input: ChangePasswordInput!) { result: changePassword(input: $input) { __typename } }',
      { input: { currentPassword: goodPassword, newPassword } },
      { 'idempotency-key': 'once' },
    );
    expect(data.result).toEqual({ __typename: 'Session' });
    expect((await h.rows()).idempotency_keys).toBe(0);
    expect(await h.content()).not.toContain(newPassword);
  });

  test('a wrong current password counts like a failed sign-in, here and there', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const before = await h.content(['sign_in_attempts']);
    for (let i = 0; i < 5; i += 1) {
      expect((await change(h, user, { currentPassword: 'not the password' })).result).toMatchObject({
        code: 'CREDENTIALS_WRONG',
      });
    }
    expect((await change(h, user)).result).toMatchObject({ code: 'ACCOUNT_LOCKED' });
    expect((await accountOf(h, user)('signIn', { mobile, password: goodPassword })).result.code).toBe(
      'ACCOUNT_LOCKED',
    );
    expect(await h.content(['sign_in_attempts'])).toBe(before);
    expect(await viewerOf(h, user)).not.toBeNull();

    h.pass(15 * minuteMs);
    expect((await change(h, user)).result).toMatchObject({ __typename: 'Session' });
  });

  test('of twenty changes at once, one is made', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        accountOf(
          h,
          user,
          `10.0.0.${i}`,
        )('changePassword', { currentPassword: goodPassword, newPassword: `${newPassword} ${i}` }),
      ),
    );
    expect(answers.filter(({ result }) => result?.__typename === 'Session')).toHaveLength(1);
    expect((await h.rows()).sessions).toBe(1);
  });

  test.each([
    ['a password everybody tries', { newPassword: 'password123' }],
    ['a password of seven characters', { newPassword: '1a2b3c4' }],
    ['one’s own number', { newPassword: mobile }],
    ['the password one has', { newPassword: goodPassword }],
  ])('to %s is refused and counts as no attempt', async (_name, input) => {
    const h = await service();
    const user = await registered(h, mobile);
    const before = await h.content();
    expect((await change(h, user, input)).result).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'newPassword' }],
    });
    expect(await h.content()).toBe(before);
  });

  test('is for signed-in people', async () => {
    const h = await service();
    const { errors } = await change(h, null);
    expect(errors?.[0].extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('changing the mobile number', () => {
  const change = async (h: Harness, who: Person, smsCode: string, input: object = {}) =>
    accountOf(h, who)('changeMobile', {
      newMobile: otherMobile,
      smsCode,
      currentPassword: goodPassword,
      ...input,
    });

  test('moves the sign-in to the new number, ends all other sessions and tells the old number', async () => {
    const h = await service();
    const phone = await registered(h, mobile);
    const desk = await signedIn(h);
    const smsCode = await codeFor(h, otherMobile, 'CHANGE_MOBILE');
    expect(await lastMessage(h, otherMobile)).toMatch(/用于：更换手机号。$/);
    h.pass(1);
    const { result, headers } = await change(h, desk, smsCode);

    expect(result).toMatchObject({ viewer: { user: { id: desk.id, mobile: '139****2222' } } });
    const after = personOf(result, headers);
    expect(await viewerOf(h, phone)).toBeNull();
    expect(await viewerOf(h, desk)).toBeNull();
    expect(await viewerOf(h, after)).toMatchObject({ user: { mobile: '139****2222' } });
    expect(await lastMessage(h, mobile)).toMatch(/本号码不再用于登录/);
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result.code).toBe(
      'CREDENTIALS_WRONG',
    );
    await signedIn(h, otherMobile);
  });

  test('is noted without either number', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    await change(h, user, await codeFor(h, otherMobile, 'CHANGE_MOBILE'));
    expect(await h.events()).toContain('BIDDER user MOBILE_CHANGED: · -> ·');
    const log = JSON.stringify(await h.app.core.database.reader.select().from(events));
    expect(log).not.toContain(mobile);
    expect(log).not.toContain(otherMobile);
  });

  test('that the number is taken is told only to who holds it, and costs no attempt', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    await registered(h, otherMobile);
    h.pass(minuteMs);
    const smsCode = await codeFor(h, otherMobile, 'CHANGE_MOBILE');
    const wrong = smsCode === '000000' ? '000001' : '000000';
    const before = await h.content(['sms_codes']);
    expect((await change(h, user, wrong)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
    expect((await change(h, user, smsCode)).result).toMatchObject({ code: 'MOBILE_TAKEN' });
    expect(await h.content(['sms_codes'])).toBe(before);
    expect(await viewerOf(h, user)).toMatchObject({ user: { mobile: '138****1234' } });
  });

  test('a wrong current password counts like a failed sign-in, and the code stays good', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const smsCode = await codeFor(h, otherMobile, 'CHANGE_MOBILE');
    expect((await change(h, user, smsCode, { currentPassword: 'not the password' })).result).toMatchObject({
      code: 'CREDENTIALS_WRONG',
    });
    const attempts = await h.app.core.database.reader.select().from(signInAttempts);
    expect(attempts).toMatchObject([{ mobile, succeeded: false }]);
    expect((await change(h, user, smsCode)).result).toMatchObject({ __typename: 'Session' });
  });

  test('takes no code that was sent for anything else, and none twice', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const forSignIn = await codeFor(h, otherMobile, 'SIGN_IN');
    expect((await change(h, user, forSignIn)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
    h.pass(minuteMs);
    const smsCode = await codeFor(h, otherMobile, 'CHANGE_MOBILE');
    const { result, headers } = await change(h, user, smsCode);
    const after = personOf(result, headers);
    const again = await change(h, after, smsCode, { newMobile: mobile });
    expect(again.result).toMatchObject({ code: 'SMS_CODE_WRONG' });
  });

  test('to the number one has is refused', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const before = await h.content();
    expect((await change(h, user, '123456', { newMobile: `+86 ${mobile}` })).result).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'newMobile' }],
    });
    expect(await h.content()).toBe(before);
  });

  test('of two who bring the code of one number at once, one has it', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const smsCode = await codeFor(h, otherMobile, 'CHANGE_MOBILE');
    const answers = await Promise.all([change(h, user, smsCode), change(h, user, smsCode)]);
    expect(answers.filter(({ result }) => result?.__typename === 'Session')).toHaveLength(1);
    expect(await h.app.core.database.reader.select().from(users)).toMatchObject([{ mobile: otherMobile }]);
  });
});
