import { expect, test } from 'vitest';
import { type UseHumanCheckOptions, useHumanCheck } from '../src/features/account/use-human-check.ts';

let served = 0;
const options: UseHumanCheckOptions = {
  fetchChallenge: async () => {
    served += 1;
    return {
      algorithm: 'SHA-256',
      challenge: `challenge ${served}`,
      salt: 's',
      signature: 'x',
      maxnumber: 9,
    };
  },
  solve: async () => 7,
};
const read = (captcha: string | null) => JSON.parse(atob(captcha ?? ''));

test('a captcha is the challenge with its solution', async () => {
  const check = useHumanCheck(options);
  expect(await check.verify()).toBe(true);

  expect(check.state.value).toBe('passed');
  expect(read(await check.take())).toMatchObject({
    algorithm: 'SHA-256',
    number: 7,
    salt: 's',
    signature: 'x',
  });
});

test('no captcha comes before the check', async () => {
  expect(await useHumanCheck(options).take()).toBeNull();
});

test('a captcha is given once; the next one is a new one, without asking again', async () => {
  const check = useHumanCheck(options);
  await check.verify();

  const [first, second] = [read(await check.take()), read(await check.take())];
  expect(second.challenge).not.toBe(first.challenge);
  expect(check.state.value).toBe('passed');
});

test('a challenge that cannot be had or solved lets one try again', async () => {
  const offline = useHumanCheck({
    ...options,
    fetchChallenge: () => Promise.reject(new TypeError('offline')),
  });
  expect(await offline.verify()).toBe(false);
  expect(offline.state.value).toBe('failed');

  const unsolved = useHumanCheck({ ...options, solve: async () => null });
  expect(await unsolved.verify()).toBe(false);
  expect(unsolved.state.value).toBe('failed');
});
