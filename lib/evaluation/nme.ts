import type { FaceSet } from "@/data/face_set.ts";

/**
 * The length that an error is divided by: distance of the outer eye corners, distance of the pupils, `sqrt(w h)` or
 * diagonal of the tight box of the true landmarks.
 */
export type Normalizer = "inter-ocular" | "inter-pupil" | "box" | "diagonal";

/** All {@linkcode Normalizer}s. */
export const NORMALIZERS: readonly Normalizer[] = ["inter-ocular", "inter-pupil", "box", "diagonal"];

/**
 * Where distances are taken: in pixels of the `original` image, or, as the authors of ACR Loss do, in pixels of the
 * `crop`, which is stretched if its box was not square. The two give different numbers.
 */
export type ErrorSpace = "original" | "crop";

/** All {@linkcode ErrorSpace}s. */
export const ERROR_SPACES: readonly ErrorSpace[] = ["original", "crop"];

/** What an error is measured in. */
export interface ErrorOptions {
  /** The length that errors are divided by. @default "inter-ocular" */
  normalizer?: Normalizer;
  /** Whose pixels distances are taken in. @default "original" */
  space?: ErrorSpace;
}

/**
 * The error of every landmark of every face, as a fraction of the face's normalizing length.
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @returns `[N, M]`
 * @throws {TypeError} if `predictions` are not `[N, 2M]` numbers
 * @throws {RangeError} naming the face, if a number of it is not finite or its normalizing length is zero
 */
export function pointErrors(set: FaceSet, predictions: ArrayLike<number>, options: ErrorOptions = {}): Float64Array {
  const { normalizer = "inter-ocular", space = "original" } = options;
  checkChoice("normalizer", normalizer, NORMALIZERS);
  checkChoice("space", space, ERROR_SPACES);
  const { count, scheme: { points }, landmarks } = set;
  if (predictions.length !== count * 2 * points || landmarks.length !== predictions.length) {
    throw new TypeError(
      `Cannot compute errors as ${count} faces of ${points} landmarks need ${count * 2 * points} numbers: ` +
        `${predictions.length} predicted, ${landmarks.length} true`,
    );
  }
  const errors = new Float64Array(count * points);
  const truth = new Float64Array(2 * points);
  for (let face = 0; face < count; face++) {
    const [scaleX, scaleY] = scalesOf(set, face, space);
    const start = 2 * points * face;
    for (let j = 0; j < 2 * points; j++) {
      checkFinite(set, face, j, "prediction", predictions[start + j]!);
      checkFinite(set, face, j, "ground truth", landmarks[start + j]!);
      truth[j] = landmarks[start + j]! / (j % 2 === 0 ? scaleX : scaleY);
    }
    const length = normalizingLength(set, truth, normalizer);
    if (!(length > 0 && Number.isFinite(length))) {
      throw new RangeError(
        `Cannot compute the error of face '${set.ids[face]}' as its ${normalizer} length is not positive: ${length}`,
      );
    }
    for (let m = 0; m < points; m++) {
      const at = start + 2 * m;
      const x = (predictions[at]! - landmarks[at]!) / scaleX, y = (predictions[at + 1]! - landmarks[at + 1]!) / scaleY;
      errors[face * points + m] = Math.sqrt(x * x + y * y) / length;
    }
  }
  return errors;
}

/**
 * The normalized mean error of every face, `NME_i = mean_m ||p_m - g_m|| / d_i`, as a fraction (0.04 is "4 %").
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @returns `[N]`
 * @throws as {@linkcode pointErrors}
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { faceErrors, generateFaces } from "@/mod.ts";
 *
 * const set = await generateFaces({ count: 3, size: 64, quiet: true });
 * const predictions = set.landmarks.map((value, i) => value + (i % 2 === 0 ? 1 : 0)); // a pixel too far right
 * const errors = faceErrors(set, predictions);
 * assert.equal(errors.length, 3);
 * assert.ok(errors.every((error) => error > 0.01 && error < 0.2)); // fractions of the inter-ocular distance
 * ```
 */
export function faceErrors(set: FaceSet, predictions: ArrayLike<number>, options: ErrorOptions = {}): Float64Array {
  const { points } = set.scheme;
  const errors = pointErrors(set, predictions, options);
  return Float64Array.from({ length: set.count }, (_, face) => {
    let sum = 0;
    for (let m = 0; m < points; m++) sum += errors[face * points + m]!;
    return sum / points;
  });
}

function checkChoice(option: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) {
    throw new RangeError(`Cannot compute errors as option '${option}' is none of ${choices.join(", ")}: '${value}'`);
  }
}

function checkFinite(set: FaceSet, face: number, coordinate: number, what: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new RangeError(
    `Cannot compute the error of face '${set.ids[face]}' as ${"xy"[coordinate % 2]} of landmark ` +
      `${Math.floor(coordinate / 2)} of its ${what} is not finite: ${value}`,
  );
}

function scalesOf(set: FaceSet, face: number, space: ErrorSpace): [number, number] {
  if (space === "crop") return [1, 1];
  const scaleX = set.transforms[4 * face]!, scaleY = set.transforms[4 * face + 1]!;
  if (!(scaleX > 0 && scaleY > 0 && Number.isFinite(scaleX + scaleY))) {
    throw new RangeError(
      `Cannot compute the error of face '${set.ids[face]}' as its crop's scales are not positive: ${scaleX}, ${scaleY}`,
    );
  }
  return [scaleX, scaleY];
}

/** @param truth `[2M]`, in the pixels in which distances are taken (up to a shift) */
function normalizingLength({ scheme }: FaceSet, truth: Float64Array, normalizer: Normalizer): number {
  if (normalizer === "inter-ocular" || normalizer === "inter-pupil") {
    const [a, b] = normalizer === "inter-ocular" ? scheme.interOcular : scheme.interPupil;
    const x = meanOf(truth, a, 0) - meanOf(truth, b, 0), y = meanOf(truth, a, 1) - meanOf(truth, b, 1);
    return Math.sqrt(x * x + y * y);
  }
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (let j = 0; j < truth.length; j++) {
    low[j % 2] = Math.min(low[j % 2]!, truth[j]!);
    high[j % 2] = Math.max(high[j % 2]!, truth[j]!);
  }
  const width = high[0]! - low[0]!, height = high[1]! - low[1]!;
  return normalizer === "box" ? Math.sqrt(width * height) : Math.sqrt(width * width + height * height);
}

function meanOf(truth: Float64Array, group: readonly number[], axis: number): number {
  let sum = 0;
  for (const m of group) sum += truth[2 * m + axis]!;
  return sum / group.length;
}
