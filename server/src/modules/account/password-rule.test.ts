import { expect, test } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { passwordFault } from './password-rule.ts';

const mobile = '13800001234';

test.each([
  ['seven characters', 'abc-123', '密码至少 8 个字符'],
  ['seven emoji, which are one character each', '🔒'.repeat(7), '密码至少 8 个字符'],
  ['201 characters', `${'ab1-'.repeat(50)}x`, '密码最多 200 个字符'],
  ['the mobile number', mobile, '密码不能是手机号'],
  ['the mobile number with spaces around it', ` ${mobile} `, '密码不能是手机号'],
  ['a password everybody tries', 'woaini1314', '该密码过于常见，容易被猜中，请换一个'],
  ['the same in other letters', 'PassWord123', '该密码过于常见，容易被猜中，请换一个'],
  ['one character repeated', '88888888', '该密码过于常见，容易被猜中，请换一个'],
  ['a short block repeated', 'abcabcabc', '该密码过于常见，容易被猜中，请换一个'],
  ['a run upwards', '12345678', '该密码过于常见，容易被猜中，请换一个'],
  ['a run downwards', '87654321', '该密码过于常见，容易被猜中，请换一个'],
])('%s is refused', (_name, password, fault) => {
  expect(passwordFault(password, mobile)).toBe(fault);
});

test.each([
  ['a phrase', '本溪的秋天红叶最好看'],
  ['exactly 8 characters', 'k7#mQ2xp'],
  ['exactly 200 characters', `${'a correct horse, '.repeat(11)}staple battery`.slice(0, 200)],
  ['spaces at both ends, which are kept', '  a river of leaves '],
  ['emoji', '🍁🏞️ 🍂🐟 🌲🪵 hub'],
])('%s is accepted', (_name, password) => {
  expect(passwordFault(password, mobile)).toBeNull();
});

test('the list of common passwords holds about a hundred that length alone would let through', () => {
  expect(commonPasswords.size).toBeGreaterThan(100);
  expect(
    [...commonPasswords].filter((password) => password.length < 8 || password !== password.toLowerCase()),
  ).toEqual([]);
});
