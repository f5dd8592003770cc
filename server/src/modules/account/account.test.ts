import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { hashPassword } from '../../access/password.ts';
import {
  knownDevices,
  sessions,
  signInAttempts,
  smsCodes,
  usedChallenges,
  users,
} from '../../db/tables/account.ts';
import { enterprises } from '../../db/tables/enterprise.ts';
import {
  accountOf,
  codeFor,
  goodPassword,
  lastMessage,
  personOf,
  registered,
  viewerOf,
} from './account.fixture.ts';
import { forgetExpired } from './account.jobs.ts';
import type { Challenge } from './human-check.ts';

const minuteMs = 60_000;
const mobile = '13800001234';
const stranger = '13911112222';

async function service(environment: Record<string, string> = {}): Promise<Harness> {
  const h = await createHarness({ TRUST_PROXY: '1', ...environment });
  await h.given.platformDocuments();
  return h;
}

/** A number nobody asked anything for, each time another. */
const numberAt = (i: number) => `137${String(10_000_000 + i)}`;

describe('a code by SMS', () => {
  test('is announced by the masked number and stands in the message only', async () => {
    const h = await service();
    const { result, status } = await accountOf(h)('requestSmsCode', {
      mobile,
      purpose: 'REGISTER',
      captcha: 'sandbox',
    });
    expect(status).toBe(200);
    expect(result).toEqual({
      __typename: 'SmsCodeRequest',
      mobile: '138****1234',
      resendAfterSeconds: 60,
      expiresAt: '2026-11-24T10:05:00.000+08:00',
    });
    const message = await lastMessage(h, mobile);
    expect(message).toMatch(
      /^【本溪公共资源】您的验证码为 \d{6}，5 分钟内有效。请勿告诉他人。用于：注册账号。$/,
    );

    const code = /\d{6}/.exec(message)?.[0] ?? '';
    const [row] = await h.app.core.database.reader.select().from(smsCodes);
    expect(JSON.stringify(row)).not.toContain(code);
    expect(h.logged.join()).not.toContain(code);
  });

  test('leaves no trace of itself once it is sent', async () => {
    const h = await service();
    const code = await codeFor(h, mobile, 'REGISTER');
    await h.app.worker.workOff();
    expect(await lastMessage(h, mobile)).toBe('');
    expect(await h.content()).not.toContain(code);
    const caught = (await (await h.fetch(null, `/sandbox/sms.json?mobile=${mobile}`)).json()) as {
      code: string;
    }[];
    expect(caught.map((message) => message.code)).toEqual([code]);
  });

  test('is refused for a minute after the last one, however the number is written', async () => {
    const h = await service();
    await codeFor(h, mobile, 'REGISTER');
    h.pass(20_000);
    const before = await h.content();
    for (const written of [
      mobile,
      `+86 ${mobile}`,
      `0086${mobile}`,
      '138 0000 1234',
      '１３８００００１２３４',
    ]) {
      const { result } = await accountOf(h)('requestSmsCode', {
        mobile: written,
        purpose: 'SIGN_IN',
        captcha: 'sandbox',
      });
      expect(result).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 40 });
    }
    expect(await h.content()).toBe(before);
    h.pass(40_000);
    await codeFor(h, mobile, 'SIGN_IN');
  });

  test('goes out five times an hour and ten times a day to one number', async () => {
    const h = await service();
    const sent: string[] = [];
    for (let hour = 0; hour < 3; hour += 1) {
      for (let i = 0; i < 6; i += 1) {
        const { result } = await accountOf(
          h,
          null,
          `198.51.${hour}.${i}`,
        )('requestSmsCode', {
          mobile,
          purpose: 'SIGN_IN',
          captcha: 'sandbox',
        });
        sent.push(result.__typename);
        h.pass(minuteMs);
      }
      h.pass(55 * minuteMs);
    }
    expect(sent.filter((name) => name === 'SmsCodeRequest')).toHaveLength(10);
    expect(sent.slice(0, 6)).toEqual([...Array(5).fill('SmsCodeRequest'), 'RateLimited']);
    expect(sent.slice(12)).toEqual(Array(6).fill('RateLimited'));
  });

  test('goes out twenty times an hour to one address, and to others still', async () => {
    const h = await service();
    const from = async (address: string, i: number) =>
      (
        await accountOf(
          h,
          null,
          address,
        )('requestSmsCode', { mobile: numberAt(i), purpose: 'REGISTER', captcha: 'sandbox' })
      ).result;
    for (let i = 0; i < 20; i += 1)
      expect(await from('203.0.113.7', i)).toMatchObject({ __typename: 'SmsCodeRequest' });
    expect(await from('203.0.113.7', 20)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3600 });
    expect(await from('203.0.113.8', 21)).toMatchObject({ __typename: 'SmsCodeRequest' });
  });

  test('goes out a hundred times an hour to one network', async () => {
    const h = await service();
    const from = async (i: number) =>
      (
        await accountOf(
          h,
          null,
          `203.0.113.${i}`,
        )('requestSmsCode', { mobile: numberAt(i), purpose: 'REGISTER', captcha: 'sandbox' })
      ).result.__typename;
    for (let i = 0; i < 100; i += 1) expect(await from(i)).toBe('SmsCodeRequest');
    expect(await from(100)).toBe('RateLimited');
  });

  test('of 400 requests at once from 400 networks, the platform sends 300 and raises one alarm', async () => {
    const h = await service();
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        accountOf(
          h,
          null,
          `10.${i % 250}.${Math.floor(i / 250)}.1`,
        )('requestSmsCode', {
          mobile: numberAt(i),
          purpose: 'REGISTER',
          captcha: 'sandbox',
        }),
      ),
    );
    const sent = answers.filter(({ result }) => result.__typename === 'SmsCodeRequest');
    expect(sent).toHaveLength(300);
    expect((await h.rows()).outbox).toBe(300);
    expect((await h.events()).filter((event) => event.includes('SMS_BUDGET_SPENT'))).toHaveLength(1);
    expect(h.logged.filter((line) => line.includes('budget'))).toHaveLength(1);
  });

  test('is asked for in the same words whether the number is registered or not', async () => {
    const h = await service();
    await registered(h, mobile);
    h.pass(2 * minuteMs);
    for (const purpose of ['REGISTER', 'SIGN_IN', 'RESET_PASSWORD']) {
      const known = await accountOf(h)('requestSmsCode', { mobile, purpose, captcha: 'sandbox' });
      const unknown = await accountOf(h)('requestSmsCode', {
        mobile: '13800009234',
        purpose,
        captcha: 'sandbox',
      });
      expect({ ...unknown.result, mobile: '' }).toEqual({ ...known.result, mobile: '' });
      expect([...unknown.headers.keys()]).toEqual([...known.headers.keys()]);
      expect(await lastMessage(h, mobile)).toHaveLength((await lastMessage(h, '13800009234')).length);
      h.pass(2 * minuteMs);
    }
  });

  test('is for one number and one purpose, and ends when a newer one is sent', async () => {
    const h = await service();
    await registered(h, mobile);
    h.pass(minuteMs);
    const forReset = await codeFor(h, mobile, 'RESET_PASSWORD');
    const signIn = (smsCode: string, number = mobile) => accountOf(h)('signIn', { mobile: number, smsCode });
    expect((await signIn(forReset)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
    expect((await signIn(forReset, stranger)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });

    h.pass(minuteMs);
    const first = await codeFor(h, mobile, 'SIGN_IN');
    h.pass(minuteMs);
    const second = await codeFor(h, mobile, 'SIGN_IN');
    if (first !== second) expect((await signIn(first)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
    expect((await signIn(second)).result).toMatchObject({ __typename: 'Session' });
  });
});

/** What a browser finds out by trying. */
function numberOf({ challenge, salt }: Challenge): number {
  for (let number = 0; ; number += 1) {
    if (createHash('sha256').update(`${salt}${number}`).digest('hex') === challenge) return number;
  }
}

describe('the human check', () => {
  const solvedBy = async (h: Harness, change: Record<string, unknown> = {}) => {
    const challenge = (await (await h.fetch(null, '/captcha')).json()) as Challenge;
    const { algorithm, salt, signature } = challenge;
    const solution = {
      algorithm,
      challenge: challenge.challenge,
      number: numberOf(challenge),
      salt,
      signature,
      ...change,
    };
    return btoa(JSON.stringify(solution));
  };
  const ask = async (h: Harness, captcha: string, i = 0) =>
    (await accountOf(h)('requestSmsCode', { mobile: numberAt(i), purpose: 'REGISTER', captcha })).result;

  test('is passed once by a solved challenge', async () => {
    const h = await service();
    const captcha = await solvedBy(h);
    expect(await ask(h, captcha)).toMatchObject({ __typename: 'SmsCodeRequest' });
    const before = await h.content();
    expect(await ask(h, captcha, 1)).toMatchObject({ code: 'CAPTCHA_FAILED' });
    expect(await h.content()).toBe(before);
  });

  test('of a hundred uses of one solution at once, one passes', async () => {
    const h = await service();
    const captcha = await solvedBy(h);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(h, captcha, i)));
    expect(answers.filter((result) => result.__typename === 'SmsCodeRequest')).toHaveLength(1);
    expect((await h.rows()).sms_codes).toBe(1);
  });

  test('uses a solution up even where a limit then refuses the message', async () => {
    const h = await service();
    await codeFor(h, numberAt(0), 'REGISTER');
    const captcha = await solvedBy(h);
    expect(await ask(h, captcha)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await ask(h, captcha, 1)).toMatchObject({ code: 'CAPTCHA_FAILED' });
  });

  test('is not passed by what is no solution, of another challenge, of another key, or too old', async () => {
    const h = await service();
    const old = await solvedBy(h);
    h.pass(10 * minuteMs);
    const other = JSON.parse(atob(await solvedBy(h))) as Record<string, unknown>;
    const none = [
      '',
      'null',
      '{}',
      btoa('null'),
      btoa('{"algorithm":"MD5"}'),
      'x'.repeat(2000),
      old,
      await solvedBy(h, { number: 1e9 }),
      await solvedBy(h, { salt: `${String(other.salt)}0` }),
      await solvedBy(h, { challenge: other.challenge }),
      await solvedBy(h, { signature: other.signature }),
      await solvedBy(h, { algorithm: 'SHA-1' }),
      await solvedBy(h, { salt: String(other.salt).replace(/expires=\d+/, 'expires=99999999999') }),
    ];
    const before = await h.content();
    for (const captcha of none)
      expect(await ask(h, captcha)).toMatchObject({ code: 'CAPTCHA_FAILED', retryable: false });
    expect(await h.content()).toBe(before);
  });
});

describe('registering', () => {
  test('makes a bidder, signs them in and says what comes next', async () => {
    const h = await service();
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const { result, headers } = await accountOf(h)('register', {
      mobile: '+86 138 0000 1234',
      smsCode,
      password: goodPassword,
      agreementVersion: '1',
    });
    expect(result).toEqual({
      __typename: 'Session',
      expiresAt: '2026-11-24T10:30:00.000+08:00',
      viewer: {
        kind: 'USER',
        readiness: 'CERTIFICATION_NEEDED',
        user: { id: expect.stringMatching(/^usr_/), mobile: '138****1234', role: 'BIDDER' },
      },
    });
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-session=\w{52}; HttpOnly; Secure; SameSite=Lax; Path=\/$|^__Host-session=\w{52};/,
    );
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/Secure/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(await viewerOf(h, personOf(result, headers))).toMatchObject({
      user: { id: result.viewer.user.id },
    });
    expect((await h.events()).slice(-1)).toEqual(['ANONYMOUS user REGISTERED: · -> ·']);
    const [row] = await h.app.core.database.reader.select().from(users);
    expect(row).toMatchObject({ mobile, agreementVersion: '1', role: 'BIDDER' });
    expect(await h.content()).not.toContain(goodPassword);
  });

  test('a code that a hundred bring at once opens one account', async () => {
    const h = await service();
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        accountOf(h)('register', { mobile, smsCode, password: goodPassword, agreementVersion: '1' }),
      ),
    );
    expect(answers.filter(({ result }) => result.__typename === 'Session')).toHaveLength(1);
    expect(await h.rows()).toMatchObject({ users: 1, sessions: 1 });
  });

  test('five wrong codes kill the right one, and count although nothing else is written', async () => {
    const h = await service();
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const wrong = smsCode === '000000' ? '000001' : '000000';
    const tries = () =>
      accountOf(h)('register', { mobile, smsCode: wrong, password: goodPassword, agreementVersion: '1' });
    const before = await h.content(['sms_codes']);
    for (let i = 1; i <= 5; i += 1) {
      expect((await tries()).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
      const [row] = await h.app.core.database.reader.select().from(smsCodes);
      expect(row).toMatchObject({ tries: i, usedAt: null });
    }
    const { result } = await accountOf(h)('register', {
      mobile,
      smsCode,
      password: goodPassword,
      agreementVersion: '1',
    });
    expect(result).toMatchObject({ code: 'SMS_CODE_EXPIRED' });
    expect(await h.content(['sms_codes'])).toBe(before);
  });

  test('of a thousand guesses at once, five are looked at', async () => {
    const h = await service();
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const guesses = Array.from({ length: 1000 }, (_, i) => String(i).padStart(6, '0')).filter(
      (guess) => guess !== smsCode,
    );
    const answers = await Promise.all(
      guesses.map((guess) =>
        accountOf(h)('register', { mobile, smsCode: guess, password: goodPassword, agreementVersion: '1' }),
      ),
    );
    expect(answers.filter(({ result }) => result.code === 'SMS_CODE_WRONG')).toHaveLength(5);
    expect(answers.filter(({ result }) => result.code === 'SMS_CODE_EXPIRED')).toHaveLength(
      guesses.length - 5,
    );
  });

  test('a code is good until five minutes after it was sent, and not at that instant', async () => {
    const h = await service();
    const codes = [await codeFor(h, mobile, 'REGISTER'), await codeFor(h, stranger, 'REGISTER')];
    h.pass(5 * minuteMs - 1);
    const registering = (number: string, smsCode = '') =>
      accountOf(h)('register', { mobile: number, smsCode, password: goodPassword, agreementVersion: '1' });
    expect((await registering(mobile, codes[0])).result).toMatchObject({ __typename: 'Session' });
    h.pass(1);
    const before = await h.content();
    expect((await registering(stranger, codes[1])).result).toMatchObject({ code: 'SMS_CODE_EXPIRED' });
    expect(await h.content()).toBe(before);
  });

  test('that a number is taken is told only to who holds it', async () => {
    const h = await service();
    await registered(h, mobile);
    h.pass(minuteMs);
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const wrong = smsCode === '000000' ? '000001' : '000000';
    const registering = (code: string) =>
      accountOf(h)('register', { mobile, smsCode: code, password: 'another phrase', agreementVersion: '1' });
    const before = await h.content(['sms_codes']);
    expect((await registering(wrong)).result).toMatchObject({ code: 'SMS_CODE_WRONG' });
    expect((await registering(smsCode)).result).toMatchObject({ code: 'MOBILE_TAKEN' });
    expect(await h.content(['sms_codes'])).toBe(before);
  });

  test.each([
    ['an old agreement', { agreementVersion: '0' }, 'agreementVersion'],
    ['a password everybody tries', { password: '12345678' }, 'password'],
    ['a password of seven characters', { password: '1a2b3c4' }, 'password'],
    ['the number as password', { password: mobile }, 'password'],
    ['a wrong number', { mobile: '12345678901' }, 'mobile'],
    ['no code', { smsCode: ' ' }, 'smsCode'],
  ])('with %s is refused and costs no try', async (_name, change, path) => {
    const h = await service();
    const smsCode = await codeFor(h, mobile, 'REGISTER');
    const before = await h.content();
    const { result } = await accountOf(h)('register', {
      mobile,
      smsCode,
      password: goodPassword,
      agreementVersion: '1',
      ...change,
    });
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('takes no field that is not asked for', async () => {
    const h = await service();
    const before = await h.content();
    const { errors } = await accountOf(h)('register', {
      mobile,
      smsCode: '1',
      password: goodPassword,
      agreementVersion: '1',
      role: 'OPERATOR',
    });
    expect(errors?.[0].message).toMatch(/"role" is not defined/);
    expect(await h.content()).toBe(before);
  });
});

describe('signing in', () => {
  test('with the password begins a new session, and the one before it is dead', async () => {
    const h = await service();
    const before = await registered(h, mobile);
    const { result, headers } = await accountOf(h, before)('signIn', { mobile, password: goodPassword });
    const after = personOf(result, headers);
    expect(after.headers.cookie).not.toBe(before.headers.cookie);
    expect(await viewerOf(h, before)).toBeNull();
    expect(await viewerOf(h, after)).toMatchObject({ user: { id: before.id } });
    expect((await h.events()).slice(-1)).toEqual(['BIDDER user SIGNED_IN: · -> ·']);
  });

  test('never with a session that somebody made up', async () => {
    const h = await service();
    await registered(h, mobile);
    for (const cookie of ['', 'x', 'a'.repeat(52), 'a'.repeat(8000)]) {
      const made = { ...(await h.given.newcomer()), headers: { cookie: `__Host-session=${cookie}` } };
      expect(await viewerOf(h, made)).toBeNull();
    }
  });

  test('gives one answer for a wrong password, an unknown number, a suspended user and a suspended enterprise', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const suspended = await registered(h, stranger);
    const operator = await h.given.operator();
    await accountOf(h, operator)('suspendUser', { id: suspended.id });
    const colleague = await registered(h, numberAt(1));
    const enterpriseId = await h.given.enterprise();
    await h.system(async ({ db, now }) => {
      await db.update(users).set({ enterpriseId }).where(eq(users.id, colleague.id));
      await db.update(enterprises).set({ suspendedAt: now }).where(eq(enterprises.id, enterpriseId));
    });

    const before = await h.content(['sign_in_attempts']);
    const answers = [
      await accountOf(h)('signIn', { mobile, password: 'not the password' }),
      await accountOf(h)('signIn', { mobile: numberAt(9), password: goodPassword }),
      await accountOf(h)('signIn', { mobile: stranger, password: goodPassword }),
      await accountOf(h)('signIn', { mobile: numberAt(1), password: goodPassword }),
    ];
    for (const { result, headers, status } of answers) {
      expect(status).toBe(200);
      expect(result).toEqual({
        __typename: 'CredentialsWrong',
        code: 'CREDENTIALS_WRONG',
        message: '手机号或密码不正确。',
        retryable: false,
      });
      expect(headers.getSetCookie()).toEqual([]);
    }
    expect(await h.content(['sign_in_attempts'])).toBe(before);
    expect((await h.rows()).sign_in_attempts).toBe(4);
    expect(await viewerOf(h, user)).not.toBeNull();
  });

  test('is locked after five failures, for the right password too, until the window ends', async () => {
    const h = await service();
    await registered(h, mobile);
    const signIn = async (password: string) =>
      (await accountOf(h)('signIn', { mobile, password, captcha: 'sandbox' })).result;
    for (let i = 0; i < 5; i += 1)
      expect(await signIn('wrong password')).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const before = await h.content();
    const locked = await signIn('wrong password');
    expect(locked).toMatchObject({ code: 'ACCOUNT_LOCKED', retryable: true });
    expect(await signIn(goodPassword)).toEqual(locked);
    expect(await h.content()).toBe(before);

    h.pass(15 * minuteMs - 1);
    expect(await signIn(goodPassword)).toEqual(locked);
    h.pass(1);
    expect(await signIn(goodPassword)).toMatchObject({ __typename: 'Session' });
  });

  test('locks an unknown number like a known one', async () => {
    const h = await service();
    for (let i = 0; i < 5; i += 1)
      await accountOf(h)('signIn', { mobile: stranger, password: 'wrong password', captcha: 'sandbox' });
    expect((await accountOf(h)('signIn', { mobile: stranger, password: 'wrong password' })).result.code).toBe(
      'ACCOUNT_LOCKED',
    );
  });

  test('of a thousand wrong passwords at once, five cost a hash', async () => {
    const h = await service();
    await registered(h, mobile);
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        accountOf(
          h,
          null,
          `10.0.${i % 200}.${i % 250}`,
        )('signIn', { mobile, password: `wrong password ${i}`, captcha: 'sandbox' }),
      ),
    );
    const codes = Map.groupBy(answers, ({ result }) => result.code);
    expect(codes.get('CREDENTIALS_WRONG')).toHaveLength(5);
    expect(codes.get('ACCOUNT_LOCKED')).toHaveLength(995);
    expect((await h.rows()).sign_in_attempts).toBe(5);
  });

  test('forgets the failures once the owner is in', async () => {
    const h = await service();
    await registered(h, mobile);
    const signIn = async (password: string) =>
      (await accountOf(h)('signIn', { mobile, password, captcha: 'sandbox' })).result.__typename;
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 4; i += 1) expect(await signIn('wrong password')).toBe('CredentialsWrong');
      expect(await signIn(goodPassword)).toBe('Session');
    }
  });

  test('is slowed down for one address, whatever the numbers', async () => {
    const h = await service();
    const attempt = async (i: number) =>
      (await accountOf(h)('signIn', { mobile: numberAt(i), password: 'some password' })).result;
    for (let i = 0; i < 20; i += 1) expect(await attempt(i)).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const before = await h.content();
    expect(await attempt(20)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 60 });
    expect(await h.content()).toBe(before);
    h.pass(minuteMs);
    expect(await attempt(21)).toMatchObject({ code: 'CREDENTIALS_WRONG' });
  });

  test('with a code works while a stranger keeps the password locked', async () => {
    const h = await service();
    await registered(h, mobile);
    for (let i = 0; i < 6; i += 1) await accountOf(h)('signIn', { mobile, password: 'wrong password' });
    h.pass(minuteMs);
    const smsCode = await codeFor(h, mobile, 'SIGN_IN');
    expect((await accountOf(h)('signIn', { mobile, smsCode })).result).toMatchObject({
      __typename: 'Session',
    });
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result).toMatchObject({
      __typename: 'Session',
    });
  });

  test('with the right code of an unknown number tells its holder no more than wrong credentials', async () => {
    const h = await service();
    const smsCode = await codeFor(h, stranger, 'SIGN_IN');
    const { result } = await accountOf(h)('signIn', { mobile: stranger, smsCode });
    expect(result).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    expect(await h.rows()).toMatchObject({ users: 0, sessions: 0 });
  });

  test.each([
    ['neither password nor code', {}],
    ['both', { password: goodPassword, smsCode: '123456' }],
  ])('with %s is refused', async (_name, input) => {
    const h = await service();
    const before = await h.content();
    const { result } = await accountOf(h)('signIn', { mobile, ...input });
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'password' }] });
    expect(await h.content()).toBe(before);
  });

  test('makes an outdated hash anew', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const old = (await hashPassword(goodPassword)).replace('m=19456,t=2', 'm=19456,t=1');
    await h.system(({ db }) => db.update(users).set({ passwordHash: old }).where(eq(users.id, user.id)));
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result.code).toBe(
      'CREDENTIALS_WRONG',
    );

    const { argon2Sync } = await import('node:crypto');
    const nonce = Buffer.alloc(16, 1);
    const tag = argon2Sync('argon2id', {
      message: Buffer.from(goodPassword),
      nonce,
      parallelism: 1,
      tagLength: 32,
      memory: 19_456,
      passes: 1,
    });
    const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const cheap = `$argon2id$v=19$m=19456,t=1,p=1$${plain(nonce)}$${plain(tag)}`;
    await h.system(({ db }) => db.update(users).set({ passwordHash: cheap }).where(eq(users.id, user.id)));
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result).toMatchObject({
      __typename: 'Session',
    });
    const [row] = await h.app.core.database.reader.select().from(users).where(eq(users.id, user.id));
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,/);
  });
});

describe('signing out', () => {
  test('ends the session with the next request', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    const { result, headers } = await accountOf(h, user)('signOut', {});
    expect(result).toEqual({ __typename: 'Done', ok: true });
    expect(headers.getSetCookie().at(-1)).toMatch(/^__Host-session=;.*Max-Age=0/);
    expect(await viewerOf(h, user)).toBeNull();
    expect((await h.events()).slice(-1)).toEqual(['BIDDER user SIGNED_OUT: · -> ·']);
  });

  test('leaves the other sessions, unless all are to end', async () => {
    const h = await service();
    const phone = await registered(h, mobile);
    const signedIn = async () => {
      const { result, headers } = await accountOf(h)('signIn', { mobile, password: goodPassword });
      return personOf(result, headers);
    };
    const [desk, home] = [await signedIn(), await signedIn()];
    await accountOf(h, phone)('signOut', {});
    expect(await viewerOf(h, desk)).not.toBeNull();
    await accountOf(h, desk)('signOut', { everywhere: true });
    expect(await viewerOf(h, home)).toBeNull();
    expect((await h.rows()).sessions).toBe(0);
  });

  test('changes nothing for a stranger', async () => {
    const h = await service();
    const before = await h.content();
    expect((await accountOf(h)('signOut', { everywhere: true })).result).toEqual({
      __typename: 'Done',
      ok: true,
    });
    expect(await h.content()).toBe(before);
  });
});

describe('resetting the password', () => {
  test('ends all sessions, lifts the lock and makes the new password the only one', async () => {
    const h = await service();
    const user = await registered(h, mobile);
    for (let i = 0; i < 6; i += 1) await accountOf(h)('signIn', { mobile, password: 'wrong password' });
    h.pass(minuteMs);
    const smsCode = await codeFor(h, mobile, 'RESET_PASSWORD');
    const { result } = await accountOf(h)('resetPassword', {
      mobile,
      smsCode,
      newPassword: 'a new phrase 7',
    });
    expect(result).toEqual({ __typename: 'Done', ok: true });
    expect(await viewerOf(h, user)).toBeNull();
    expect((await accountOf(h)('signIn', { mobile, password: goodPassword })).result.code).toBe(
      'CREDENTIALS_WRONG',
    );
    expect((await accountOf(h)('signIn', { mobile, password: 'a new phrase 7' })).result.__typename).toBe(
      'Session',
    );
    expect(await h.events()).toContain('ANONYMOUS user PASSWORD_RESET: · -> ·');
  });

  test('answers for an unknown number as for a known one, and writes nothing of it', async () => {
    const h = await service();
    const smsCode = await codeFor(h, stranger, 'RESET_PASSWORD');
    const before = await h.content(['sms_codes']);
    const { result } = await accountOf(h)('resetPassword', {
      mobile: stranger,
      smsCode,
      newPassword: 'a new phrase 7',
    });
    expect(result).toEqual({ __typename: 'Done', ok: true });
    expect(await h.content(['sms_codes'])).toBe(before);
    const again = await accountOf(h)('resetPassword', {
      mobile: stranger,
      smsCode,
      newPassword: 'a new phrase 7',
    });
    expect(again.result).toMatchObject({ code: 'SMS_CODE_EXPIRED' });
  });

  test('refuses a password everybody tries, and a wrong code', async () => {
    const h = await service();
    await registered(h, mobile);
    h.pass(minuteMs);
    const smsCode = await codeFor(h, mobile, 'RESET_PASSWORD');
    const before = await h.content(['sms_codes']);
    const reset = async (input: object) =>
      (await accountOf(h)('resetPassword', { mobile, smsCode, ...input })).result;
    expect(await reset({ newPassword: 'password123' })).toMatchObject({ issues: [{ path: 'newPassword' }] });
    const wrong = smsCode === '000000' ? '000001' : '000000';
    expect(await reset({ newPassword: 'a new phrase 7', smsCode: wrong })).toMatchObject({
      code: 'SMS_CODE_WRONG',
    });
    expect(await h.content(['sms_codes'])).toBe(before);
  });
});

describe('staff', () => {
  const staff = { mobile: '13700000001', name: ' 王核保 ', role: 'UNDERWRITER', password: goodPassword };

  test('are created by an operator and sign in with their password', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const insurer = await h.given.insurer();
    const { result } = await accountOf(h, operator)('createStaffUser', { ...staff, insurerId: insurer.id });
    expect(result).toEqual({
      __typename: 'User',
      id: expect.stringMatching(/^usr_/),
      mobile: '137****0001',
      role: 'UNDERWRITER',
      name: '王核保',
      suspendedAt: null,
    });
    expect((await h.events()).slice(-1)).toEqual(['OPERATOR user CREATED: · -> ·']);
    const signedIn = await accountOf(h)('signIn', { mobile: staff.mobile, password: goodPassword });
    expect(signedIn.result).toMatchObject({
      viewer: { user: { role: 'UNDERWRITER' } },
      expiresAt: '2026-11-24T10:15:00.000+08:00',
    });
    // A bidder may come by a link of another site, whoever decides and pays may not.
    expect(signedIn.headers.get('set-cookie')).toMatch(/^__Host-session=\w{52};[^,]*SameSite=Strict/);
  });

  test.each([
    ['a bidder', { role: 'BIDDER' }, 'role'],
    ['an underwriter without an insurer', {}, 'insurerId'],
    ['an underwriter of an insurer that is none', { insurerId: `ins_${'a'.repeat(26)}` }, 'insurerId'],
    ['an operator of an insurer', { role: 'OPERATOR', insurerId: `ins_${'a'.repeat(26)}` }, 'insurerId'],
    ['a person without a name', { name: ' ' }, 'name'],
    ['a name of two lines', { name: '王\n核保' }, 'name'],
    ['a common password', { password: 'password' }, 'password'],
  ])('%s is refused', async (_name, change, path) => {
    const h = await service();
    const operator = await h.given.operator();
    const before = await h.content();
    const { result } = await accountOf(h, operator)('createStaffUser', { ...staff, ...change });
    expect(result).toMatchObject({ code: 'INVALID_INPUT', issues: [{ path }] });
    expect(await h.content()).toBe(before);
  });

  test('have a number of their own', async () => {
    const h = await service();
    const operator = await h.given.operator();
    await accountOf(h, operator)('createStaffUser', { ...staff, role: 'REGULATOR' });
    const before = await h.content();
    const { result } = await accountOf(h, operator)('createStaffUser', { ...staff, role: 'OPERATOR' });
    expect(result).toMatchObject({ code: 'MOBILE_TAKEN' });
    expect(await h.content()).toBe(before);
  });

  test('that a hundred requests under one key create are one', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const query =
      'mutation($input: CreateStaffUserInput!) { createStaffUser(input: $input) { ... on User { id } ... on Error { code } } }';
    const input = { ...staff, role: 'REGULATOR' };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => h.as(operator)(query, { input }, { 'idempotency-key': 'once' })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer.data))).size).toBe(1);
    expect((await h.rows()).users).toBe(2);
  });

  test('who are suspended are out with their next request', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const regulator = await h.given.regulator();
    expect(await viewerOf(h, regulator)).not.toBeNull();
    const { result } = await accountOf(h, operator)('suspendUser', { id: regulator.id });
    expect(result).toEqual({
      __typename: 'User',
      id: regulator.id,
      suspendedAt: '2026-11-24T10:00:00.000+08:00',
    });
    expect(await viewerOf(h, regulator)).toBeNull();
    expect((await h.events()).slice(-1)).toEqual(['OPERATOR user SUSPENDED: · -> ·']);

    const before = await h.content();
    expect((await accountOf(h, operator)('suspendUser', { id: regulator.id })).result).toEqual(result);
    expect((await accountOf(h, operator)('suspendUser', { id: operator.id })).result).toMatchObject({
      issues: [{ path: 'id' }],
    });
    expect(
      (await accountOf(h, operator)('suspendUser', { id: `usr_${'a'.repeat(26)}` })).result,
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
  });

  test('who are reinstated sign in again, and are listed with the others', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const made = await accountOf(h, operator)('createStaffUser', { ...staff, role: 'REGULATOR' });
    const { id } = made.result;
    await accountOf(h, operator)('suspendUser', { id });
    const signIn = async () =>
      (await accountOf(h)('signIn', { mobile: staff.mobile, password: goodPassword })).result;
    expect(await signIn()).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const reinstated = { __typename: 'User', id, suspendedAt: null };
    expect((await accountOf(h, operator)('reinstateUser', { id })).result).toEqual(reinstated);
    expect((await h.events()).at(-1)).toBe('OPERATOR user REINSTATED: · -> ·');
    const before = await h.content();
    expect((await accountOf(h, operator)('reinstateUser', { id })).result).toEqual(reinstated);
    expect(
      (await accountOf(h, operator)('reinstateUser', { id: `usr_${'a'.repeat(26)}` })).result,
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
    expect(await signIn()).toMatchObject({ __typename: 'Session' });

    await h.given.bidder();
    const listed = async (filter: object) =>
      (
        await h.as(operator)(
          'query($filter: StaffUserFilter) { staffUsers(filter: $filter) { totalCount nodes { id role secondFactorEnabledAt } } }',
          { filter },
        )
      ).data.staffUsers;
    expect(await listed({})).toMatchObject({ totalCount: 2 });
    expect(await listed({ roles: ['REGULATOR'] })).toEqual({
      totalCount: 1,
      nodes: [{ id, role: 'REGULATOR', secondFactorEnabledAt: null }],
    });
  });

  test('are nobody else’s affair: others are refused, and see a user like none', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const bidder = await h.given.bidder();
    const others = [
      bidder,
      await h.given.regulator(),
      await h.given.underwriter((await h.given.insurer()).id),
    ];
    const before = await h.content();
    for (const who of others) {
      for (const [name, input] of [
        ['createStaffUser', staff],
        ['suspendUser', { id: bidder.id }],
        ['reinstateUser', { id: bidder.id }],
        ['createApiClient', { name: 'x', scopes: ['policies:read'] }],
        ['rotateApiClientSecret', { id: 'x' }],
        ['revokeApiClient', { id: 'x' }],
      ] as const) {
        expect((await accountOf(h, who)(name, input)).errors?.[0].extensions.code).toBe('FORBIDDEN');
      }
      expect((await h.as(who)('{ apiClients { id } }')).errors?.[0].extensions.code).toBe('FORBIDDEN');
      expect((await h.as(who)('{ staffUsers { totalCount } }')).errors?.[0].extensions.code).toBe(
        'FORBIDDEN',
      );
      expect((await h.as(who)(`{ node(id: "${operator.id}") { id } }`)).data).toEqual({ node: null });
    }
    expect((await accountOf(h)('suspendUser', { id: bidder.id })).errors?.[0].extensions.code).toBe(
      'UNAUTHENTICATED',
    );
    expect(await h.content()).toBe(before);
    expect((await h.as(operator)(`{ node(id: "${bidder.id}") { id __typename } }`)).data.node).toEqual({
      id: bidder.id,
      __typename: 'User',
    });
  });
});

describe('an API client', () => {
  const asKey = (secret: string) => ({
    kind: 'API_CLIENT' as const,
    id: '',
    enterpriseId: null,
    insurerId: null,
    headers: { authorization: `Bearer ${secret}` },
  });

  test('is created with a secret that is shown once, and recognised by it', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const { result } = await accountOf(h, operator)('createApiClient', {
      name: '交易中心系统',
      scopes: ['deposits:read', 'sections:write'],
    });
    expect(result).toMatchObject({
      apiClient: { name: '交易中心系统', scopes: ['sections:write', 'deposits:read'], revokedAt: null },
    });
    expect(result.secret).toMatch(/^bxk_[a-z2-7]{26}_[a-z2-7]{52}$/);
    expect(await h.content()).not.toContain(result.secret.slice(-52));
    expect(await viewerOf(h, asKey(result.secret))).toEqual({
      kind: 'API_CLIENT',
      readiness: null,
      user: null,
      apiClient: { id: result.apiClient.id, name: '交易中心系统' },
    });
    const { data } = await h.as(operator)('{ apiClients { id name } }');
    expect(data.apiClients).toEqual([{ id: result.apiClient.id, name: '交易中心系统' }]);
    expect((await h.events()).slice(-1)).toEqual(['OPERATOR apiClient CREATED: · -> ·']);
  });

  test.each([
    ['an unknown scope', { name: 'x', scopes: ['sections:write', 'root'] }, 'scopes.1'],
    ['no scope', { name: 'x', scopes: [] }, 'scopes'],
    ['no name', { name: ' ', scopes: ['policies:read'] }, 'name'],
    ['an insurer that is none', { name: 'x', scopes: ['policies:read'], insurerId: 'ins_x' }, 'insurerId'],
  ])('with %s is refused', async (_name, input, path) => {
    const h = await service();
    const operator = await h.given.operator();
    const before = await h.content();
    expect((await accountOf(h, operator)('createApiClient', input)).result).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path }],
    });
    expect(await h.content()).toBe(before);
  });

  test('keeps its last secret while the next is brought in, and no third', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const { result: first } = await accountOf(h, operator)('createApiClient', {
      name: '保险公司系统',
      scopes: ['policies:read'],
    });
    const { id } = first.apiClient;
    const rotated = async () => {
      h.pass(1);
      return (await accountOf(h, operator)('rotateApiClientSecret', { id })).result.secret as string;
    };
    const second = await rotated();
    expect(await viewerOf(h, asKey(first.secret))).not.toBeNull();
    const third = await rotated();
    const status = async (secret: string) => (await h.as(asKey(secret))('{ viewer { kind } }')).status;
    expect([await status(first.secret), await status(second), await status(third)]).toEqual([401, 200, 200]);
  });

  test('that is revoked is out at once, for good', async () => {
    const h = await service();
    const operator = await h.given.operator();
    const { result: made } = await accountOf(h, operator)('createApiClient', {
      name: '银行',
      scopes: ['payments:write'],
    });
    const { id } = made.apiClient;
    const { result } = await accountOf(h, operator)('revokeApiClient', { id });
    expect(result).toMatchObject({ id, revokedAt: '2026-11-24T10:00:00.000+08:00' });
    expect((await h.as(asKey(made.secret))('{ viewer { kind } }')).status).toBe(401);
    const before = await h.content();
    expect((await accountOf(h, operator)('revokeApiClient', { id })).result).toEqual(result);
    expect((await accountOf(h, operator)('rotateApiClientSecret', { id })).result).toMatchObject({
      issues: [{ path: 'id' }],
    });
    expect(
      (await accountOf(h, operator)('revokeApiClient', { id: `api_${'a'.repeat(26)}` })).result,
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(await h.content()).toBe(before);
  });
});

test('what has served its time is forgotten, and nothing before', async () => {
  const h = await service();
  const { reader } = h.app.core.database;
  await registered(h, mobile);
  await accountOf(h)('signIn', { mobile, password: 'wrong password' });
  await h.system(({ db, now }) =>
    db.insert(usedChallenges).values({ challenge: 'a', expiresAt: now + minuteMs }),
  );
  const counts = async () => [
    await reader.$count(sessions),
    await reader.$count(usedChallenges),
    await reader.$count(signInAttempts),
    await reader.$count(smsCodes),
    await reader.$count(knownDevices),
  ];
  await forgetExpired(h.app.core);
  expect(await counts()).toEqual([1, 1, 1, 1, 1]);
  h.pass(30 * minuteMs);
  await forgetExpired(h.app.core);
  expect(await counts()).toEqual([0, 0, 1, 1, 1]);
  h.pass(7 * 24 * 60 * minuteMs);
  await forgetExpired(h.app.core);
  expect(await counts()).toEqual([0, 0, 0, 1, 1]);
  h.pass(30 * 24 * 60 * minuteMs);
  await forgetExpired(h.app.core);
  expect(await counts()).toEqual([0, 0, 0, 0, 1]);
  h.pass(150 * 24 * 60 * minuteMs);
  await forgetExpired(h.app.core);
  expect(await counts()).toEqual([0, 0, 0, 0, 0]);
  expect(await reader.all(sql`select mobile from users`)).toEqual([{ mobile }]);
});
