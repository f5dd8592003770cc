/** One field of an act: what it held and what it holds now, as text. */
export interface FieldChange {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What differs between two versions of the same facts; without an earlier one, all that is there. No secrets, no personal data. */
export function changesBetween(
  before: Readonly<Record<string, unknown>> | null,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  return Object.entries(after)
    .map(([field, value]) => ({ field, before: textOf(before?.[field]), after: textOf(value) }))
    .filter((change) => change.before !== change.after);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
