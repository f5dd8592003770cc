import type { FieldMessage } from '../../command/refusals.ts';
import type { ApplicationRow } from '../../db/tables/order.ts';
import { addDays, coverEnd, shanghaiDay } from '../../kernel/clock.ts';
import { addWorkdays } from '../../kernel/workdays.ts';
import { limits } from '../../limits.ts';
import type { DepositRow, SectionRow } from '../section/section.queries.ts';

/** How long guarantees of other kinds than for a bid last unless somebody says otherwise. */
const DEFAULT_DAYS = 365;
const START_PATH = 'application.cover.startOn';
const DAYS_PATH = 'application.cover.days';

type Cover = Pick<ApplicationRow['cover'], 'startOn' | 'days'>;

/** The day on which bid cover has to begin at the latest, or null where the section names no deadline. */
function bidDay(section: SectionRow, deposit: DepositRow): string | null {
  const deadlineAt = section.deadlineAt ?? deposit.deadlineAt;
  return deadlineAt === null ? null : shanghaiDay(deadlineAt);
}

/**
 * The cover that is filled in at first: for a bid from the day of the bid's deadline for the bid's validity, for all else from
 * tomorrow for a year. What the section does not say about a bid stays empty, since a guess would be signed unread.
 */
export function coverToBegin(section: SectionRow, deposit: DepositRow, now: number): Cover {
  if (deposit.kind === 'BID') return { startOn: bidDay(section, deposit), days: section.validityDays };
  return { startOn: addDays(shanghaiDay(now), 1), days: DEFAULT_DAYS };
}

/** Days of cover that do not do what the guarantee is for. Bid cover has to hold from the deadline for the bid's validity. */
export function coverFaults(
  application: ApplicationRow,
  section: SectionRow,
  deposit: DepositRow,
  now: number,
): FieldMessage[] {
  const { startOn, days } = application.cover;
  if (startOn === null || days === null) return [];
  const today = shanghaiDay(now);
  const firstDay = deposit.kind === 'BID' ? bidDay(section, deposit) : null;
  if (firstDay === null) {
    return startOn > today ? [] : [{ path: START_PATH, message: '起保日期最早为明天' }];
  }
  const faults: FieldMessage[] = [];
  if (startOn < today) faults.push({ path: START_PATH, message: '起保日期不能早于今天' });
  if (startOn > firstDay) {
    faults.push({ path: START_PATH, message: `起保日期不能晚于投标截止日 ${firstDay}` });
  }
  const lastDay = section.validityDays === null ? null : coverEnd(firstDay, section.validityDays);
  if (lastDay !== null && coverEnd(startOn, days) < lastDay) {
    faults.push({ path: DAYS_PATH, message: `保障期应覆盖投标有效期，至少到 ${lastDay}` });
  }
  return faults;
}

/** What the section leaves open about a bid, and whether the guarantee can be there in time by the calendar of working days. */
export function coverWarnings(
  application: ApplicationRow,
  section: SectionRow,
  deposit: DepositRow,
  now: number,
): FieldMessage[] {
  const warnings: FieldMessage[] = [];
  if (deposit.kind === 'BID' && bidDay(section, deposit) === null) {
    warnings.push({ path: START_PATH, message: '公告未载明投标截止时间，请按招标文件填写起保日期' });
  }
  if (deposit.kind === 'BID' && section.validityDays === null) {
    warnings.push({ path: DAYS_PATH, message: '公告未载明投标有效期，请按招标文件填写保障天数' });
  }
  const { startOn } = application.cover;
  if (startOn === null) return warnings;
  const workdays = limits.underwritingWorkdays + limits.paymentReviewWorkdays + limits.issueWorkdays;
  const issuedOn = addWorkdays(shanghaiDay(now), workdays);
  if (issuedOn === null) {
    const message = '国务院办公厅尚未公布所涉年度的放假安排，不能估算出函日期，请以机构答复为准';
    warnings.push({ path: START_PATH, message });
  } else if (issuedOn > startOn) {
    const message = `核保、收款确认和出函约需 ${workdays} 个工作日，预计 ${issuedOn} 出函，晚于起保日期，请尽快办理`;
    warnings.push({ path: START_PATH, message });
  }
  return warnings;
}
