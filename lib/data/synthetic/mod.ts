/**
 * Synthetic faces with exact landmarks: a deformable 3-D head, lit, textured and photographed by a software renderer.
 * The same seed gives the same bytes on every machine and with any number of workers.
 *
 * @module
 */
import type { FaceSet } from "@/data/face_set.ts";
import { scheme68 } from "@/data/schemes.ts";
import { sha256 } from "@/files.ts";
import { createProgress, type Progress } from "@/progress.ts";
import { createRandom } from "@/random.ts";
import { drawInto, type Job, splitSeed } from "./job.ts";
import type { Difficulty } from "./parameters.ts";
import type { Assignment } from "./worker.ts";

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
  const { count, size = 224, margin = 0, seed = 0, split = "train", subset, quiet = false } = options;
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
  const progress = createProgress({ label: `Drawing synthetic faces (${split})`, total: count, unit: "faces", quiet });
  if (workers === 1 || count < WORTH_WORKERS) await drawHere(job, progress);
  else await drawInWorkers(job, Math.min(workers, Math.ceil(count / 8)), progress);
  progress.done();

  const all = Array.from({ length: count }, (_, index) => index);
  return {
    dataset: "synthetic",
    split,
    scheme: scheme68,
    protocol: margin === 0 ? "acr-224" : `margin-${margin}`,
    size,
    count,
    images: job.images,
    landmarks: job.landmarks,
    visible: job.visible,
    transforms: job.transforms,
    ids: all.map((index) => `synthetic/${split}/${seed}/${String(index).padStart(6, "0")}`),
    subsets: {
      common: all.filter((index) => !job.hard[index]),
      challenging: all.filter((index) => job.hard[index]),
      full: all,
    },
    partial: "",
    hash: sha256(job.images, bytes(job.landmarks), bytes(job.transforms)),
  };
}

const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

async function drawHere(job: Job, progress: Progress): Promise<void> {
  for (let index = 0; index < job.hard.length; index++) {
    drawInto(job, index);
    progress.update(index + 1);
    // Lets a signal handler or a notebook's interrupt through.
    if (index % 16 === 15) await new Promise((resolve) => setTimeout(resolve));
  }
}

async function drawInWorkers(job: Job, count: number, progress: Progress): Promise<void> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const threads: Worker[] = [];
  let drawn = 0;
  try {
    await Promise.all(Array.from({ length: count }, () =>
      new Promise<void>((resolve, reject) => {
        const thread = new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" });
        threads.push(thread);
        thread.onmessage = ({ data }) => {
          if (data === "done") resolve();
          else progress.update(++drawn);
        };
        thread.onerror = (event) => {
          event.preventDefault();
          reject(new Error(`Cannot draw synthetic faces as a worker failed: ${event.message}`));
        };
        thread.postMessage({ job, next } satisfies Assignment);
      })));
  } finally {
    for (const thread of threads) thread.terminate();
  }
}
