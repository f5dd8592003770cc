import { describe, expect, test } from 'vitest';
import { coverEnd, startOfDay } from '../../kernel/clock.ts';
import type { DepositRow, SectionRow } from '../section/section.queries.ts';
import { coverFaults, coverToBegin, coverWarnings } from './order.cover.ts';
import { filledApplication } from './order.fixture.ts';

const hourMs = 3_600_000;
const sectionOf = (deadlineAt: number | null, validityDays: number | null) =>
  ({ deadlineAt, validityDays }) as SectionRow;
const depositOf = (kind: 'BID' | 'PERFORMANCE') => ({ kind, deadlineAt: null }) as DepositRow;

test.each([
  ['the manual’s own cover', '2022-01-24', 112, '2022-05-15'],
  ['a bid’s validity of ninety days', '2022-09-29', 90, '2022-12-27'],
  ['one day ends on the day it starts', '2026-11-24', 1, '2026-11-24'],
  ['over a leap day', '2024-02-28', 3, '2024-03-01'],
  ['beside no leap day', '2026-02-28', 2, '2026-03-01'],
  ['from a leap day for a year', '2024-02-29', 365, '2025-02-27'],
  ['over the end of a year', '2026-12-31', 2, '2027-01-01'],
  ['a whole year', '2026-01-01', 365, '2026-12-31'],
  ['a century that is no leap year', '2100-02-28', 2, '2100-03-01'],
])('the last day is counted in: %s', (_name, startOn, days, endOn) => {
  expect(coverEnd(startOn, days)).toBe(endOn);
});

describe('the cover that is filled in', () => {
  test.each([
    ['2022-09-29', 9, 90, '2022-12-27'],
    // Half past midnight in Shanghai is still the day before in Greenwich.
    ['2026-12-04', 0.5, 112, '2027-03-25'],
    ['2026-12-04', 23.9, 1, '2026-12-04'],
  ])(
    'of a bid begins on the day of its deadline, %s, and runs for its validity',
    (day, hour, days, endOn) => {
      const section = sectionOf(startOfDay(day) + hour * hourMs, days);
      const cover = coverToBegin(section, depositOf('BID'), startOfDay('2022-09-01'));
      expect(cover).toEqual({ startOn: day, days });
      expect(coverEnd(cover.startOn ?? '', cover.days ?? 0)).toBe(endOn);
    },
  );

  test('of a bid stays empty where the section names neither deadline nor validity, and says so', () => {
    const section = sectionOf(null, null);
    const now = startOfDay('2026-11-24');
    const cover = coverToBegin(section, depositOf('BID'), now);
    expect(cover).toEqual({ startOn: null, days: null });
    const application = filledApplication({ cover: { sumInsuredFen: 100, ...cover } });
    expect(coverWarnings(application, section, depositOf('BID'), now)).toEqual([
      { path: 'application.cover.startOn', message: '公告未载明投标截止时间，请按招标文件填写起保日期' },
      { path: 'application.cover.days', message: '公告未载明投标有效期，请按招标文件填写保障天数' },
    ]);
  });

  test.each([
    ['2026-12-31', 23.9, '2027-01-01'],
    ['2024-02-28', 12, '2024-02-29'],
  ])('of other kinds begins tomorrow: on %s', (today, hour, startOn) => {
    const now = startOfDay(today) + hour * hourMs;
    expect(coverToBegin(sectionOf(null, null), depositOf('PERFORMANCE'), now)).toEqual({
      startOn,
      days: 365,
    });
  });
});

describe('whether the cover will do', () => {
  const faultsOf = (startOn: string, days: number, validityDays: number | null, today = '2026-11-24') =>
    coverFaults(
      filledApplication({ cover: { sumInsuredFen: 100, startOn, days } }),
      sectionOf(startOfDay('2026-12-04') + 9 * hourMs, validityDays),
      depositOf('BID'),
      startOfDay(today),
    ).map(({ message }) => message);

  test.each([
    ['2026-12-04', 90, 90, []],
    ['2026-12-01', 93, 90, []],
    ['2026-12-01', 92, 90, ['保障期应覆盖投标有效期，至少到 2027-03-03']],
    ['2026-12-05', 90, 90, ['起保日期不能晚于投标截止日 2026-12-04']],
    ['2026-11-23', 200, 90, ['起保日期不能早于今天']],
    // Of what nobody announced nothing is demanded.
    ['2026-12-04', 1, null, []],
  ])('from %s for %i days where the bid is valid for %s', (startOn, days, validityDays, messages) => {
    expect(faultsOf(startOn, days, validityDays)).toEqual(messages);
  });
});

describe('whether the guarantee can be there in time', () => {
  const warningsOf = (today: string, startOn: string) =>
    coverWarnings(
      filledApplication({ cover: { sumInsuredFen: 100, startOn, days: 30 } }),
      sectionOf(null, null),
      depositOf('PERFORMANCE'),
      startOfDay(today),
    ).map(({ message }) => message);

  test('is reckoned in working days, holidays left out and make-up days counted in', () => {
    expect(warningsOf('2026-11-24', '2026-11-27')).toEqual([]);
    // The holiday of October 2026 lasts from the 1st to the 7th; the 10th, a Saturday, is worked.
    expect(warningsOf('2026-09-30', '2026-10-10')).toEqual([]);
    expect(warningsOf('2026-09-30', '2026-10-09')).toEqual([expect.stringContaining('预计 2026-10-10 出函')]);
  });

  test('is not guessed for a year whose holidays nobody has announced', () => {
    expect(warningsOf('2026-12-30', '2027-02-01')).toEqual([
      '国务院办公厅尚未公布所涉年度的放假安排，不能估算出函日期，请以机构答复为准',
    ]);
  });
});
