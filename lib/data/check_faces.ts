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

/** The mean of shapes from {@linkcode normalize}, each turned to it. Undefined if there is none, or all cancel out. */
function meanShape(shapes: readonly Float64Array[], points: number): Float64Array | undefined {
  let mean: Float64Array = new Float64Array(2 * points);
  // Most faces are upright, so that their plain mean is a face; turning all to it sharpens it.
  for (let round = 0; round < 3; round++) {
    const sum = new Float64Array(mean.length);
    for (const shape of shapes) {
      const [re, im] = round === 0 ? [1, 0] : product(mean, shape);
      const size = Math.hypot(re, im) || 1;
      for (let i = 0; i < shape.length; i += 2) {
        sum[i]! += (shape[i]! * re + shape[i + 1]! * im) / size;
        sum[i + 1]! += (shape[i + 1]! * re - shape[i]! * im) / size;
      }
    }
    const next = normalize(sum);
    if (!next) return undefined;
    mean = next;
  }
  return mean;
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
  const mean = meanShape(normal.filter((shape) => shape !== undefined), scheme.points);
  if (!mean) return [];
  // Distance after the best turn and scale, of shapes whose squares sum to M.
  const distance = (shape: Float64Array, order?: readonly number[]) => {
    const [re, im] = product(mean, shape, order);
    return 1 - (re * re + im * im) / scheme.points ** 2;
  };
  return normal.flatMap((shape, index) => shape && distance(shape, scheme.flip) < 0.5 * distance(shape) ? [index] : []);
}

/** A landmark whose flip map does not fit the faces. */
export interface DoubtfulFlip {
  readonly landmark: number;
  /** What the scheme says. */
  readonly partner: number;
  /** The landmark that is where this one's mirror image falls. */
  readonly nearest: number;
}

/** Below this many faces, chance turns of heads make their mean lopsided. */
const ENOUGH_FOR_SYMMETRY = 20;
/** Comparing all pairs of more landmarks takes too long. */
const MOST_FOR_SYMMETRY = 500;

/**
 * Finds landmarks whose flip map seems wrong: those that, in the mirrored mean shape, fall on another landmark than their
 * partner. A mean shape that is not like its own mirror image, as of a hand, gives none.
 *
 * @param shapes `[2M]` each, in any unit
 * @returns none for fewer than twenty shapes, as their mean says nothing about symmetry
 */
export function findDoubtfulFlips(shapes: readonly ArrayLike<number>[], scheme: LandmarkScheme): DoubtfulFlip[] {
  const { points, flip } = scheme;
  const normal = shapes.map(normalize).filter((shape) => shape !== undefined);
  if (normal.length < ENOUGH_FOR_SYMMETRY || points > MOST_FOR_SYMMETRY) return [];
  const mean = meanShape(normal, points);
  if (!mean) return [];
  const distances = (mirrored: Float64Array, m: number) =>
    Array.from(
      { length: points },
      (_, k) => Math.hypot(mirrored[2 * m]! - mean[2 * k]!, mirrored[2 * m + 1]! - mean[2 * k + 1]!),
    );
  // The axis is what makes the mirrored shape, as a set of points, most like the shape: the map may be all wrong.
  let best = { total: Infinity, mirrored: mean };
  for (let degrees = 0; degrees < 180; degrees += 2) {
    const [c, s] = [Math.cos(Math.PI * degrees / 90), Math.sin(Math.PI * degrees / 90)];
    const mirrored = mean.map((value, i) => i % 2 ? s * mean[i - 1]! - c * value : c * value + s * mean[i + 1]!);
    let total = 0;
    for (let m = 0; m < points; m++) total += Math.min(...distances(mirrored, m));
    if (total < best.total) best = { total, mirrored };
  }
  if (best.total / points > 0.1) return [];
  return flip.flatMap((partner, landmark) => {
    const from = distances(best.mirrored, landmark);
    const nearest = from.indexOf(Math.min(...from));
    // Of the mean radius: an eye is about 0.4 wide.
    const wrong = from[partner]! > 0.12 && from[nearest]! < 0.25 * from[partner]!;
    return wrong ? [{ landmark, partner, nearest }] : [];
  });
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

/** Side of the blocks of {@linkcode coarsen}, in pixels of a thumbnail. */
const BLOCK = 4;

/** A thumbnail's part along its blocks, which are orthonormal, and the length of what is left: nearly all is in few numbers. */
function coarsen(thumbnail: Float32Array): { blocks: Float32Array; rest: number } {
  const side = Math.sqrt(thumbnail.length), across = Math.ceil(side / BLOCK);
  const blocks = new Float32Array(across * across);
  let square = 0;
  thumbnail.forEach((value, i) => {
    const block = Math.floor(Math.floor(i / side) / BLOCK) * across + Math.floor((i % side) / BLOCK);
    blocks[block]! += value / BLOCK;
    square += value * value;
  });
  const along = blocks.reduce((sum, value) => sum + value * value, 0);
  return { blocks, rest: Math.sqrt(Math.max(0, square - along)) };
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
  const coarse = a.map(coarsen), coarseOthers = b ? b.map(coarsen) : coarse;
  for (const [i, left] of a.entries()) {
    const { blocks, rest } = coarse[i]!;
    for (let j = b ? 0 : i + 1; j < others.length; j++) {
      const other = coarseOthers[j]!;
      // By Cauchy and Schwarz, what lies within the blocks adds no more than the product of the rests.
      let most = rest * other.rest;
      for (let k = 0; k < blocks.length; k++) most += blocks[k]! * other.blocks[k]!;
      if (most < least - 1e-4) continue;
      const right = others[j]!;
      let sum = 0;
      for (let k = 0; k < left.length; k++) sum += left[k]! * right[k]!;
      if (sum >= least) pairs.push({ a: i, b: j, similarity: sum });
    }
  }
  return pairs.sort((p, q) => q.similarity - p.similarity || p.a - q.a || p.b - q.b);
}
