import { createHash } from 'node:crypto';

/**
 * A tree of hashes over all events, as in RFC 6962: it shows that some events are among them without showing the others. A node
 * without a neighbour moves up as it is.
 */
const leaf = (hash: string) =>
  createHash('sha256').update(Uint8Array.of(0)).update(Buffer.from(hash, 'hex')).digest();
const parent = (left: Uint8Array, right: Uint8Array) =>
  createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();

export interface Tree {
  readonly root: string;
  /** The neighbours from the leaf up, in hex. `index` from 0. */
  readonly path: (index: number) => string[];
}

/** @param hashes of all events in hex, in their order; at least one */
export function treeOf(hashes: readonly string[]): Tree {
  const levels: Buffer[][] = [hashes.map(leaf)];
  for (let level = levels[0] ?? []; level.length > 1; ) {
    const above: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Buffer, level[i + 1]];
      above.push(right ? parent(left, right) : left);
    }
    levels.push(above);
    level = above;
  }
  return {
    root: levels.at(-1)?.[0]?.toString('hex') ?? '',
    path: (index) => levels.flatMap((level, height) => level[(index >> height) ^ 1]?.toString('hex') ?? []),
  };
}

/** The root that a leaf and its path lead to, in a tree of `size` leaves. */
export function rootFrom(hash: string, index: number, size: number, path: readonly string[]): string {
  let node: Uint8Array = leaf(hash);
  let at = index;
  let step = 0;
  for (let width = size; width > 1; width = Math.ceil(width / 2)) {
    if ((at ^ 1) < width) {
      const neighbour = Buffer.from(path[step] ?? '', 'hex');
      node = at % 2 === 0 ? parent(node, neighbour) : parent(neighbour, node);
      step += 1;
    }
    at >>= 1;
  }
  return step === path.length ? Buffer.from(node).toString('hex') : '';
}
