export interface Round {
  readonly floor: number;
  readonly ours: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** One row: medians of both, and the median of the ratios round by round. */
export function report(name: string, unit: string, rounds: readonly Round[]): void {
  const round = (value: number) => Math.round(value).toLocaleString('en-US');
  const ratio = median(rounds.map(({ ours, floor }) => ours / floor));
  process.stdout.write(
    `${name.padEnd(44)} floor ${round(median(rounds.map((r) => r.floor))).padStart(8)} ${unit}   ours ${round(
      median(rounds.map((r) => r.ours)),
    ).padStart(8)} ${unit}   ratio ${ratio.toFixed(2)}  (median of ${rounds.length} rounds)\n`,
  );
}
