/** Spacing at which the cumulative error distribution is sampled, as is the field's standard. */
export const CURVE_STEP = 1e-4;
const STEPS_PER_ONE = 10_000;

/** Number of thresholds of {@linkcode authorsAuc}, and the last of them. */
const AUTHORS_THRESHOLDS = 20, AUTHORS_LIMIT = 0.1;

/** A cumulative error distribution (CED) at evenly spaced thresholds. */
export interface ErrorDistribution {
  /** `0, 0.0001, ..., t`: fractions of the normalizing length. */
  readonly thresholds: Float64Array;
  /** Share of faces whose error is at or below each threshold. */
  readonly shares: Float64Array;
}

/** The share of faces whose error is greater than `threshold`. */
export function failureRate(errors: ArrayLike<number>, threshold: number): number {
  checkErrors("Cannot compute the failure rate", errors);
  checkThreshold("Cannot compute the failure rate", threshold);
  let failures = 0;
  for (let i = 0; i < errors.length; i++) if (errors[i]! > threshold) failures++;
  return failures / errors.length;
}

/**
 * The cumulative error distribution from 0 to `threshold` in steps of {@linkcode CURVE_STEP}.
 *
 * @param threshold In (0, 1], a multiple of the step.
 */
export function cumulativeErrorDistribution(errors: ArrayLike<number>, threshold: number): ErrorDistribution {
  const action = "Cannot compute the cumulative error distribution";
  checkErrors(action, errors);
  checkThreshold(action, threshold);
  const steps = Math.round(threshold * STEPS_PER_ONE);
  if (steps < 1 || Math.abs(steps / STEPS_PER_ONE - threshold) > 1e-12) {
    throw new RangeError(`${action} as the threshold must be a multiple of ${CURVE_STEP}: ${threshold}`);
  }
  const sorted = Float64Array.from(errors).sort();
  // Divided, not multiplied by the step: 0.07 is then 0.07 and not 0.07000000000000001.
  const thresholds = Float64Array.from({ length: steps + 1 }, (_, i) => i / STEPS_PER_ONE);
  let below = 0;
  const shares = thresholds.map((limit) => {
    while (below < sorted.length && sorted[below]! <= limit) below++;
    return below / sorted.length;
  });
  return { thresholds, shares };
}

/**
 * The area under the cumulative error distribution from 0 to `threshold` by Simpson's rule, divided by `threshold`: the
 * field's standard AUC; 1 for a perfect predictor.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { areaUnderCurve, failureRate } from "@/mod.ts";
 *
 * const errors = [0.02, 0.03, 0.05, 0.2];
 * assert.equal(failureRate(errors, 0.1), 0.25);
 * assert.ok(Math.abs(areaUnderCurve(errors, 0.1) - 0.5) < 1e-3); // (0.8 + 0.7 + 0.5 + 0) / 4
 * ```
 */
export function areaUnderCurve(errors: ArrayLike<number>, threshold: number): number {
  return simpson(cumulativeErrorDistribution(errors, threshold).shares, CURVE_STEP) / threshold;
}

/**
 * The AUC as the authors of ACR Loss compute it, for their published values alone: over 20 thresholds `t_i` evenly on
 * [0, 0.1], `sum_i F(t_i) (t_i + t_(i-1)) / 2`. A perfect predictor has 0.95. It must never be compared with
 * {@linkcode areaUnderCurve}.
 */
export function authorsAuc(errors: ArrayLike<number>): number {
  checkErrors("Cannot compute the authors' AUC", errors);
  const threshold = (i: number) => AUTHORS_LIMIT * i / (AUTHORS_THRESHOLDS - 1);
  let area = 0;
  for (let i = 1; i < AUTHORS_THRESHOLDS; i++) {
    let below = 0;
    for (let j = 0; j < errors.length; j++) if (errors[j]! <= threshold(i)) below++;
    area += below / errors.length * (threshold(i) + threshold(i - 1)) / 2;
  }
  return area;
}

/**
 * Simpson's rule over evenly spaced samples, as `scipy.integrate.simpson` has it: an even number of samples (whose last
 * interval is left over) ends with Cartwright's correction, two samples with the trapezium.
 */
export function simpson(samples: ArrayLike<number>, step: number): number {
  const count = samples.length;
  if (count < 2) throw new RangeError(`Cannot integrate as it needs at least 2 samples: ${count}`);
  if (count === 2) return step * (samples[0]! + samples[1]!) / 2;
  const last = count % 2 === 1 ? count - 1 : count - 2;
  let sum = 0;
  for (let i = 0; i < last; i += 2) sum += samples[i]! + 4 * samples[i + 1]! + samples[i + 2]!;
  let area = sum * step / 3;
  if (count % 2 === 0) {
    area += step * (5 * samples[count - 1]! + 8 * samples[count - 2]! - samples[count - 3]!) / 12;
  }
  return area;
}

/** A percentile by linear interpolation, as `numpy.percentile`; 50 is the median. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  checkErrors("Cannot compute a percentile", values);
  if (!(percent >= 0 && percent <= 100)) {
    throw new RangeError(`Cannot compute a percentile as it must be in [0, 100]: ${percent}`);
  }
  const sorted = Float64Array.from(values).sort();
  const position = percent / 100 * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!, high = sorted[Math.ceil(position)]!;
  return low + (high - low) * (position - Math.floor(position));
}

function checkErrors(action: string, errors: ArrayLike<number>): void {
  if (errors.length === 0) throw new RangeError(`${action} as there are no faces: 0`);
  for (let i = 0; i < errors.length; i++) {
    if (!Number.isFinite(errors[i])) throw new RangeError(`${action} as error ${i} is not finite: ${errors[i]}`);
  }
}

function checkThreshold(action: string, threshold: number): void {
  if (!(threshold > 0 && threshold <= 1)) {
    throw new RangeError(`${action} as the threshold must be in (0, 1], a fraction: ${threshold}`);
  }
}
