import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addDays,
  coverEnd,
  formatInstant,
  isDay,
  parseExchangeTime,
  parseInstant,
  shanghaiDay,
  startOfDay,
  weekdayOf,
} from './clock.ts';

const NINE = Date.UTC(2026, 10, 24, 1);

describe.each(['UTC', 'Asia/Shanghai', 'America/New_York'])(
  'on a machine that keeps the time of %s',
  (zone) => {
    const before = process.env.TZ;
    beforeAll(() => {
      process.env.TZ = zone;
      expect(new Date(NINE).getHours()).toBe({ UTC: 1, 'Asia/Shanghai': 9 }[zone] ?? 20);
    });
    afterAll(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });

    test('an instant is written in Shanghai time', () => {
      expect(formatInstant(NINE)).toBe('2026-11-24T09:00:00.000+08:00');
      expect(formatInstant(Date.UTC(2026, 11, 31, 16, 0, 0, 7))).toBe('2027-01-01T00:00:00.007+08:00');
    });

    test('a day in Shanghai begins at 16:00 of the day before in UTC', () => {
      expect(startOfDay('2026-11-24')).toBe(Date.UTC(2026, 10, 23, 16));
      expect(shanghaiDay(startOfDay('2026-11-24'))).toBe('2026-11-24');
      expect(shanghaiDay(startOfDay('2026-11-24') - 1)).toBe('2026-11-23');
    });

    test.each([
      ['2026-11-24T09:00:00.000+08:00', NINE],
      ['2026-11-24T01:00:00Z', NINE],
      ['2026-11-24t01:00:00z', NINE],
      ['2026-11-23T20:00:00-05:00', NINE],
      ['2026-11-24T09:00:00.1239+08:00', NINE + 123],
      ['2026-11-24T09:00:00.5+08:00', NINE + 500],
    ])('%s is read', (text, instant) => {
      expect(parseInstant(text)).toBe(instant);
    });

    test.each([
      '2026-11-24T09:00:00',
      '2026-11-24 09:00:00+08:00',
      '2026-11-24T09:00+08:00',
      '2026-11-24T24:00:00+08:00',
      '2026-11-24T23:59:60Z',
      '2026-02-30T09:00:00+08:00',
      '2026-11-24T09:00:00+24:00',
      '2026-11-24T09:00:00.+08:00',
      '+002026-11-24T09:00:00Z',
      '2026-11-24',
      '',
    ])('%j is no instant', (text) => {
      expect(parseInstant(text)).toBeNull();
    });

    test.each([
      ['2027-03-01 08:30:00', '2027-03-01T08:30:00.000+08:00'],
      ['20270304090000', '2027-03-04T09:00:00.000+08:00'],
      ['2027-03-01', '2027-03-01T00:00:00.000+08:00'],
    ])('the exchange writes %s for %s', (text, instant) => {
      expect(formatInstant(parseExchangeTime(text) as number)).toBe(instant);
    });

    test.each([
      '2027-02-29 08:30:00',
      '20270229090000',
      '2027-03-01 24:00:00',
      '20270304096000',
      '2027-3-1',
      '2027-03-01T08:30:00',
      '2027-03-01 08:30',
      '20270304',
      ' 2027-03-01',
      '',
    ])('%j is no time of the exchange', (text) => {
      expect(parseExchangeTime(text)).toBeNull();
    });

    test.each([
      ['2022-01-24', 112, '2022-05-15'],
      ['2022-09-29', 90, '2022-12-27'],
      ['2024-02-28', 2, '2024-02-29'],
      ['2026-11-24', 1, '2026-11-24'],
    ])('cover from %s for %i days ends on %s', (startOn, days, endOn) => {
      expect(coverEnd(startOn, days)).toBe(endOn);
    });

    test('days are counted over the changes of summer time elsewhere', () => {
      expect(addDays('2026-03-07', 2)).toBe('2026-03-09');
      expect(addDays('2026-11-02', -2)).toBe('2026-10-31');
      expect(weekdayOf('2026-11-24')).toBe(2);
    });
  },
);

test('only days of the calendar are days', () => {
  for (const day of ['2024-02-29', '2026-12-31', '0001-01-01']) expect(isDay(day)).toBe(true);
  for (const text of ['2026-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-1-1', '2026-11-24\n', ''])
    expect(isDay(text)).toBe(false);
});

test('what is no day or no count of days is a bug', () => {
  expect(() => startOfDay('2026-02-29')).toThrow(RangeError);
  expect(() => addDays('2026-02-29', 1)).toThrow(RangeError);
  expect(() => addDays('2026-02-28', 0.5)).toThrow(RangeError);
  expect(() => coverEnd('2026-02-28', 0)).toThrow(RangeError);
});

test('an instant that is written is read back as it was', () => {
  const instants = fc.integer({ min: Date.UTC(1992, 0), max: Date.UTC(9999, 0) });
  fc.assert(fc.property(instants, (instantMs) => parseInstant(formatInstant(instantMs)) === instantMs));
});

test('Shanghai time agrees with the zone tables from 1992 on', () => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Asia/Shanghai',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const instants = fc.integer({ min: Date.UTC(1992, 0), max: Date.UTC(2100, 0) });
  fc.assert(
    fc.property(instants, (instantMs) => {
      expect(formatInstant(instantMs).slice(0, 19).replace('T', ' ')).toBe(format.format(instantMs));
    }),
  );
});
