import { expect, test } from 'vitest';
import {
  formatDate,
  formatDateTime,
  formatMoney,
  formatRate,
  formatTimeLeft,
  subtractMoney,
} from '../src/shared/format.ts';

test.each([
  ['400.00', '400.00'],
  ['1000000.00', '1,000,000.00'],
  ['90071992547409930.01', '90,071,992,547,409,930.01'],
])('an amount of %s reads %s', (yuan, text) => {
  expect(formatMoney(yuan)).toBe(text);
});

test.each([
  ['480.00', '280.00', '200.00'],
  ['90071992547409930.01', '0.02', '90071992547409929.99'],
  ['1.00', '0.95', '0.05'],
  ['1.00', '2.00', '0.00'],
])('%s less %s is %s', (from, yuan, left) => {
  expect(subtractMoney(from, yuan)).toBe(left);
});

test.each([
  ['0.04', '4.00%'],
  ['0.0040', '0.40%'],
  ['0.00125', '0.125%'],
  ['1', '100.00%'],
])('a rate of %s reads %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test('an instant is shown on the clock of Shanghai wherever the reader is', () => {
  expect(formatDateTime('2026-11-23T16:30:05.000Z')).toBe('2026-11-24 00:30');
  expect(formatDateTime('2026-11-23T16:30:05.000Z', 'second')).toBe('2026-11-24 00:30:05');
  expect(formatDateTime('2026-11-24T09:00:00.000+08:00', 'day')).toBe('2026-11-24');
});

test('a date is written out', () => {
  expect(formatDate('2026-01-05')).toBe('2026年1月5日');
});

test('time left is told in its two largest units, and not at all once it has passed', () => {
  expect(formatTimeLeft(2 * 86_400_000 + 3 * 3_600_000 + 59_000)).toBe('2 天 3 小时');
  expect(formatTimeLeft(3_600_000)).toBe('1 小时 0 分');
  expect(formatTimeLeft(245_000)).toBe('4 分 05 秒');
  expect(formatTimeLeft(0)).toBe('');
});
