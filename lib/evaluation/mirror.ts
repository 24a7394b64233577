import type { LandmarkScheme } from "@/data/landmark_scheme.ts";

/** What mirroring needs to know of a set. */
export interface MirrorContext {
  /** Which landmarks change places. */
  scheme: Pick<LandmarkScheme, "points" | "flip">;
  /** Side of the crops in pixels. */
  size: number;
}

/**
 * Landmarks of mirrored crops, told for the crops themselves: x becomes `size - 1 - x` (pixel centres are at whole
 * numbers), and each landmark takes its mirror image's place. Undoes itself.
 *
 * @param landmarks `[N, 2M]` in crop pixels
 * @returns A new `[N, 2M]`.
 */
export function mirrorLandmarks(landmarks: ArrayLike<number>, { scheme, size }: MirrorContext): Float32Array {
  const dims = 2 * scheme.points;
  if (landmarks.length % dims !== 0) {
    throw new TypeError(
      `Cannot mirror landmarks as ${scheme.points} points do not divide their coordinates: ${landmarks.length}`,
    );
  }
  const mirrored = new Float32Array(landmarks.length);
  for (let start = 0; start < landmarks.length; start += dims) {
    for (let m = 0; m < scheme.points; m++) {
      const from = start + 2 * scheme.flip[m]!;
      mirrored[start + 2 * m] = size - 1 - landmarks[from]!;
      mirrored[start + 2 * m + 1] = landmarks[from + 1]!;
    }
  }
  return mirrored;
}

/**
 * The flip test: the mean of what a network says of the crops and of their mirror images.
 *
 * @param predictions `[N, 2M]` in crop pixels, of the crops
 * @param mirrored `[N, 2M]` in crop pixels, of the mirrored crops
 * @returns `[N, 2M]` in pixels of the crops
 */
export function averageWithMirror(
  predictions: ArrayLike<number>,
  mirrored: ArrayLike<number>,
  context: MirrorContext,
): Float32Array {
  if (predictions.length !== mirrored.length) {
    throw new TypeError(
      `Cannot average predictions as their numbers differ: ${predictions.length} and ${mirrored.length} of mirrored faces`,
    );
  }
  return mirrorLandmarks(mirrored, context).map((value, i) => (value + predictions[i]!) / 2);
}
