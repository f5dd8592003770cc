/** A page of a list that is read by key. */
export interface Page<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly hasNextPage: boolean;
  /** Counted only when asked for. */
  readonly count: () => Promise<number>;
}

/** Where a page begins: the sort key and id of the row before it. */
export interface Cursor {
  readonly key: number;
  readonly id: string;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(`${cursor.key}:${cursor.id}`).toString('base64url');
}

/** @returns null for a text that no `encodeCursor` made */
export function decodeCursor(text: string): Cursor | null {
  const match = /^(-?\d{1,16}):([a-z]{2,4}_[a-z2-7]{26})$/.exec(
    Buffer.from(text, 'base64url').toString('utf8'),
  );
  return match ? { key: Number(match[1]), id: match[2] as string } : null;
}

/** What a caller asks for: how many rows, after which. */
export interface PageRequest {
  readonly first: number;
  readonly after: Cursor | null;
}

/** Makes a page of rows that were read one beyond `first`. */
export function pageOf<T>(
  rows: readonly T[],
  first: number,
  cursor: (row: T) => Cursor,
  count: () => Promise<number>,
): Page<T> {
  return {
    edges: rows.slice(0, first).map((node) => ({ cursor: encodeCursor(cursor(node)), node })),
    hasNextPage: rows.length > first,
    count,
  };
}
