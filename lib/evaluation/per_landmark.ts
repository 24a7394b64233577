import type { FaceSet } from "@/data/face_set.ts";
import { type ErrorOptions, pointErrors } from "./nme.ts";

/** Options of {@linkcode landmarkErrors}. */
export interface LandmarkErrorOptions extends ErrorOptions {
  /** Faces to take the mean over, by index, as `set.subsets.common`. @default all */
  faces?: readonly number[];
}

/** Where on the face the errors are; fractions of the normalizing length. */
export type LandmarkErrors = {
  /** Number of faces that the means are over. */
  readonly count: number;
  /** Mean error of each landmark, in the scheme's order. */
  readonly landmarks: number[];
  /** Mean error of the landmarks of each region of the scheme. */
  readonly regions: { [region: string]: number };
};

/**
 * The mean error of every landmark and region.
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @throws as `pointErrors()`, and {RangeError} if there is no face or no such face
 */
export function landmarkErrors(
  set: FaceSet,
  predictions: ArrayLike<number>,
  options: LandmarkErrorOptions = {},
): LandmarkErrors {
  const { scheme, count } = set;
  const { faces = Array.from({ length: count }, (_, face) => face) } = options;
  if (faces.length === 0) throw new RangeError("Cannot compute errors per landmark as there are no faces: 0");
  const errors = pointErrors(set, predictions, options);
  const sums = new Float64Array(scheme.points);
  for (const face of faces) {
    if (!Number.isInteger(face) || face < 0 || face >= count) {
      throw new RangeError(`Cannot compute errors per landmark as a face must be 0 to ${count - 1}: ${face}`);
    }
    for (let m = 0; m < scheme.points; m++) sums[m]! += errors[face * scheme.points + m]!;
  }
  const landmarks = Array.from(sums, (sum) => sum / faces.length);
  const regions = Object.fromEntries(
    Object.entries(scheme.regions).map((
      [region, members],
    ) => [region, members.reduce((sum, m) => sum + landmarks[m]!, 0) / members.length]),
  );
  return { count: faces.length, landmarks, regions };
}
