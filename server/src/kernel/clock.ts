/** Where commands and jobs take the time from, so that a test can bring its own. */
export interface Clock {
  /** The instant in UTC milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

// Shanghai has kept +08:00 without summer time since 1992, so that no zone table and no setting of the machine is asked.
const OFFSET = '+08:00';
const OFFSET_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The instant in Shanghai time, as the `DateTime` scalar has it: `2026-11-24T09:00:00.000+08:00`. */
export function formatInstant(instantMs: number): string {
  return new Date(instantMs + OFFSET_MS).toISOString().replace('Z', OFFSET);
}

/**
 * UTC milliseconds of an RFC 3339 time, whose offset is required; finer fractions are cut off.
 *
 * @returns `null` for any other form and for days and times that do not exist, leap seconds included
 */
export function parseInstant(text: string): number | null {
  const parts =
    /^(\d{4}-\d\d-\d\d)T((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i.exec(
      text,
    );
  if (parts === null) return null;
  const [, day = '', time, fraction = '', offset = ''] = parts;
  if (!isDay(day)) return null;
  return Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset.toUpperCase()}`);
}

/**
 * UTC milliseconds of a time as trading centres write it, in Shanghai time: `2027-03-01 08:30:00`, `20270304090000`, or
 * a day alone, `2027-03-01`, which is its first instant.
 *
 * @returns `null` for any other form and for days and times that do not exist
 */
export function parseExchangeTime(text: string): number | null {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d))?$/.exec(text) ??
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = parts;
  return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}${OFFSET}`);
}

/** Whether the text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  // Date.parse turns 30 February into 2 March; what comes back differs then.
  const midnightMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(midnightMs) && new Date(midnightMs).toISOString().startsWith(text);
}

/** The day it is in Shanghai at an instant, `YYYY-MM-DD`. */
export function shanghaiDay(instantMs: number): string {
  return formatInstant(instantMs).slice(0, 10);
}

/**
 * The first instant of a day in Shanghai, in UTC milliseconds.
 *
 * @throws RangeError if it is no day
 */
export function startOfDay(day: string): number {
  return dayToMs(day) - OFFSET_MS;
}

/**
 * The day `count` days later, or earlier if it is negative. Plain dates: no zone takes part.
 *
 * @throws RangeError if it is no day or `count` no whole number
 */
export function addDays(day: string, count: number): string {
  if (!Number.isSafeInteger(count)) throw new RangeError('count is not a whole number of days');
  return new Date(dayToMs(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/**
 * The last day of cover, itself covered until 23:59:59: start + days − 1.
 *
 * @throws RangeError if it is no day or `days` not a whole number over 0
 */
export function coverEnd(startOn: string, days: number): string {
  if (!(days >= 1)) throw new RangeError('cover lasts one day at least');
  return addDays(startOn, days - 1);
}

/**
 * Days from one day to another, negative if that lies before it.
 *
 * @throws RangeError if one is no day
 */
export function daysBetween(from: string, to: string): number {
  return (dayToMs(to) - dayToMs(from)) / DAY_MS;
}

/** 0 is Sunday, 6 Saturday. */
export function weekdayOf(day: string): number {
  return new Date(dayToMs(day)).getUTCDay();
}

function dayToMs(day: string): number {
  if (!isDay(day)) throw new RangeError(`${day} is not a day of the calendar`);
  return Date.parse(`${day}T00:00:00Z`);
}
