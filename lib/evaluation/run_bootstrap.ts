import { createRandom } from "@/random.ts";
import { percentile } from "./distribution.ts";
import type { DifferenceInterval } from "./paired.ts";

/** Resamples of one's own, for {@linkcode runBootstrap}: R rows each. */
export interface RunResamples {
  /** `[R, runs of a]` runs of the first group. */
  readonly a: ArrayLike<number>;
  /** `[R, runs of b]` runs of the second. */
  readonly b: ArrayLike<number>;
  /** `[R, N]` faces, the same for both. */
  readonly faces: ArrayLike<number>;
}

/** Options of {@linkcode runBootstrap}. */
export interface RunBootstrapOptions {
  /** Share of resamples that the interval holds, in (0, 1). @default 0.95 */
  confidence?: number;
  /** Number of resamples. @default 10000 */
  resamples?: number;
  /** Decides the resamples. @default 0 */
  seed?: number;
  /** In place of `resamples` and `seed`. */
  indices?: RunResamples;
}

/**
 * A bootstrap confidence interval of `mean(a) - mean(b)` that resamples runs (seeds) of both groups as well as faces,
 * by percentiles: what other seeds might have given counts, not only other faces. Of very few runs it is too narrow
 * (with n runs their spread is drawn about (n - 1) / n of its variance), but never as narrow as over faces alone.
 *
 * @param a one array of `[N]` face errors per run
 * @param b the same of the other group, of the same faces in the same order
 * @throws {RangeError} if a group has fewer than two runs, or an error is not finite
 * @throws {TypeError} if they are not of the same faces
 */
export function runBootstrap(
  a: readonly ArrayLike<number>[],
  b: readonly ArrayLike<number>[],
  options: RunBootstrapOptions = {},
): DifferenceInterval {
  const action = "Cannot bootstrap over runs";
  const { confidence = 0.95, resamples = 10_000, seed = 0, indices } = options;
  if (a.length < 2 || b.length < 2) {
    throw new RangeError(`${action} as each group must have at least two: ${a.length} and ${b.length}`);
  }
  const count = a[0]!.length;
  const other = [...a, ...b].find(({ length }) => length !== count);
  if (other) throw new TypeError(`${action} as all must have errors of the same faces: ${count} and ${other.length}`);
  if (count === 0) throw new RangeError(`${action} as there are no faces: 0`);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`${action} as the confidence must be in (0, 1): ${confidence}`);
  }
  const rounds = indices === undefined ? resamples : indices.faces.length / count;
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`${action} as the number of resamples must be a positive whole number: ${rounds}`);
  }
  const random = createRandom(seed, "run bootstrap");
  const means = new Float64Array(rounds);
  const faces = new Int32Array(count);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) faces[i] = indices ? indices.faces[round * count + i]! : random.integer(count);
    const meanOf = (group: readonly ArrayLike<number>[], given: ArrayLike<number> | undefined): number => {
      let sum = 0;
      for (let k = 0; k < group.length; k++) {
        const errors = group[given ? given[round * group.length + k]! : random.integer(group.length)] ?? [];
        for (let i = 0; i < count; i++) sum += errors[faces[i]!]!;
      }
      return sum / (group.length * count);
    };
    const difference = meanOf(a, indices?.a) - meanOf(b, indices?.b);
    if (!Number.isFinite(difference)) {
      throw new RangeError(
        `${action} as an error, or the place of one, is not a number that can be used: ${difference}`,
      );
    }
    means[round] = difference;
  }
  const tail = 50 * (1 - confidence);
  const mean = (group: readonly ArrayLike<number>[]): number =>
    group.reduce((sum, errors) => sum + Array.from(errors).reduce((total, error) => total + error, 0), 0) /
    (group.length * count);
  return {
    difference: mean(a) - mean(b),
    low: percentile(means, tail),
    high: percentile(means, 100 - tail),
    confidence,
    resamples: rounds,
  };
}
