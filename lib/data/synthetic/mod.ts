/**
 * Synthetic faces with exact landmarks: a deformable 3-D head, lit, textured and photographed by a software renderer.
 * The same seed gives the same bytes on every machine and with any number of workers.
 *
 * @module
 */
import type { FaceLabels, FaceSet, PendingPictures } from "@/data/face_set.ts";
import { scheme68 } from "@/data/schemes.ts";
import { hashFaces } from "@/data/prepared.ts";
import { createRandom } from "@/random.ts";
import { Drawing } from "./drawing.ts";
import { type Job, splitSeed } from "./job.ts";
import type { Difficulty } from "./parameters.ts";

export type { Difficulty, FaceParameters } from "./parameters.ts";
export { sampleFace } from "./sample_face.ts";
export { type RenderedFace, renderFace, renderPicture } from "./render.ts";
export {
  compareShapes,
  describeShapes,
  sampleShapes,
  type ShapeComparison,
  type ShapeStatistics,
} from "./shape_statistics.ts";

/** Options of {@linkcode generateFaces}. */
export interface GenerateFacesOptions {
  /** Number of faces. */
  count: number;
  /** Side of the square crops, in pixels. @default 224 */
  size?: number;
  /**
   * How much more than the crop of `acr-224` to show on each side, as a share of its longer side: as photographs do, from
   * which a protocol then cuts. Faces are not stretched then. From 0 to 2. @default 0
   */
  margin?: number;
  /** Faces of one seed and split are always the same, and a longer set begins with a shorter one. @default 0 */
  seed?: number;
  /** Name of the split; no face is in two. @default "train" */
  split?: string;
  /** Draws faces of one kind only; by default one in five is `challenging`. */
  subset?: Difficulty;
  /** Number of threads; 1 draws in the calling one. @default navigator.hardwareConcurrency */
  workers?: number;
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/** A {@linkcode FaceSet} that also knows which landmarks are in sight. */
export interface SyntheticFaceSet extends FaceSet {
  /** `[N, 68]` 1 where the landmark is in sight, 0 where something hides it. */
  readonly visible: Uint8Array;
}

/** Share of challenging faces in a mixed set, as in 300W's full test set (135 of 689). */
const CHALLENGING = 0.2;

/** Below this many faces, starting workers takes longer than drawing. */
const WORTH_WORKERS = 24;

/**
 * Draws a set of faces, in parallel.
 *
 * @returns images `[N, size, size, 3]`, landmarks `[N, 136]` in crop pixels, subsets `common`, `challenging`, `full`.
 * @throws {RangeError} for a count, size or number of workers that is not a whole number in range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateFaces } from "@/mod.ts";
 *
 * const { images, landmarks } = await generateFaces({ count: 4, size: 64, seed: 1, quiet: true });
 * assert.equal(images.length, 4 * 64 * 64 * 3);
 * assert.equal(landmarks.length, 4 * 136);
 * ```
 */
export async function generateFaces(
  options: GenerateFacesOptions,
): Promise<SyntheticFaceSet> {
  return await begin(options, false).whole({ quiet: options.quiet ?? false });
}

/** A set of faces that is being drawn. */
export interface FacesInDrawing {
  /** Landmarks and transforms are filled when {@linkcode startDrawing} has settled. */
  readonly labels: FaceLabels;
  /** The pictures, as they come. */
  readonly pending: PendingPictures;
  /** Waits for the last face; `quiet: false` shows how far they are. */
  whole(options?: { quiet?: boolean }): Promise<SyntheticFaceSet>;
  /** Gives up what is not drawn yet. */
  close(): void;
}

/**
 * Starts to draw the faces of {@linkcode generateFaces}: settles when all of their landmarks are known, while threads go
 * on drawing. Few faces are all drawn by then.
 *
 * @throws as `generateFaces()`
 */
export async function startDrawing(options: GenerateFacesOptions): Promise<FacesInDrawing> {
  const { drawing, ...started } = begin(options, true);
  await (options.quiet
    ? drawing.labelled
    : drawing.show("labelled", `Placing synthetic faces (${started.labels.split})`));
  return started;
}

function begin(options: GenerateFacesOptions, labelsFirst: boolean): FacesInDrawing & { drawing: Drawing } {
  const { count, size = 224, margin = 0, seed = 0, split = "train", subset } = options;
  const { workers = navigator.hardwareConcurrency } = options;
  const check = (name: string, value: number, low: number, high: number) => {
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new RangeError(
        `Cannot draw synthetic faces as ${name} must be a whole number from ${low} to ${high}: ${value}`,
      );
    }
  };
  check("count", count, 1, 10_000_000);
  check("size", size, 16, 1024);
  check("workers", workers, 1, 1024);
  if (!(margin >= 0 && margin <= 2)) {
    throw new RangeError(`Cannot draw synthetic faces as margin must be a number from 0 to 2: ${margin}`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot draw synthetic faces as seed must be a whole number: ${seed}`);
  }
  if (subset !== undefined && subset !== "common" && subset !== "challenging") {
    throw new RangeError(`Cannot draw synthetic faces as subset must be 'common' or 'challenging': '${subset}'`);
  }

  const sequence = splitSeed(seed, split);
  const job: Job = {
    seed: sequence,
    size,
    margin,
    hard: Uint8Array.from({ length: count }, (_, index) => {
      if (subset !== undefined) return subset === "challenging" ? 1 : 0;
      return createRandom(sequence, "difficulty", index).chance(CHALLENGING) ? 1 : 0;
    }),
    images: new Uint8Array(new SharedArrayBuffer(count * size * size * 3)),
    landmarks: new Float32Array(new SharedArrayBuffer(count * 136 * 4)),
    visible: new Uint8Array(new SharedArrayBuffer(count * 68)),
    transforms: new Float32Array(new SharedArrayBuffer(count * 4 * 4)),
  };
  const here = count < WORTH_WORKERS || (workers === 1 && !labelsFirst);
  const drawing = new Drawing(job, { threads: here ? 0 : Math.min(workers, Math.ceil(count / 8)), labelsFirst });

  const all = Array.from({ length: count }, (_, index) => index);
  const labels: FaceLabels = {
    dataset: "synthetic",
    split,
    scheme: scheme68,
    protocol: margin === 0 ? "acr-224" : `margin-${margin}`,
    size,
    count,
    landmarks: job.landmarks,
    transforms: job.transforms,
    ids: all.map((index) => `synthetic/${split}/${seed}/${String(index).padStart(6, "0")}`),
    subsets: {
      common: all.filter((index) => !job.hard[index]),
      challenging: all.filter((index) => job.hard[index]),
      full: all,
    },
    partial: "",
  };
  const { images, visible } = job;
  const whole = drawing.drawn.then((): SyntheticFaceSet => {
    return { ...labels, images, visible, hash: hashFaces({ ...labels, images }) };
  });
  // Nobody may be waiting when it fails: who asks later is told.
  whole.catch(() => {});
  return {
    labels,
    drawing,
    pending: { images, ready: drawing.ready, prefer: (faces) => drawing.prefer(faces) },
    async whole({ quiet = true } = {}) {
      if (!quiet) await drawing.show("drawn", `Drawing synthetic faces (${split})`);
      return await whole;
    },
    close: () => drawing.close(),
  };
}
