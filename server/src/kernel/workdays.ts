import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { addDays, shanghaiDay, startOfDay, weekdayOf } from './clock.ts';

interface HolidayRow {
  readonly date: string;
  /** '1' is a day off, '0' a weekend day that is worked. */
  readonly is_off_day: '0' | '1';
}

const rows: HolidayRow[] = parse(readFileSync(new URL('../../data/holidays.csv', import.meta.url)), {
  columns: true,
});
const isOffByDay = new Map(rows.map((row) => [row.date, row.is_off_day === '1']));
const knownYears = new Set(rows.map((row) => row.date.slice(0, 4)));

/**
 * Whether people work on a day: Monday to Friday, but for the days off and the make-up days that the State Council
 * announces a year ahead.
 *
 * @returns `'UNKNOWN_YEAR'` where nothing is announced yet: to assume Monday to Friday would promise wrong dates
 * @throws RangeError if it is no day
 */
export function isWorkday(day: string): boolean | 'UNKNOWN_YEAR' {
  const weekday = weekdayOf(day);
  if (!knownYears.has(day.slice(0, 4))) return 'UNKNOWN_YEAR';
  const isOff = isOffByDay.get(day) ?? (weekday === 0 || weekday === 6);
  return !isOff;
}

/**
 * The `count`-th working day after a day; counting begins on the day after it.
 *
 * @returns `null` if it needs a year of which nothing is announced
 * @throws RangeError if it is no day or `count` not a whole number over 0
 */
export function addWorkdays(day: string, count: number): string | null {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError('count is not a whole number over 0');
  let current = day;
  for (let left = count; left > 0; ) {
    current = addDays(current, 1);
    const works = isWorkday(current);
    if (works === 'UNKNOWN_YEAR') return null;
    if (works) left -= 1;
  }
  return current;
}

/**
 * The last millisecond, in Shanghai, of the `workdays`-th working day after an instant, in UTC milliseconds; hours of
 * work are not modelled.
 *
 * @returns `null` as `addWorkdays` does
 */
export function dueAt(fromMs: number, workdays: number): number | null {
  const day = addWorkdays(shanghaiDay(fromMs), workdays);
  return day === null ? null : startOfDay(addDays(day, 1)) - 1;
}
