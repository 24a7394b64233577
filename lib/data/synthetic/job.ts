import { hashSeed } from "@/random.ts";
import type { Difficulty } from "./parameters.ts";
import { sampleFace } from "./sample_face.ts";
import { frameFace, renderFace } from "./render.ts";

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
}

/** The seed of a split's sequence of faces: splits share no face. */
export function splitSeed(seed: number, split: string): number {
  return hashSeed(seed, "synthetic", split);
}

const sampled = (job: Job, index: number) =>
  sampleFace(job.seed, index, (job.hard[index] ? "challenging" : "common") satisfies Difficulty);

/** Puts landmarks and transform of face `index` into their places: what can be known without drawing it. */
export function labelInto(job: Job, index: number): void {
  const { landmarks, transform } = frameFace(sampled(job, index), job.size, job.margin);
  job.landmarks.set(landmarks, index * landmarks.length);
  job.transforms.set(transform, index * transform.length);
}

/**
 * Draws face `index` into its place; the result depends on nothing but the job's seed, the index and its difficulty.
 * Landmarks and transform are the bytes of {@linkcode labelInto}: who reads them meanwhile sees no difference.
 */
export function drawInto(job: Job, index: number): void {
  const face = renderFace(sampled(job, index), job.size, job.margin);
  job.images.set(face.image, index * face.image.length);
  job.landmarks.set(face.landmarks, index * face.landmarks.length);
  job.visible.set(face.visible, index * face.visible.length);
  job.transforms.set(face.transform, index * face.transform.length);
}
