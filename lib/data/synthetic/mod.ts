/**
 * Synthetic faces with exact landmarks: a deformable 3-D head, lit, textured and photographed by a software renderer.
 * The same seed gives the same bytes on every machine and with any number of workers.
 *
 * @module
 */
import type { FaceSet, PendingPictures } from "@/data/face_set.ts";
import { hashFaces } from "@/data/prepared.ts";
import { scheme68 } from "@/data/schemes.ts";
import { createProgress, type Progress } from "@/progress.ts";
import { createRandom } from "@/random.ts";
import { Crew } from "./crew.ts";
import { drawInto, type Job, splitSeed } from "./job.ts";
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

/** A checked request for faces, with the memory that they go into. */
function createJob(options: GenerateFacesOptions): Job {
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
  return {
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
    ready: new Int32Array(new SharedArrayBuffer(count * 4)),
  };
}

/** The faces of a job; their pictures may still be missing. */
function setOf(job: Job, { seed = 0, split = "train" }: GenerateFacesOptions): SyntheticFaceSet {
  const { size, margin, hard, images, landmarks, visible, transforms } = job;
  const all = Array.from(hard.keys());
  return {
    dataset: "synthetic",
    split,
    scheme: scheme68,
    protocol: margin === 0 ? "acr-224" : `margin-${margin}`,
    size,
    count: all.length,
    images,
    landmarks,
    visible,
    transforms,
    ids: all.map((index) => `synthetic/${split}/${seed}/${String(index).padStart(6, "0")}`),
    subsets: {
      common: all.filter((index) => !hard[index]),
      challenging: all.filter((index) => hard[index]),
      full: all,
    },
    partial: "",
    hash: "",
  };
}

const withHash = (set: SyntheticFaceSet): SyntheticFaceSet => ({ ...set, hash: hashFaces(set) });

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
export async function generateFaces(options: GenerateFacesOptions): Promise<SyntheticFaceSet> {
  const job = createJob(options), { count, split = "train", quiet = false } = options;
  const { workers = navigator.hardwareConcurrency } = options;
  const progress = createProgress({ label: `Drawing synthetic faces (${split})`, total: count, unit: "faces", quiet });
  if (workers === 1 || count < WORTH_WORKERS) await drawHere(job, progress);
  else {
    const crew = new Crew(job, Math.min(workers, Math.ceil(count / 8)));
    let drawn = 0;
    try {
      await crew.work("draw", Array.from(job.hard.keys()), () => progress.update(++drawn));
    } finally {
      crew.dismiss();
    }
  }
  progress.done();
  return withHash(setOf(job, options));
}

/** Faces whose landmarks are known, and whose pictures are yet to be drawn. */
export interface PlacedFaces {
  /** Everything but pictures, hash and what is hidden; `pending` tells which pictures are there. */
  readonly set: SyntheticFaceSet & { readonly pending: PendingPictures };
  /**
   * Draws in the background, in this order (faces left out come last), and resolves to the same set as
   * {@linkcode generateFaces} when all is there.
   *
   * @throws {Error} if a worker fails, or when it is stopped
   */
  draw(order?: ArrayLike<number>): Promise<SyntheticFaceSet>;
  /** Stops drawing for good. */
  stop(): void;
}

/**
 * Begins a set of faces: finds their landmarks, a tenth of the work, so that training can begin while they are drawn.
 *
 * @throws {RangeError} as {@linkcode generateFaces}
 */
export async function placeFaces(options: GenerateFacesOptions): Promise<PlacedFaces> {
  const job = createJob(options), { workers = navigator.hardwareConcurrency } = options;
  const crew = new Crew(job, Math.min(workers, options.count));
  const { promise: whole, resolve, reject } = Promise.withResolvers<void>();
  // Whoever needs the pictures hears of it; that nobody does is no error.
  whole.catch(() => {});
  const giveUp = (error: unknown) => {
    crew.dismiss();
    for (let index = 0; index < job.ready.length; index++) {
      Atomics.compareExchange(job.ready, index, 0, -1);
      Atomics.notify(job.ready, index);
    }
    reject(error);
  };
  const all = Array.from(job.hard.keys());
  try {
    await crew.work("place", all);
  } catch (error) {
    giveUp(error);
    throw error;
  }
  const set = setOf(job, options);
  return {
    set: { ...set, pending: { ready: job.ready, whole } },
    async draw(order = []) {
      try {
        await crew.work("draw", [...new Set([...Array.from(order), ...all])]);
      } catch (error) {
        giveUp(error);
        throw error;
      }
      crew.dismiss();
      resolve();
      return withHash(set);
    },
    stop: () => giveUp(new Error("Cannot draw synthetic faces as the drawing was stopped")),
  };
}

async function drawHere(job: Job, progress: Progress): Promise<void> {
  for (let index = 0; index < job.hard.length; index++) {
    drawInto(job, index);
    progress.update(index + 1);
    // Lets a signal handler or a notebook's interrupt through.
    if (index % 16 === 15) await new Promise((resolve) => setTimeout(resolve));
  }
}
