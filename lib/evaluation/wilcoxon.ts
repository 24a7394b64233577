import { normalSurvival } from "./normal.ts";

/** The result of {@linkcode wilcoxon}. */
export type WilcoxonResult = {
  /** The smaller of the rank sums of positive and negative differences. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  /** How the p-value was found. */
  readonly method: "exact" | "asymptotic";
  /** Number of pairs that differ. */
  readonly count: number;
};

/** The longest sample whose null distribution is counted out: without ties, and with them or with zeros. */
const EXACT_LIMIT = 50, EXACT_LIMIT_TIES = 13;

/**
 * Wilcoxon's signed-rank test of pairs, two-sided: the same statistic and p-value as `scipy.stats.wilcoxon(a, b)` with
 * its defaults.
 *
 * Pairs that are equal are left out (Wilcoxon's own method). Equal differences share the mean of their ranks. Up to 50
 * pairs without ties and equal pairs, and up to 13 with, the null distribution is counted out; beyond, it is normal,
 * with the variance corrected for ties and no correction for continuity. Where no pair differs p is 1 (SciPy says NaN
 * there if there are more than 13 pairs).
 */
export function wilcoxon(a: ArrayLike<number>, b: ArrayLike<number>): WilcoxonResult {
  const differences = pairedDifferences("Cannot compute a Wilcoxon test", a, b);
  const nonzero = differences.filter((difference) => difference !== 0);
  const count = nonzero.length;
  if (count === 0) return { statistic: 0, pValue: 1, method: "exact", count };
  const { doubled, tieCorrection } = rankMagnitudes(nonzero);
  let plus = 0, total = 0;
  doubled.forEach((rank, i) => {
    total += rank;
    if (nonzero[i]! > 0) plus += rank;
  });
  const smaller = Math.min(plus, total - plus);
  const clean = tieCorrection === 0 && count === differences.length;
  if (differences.length <= (clean ? EXACT_LIMIT : EXACT_LIMIT_TIES)) {
    return { statistic: smaller / 2, pValue: Math.min(1, 2 * shareAtMost(doubled, smaller)), method: "exact", count };
  }
  const mean = count * (count + 1) / 4;
  const deviation = Math.sqrt((count * (count + 1) * (2 * count + 1) - tieCorrection / 2) / 24);
  const z = Math.abs(plus / 2 - mean) / deviation;
  return { statistic: smaller / 2, pValue: 2 * normalSurvival(z), method: "asymptotic", count };
}

/**
 * `a - b`, pair by pair.
 *
 * @throws {TypeError} if their lengths differ
 * @throws {RangeError} if there is no pair or a number is not finite
 */
export function pairedDifferences(action: string, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  if (a.length !== b.length) {
    throw new TypeError(`${action} as pairs need two samples of one length: ${a.length} and ${b.length}`);
  }
  if (a.length === 0) throw new RangeError(`${action} as there are no pairs: 0`);
  return Float64Array.from({ length: a.length }, (_, i) => {
    const difference = a[i]! - b[i]!;
    if (!Number.isFinite(difference)) {
      throw new RangeError(`${action} as pair ${i} is not finite: ${a[i]} and ${b[i]}`);
    }
    return difference;
  });
}

/** Ranks of magnitudes from 1, doubled so that the mean rank of ties is whole, and the sum of `t^3 - t` over ties. */
function rankMagnitudes(values: Float64Array): { doubled: Int32Array; tieCorrection: number } {
  const order = Array.from(values, (_, i) => i).sort((i, j) => Math.abs(values[i]!) - Math.abs(values[j]!));
  const doubled = new Int32Array(values.length);
  let tieCorrection = 0;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && Math.abs(values[order[end]!]!) === Math.abs(values[order[start]!]!)) end++;
    for (let i = start; i < end; i++) doubled[order[i]!] = start + end + 1;
    tieCorrection += (end - start) ** 3 - (end - start);
    start = end;
  }
  return { doubled, tieCorrection };
}

/** The share of all choices of signs whose positive ranks sum to `limit` at most. */
function shareAtMost(ranks: Int32Array, limit: number): number {
  // ways[s]: in how many ways signs make the sum s. At most 2^50 in all, so doubles count exactly.
  const ways = new Float64Array(limit + 1);
  ways[0] = 1;
  for (const rank of ranks) for (let sum = limit; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!;
  return ways.reduce((total, count) => total + count, 0) / 2 ** ranks.length;
}
