import { expect, test } from 'vitest';
import { formatInstant, parseInstant } from './clock.ts';
import { addWorkdays, dueAt, isWorkday } from './workdays.ts';

test.each([
  ['2026-11-24', 'a Tuesday', true],
  ['2026-11-28', 'a Saturday', false],
  ['2026-10-01', 'a holiday on a Thursday', false],
  ['2026-10-10', 'a Saturday that is worked', true],
  ['2027-01-04', 'in a year of which nothing is announced', 'UNKNOWN_YEAR'],
  ['2019-12-31', 'before the first year known', 'UNKNOWN_YEAR'],
])('%s, %s: a working day is %j', (day, _description, expected) => {
  expect(isWorkday(day)).toBe(expected);
});

test.each([
  ['2026-11-24', 1, '2026-11-25'],
  ['2026-11-27', 1, '2026-11-30'],
  ['2026-11-28', 1, '2026-11-30'],
  ['2026-09-30', 1, '2026-10-08'],
  ['2026-09-30', 3, '2026-10-10'],
  ['2026-12-30', 1, '2026-12-31'],
  ['2026-12-31', 1, null],
  ['2026-12-01', 200, null],
  ['2025-12-31', 1, '2026-01-04'],
])('from %s the working day number %i is %j', (day, count, expected) => {
  expect(addWorkdays(day, count)).toBe(expected);
});

test('work is due at the end of the day in Shanghai', () => {
  const friday = parseInstant('2026-11-27T00:30:00+08:00') as number;
  expect(formatInstant(dueAt(friday, 1) as number)).toBe('2026-11-30T23:59:59.999+08:00');
  expect(dueAt(parseInstant('2026-12-31T12:00:00+08:00') as number, 1)).toBeNull();
});

test('what is no day or no count of days is a bug', () => {
  expect(() => isWorkday('2026-02-29')).toThrow(RangeError);
  expect(() => addWorkdays('2026-11-24', 0)).toThrow(RangeError);
  expect(() => addWorkdays('2026-11-24', 1.5)).toThrow(RangeError);
});
