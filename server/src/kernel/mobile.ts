import { toHalfWidth } from './text.ts';

// The hyphen and what input methods make of it.
const DASHES = /[-‐‑‒–—―−]/g;

/**
 * The eleven digits of a mobile number of the mainland, however it was typed: with +86 or 0086, spaces, dashes or full
 * width. One number has one form, so that nobody registers twice.
 *
 * @returns `null` if it is none
 */
export function normaliseMobile(text: string): string | null {
  const digits = toHalfWidth(text).replace(/\s/g, '').replace(DASHES, '');
  return /^(?:\+86|0086|86)?(1[3-9]\d{9})$/.exec(digits)?.[1] ?? null;
}

/**
 * A mobile number as `normaliseMobile` gives it, or a landline with its area code and at most six digits of extension:
 * `024-42800000-801`.
 *
 * @returns `null` if it is neither
 */
export function normalisePhone(text: string): string | null {
  const mobile = normaliseMobile(text);
  if (mobile !== null) return mobile;
  const landline = toHalfWidth(text)
    .replace(/[\s()]/g, '')
    .replace(DASHES, '-');
  const parts = /^(0(?:10|2\d|[3-9]\d\d))-?([2-9]\d{6,7})(-\d{1,6})?$/.exec(landline);
  return parts === null ? null : `${parts[1]}-${parts[2]}${parts[3] ?? ''}`;
}

/** Whether the text is a mobile number or a landline with its area code. */
export function isPhone(text: string): boolean {
  return normalisePhone(text) !== null;
}

/** `138****1234`, of a number as `normaliseMobile` or `normalisePhone` gives it. */
export function maskMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}
