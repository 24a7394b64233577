import { hashSeed } from "@/random.ts";
import type { Difficulty, FaceParameters } from "./parameters.ts";
import { sampleFace } from "./sample_face.ts";
import { placeLandmarks, renderFace } from "./render.ts";

/** A set of faces being drawn, by one thread or by several into the same memory. */
export interface Job {
  readonly seed: number;
  readonly size: number;
  /** As {@linkcode renderFace} takes it. */
  readonly margin: number;
  /** `[N]` 1 for challenging faces. */
  readonly hard: Uint8Array;
  /** `[N, size, size, 3]`, `[N, 136]`, `[N, 68]` and `[N, 4]` to fill. */
  readonly images: Uint8Array;
  readonly landmarks: Float32Array;
  readonly visible: Uint8Array;
  readonly transforms: Float32Array;
  /** `[N]` 1 when face and picture are there: whoever waits for one is woken. */
  readonly ready: Int32Array;
}

/** The seed of a split's sequence of faces: splits share no face. */
export function splitSeed(seed: number, split: string): number {
  return hashSeed(seed, "synthetic", split);
}

/** The parameters of face `index`: nothing but the job's seed, the index and its difficulty decides them. */
function faceOf({ seed, hard }: Job, index: number): FaceParameters {
  const difficulty: Difficulty = hard[index] ? "challenging" : "common";
  return sampleFace(seed, index, difficulty);
}

/** Puts landmarks and transform of face `index` into their places, and draws nothing. */
export function placeInto(job: Job, index: number): void {
  const face = placeLandmarks(faceOf(job, index), job.size, job.margin);
  job.landmarks.set(face.landmarks, index * face.landmarks.length);
  job.transforms.set(face.transform, index * face.transform.length);
}

/** Draws face `index` into its place, then marks it as there. */
export function drawInto(job: Job, index: number): void {
  const face = renderFace(faceOf(job, index), job.size, job.margin);
  job.images.set(face.image, index * face.image.length);
  job.landmarks.set(face.landmarks, index * face.landmarks.length);
  job.visible.set(face.visible, index * face.visible.length);
  job.transforms.set(face.transform, index * face.transform.length);
  Atomics.store(job.ready, index, 1);
  Atomics.notify(job.ready, index);
}
