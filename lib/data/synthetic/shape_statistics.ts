import { cropProtocol, cropTransform } from "@/data/crop.ts";
import { createRandom } from "@/random.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import type { Difficulty } from "./parameters.ts";
import { sampleFace } from "./sample_face.ts";
import { placeFace } from "./scene.ts";

/** How a set of 68-point shapes varies, after each was framed by the `acr-224` crop. */
export interface ShapeStatistics {
  /** Number of shapes. */
  readonly count: number;
  /** `[136]` mean shape, fractions of the crop's side. */
  readonly mean: Float64Array;
  /** `[68]` root mean square distance of each point from its mean, fractions of the crop's side. */
  readonly spread: Float64Array;
  /** Variance of all coordinates together, squared fractions of the crop's side. */
  readonly variance: number;
  /** Share of the variance of each mode, largest first. */
  readonly spectrum: Float64Array;
  /** Modes that explain more than 80, 85, 90, 95 and 97 % of the variance. */
  readonly modes: Readonly<Record<80 | 85 | 90 | 95 | 97, number>>;
  /** Error of a predictor that always answers with the mean shape, in inter-ocular distances of the original picture. */
  readonly meanShapeError: { readonly mean: number; readonly median: number };
}

/** Synthetic and real shapes side by side. */
export interface ShapeComparison {
  /** Of the synthetic faces. */
  readonly synthetic: ShapeStatistics;
  /** Of the real ones. */
  readonly real: ShapeStatistics;
  /** `[68]` distance between the two mean shapes at each point, fractions of the crop's side. */
  readonly meanDistance: Float64Array;
}

/**
 * Describes shapes.
 *
 * @param landmarks `[count, 136]` in pixels of the original pictures.
 * @throws {TypeError} if their number does not fit.
 */
export function describeShapes(landmarks: ArrayLike<number>, count: number): ShapeStatistics {
  if (landmarks.length !== 136 * count) {
    throw new TypeError(`Cannot describe ${count} shapes as they need ${136 * count} numbers: ${landmarks.length}`);
  }
  const protocol = cropProtocol("acr-224"),
    shapes = new Float64Array(136 * count),
    scales = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const points = Array.from({ length: 136 }, (_, k) => landmarks[136 * i + k]!);
    // A picture without end: nothing is cut off.
    const shift = 1e5, moved = points.map((v) => v + shift);
    const [sx, sy, ox, oy] = cropTransform(protocol.box({ landmarks: moved, width: 1e7, height: 1e7 }), 1);
    scales.set([sx!, sy!], 2 * i);
    for (let k = 0; k < 136; k += 2) {
      shapes[136 * i + k] = moved[k]! * sx! + ox! + 0.5;
      shapes[136 * i + k + 1] = moved[k + 1]! * sy! + oy! + 0.5;
    }
  }
  const model = ShapeModel.fit(shapes, count, 136), { mean, eigenvalues } = model;
  const variance = eigenvalues.reduce((sum, value) => sum + value, 0);
  const spread = new Float64Array(68), errors = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const dx = landmarks[136 * i + 72]! - landmarks[136 * i + 90]!,
      dy = landmarks[136 * i + 73]! - landmarks[136 * i + 91]!;
    const ocular = Math.sqrt(dx * dx + dy * dy);
    for (let m = 0; m < 68; m++) {
      const x = shapes[136 * i + 2 * m]! - mean[2 * m]!, y = shapes[136 * i + 2 * m + 1]! - mean[2 * m + 1]!;
      spread[m] = spread[m]! + (x * x + y * y) / count;
      const px = x / scales[2 * i]!, py = y / scales[2 * i + 1]!;
      errors[i] = errors[i]! + Math.sqrt(px * px + py * py) / (68 * ocular);
    }
  }
  const sorted = errors.toSorted();
  return {
    count,
    mean,
    spread: spread.map(Math.sqrt),
    variance,
    spectrum: eigenvalues.map((value) => value / variance),
    modes: {
      80: model.modesFor(0.8),
      85: model.modesFor(0.85),
      90: model.modesFor(0.9),
      95: model.modesFor(0.95),
      97: model.modesFor(0.97),
    },
    meanShapeError: {
      mean: errors.reduce((sum, error) => sum + error, 0) / count,
      median: (sorted[Math.floor((count - 1) / 2)]! + sorted[Math.ceil((count - 1) / 2)]!) / 2,
    },
  };
}

/** Landmarks of synthetic faces, without drawing them: `[count, 136]` in pixels of the original pictures. */
export function sampleShapes(count: number, seed: number, challenging = 0.2): Float64Array {
  const landmarks = new Float64Array(136 * count);
  for (let i = 0; i < count; i++) {
    const difficulty: Difficulty = createRandom(seed, "difficulty", i).chance(challenging) ? "challenging" : "common";
    landmarks.set(placeFace(sampleFace(seed, i, difficulty)).landmarks, 136 * i);
  }
  return landmarks;
}

/**
 * Compares how synthetic and real shapes vary.
 *
 * @param real `[count, 136]` landmarks in pixels, as of the public faces of 300W.
 * @param count number of real shapes.
 * @param drawn number of synthetic shapes to draw.
 */
export function compareShapes(real: ArrayLike<number>, count: number, drawn = count, seed = 0): ShapeComparison {
  const a = describeShapes(sampleShapes(drawn, seed), drawn), b = describeShapes(real, count);
  const meanDistance = Float64Array.from({ length: 68 }, (_, m) => {
    const dx = a.mean[2 * m]! - b.mean[2 * m]!, dy = a.mean[2 * m + 1]! - b.mean[2 * m + 1]!;
    return Math.sqrt(dx * dx + dy * dy);
  });
  return { synthetic: a, real: b, meanDistance };
}
