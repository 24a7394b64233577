// Runs whose predictions are the truth with noise, evaluated as experiments are: every file that a run has.
import { toOriginal } from "@/data/face_set.ts";
import type { FaceSet } from "@/data/face_set.ts";
import { evaluate } from "@/evaluation/evaluate.ts";
import { faceErrors } from "@/evaluation/nme.ts";
import { landmarkErrors } from "@/evaluation/per_landmark.ts";
import { createRandom } from "@/random.ts";
import { faceErrorRows } from "../face_errors.ts";
import { openRun, runPath } from "../run.ts";
import { exampleRequest } from "./example_runs.ts";

export interface RealRunOptions {
  loss: string;
  seed: number;
  /** Standard deviation of the noise, pixels of the crop. */
  noise: number;
  epochs?: number;
}

/** Writes a finished run on `set`; returns its path. */
export async function writeRealRun(root: string, set: FaceSet, options: RealRunOptions): Promise<string> {
  const { loss, seed, noise, epochs = 6 } = options;
  const random = createRandom(seed, loss);
  const predictions = set.landmarks.map((value) => value + noise * random.normal());
  const middle = set.landmarks.map((_, i) => set.landmarks[i % (2 * set.scheme.points)]!);
  const example = exampleRequest({ dataset: set.dataset, size: set.size, loss, seed, epochs });
  const { dataset, split, count, partial, hash } = set;
  const request = { ...example, data: { ...example.data, test: { dataset, split, count, partial, hash } } };
  await using run = await openRun(runPath(root, request), request);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const left = 1 / (epoch + 1) + 0.05 * random.next();
    await run.appendMetrics({ epoch, step: 10 * (epoch + 1), loss: left, validationNme: noise * left / 10 });
  }
  const dims = 2 * set.scheme.points;
  const original = new Float32Array(predictions.length);
  for (let face = 0; face < count; face++) {
    original.set(toOriginal(set, face, predictions.subarray(face * dims, (face + 1) * dims)), face * dims);
  }
  await run.writePredictions(original, count);
  await run.writeErrors(faceErrorRows(set, faceErrors(set, predictions)));
  const { data, subsets } = evaluate(set, predictions);
  const { experiment, variant, settings } = request;
  await run.writeResult({
    version: 1,
    ...{ experiment, variant, seed, dataset, architecture: settings.architecture, loss, epochs, data, subsets },
    meanShape: evaluate(set, middle).subsets,
    landmarkErrors: landmarkErrors(set, predictions),
    training: { seconds: 100, imagesPerSecond: 50, epoch: epochs - 1, steps: 10 * epochs },
  });
  return run.path;
}
