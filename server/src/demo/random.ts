/** Numbers that look random and are the same on every machine and every run, for demonstration data only. */
export interface SeededRandom {
  /** A whole number, both ends included. */
  integer(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in `percent` of a hundred calls. */
  chance(percent: number): boolean;
}

/** Mulberry32, a public-domain generator of 32 bits: good enough to vary names, and nothing that is worth guessing. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    integer: (least, most) => least + below(most - least + 1),
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    chance: (percent) => below(100) < percent,
  };
}
