import { join } from "node:path";
import { PCA } from "ml-pca";
import { messageOf } from "@/errors.ts";
import { describeNpy, type NpyArray, readNpy, writeNpy } from "@/data/npy.ts";

/** Flat numbers, as `Float32Array`, `Float64Array` or a plain array. */
export type Numbers = ArrayLike<number>;

/** Options of {@linkcode ShapeModel.reconstruct}. */
export interface ReconstructOptions {
  /** Clamps each `b_j` to plus or minus this many standard deviations `sqrt(lambda_j)`; `Infinity` leaves it. @default 3 */
  limit?: number;
}

/** The parts of a {@linkcode ShapeModel}, as {@linkcode ShapeModel.load} finds them on disk. */
export interface ShapeModelParts {
  /** `[2M]` */
  mean: Float64Array;
  /** `[K]` variances of the modes, largest first. */
  eigenvalues: Float64Array;
  /** `[K, 2M]`, one unit-length mode a row. */
  modes: Float64Array;
}

/**
 * A statistical shape model: `Face ~ Mean + V b`, by principal component analysis of shape vectors.
 *
 * It has `K = min(N - 1, 2M)` modes: `N` shapes, less their mean, span no more. The sign of a mode is chosen so that its
 * entry of largest magnitude (the first of equals) is positive, as scikit-learn's `PCA` does. Lengths are in the unit of
 * the shapes it was fitted to, eigenvalues in its square.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateFaces, ShapeModel } from "@/mod.ts";
 *
 * const { landmarks, count } = await generateFaces({ count: 20, size: 48, quiet: true });
 * const model = ShapeModel.fit(landmarks, count, 136);
 * const k = model.modesFor(0.9); // modes that explain more than 90 % of the variance
 * const face = landmarks.subarray(0, 136);
 * const smooth = model.smooth(face, k); // the Smooth-Face
 * assert.equal(smooth.length, 136);
 * assert.ok(k < model.modesFor(0.97));
 * ```
 */
export class ShapeModel {
  /** Length of a shape vector, `2M`. */
  readonly dims: number;
  /** Number of modes, `K`. */
  readonly count: number;
  /** `[2M]` */
  readonly mean: Float64Array;
  /** `[K]` variances of the modes (divisor `N - 1`), largest first. */
  readonly eigenvalues: Float64Array;
  /** `[K, 2M]`, one unit-length mode a row. */
  readonly modes: Float64Array;

  /** Takes its parts as they are; {@linkcode ShapeModel.fit} and {@linkcode ShapeModel.load} make valid ones. */
  constructor({ mean, eigenvalues, modes }: ShapeModelParts) {
    this.dims = mean.length;
    this.count = eigenvalues.length;
    this.mean = mean;
    this.eigenvalues = eigenvalues;
    this.modes = modes;
  }

  /**
   * Fits a model to `count` shape vectors of `dims = 2M` coordinates.
   *
   * @param shapes `[count, dims]`, flat
   * @throws {TypeError} if `shapes` does not hold `count * dims` numbers
   * @throws {RangeError} if there are fewer than two shapes, if all are the same, or if a coordinate is not finite
   */
  static fit(shapes: Numbers, count: number, dims: number): ShapeModel {
    const action = "Cannot fit a shape model";
    if (!Number.isInteger(dims) || dims < 2 || dims % 2 !== 0) {
      throw new RangeError(`${action} as a shape vector needs a positive, even number of coordinates: ${dims}`);
    }
    if (!Number.isInteger(count) || count < 2) {
      throw new RangeError(`${action} as it needs at least 2 shapes: ${count}`);
    }
    if (shapes.length !== count * dims) {
      throw new TypeError(`${action} as ${count} shapes of ${dims} need ${count * dims} numbers: ${shapes.length}`);
    }
    for (let i = 0; i < shapes.length; i++) {
      if (!Number.isFinite(shapes[i])) {
        throw new RangeError(
          `${action} as coordinate ${i % dims} of shape ${Math.floor(i / dims)} is not finite: ${shapes[i]}`,
        );
      }
    }
    const mean = meanOf(shapes, count, dims);
    const covariance = covarianceOf(shapes, mean, count);
    let total = 0;
    for (let d = 0; d < dims; d++) total += covariance[d]![d]!;
    if (!Number.isFinite(total)) throw new RangeError(`${action} as its coordinates are too large: variance ${total}`);
    if (total === 0) throw new RangeError(`${action} as all shapes are the same: ${count} shapes`);

    const pca = new PCA(covariance as unknown as number[][], { isCovarianceMatrix: true });
    const values = pca.getEigenvalues();
    const vectors = pca.getEigenvectors();
    const modeCount = Math.min(count - 1, dims);
    const eigenvalues = new Float64Array(modeCount);
    const modes = new Float64Array(modeCount * dims);
    for (let k = 0; k < modeCount; k++) {
      // Rounding leaves the variance of a direction without any a little below zero.
      eigenvalues[k] = Math.max(0, values[k]!);
      const mode = modes.subarray(k * dims, (k + 1) * dims);
      for (let d = 0; d < dims; d++) mode[d] = vectors.get(d, k);
      fixSign(mode);
    }
    return new ShapeModel({ mean, eigenvalues, modes });
  }

  /** `[K]` share of the total variance that the first `k + 1` modes explain; ends at 1. */
  cumulativeVariance(): Float64Array {
    const total = this.eigenvalues.reduce((sum, value) => sum + value, 0);
    let sum = 0;
    return this.eigenvalues.map((value) => sum += value / total);
  }

  /**
   * The smallest number of modes whose share of the total variance is greater than `fraction`, as scikit-learn's
   * `PCA(n_components=fraction)`; all of them for 1.
   */
  modesFor(fraction: number): number {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new RangeError(`Cannot choose modes as the fraction of variance must be in (0, 1]: ${fraction}`);
    }
    const first = this.cumulativeVariance().findIndex((share) => share > fraction);
    return fraction === 1 || first < 0 ? this.count : first + 1;
  }

  /** The first `k` shape parameters, `b = V_k^T (shape - Mean)`. */
  project(shape: Numbers, k: number = this.count): Float64Array {
    if (shape.length !== this.dims) {
      throw new TypeError(`Cannot project a shape as its length is not ${this.dims}: ${shape.length}`);
    }
    this.#checkModes("Cannot project a shape", k);
    const { dims, mean, modes } = this;
    const b = new Float64Array(k);
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let d = 0, at = j * dims; d < dims; d++, at++) sum += modes[at]! * (shape[d]! - mean[d]!);
      b[j] = sum;
    }
    return b;
  }

  /** The shape `[2M]` of parameters: `Mean + V_k b`, each `b_j` clamped to plus or minus 3 standard deviations. */
  reconstruct(b: Numbers, options: ReconstructOptions = {}): Float64Array {
    const { limit = 3 } = options;
    this.#checkModes("Cannot reconstruct a shape", b.length);
    if (!(limit >= 0)) {
      throw new RangeError(`Cannot reconstruct a shape as the limit must not be negative: ${limit}`);
    }
    const { dims, modes } = this;
    const shape = this.mean.slice();
    for (let j = 0; j < b.length; j++) {
      const bound = limit === Infinity ? Infinity : limit * Math.sqrt(this.eigenvalues[j]!);
      const weight = Math.max(-bound, Math.min(bound, b[j]!));
      for (let d = 0, at = j * dims; d < dims; d++, at++) shape[d]! += weight * modes[at]!;
    }
    return shape;
  }

  /** Smooth-Face of ACR Loss (Fard and Mahoor, ICPR 2022): the shape as its first `k` clamped modes tell it, `[2M]`. */
  smooth(shape: Numbers, k: number): Float64Array {
    return this.reconstruct(this.project(shape, k));
  }

  /** The mean shape moved along mode `index` (0-based) by some standard deviations: what that mode does, `[2M]`. */
  alongMode(index: number, deviations: number): Float64Array {
    this.#checkModes("Cannot move along a mode", index + 1);
    const b = new Float64Array(index + 1);
    b[index] = deviations * Math.sqrt(this.eigenvalues[index]!);
    return this.reconstruct(b, { limit: Infinity });
  }

  /**
   * Writes `eigenvalues.npy` `[K]`, `eigenvectors.npy` `[2M, K]` (one mode a column: `V`) and `mean.npy` `[2M]`, all
   * float64, into the folder `dir`, which is made if need be.
   */
  async save(dir: string): Promise<void> {
    const { dims, count } = this;
    await writeNpy(join(dir, "eigenvalues.npy"), { shape: [count], data: this.eigenvalues });
    await writeNpy(join(dir, "eigenvectors.npy"), { shape: [dims, count], data: transpose(this.modes, count, dims) });
    await writeNpy(join(dir, "mean.npy"), { shape: [dims], data: this.mean });
  }

  /**
   * Reads what {@linkcode ShapeModel.save} wrote; float32 files are taken too.
   *
   * @throws {TypeError} if element types or shapes do not fit together
   * @throws {RangeError} if numbers are not finite, eigenvalues are negative or not in falling order, or modes are not of
   * length 1
   */
  static async load(dir: string): Promise<ShapeModel> {
    const action = `Cannot load a shape model from '${dir}'`;
    const read = async (name: string, axes: number) => {
      let array: NpyArray;
      try {
        array = await readNpy(join(dir, name));
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) {
          throw new Deno.errors.NotFound(`${action} as it has no such file: ${name}`);
        }
        if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) throw error;
        throw new Error(`${action} as ${name} cannot be read: ${messageOf(error)}`, { cause: error });
      }
      if (!/^f[48]$/.test(array.dtype) || array.shape.length !== axes) {
        throw new TypeError(`${action} as ${name} must be f8 with ${axes} axes: ${describeNpy(array)}`);
      }
      const data = Float64Array.from(array.data as Float64Array);
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw new RangeError(`${action} as element ${bad} of ${name} is not finite: ${data[bad]}`);
      return { shape: array.shape, data };
    };
    const mean = (await read("mean.npy", 1)).data;
    const eigenvalues = (await read("eigenvalues.npy", 1)).data;
    const vectors = await read("eigenvectors.npy", 2);
    const dims = mean.length, count = eigenvalues.length;
    if (dims < 2 || dims % 2 !== 0) {
      throw new TypeError(`${action} as mean.npy needs a positive, even number of coordinates: ${dims}`);
    }
    if (count < 1 || count > dims) {
      throw new TypeError(`${action} as eigenvalues.npy must have 1 to ${dims} modes: ${count}`);
    }
    if (vectors.shape[0] !== dims || vectors.shape[1] !== count) {
      throw new TypeError(
        `${action} as eigenvectors.npy must be [${dims}, ${count}] to fit the mean and the eigenvalues: ` +
          `[${vectors.shape.join(", ")}]`,
      );
    }
    for (let k = 0; k < count; k++) {
      if (eigenvalues[k]! < 0 || eigenvalues[k]! > (eigenvalues[k - 1] ?? Infinity)) {
        throw new RangeError(`${action} as eigenvalue ${k} is negative or out of order: ${eigenvalues[k]}`);
      }
    }
    const modes = transpose(vectors.data, dims, count);
    for (let k = 0; k < count; k++) {
      const length = Math.hypot(...modes.subarray(k * dims, (k + 1) * dims));
      if (Math.abs(length - 1) > 1e-3) {
        throw new RangeError(`${action} as column ${k} of eigenvectors.npy is not of length 1: ${length.toFixed(4)}`);
      }
    }
    return new ShapeModel({ mean, eigenvalues, modes });
  }

  #checkModes(action: string, k: number): void {
    if (!Number.isInteger(k) || k < 1 || k > this.count) {
      throw new RangeError(`${action} as the number of modes must be 1 to ${this.count}: ${k}`);
    }
  }
}

function meanOf(shapes: Numbers, count: number, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  for (let i = 0; i < shapes.length; i++) mean[i % dims]! += shapes[i]!;
  return mean.map((sum) => sum / count);
}

function covarianceOf(shapes: Numbers, mean: Float64Array, count: number): Float64Array[] {
  const dims = mean.length;
  const rows = Array.from({ length: dims }, () => new Float64Array(dims));
  const centered = new Float64Array(dims);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dims; d++) centered[d] = shapes[i * dims + d]! - mean[d]!;
    for (let d = 0; d < dims; d++) {
      const row = rows[d]!, value = centered[d]!;
      for (let e = d; e < dims; e++) row[e]! += value * centered[e]!;
    }
  }
  for (let d = 0; d < dims; d++) {
    for (let e = d; e < dims; e++) rows[e]![d] = rows[d]![e]! /= count - 1;
  }
  return rows;
}

function fixSign(mode: Float64Array): void {
  let largest = 0;
  for (let d = 1; d < mode.length; d++) if (Math.abs(mode[d]!) > Math.abs(mode[largest]!)) largest = d;
  if (mode[largest]! < 0) { for (let d = 0; d < mode.length; d++) mode[d] = -mode[d]!; }
}

function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c]!;
  }
  return result;
}
