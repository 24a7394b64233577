import { createRandom } from "@/random.ts";
import { percentile } from "./distribution.ts";
import { pairedDifferences, wilcoxon } from "./wilcoxon.ts";

/** Options of {@linkcode bootstrapDifference}. */
export interface BootstrapOptions {
  /** Share of resamples that the interval holds, in (0, 1). @default 0.95 */
  confidence?: number;
  /** Number of resamples. @default 10000 */
  resamples?: number;
  /** Decides the resamples. @default 0 */
  seed?: number;
  /** Resamples of one's own, `[R, N]` pair indices, in place of `resamples` and `seed`. */
  indices?: ArrayLike<number>;
}

/** A difference of means with its confidence interval. */
export type DifferenceInterval = {
  /** `mean(a) - mean(b)`: negative where `a` has the smaller errors. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly resamples: number;
};

/**
 * A bootstrap confidence interval of `mean(a) - mean(b)` that resamples pairs (faces), by percentiles: equal to
 * `scipy.stats.bootstrap((a - b,), numpy.mean, method="percentile")` for the same resamples.
 *
 * @param a `[N]`, as the NME of each face under one model
 * @param b `[N]`, of the same faces in the same order under another
 */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions = {},
): DifferenceInterval {
  const action = "Cannot bootstrap a difference";
  const { confidence = 0.95, resamples = 10_000, seed = 0, indices } = options;
  const differences = pairedDifferences(action, a, b);
  const count = differences.length;
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`${action} as the confidence must be in (0, 1): ${confidence}`);
  }
  const rounds = indices === undefined ? resamples : indices.length / count;
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`${action} as the number of resamples must be a positive whole number: ${rounds}`);
  }
  const random = createRandom(seed, "paired bootstrap");
  const means = new Float64Array(rounds);
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const pair = indices === undefined ? random.integer(count) : indices[round * count + i]!;
      const difference = differences[pair];
      if (difference === undefined) {
        throw new RangeError(`${action} as the pairs of a resample must be 0 to ${count - 1}: ${pair}`);
      }
      sum += difference;
    }
    means[round] = sum / count;
  }
  const tail = 50 * (1 - confidence);
  return {
    difference: differences.reduce((sum, difference) => sum + difference, 0) / count,
    low: percentile(means, tail),
    high: percentile(means, 100 - tail),
    confidence,
    resamples: rounds,
  };
}

/** Whether one model is better than another, face by face. */
export type PairedComparison = DifferenceInterval & {
  /** Number of faces. */
  readonly count: number;
  /** Share of faces with the smaller error under `a`; ties count half. */
  readonly wins: number;
  /** Two-sided Wilcoxon signed-rank p. */
  readonly pValue: number;
};

/**
 * {@linkcode pairedBootstrap} and {@linkcode wilcoxon} of the same errors: a difference, its interval and its p-value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { comparePaired } from "@/mod.ts";
 *
 * const a = Float64Array.from({ length: 60 }, (_, i) => 0.04 + 0.0001 * i);
 * const b = a.map((error, i) => error + 0.001 * (1 + i % 3)); // worse on every face
 * const { difference, high, pValue, wins } = comparePaired(a, b);
 * assert.ok(difference < 0 && high < 0 && pValue < 0.001 && wins === 1);
 * ```
 */
export function comparePaired(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions = {},
): PairedComparison {
  const interval = pairedBootstrap(a, b, options);
  let wins = 0;
  for (let i = 0; i < a.length; i++) wins += a[i]! < b[i]! ? 1 : a[i] === b[i] ? 0.5 : 0;
  return { ...interval, count: a.length, wins: wins / a.length, pValue: wilcoxon(a, b).pValue };
}
