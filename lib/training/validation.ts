import { toOriginal } from "@/data/face_set.ts";
import { decodeLabels } from "@/data/labels.ts";
import type { Predictor } from "./predictor.ts";
import type { TrainingSplit } from "./split.ts";

/** Mean inter-ocular NME of the held-out faces, in pixels of their original images: a fraction. */
export async function validationError({ set, validation }: TrainingSplit, predictor: Predictor): Promise<number> {
  const labels = await predictor.predict(set.images, validation);
  const predictions = decodeLabels(labels, set.size);
  const dims = 2 * set.scheme.points;
  let sum = 0;
  validation.forEach((face, row) => {
    const predicted = toOriginal(set, face, predictions.subarray(row * dims, (row + 1) * dims));
    const truth = toOriginal(set, face, set.landmarks.subarray(face * dims, (face + 1) * dims));
    const [left, right] = set.scheme.interOcular.map((group) => center(truth, group));
    const distance = Math.hypot(right![0] - left![0], right![1] - left![1]);
    let error = 0;
    for (let i = 0; i < dims; i += 2) error += Math.hypot(predicted[i]! - truth[i]!, predicted[i + 1]! - truth[i + 1]!);
    sum += error / set.scheme.points / distance;
  });
  return sum / validation.length;
}

function center(points: Float64Array, group: readonly number[]): [number, number] {
  let x = 0, y = 0;
  for (const m of group) {
    x += points[2 * m]!;
    y += points[2 * m + 1]!;
  }
  return [x / group.length, y / group.length];
}
