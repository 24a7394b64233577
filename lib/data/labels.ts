/**
 * How landmarks in crop pixels `p` become the network's numbers `v`, for a crop of side `S`:
 *
 * - `centered`: `v = (p - S/2) / S`; right of and below the middle is positive. Ours.
 * - `released`: `v = (S/2 - p) / S`; the sign is flipped. What the authors' released models speak.
 *
 * Both lie in about [-0.5, 0.5], and a difference of 1 is one crop side in either.
 */
export type LabelConvention = "centered" | "released";

/** The conventions by name. */
export const LABEL_CONVENTIONS: readonly LabelConvention[] = ["centered", "released"];

/** Fails unless `size` is a crop side and `convention` one of {@linkcode LABEL_CONVENTIONS}. */
export function checkLabelOptions(
  action: string,
  size: number,
  convention: string,
): asserts convention is LabelConvention {
  if (!(Number.isFinite(size) && size > 0)) {
    throw new RangeError(`${action} as the crop side is not a positive number of pixels: ${size}`);
  }
  if (!(LABEL_CONVENTIONS as readonly string[]).includes(convention)) {
    throw new RangeError(
      `${action} as the label convention is none of ${LABEL_CONVENTIONS.join(", ")}: '${convention}'`,
    );
  }
}

/**
 * Encodes landmarks in crop pixels as labels, fractions of the crop's side. Any number of coordinates, `[..., 2M]`
 * flattened; x and y are treated alike. NaN stays NaN.
 *
 * @param size Side `S` of the crop in pixels.
 * @param out Where to write; a new array by default. May be `landmarks` itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeLabels, encodeLabels } from "@/mod.ts";
 *
 * // One landmark at the middle of a crop of 100 pixels, one at its right edge.
 * const labels = encodeLabels([50, 50, 100, 50], 100);
 * assert.deepEqual([...labels], [0, 0, 0.5, 0]);
 * assert.deepEqual([...decodeLabels(labels, 100)], [50, 50, 100, 50]);
 * ```
 */
export function encodeLabels(
  landmarks: ArrayLike<number>,
  size: number,
  convention: LabelConvention = "centered",
  out: Float32Array = new Float32Array(landmarks.length),
): Float32Array {
  checkLabelOptions("Cannot encode labels", size, convention);
  checkLengths("Cannot encode labels", landmarks, out);
  const half = size / 2;
  const scale = convention === "centered" ? size : -size;
  for (let i = 0; i < out.length; i++) out[i] = (landmarks[i]! - half) / scale;
  return out;
}

/** Decodes labels (or predictions) to crop pixels: the inverse of {@linkcode encodeLabels}, with the same arguments. */
export function decodeLabels(
  labels: ArrayLike<number>,
  size: number,
  convention: LabelConvention = "centered",
  out: Float32Array = new Float32Array(labels.length),
): Float32Array {
  checkLabelOptions("Cannot decode labels", size, convention);
  checkLengths("Cannot decode labels", labels, out);
  const half = size / 2;
  const scale = convention === "centered" ? size : -size;
  for (let i = 0; i < out.length; i++) out[i] = half + scale * labels[i]!;
  return out;
}

function checkLengths(action: string, from: ArrayLike<number>, out: Float32Array): void {
  if (out.length !== from.length) {
    throw new TypeError(`${action} as the output has another length: ${out.length} for ${from.length} coordinates`);
  }
}
