import { expect, test } from 'vitest';
import { parseInstant } from './clock.ts';
import {
  certificationNumber,
  newId,
  orderNumber,
  prefixOf,
  quoteNumber,
  randomDigits,
  remarkCode,
  remarkCodesIn,
  verificationCode,
} from './id.ts';

const NOW = parseInstant('2022-01-18T20:17:29.344+08:00') as number;
const READABLE = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

test('an id names its noun and is otherwise random', () => {
  const ids = Array.from({ length: 1000 }, () => newId('ord'));
  for (const id of ids) expect(id).toMatch(/^ord_[a-z2-7]{26}$/);
  expect(new Set(ids).size).toBe(1000);
  expect(prefixOf(newId('ord'))).toBe('ord');
});

test.each([
  '',
  'ord',
  'ord_',
  'ord_absent',
  `_${'a'.repeat(26)}`,
  `ord_${'a'.repeat(27)}`,
  `ord_${'A'.repeat(26)}`,
])('%j is no id of ours', (text) => {
  expect(prefixOf(text)).toBeNull();
});

test('numbers have the form that documents print', () => {
  expect(orderNumber(NOW)).toMatch(/^20220118201729344D\d{13}$/);
  expect(certificationNumber(NOW)).toMatch(/^RZ20220118\d{8}$/);
  for (let round = 0; round < 200; round += 1) expect(quoteNumber()).toMatch(/^[1-9]\d{18}$/);
  expect(randomDigits(6)).toMatch(/^\d{6}$/);
});

test('two orders of one millisecond have different numbers', () => {
  expect(orderNumber(NOW)).not.toBe(orderNumber(NOW));
});

test('codes use every readable character and no other', () => {
  const seen = new Set<string>();
  for (let round = 0; round < 500; round += 1) {
    const verification = verificationCode();
    const remark = remarkCode();
    expect([verification.length, remark.length]).toEqual([8, 7]);
    for (const character of verification + remark) seen.add(character);
  }
  expect([...seen].sort().join('')).toBe(READABLE);
});

test('a remark code is found however it is written, and one character wrong is none', () => {
  const code = remarkCode();
  const spaced = `保函费 ${code.slice(0, 3).toLowerCase()}-${code.slice(3)} 谢谢`;
  expect(remarkCodesIn(spaced)).toContain(code);
  for (let at = 0; at < code.length; at += 1) {
    const other = READABLE[(READABLE.indexOf(code[at] ?? '') + 1) % READABLE.length];
    expect(remarkCodesIn(`${code.slice(0, at)}${other}${code.slice(at + 1)}`)).toEqual([]);
  }
});
