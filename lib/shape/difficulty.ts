import type { LandmarkScheme } from "@/data/landmark_scheme.ts";
import { createRandom } from "@/random.ts";
import type { Numbers, ShapeModel } from "./shape_model.ts";

/**
 * Differences below this share of the largest coordinate are rounding, not shape: 1e-6 of a 224 px crop is 1/5000 px.
 * Without it, a Smooth-Face that keeps every mode would have a Phi made of noise.
 */
const NEGLIGIBLE = 1e-6;

/**
 * Difficulty Phi of one face (ACR Loss, Fard and Mahoor, ICPR 2022): `|Smooth - Face|` per coordinate, divided by its largest
 * value over all coordinates of that face, x and y together. In [0, 1]; all zero where the two do not differ.
 *
 * @param face `[2M]`
 * @param smooth `[2M]`, its Smooth-Face
 * @param out Where to write `[2M]`; a new array by default.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { difficulty } from "@/mod.ts";
 *
 * // Two points; the first lies 1 from its smoothed place in x, the second 4 in y.
 * const phi = difficulty([10, 20, 30, 40], [11, 20, 30, 36]);
 * assert.deepEqual([...phi], [0.25, 0, 0, 1]);
 * ```
 */
export function difficulty(
  face: Numbers,
  smooth: Numbers,
  out: Float32Array = new Float32Array(face.length),
): Float32Array {
  if (smooth.length !== face.length || out.length !== face.length) {
    throw new TypeError(
      `Cannot compute difficulty as lengths differ: face ${face.length}, smooth ${smooth.length}, output ${out.length}`,
    );
  }
  let largest = 0, extent = 0;
  for (let i = 0; i < face.length; i++) {
    const difference = Math.abs(smooth[i]! - face[i]!);
    if (!Number.isFinite(difference)) {
      throw new RangeError(`Cannot compute difficulty as coordinate ${i} is not finite: ${face[i]} and ${smooth[i]}`);
    }
    largest = Math.max(largest, difference);
    extent = Math.max(extent, Math.abs(face[i]!));
  }
  if (largest <= NEGLIGIBLE * extent) return out.fill(0);
  for (let i = 0; i < face.length; i++) out[i] = Math.abs(smooth[i]! - face[i]!) / largest;
  return out;
}

/** Percent as the key of a difficulty table: 0.8 is 80, free of rounding. */
export function percentOf(fraction: number): number {
  return Number((100 * fraction).toFixed(6));
}

/**
 * Difficulty of every face at every share of explained variance, computed once for a whole run: Phi depends on the face
 * and the share alone.
 *
 * A share of 1 leaves nothing out and so gives zeros, also for a face beyond three standard deviations of the model.
 *
 * @param labels `[count, 2M]` in the unit of the model
 * @param fractions Shares of variance in (0, 1], as `[0.8, 0.9]`.
 * @returns By percent (80 for 0.8): Phi `[count, 2M]`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { difficultyTable, generateFaces, ShapeModel } from "@/mod.ts";
 *
 * const { landmarks, count } = await generateFaces({ count: 20, size: 48, quiet: true });
 * const model = ShapeModel.fit(landmarks, count, 136);
 * const table = difficultyTable(model, landmarks, count, [0.8, 0.97]);
 * assert.deepEqual([...table.keys()], [80, 97]);
 * assert.equal(table.get(80)!.length, count * 136);
 * ```
 */
export function difficultyTable(
  model: ShapeModel,
  labels: Numbers,
  count: number,
  fractions: readonly number[],
): Map<number, Float32Array> {
  const { dims, mean, modes, eigenvalues } = model;
  if (labels.length !== count * dims) {
    throw new TypeError(
      `Cannot compute difficulties as ${count} faces of ${dims} coordinates need ${
        count * dims
      } numbers: ${labels.length}`,
    );
  }
  const levels = [...new Set(fractions)]
    .map((fraction) => ({ fraction, k: model.modesFor(fraction) }))
    .sort((a, b) => a.fraction - b.fraction);
  const table = new Map(levels.map(({ fraction }) => [percentOf(fraction), new Float32Array(count * dims)]));
  const face = new Float64Array(dims);
  const centered = new Float64Array(dims);
  const smooth = new Float64Array(dims);
  const bounds = eigenvalues.map((value) => 3 * Math.sqrt(value));
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dims; d++) {
      face[d] = labels[i * dims + d]!;
      centered[d] = face[d]! - mean[d]!;
    }
    smooth.set(mean);
    // The levels share their first modes: each goes on where the one before it stopped.
    let done = 0;
    for (const { fraction, k } of levels) {
      if (fraction === 1) continue;
      for (; done < k; done++) {
        let b = 0;
        for (let d = 0, at = done * dims; d < dims; d++, at++) b += modes[at]! * centered[d]!;
        b = Math.max(-bounds[done]!, Math.min(bounds[done]!, b));
        for (let d = 0, at = done * dims; d < dims; d++, at++) smooth[d]! += b * modes[at]!;
      }
      difficulty(face, smooth, table.get(percentOf(fraction))!.subarray(i * dims, (i + 1) * dims));
    }
  }
  return table;
}

/**
 * Difficulty of mirrored faces: each landmark takes the difficulty of the one that it mirrors, x from x and y from y.
 *
 * Exactly the difficulty of the mirrored shape where the model is itself symmetric (fitted to faces and their mirror
 * images); a close stand-in otherwise, at no cost.
 *
 * @param phi `[N, 2M]`
 * @returns A new `[N, 2M]`.
 */
export function flipDifficulty(phi: Float32Array, scheme: Pick<LandmarkScheme, "points" | "flip">): Float32Array {
  const faces = facesOf(phi, scheme.points);
  const flipped = new Float32Array(phi.length);
  for (let i = 0; i < faces; i++) {
    const start = 2 * scheme.points * i;
    for (let m = 0; m < scheme.points; m++) {
      const from = start + 2 * scheme.flip[m]!;
      flipped[start + 2 * m] = phi[from]!;
      flipped[start + 2 * m + 1] = phi[from + 1]!;
    }
  }
  return flipped;
}

/** Ablation: the same difficulty everywhere. 0 makes ACR Loss's first branch `ln(1 + Delta^2)`, 1 makes it `ln(1 + Delta)`. */
export function constantDifficulty(phi: Float32Array, value: number): Float32Array {
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(`Cannot set a constant difficulty as it must be in [0, 1]: ${value}`);
  }
  return new Float32Array(phi.length).fill(value);
}

/**
 * Ablation: every face keeps its difficulties but not their places; landmarks change places, x and y of one staying
 * together. Tells whether it matters *where* the difficulty lies.
 *
 * @param phi `[N, 2M]`
 * @param seed With the face's index it decides the order, so two tables shuffled by one seed are shuffled alike.
 * @returns A new `[N, 2M]`.
 */
export function shuffleDifficulty(phi: Float32Array, points: number, seed: number): Float32Array {
  const faces = facesOf(phi, points);
  const shuffled = new Float32Array(phi.length);
  const order = new Int32Array(points);
  for (let i = 0; i < faces; i++) {
    for (let m = 0; m < points; m++) order[m] = m;
    createRandom(seed, "shuffle difficulty", i).shuffle(order);
    const start = 2 * points * i;
    for (let m = 0; m < points; m++) {
      shuffled[start + 2 * m] = phi[start + 2 * order[m]!]!;
      shuffled[start + 2 * m + 1] = phi[start + 2 * order[m]! + 1]!;
    }
  }
  return shuffled;
}

/**
 * Variant: one difficulty per landmark, `||Smooth_m - Face_m|| / max_q ||Smooth_q - Face_q||`, for x and y alike.
 * Follows from the coordinates' difficulties alone, as those share one divisor.
 *
 * @param phi `[N, 2M]`
 * @returns A new `[N, 2M]`.
 */
export function perLandmarkDifficulty(phi: Float32Array, points: number): Float32Array {
  const faces = facesOf(phi, points);
  const result = new Float32Array(phi.length);
  for (let i = 0; i < faces; i++) {
    const start = 2 * points * i;
    let largest = 0;
    for (let m = 0; m < points; m++) {
      const at = start + 2 * m;
      const length = Math.sqrt(phi[at]! ** 2 + phi[at + 1]! ** 2);
      result[at] = result[at + 1] = length;
      largest = Math.max(largest, result[at]!);
    }
    if (largest > 0) { for (let j = start; j < start + 2 * points; j++) result[j]! /= largest; }
  }
  return result;
}

/**
 * Variant: one difficulty per coordinate for all faces, the mean over some of them. Tells whether it matters how *this*
 * face departs from its Smooth-Face, or only which landmarks do so as a rule.
 *
 * @param phi `[N, 2M]`
 * @param of the faces to take the mean over, as indices
 * @returns A new `[N, 2M]` with equal rows.
 */
export function meanDifficulty(phi: Float32Array, points: number, of: ArrayLike<number>): Float32Array {
  const faces = facesOf(phi, points), dims = 2 * points;
  if (of.length === 0) throw new RangeError("Cannot take the mean of difficulties as there are no faces: 0");
  const sum = new Float64Array(dims);
  for (let i = 0; i < of.length; i++) for (let d = 0; d < dims; d++) sum[d]! += phi[of[i]! * dims + d]!;
  const result = new Float32Array(phi.length);
  for (let i = 0; i < faces; i++) for (let d = 0; d < dims; d++) result[i * dims + d] = sum[d]! / of.length;
  return result;
}

/** Ablation: easy is hard and hard is easy, `1 - Phi`. Tells whether the direction matters. Returns a new `[N, 2M]`. */
export function invertDifficulty(phi: Float32Array): Float32Array {
  return phi.map((value) => 1 - value);
}

/**
 * Variant (ours): `floor + (1 - floor) Phi`, so that no coordinate is easier than `floor`. Between the paper's (0) and a
 * difficulty of 1 everywhere (1): at small errors the slope of ACR Loss, about `(2 - Phi) Delta^(1 - Phi)`, all but
 * vanishes where Phi is 0.
 *
 * @returns A new `[N, 2M]`, or `phi` itself for a floor of 0.
 */
export function raiseDifficulty(phi: Float32Array, floor: number): Float32Array {
  if (!(floor >= 0 && floor <= 1)) {
    throw new RangeError(`Cannot raise difficulties as their floor must be in [0, 1]: ${floor}`);
  }
  return floor === 0 ? phi : phi.map((value) => floor + (1 - floor) * value);
}

/** The difficulties that a loss can be given, by the names that configurations use. */
export const DIFFICULTY_VARIANTS = ["coordinate", "landmark", "mean", "shuffled", "inverted", "zero", "one"] as const;

/** One of {@linkcode DIFFICULTY_VARIANTS}; `coordinate` is the paper's. */
export type DifficultyVariant = typeof DIFFICULTY_VARIANTS[number];

/**
 * The named variant of a difficulty `[N, 2M]`; `coordinate` returns it as it is.
 *
 * @param options.points Number of landmarks, `M`.
 * @param options.seed Used by `shuffled` alone.
 * @param options.of Faces that `mean` is taken over, as indices: those that are trained on.
 */
export function difficultyVariant(
  phi: Float32Array,
  variant: DifficultyVariant,
  options: { points: number; seed: number; of: ArrayLike<number> },
): Float32Array {
  switch (variant) {
    case "coordinate":
      return phi;
    case "landmark":
      return perLandmarkDifficulty(phi, options.points);
    case "mean":
      return meanDifficulty(phi, options.points, options.of);
    case "inverted":
      return invertDifficulty(phi);
    case "shuffled":
      return shuffleDifficulty(phi, options.points, options.seed);
    case "zero":
      return constantDifficulty(phi, 0);
    case "one":
      return constantDifficulty(phi, 1);
    default:
      throw new RangeError(
        `Cannot vary the difficulty as the variant is none of ${DIFFICULTY_VARIANTS.join(", ")}: '${variant}'`,
      );
  }
}

function facesOf(phi: Float32Array, points: number): number {
  const faces = phi.length / (2 * points);
  if (!Number.isInteger(faces)) {
    throw new TypeError(`Cannot change difficulties as ${points} landmarks do not divide their number: ${phi.length}`);
  }
  return faces;
}
