import type { LandmarkScheme } from "./landmark_scheme.ts";

/** Landmarks without place and size: centered, of root mean square radius 1. Undefined if all are in one place. */
function normalize(landmarks: ArrayLike<number>): Float64Array | undefined {
  const points = landmarks.length / 2;
  let x = 0, y = 0, square = 0;
  for (let i = 0; i < landmarks.length; i += 2) {
    x += landmarks[i]! / points;
    y += landmarks[i + 1]! / points;
  }
  const shape = new Float64Array(landmarks.length);
  for (let i = 0; i < landmarks.length; i += 2) {
    shape[i] = landmarks[i]! - x;
    shape[i + 1] = landmarks[i + 1]! - y;
    square += shape[i]! ** 2 + shape[i + 1]! ** 2;
  }
  const radius = Math.sqrt(square / points);
  return radius > 1e-9 ? shape.map((value) => value / radius) : undefined;
}

/** The sum of products of two shapes, as complex numbers: its size says how well one fits the other when turned. */
function product(a: Float64Array, b: Float64Array, order?: readonly number[]): [number, number] {
  let re = 0, im = 0;
  for (let m = 0; 2 * m < a.length; m++) {
    const k = order ? order[m]! : m;
    const [ax, ay, bx, by] = [a[2 * m]!, a[2 * m + 1]!, b[2 * k]!, b[2 * k + 1]!];
    re += ax * bx + ay * by;
    im += ax * by - ay * bx;
  }
  return [re, im];
}

/**
 * Finds faces whose left and right landmarks seem to be exchanged: those that, once moved, turned and scaled, come at
 * least twice as near to the mean shape (in squares) when the landmarks of each mirrored pair change places.
 *
 * @param shapes `[2M]` each, in any unit
 * @returns indices of the suspicious ones
 */
export function findExchanged(shapes: readonly ArrayLike<number>[], scheme: LandmarkScheme): number[] {
  const normal = shapes.map(normalize);
  const known = normal.filter((shape) => shape !== undefined);
  if (known.length === 0) return [];
  let mean: Float64Array = new Float64Array(2 * scheme.points);
  // Most faces are upright, so that their plain mean is a face; turning all to it sharpens it.
  for (let round = 0; round < 3; round++) {
    const sum = new Float64Array(mean.length);
    for (const shape of known) {
      const [re, im] = round === 0 ? [1, 0] : product(mean, shape);
      const size = Math.hypot(re, im) || 1;
      for (let i = 0; i < shape.length; i += 2) {
        sum[i]! += (shape[i]! * re + shape[i + 1]! * im) / size;
        sum[i + 1]! += (shape[i + 1]! * re - shape[i]! * im) / size;
      }
    }
    const next = normalize(sum);
    if (!next) return [];
    mean = next;
  }
  // Distance after the best turn and scale, of shapes whose squares sum to M.
  const distance = (shape: Float64Array, order?: readonly number[]) => {
    const [re, im] = product(mean, shape, order);
    return 1 - (re * re + im * im) / scheme.points ** 2;
  };
  return normal.flatMap((shape, index) => shape && distance(shape, scheme.flip) < 0.5 * distance(shape) ? [index] : []);
}

/** Side of the thumbnails that {@linkcode findNearDuplicates} compares. */
export const THUMBNAIL = 24;

/** A gray thumbnail without brightness and contrast: mean 0, square sum 1. Plain pictures become zeros. */
export function thumbnailOf(pixels: Uint8Array): Float32Array {
  const gray = new Float32Array(pixels.length / 3);
  for (let i = 0; i < gray.length; i++) {
    gray[i] = 0.299 * pixels[3 * i]! + 0.587 * pixels[3 * i + 1]! + 0.114 * pixels[3 * i + 2]!;
  }
  const mean = gray.reduce((sum, value) => sum + value, 0) / gray.length;
  const size = Math.sqrt(gray.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return gray.map((value) => size > gray.length / 10 ? (value - mean) / size : 0);
}

/** Two faces that look the same. */
export interface NearDuplicate {
  readonly a: number;
  readonly b: number;
  /** Correlation of their thumbnails, up to 1. */
  readonly similarity: number;
}

/**
 * Finds pairs of thumbnails whose correlation is at least `least`: one of each list, or, where only one list is given,
 * both of it.
 *
 * On the real faces of 300W, different faces reach 0.91, and pairs above 0.95 are one photograph.
 *
 * @param a from {@linkcode thumbnailOf}, all of one size
 * @param b likewise
 * @returns most similar first
 */
export function findNearDuplicates(
  a: readonly Float32Array[],
  b?: readonly Float32Array[],
  least = 0.95,
): NearDuplicate[] {
  const pairs: NearDuplicate[] = [];
  const others = b ?? a;
  for (const [i, left] of a.entries()) {
    for (let j = b ? 0 : i + 1; j < others.length; j++) {
      const right = others[j]!;
      let sum = 0;
      for (let k = 0; k < left.length; k++) sum += left[k]! * right[k]!;
      if (sum >= least) pairs.push({ a: i, b: j, similarity: sum });
    }
  }
  return pairs.sort((p, q) => q.similarity - p.similarity || p.a - q.a || p.b - q.b);
}
