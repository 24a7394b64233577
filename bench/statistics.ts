/** Middle value; the mean of the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Ratio of two series that were measured in turn: taken round by round, so that a drifting machine cancels out. */
export interface PairedRatio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @throws {RangeError} when the series differ in length or are empty */
export function pairedRatio(numerator: readonly number[], denominator: readonly number[]): PairedRatio {
  if (numerator.length !== denominator.length || numerator.length === 0) {
    throw new RangeError(
      `Cannot pair rounds as the series have ${numerator.length} and ${denominator.length}: expected equal, not empty`,
    );
  }
  const ratios = numerator.map((value, i) => value / denominator[i]!);
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
