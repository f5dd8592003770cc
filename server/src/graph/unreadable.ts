/**
 * A scalar that could not be read. Scalars hand it on rather than throw, so that all faults of an input, of its scalars and of
 * its rules, come back together as one InvalidInput that names each field.
 */
export class Unreadable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * Finds what could not be read anywhere within an input. Half a surrogate pair is none of Unicode's characters: it could not be kept
 * as it was sent, and the seal of an event that quotes it would not fit what was kept.
 */
export function unreadableFields(value: unknown, path = ''): { path: string; message: string }[] {
  if (value instanceof Unreadable) return [{ path, message: value.reason }];
  if (typeof value === 'string') return value.isWellFormed() ? [] : [{ path, message: '含有无法识别的字符' }];
  if (Array.isArray(value)) return value.flatMap((item, i) => unreadableFields(item, `${path}.${i}`));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, item]) =>
    unreadableFields(item, path ? `${path}.${name}` : name),
  );
}
