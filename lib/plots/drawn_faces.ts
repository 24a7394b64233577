import type { FaceSet } from "@/data/face_set.ts";
import type { DrawnFace } from "./face_points.ts";
import { pictureUrl } from "./picture.ts";

/** A face's picture, as the plots take it. */
export async function facePicture(set: FaceSet, index: number): Promise<{ url: string; size: number }> {
  const { size, count } = set;
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    throw new RangeError(`Cannot show face ${index} as the set has ${count} faces, numbered from 0`);
  }
  const pixels = 3 * size * size;
  return { url: await pictureUrl(set.images.subarray(pixels * index, pixels * (index + 1)), size), size };
}

/** Options of {@linkcode drawnFaces}. */
export interface DrawnFacesOptions {
  /** `[N, 2M]` in crop pixels, one row for each face of the set. */
  predictions?: ArrayLike<number>;
  /** NME of each face of the set, as fractions: for the headings. */
  errors?: ArrayLike<number>;
}

/** Faces of a set, with their true and predicted points, for `faceGrid()` and `facePoints()`. */
export async function drawnFaces(
  set: FaceSet,
  indices: readonly number[],
  { predictions, errors }: DrawnFacesOptions = {},
): Promise<DrawnFace[]> {
  const length = 2 * set.scheme.points;
  const row = (values: ArrayLike<number>, index: number): number[] =>
    Array.from({ length }, (_, i) => values[length * index + i]!);
  return await Promise.all(indices.map(async (index) => ({
    picture: await facePicture(set, index),
    truth: row(set.landmarks, index),
    ...(predictions ? { prediction: row(predictions, index) } : {}),
    ...(errors ? { title: `NME ${(100 * errors[index]!).toFixed(1)} %` } : {}),
  })));
}

/** Indices of the faces with the largest errors, worst first, or of those with the smallest, best first. */
export function rankFaces(errors: ArrayLike<number>, which: "worst" | "best", count: number): number[] {
  const sign = which === "worst" ? -1 : 1;
  return Array.from(errors, (_, i) => i).sort((a, b) => sign * (errors[a]! - errors[b]!) || a - b).slice(0, count);
}
