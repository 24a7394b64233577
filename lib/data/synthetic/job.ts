import { hashSeed } from "@/random.ts";
import type { Difficulty } from "./parameters.ts";
import { sampleFace } from "./sample_face.ts";
import { renderFace } from "./render.ts";

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

/** Draws face `index` into its place; the result depends on nothing but the job's seed, the index and its difficulty. */
export function drawInto(job: Job, index: number): void {
  const difficulty: Difficulty = job.hard[index] ? "challenging" : "common";
  const face = renderFace(sampleFace(job.seed, index, difficulty), job.size, job.margin);
  job.images.set(face.image, index * face.image.length);
  job.landmarks.set(face.landmarks, index * face.landmarks.length);
  job.visible.set(face.visible, index * face.visible.length);
  job.transforms.set(face.transform, index * face.transform.length);
}
