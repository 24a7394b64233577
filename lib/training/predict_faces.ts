import type * as tf from "@tensorflow/tfjs";
import type { FaceSet } from "@/data/face_set.ts";
import { decodeLabels } from "@/data/labels.ts";
import { averageWithMirror } from "@/evaluation/mirror.ts";
import { createProgress } from "@/progress.ts";
import { createPredictor } from "./predictor.ts";

/** Options of {@linkcode predictFaces}. */
export interface PredictFacesOptions {
  /** Faces per step. @default 32 */
  batch?: number;
  /** Averages over each face and its mirror image. @default false */
  flipTest?: boolean;
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/**
 * Predicts the landmarks of every face of a set.
 *
 * @returns `[N, 2M]` in crop pixels
 */
export async function predictFaces(
  model: tf.LayersModel,
  set: FaceSet,
  { batch = 32, flipTest = false, quiet = false }: PredictFacesOptions = {},
): Promise<Float32Array> {
  const total = flipTest ? 2 * set.count : set.count;
  const progress = createProgress({ label: "Predicting", total, unit: "faces", quiet });
  const predictor = createPredictor(model, { batch });
  const predict = async (images: Uint8Array, before: number) =>
    decodeLabels(
      await predictor.predict(images, undefined, (done) => progress.update(before + done)),
      set.size,
    ) as Float32Array;
  try {
    const plain = await predict(set.images, 0);
    return flipTest ? averageWithMirror(plain, await predict(mirrorImages(set), set.count), set) : plain;
  } finally {
    predictor.dispose();
    progress.done();
  }
}

function mirrorImages({ images, count, size }: FaceSet): Uint8Array {
  const mirrored = new Uint8Array(images.length);
  for (let row = 0; row < count * size; row++) {
    for (let x = 0; x < size; x++) {
      const from = 3 * (row * size + x), to = 3 * (row * size + size - 1 - x);
      mirrored[to] = images[from]!;
      mirrored[to + 1] = images[from + 1]!;
      mirrored[to + 2] = images[from + 2]!;
    }
  }
  return mirrored;
}
