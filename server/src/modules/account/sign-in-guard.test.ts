import { count } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Person } from '../../../test/support/given.ts';
import { createHarness, type Harness } from '../../../test/support/harness.ts';
import { signInAttempts, smsCodes } from '../../db/tables/account.ts';
import { newId } from '../../kernel/id.ts';
import { limits } from '../../limits.ts';
import { accountOf, codeFor, goodPassword, personOf, registered } from './account.fixture.ts';

const minuteMs = 60_000;
const mobile = '13800001234';
const numberAt = (i: number) => `137${String(10_000_000 + i)}`;

async function service(): Promise<Harness> {
  const h = await createHarness({ TRUST_PROXY: '1' });
  await h.given.platformDocuments();
  return h;
}

interface From {
  readonly who?: Person | null;
  readonly address?: string;
  readonly captcha?: string;
}
const tryPassword =
  (h: Harness) =>
  async (password: string, { who = null, address, captcha = 'sandbox' }: From = {}) => {
    const { result } = await accountOf(h, who, address)('signIn', { mobile, password, captcha });
    return result.code ?? result.__typename;
  };

/** The browser without its session: as it comes back the next day. */
const deviceOf = (who: Person): Person => ({
  ...who,
  headers: { cookie: /__Host-device=\w+/.exec(who.headers.cookie ?? '')?.[0] ?? '' },
});

describe('a lock', () => {
  test('lasts twice as long each time, up to a day', async () => {
    const h = await service();
    await registered(h, mobile);
    const attempt = tryPassword(h);
    const lasted: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      for (let i = 0; i < 5; i += 1) expect(await attempt('wrong password')).toBe('CREDENTIALS_WRONG');
      let minutes = 0;
      while ((await attempt(goodPassword)) === 'ACCOUNT_LOCKED') {
        h.pass(15 * minuteMs - 1);
        expect(await attempt('wrong password')).toBe('ACCOUNT_LOCKED');
        h.pass(1);
        minutes += 15;
        // Only whether it is locked is asked; the password that is right would forget the failures.
        if (minutes === lockOf(round)) break;
      }
      lasted.push(minutes);
    }
    expect(lasted).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
  });

  const lockOf = (round: number) => Math.min(15 * 2 ** round, 1440);

  test('that strangers bring about does not shut out who comes from a known device', async () => {
    const h = await service();
    const owner = await registered(h, mobile);
    const attempt = tryPassword(h);
    for (let i = 0; i < 6; i += 1) await attempt('wrong password', { address: `198.51.100.${i}` });
    expect(await attempt(goodPassword)).toBe('ACCOUNT_LOCKED');
    expect(await attempt(goodPassword, { who: deviceOf(owner) })).toBe('Session');
  });

  test('holds for a known device by itself, and for its own person only', async () => {
    const h = await service();
    const owner = await registered(h, mobile);
    h.pass(minuteMs);
    const stranger = await registered(h, numberAt(1));
    const attempt = tryPassword(h);
    const who = deviceOf(owner);
    for (let i = 0; i < 5; i += 1) expect(await attempt('wrong password', { who })).toBe('CREDENTIALS_WRONG');
    expect(await attempt(goodPassword, { who })).toBe('ACCOUNT_LOCKED');
    // Somebody else's device, and one that somebody made up, are no devices of the owner.
    const madeUp = { ...owner, headers: { cookie: `__Host-device=${'a'.repeat(52)}` } };
    const answers: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      answers.push(await attempt('wrong password', { who: i % 2 ? madeUp : deviceOf(stranger) }));
    }
    expect(answers).toEqual([...Array(5).fill('CREDENTIALS_WRONG'), 'ACCOUNT_LOCKED']);
  });

  test('is still there after a restart', async () => {
    const h = await service();
    await registered(h, mobile);
    for (let i = 0; i < 5; i += 1) await tryPassword(h)('wrong password');
    const restarted = await createHarness({ TRUST_PROXY: '1' }, h);
    expect(await tryPassword(restarted)(goodPassword)).toBe('ACCOUNT_LOCKED');
  });
});

describe('a human check', () => {
  test('goes before the attempt after the third failure, and costs nothing before', async () => {
    const h = await service();
    await registered(h, mobile);
    const signIn = async (input: Record<string, unknown>) =>
      (await accountOf(h)('signIn', { mobile, ...input })).result;
    for (let i = 0; i < 3; i += 1)
      expect(await signIn({ password: 'wrong password' })).toMatchObject({ code: 'CREDENTIALS_WRONG' });
    const before = await h.content();
    expect(await signIn({ password: goodPassword })).toMatchObject({ code: 'CAPTCHA_NEEDED' });
    expect(await signIn({ password: goodPassword, captcha: 'made up' })).toMatchObject({
      code: 'CAPTCHA_FAILED',
    });
    expect(await h.content()).toBe(before);
    expect(await signIn({ password: goodPassword, captcha: 'sandbox' })).toMatchObject({
      __typename: 'Session',
    });
  });

  test('is asked for an unknown number like for a known one', async () => {
    const h = await service();
    const signIn = async () => (await accountOf(h)('signIn', { mobile, password: 'wrong password' })).result;
    for (let i = 0; i < 3; i += 1) await signIn();
    expect(await signIn()).toMatchObject({ code: 'CAPTCHA_NEEDED' });
  });
});

test('an address has two hundred attempts a day', async () => {
  const h = await service();
  const attempt = async (i: number) =>
    (await accountOf(h)('signIn', { mobile: numberAt(i), password: 'some password' })).result;
  // All but one of the day's, an hour ago.
  await h.system(({ db, now }) =>
    db.insert(signInAttempts).values(
      Array.from({ length: 199 }, (_, i) => ({
        id: newId('att'),
        mobile: numberAt(i),
        proof: 'PASSWORD' as const,
        address: '203.0.113.7',
        at: now - 60 * minuteMs,
        succeeded: i % 2 === 0,
      })),
    ),
  );
  expect(await attempt(300)).toMatchObject({ code: 'CREDENTIALS_WRONG' });
  const before = await h.content();
  expect(await attempt(301)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 23 * 3600 });
  expect(await h.content()).toBe(before);
  h.pass(23 * 60 * minuteMs);
  expect(await attempt(302)).toMatchObject({ code: 'CREDENTIALS_WRONG' });
});

test('fifty attempts within a second raise the alarm once', async () => {
  const h = await service();
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      accountOf(h, null, `10.${i}.0.1`)('signIn', { mobile: numberAt(i), password: 'some password' }),
    ),
  );
  expect(h.logged.filter((line) => line.includes('passwords are being guessed'))).toHaveLength(1);
});

test('codes by SMS stop at the budget of a day, whoever asks, and the staff are told', async () => {
  const h = await service();
  const { max } = limits.smsPerPlatform[1];
  // All but one of the day's, spread over twenty hours, each to another number from another network.
  await h.system(async ({ db, now }) => {
    for (let hour = 1; hour <= 20; hour += 1) {
      const n = hour === 20 ? max / 20 - 1 : max / 20;
      await db.insert(smsCodes).values(
        Array.from({ length: n }, (_, i) => ({
          id: newId('sms'),
          mobile: numberAt(hour * 1000 + i),
          purpose: 'REGISTER' as const,
          codeHmac: 'x',
          address: `10.${hour}.${i}.1`,
          network: `10.${hour}.${i}.0/24`,
          createdAt: now - hour * 60 * minuteMs,
          expiresAt: now - hour * 60 * minuteMs,
        })),
      );
    }
  });
  const ask = async (i: number) =>
    (
      await accountOf(
        h,
        null,
        `11.0.${i}.1`,
      )('requestSmsCode', { mobile: numberAt(i), purpose: 'REGISTER', captcha: 'sandbox' })
    ).result;
  expect(await ask(1)).toMatchObject({ __typename: 'SmsCodeRequest' });
  expect(await h.events()).toContain('ANONYMOUS platform SMS_BUDGET_SPENT: · -> ·');
  const before = await h.content();
  expect(await ask(2)).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 4 * 3600 });
  expect(await h.content()).toBe(before);
  h.pass(4 * 60 * minuteMs);
  expect(await ask(3)).toMatchObject({ __typename: 'SmsCodeRequest' });
});

test('of ten thousand requests within an hour, from five hundred addresses for two hundred numbers, no more are sent than may be', async () => {
  const h = await service();
  const addressOf = (i: number) => `10.${i % 5}.${i % 10}.${(i % 500) >> 1}`;
  const answers = new Map<string, number>();
  for (let i = 0; i < 10_000; i += 1) {
    h.pass(359);
    const { result } = await accountOf(
      h,
      null,
      addressOf(i),
    )('requestSmsCode', {
      mobile: numberAt((i * 7) % 200),
      purpose: 'SIGN_IN',
      captcha: 'sandbox',
    });
    const kind = result.code ?? result.__typename;
    answers.set(kind, (answers.get(kind) ?? 0) + 1);
  }
  const mostOf = async (column: 'mobile' | 'address' | 'network') => {
    const sent = await h.app.core.database.reader
      .select({ n: count() })
      .from(smsCodes)
      .groupBy(smsCodes[column]);
    return Math.max(...sent.map(({ n }) => n));
  };
  expect(answers.get('SmsCodeRequest')).toBe(limits.smsPerPlatform[0].max);
  expect(await mostOf('mobile')).toBeLessThanOrEqual(limits.smsPerMobile[0].max);
  expect(await mostOf('address')).toBeLessThanOrEqual(limits.smsPerAddress[0].max);
  expect(await mostOf('network')).toBeLessThanOrEqual(limits.smsPerNetwork[0].max);
});

test('a known and an unknown number get the same answer at all four doors', async () => {
  const h = await service();
  await registered(h, mobile);
  const unknown = numberAt(7);
  h.pass(minuteMs);
  const bodyOf = async (name: 'requestSmsCode' | 'signIn' | 'resetPassword' | 'register', input: object) => {
    const { status, result, headers } = await accountOf(h)(name, { ...input });
    const { mobile: _, ...rest } = result;
    return JSON.stringify([status, rest, [...headers.keys()].toSorted()]);
  };
  for (const purpose of ['REGISTER', 'SIGN_IN', 'RESET_PASSWORD']) {
    const input = { purpose, captcha: 'sandbox' };
    expect(await bodyOf('requestSmsCode', { ...input, mobile })).toBe(
      await bodyOf('requestSmsCode', { ...input, mobile: unknown }),
    );
    h.pass(minuteMs);
  }
  const wrong = { smsCode: '000000', password: goodPassword, newPassword: goodPassword };
  const doors = [
    ['signIn', { password: 'wrong password' }],
    ['signIn', { smsCode: wrong.smsCode }],
    ['resetPassword', { smsCode: wrong.smsCode, newPassword: wrong.newPassword }],
    ['register', { smsCode: wrong.smsCode, password: wrong.password, agreementVersion: '1' }],
  ] as const;
  for (const [name, input] of doors) {
    expect(await bodyOf(name, { ...input, mobile })).toBe(await bodyOf(name, { ...input, mobile: unknown }));
  }
  // With the right code a new password is said to be set for both, and set for one.
  const resets: string[] = [];
  for (const number of [mobile, unknown]) {
    h.pass(minuteMs);
    const smsCode = await codeFor(h, number, 'RESET_PASSWORD');
    resets.push(await bodyOf('resetPassword', { mobile: number, smsCode, newPassword: goodPassword }));
  }
  expect(resets[0]).toBe(resets[1]);
});

test('signing in once more is still the same device', async () => {
  const h = await service();
  const owner = await registered(h, mobile);
  for (let i = 0; i < 3; i += 1) {
    const { result, headers } = await accountOf(h, deviceOf(owner))('signIn', {
      mobile,
      password: goodPassword,
    });
    expect(personOf(result, headers).headers.cookie).not.toContain('__Host-device');
  }
  expect((await h.rows()).known_devices).toBe(1);
});
