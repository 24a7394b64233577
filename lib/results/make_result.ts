import type { Evaluation } from "@/evaluation/evaluate.ts";
import type { LandmarkErrors } from "@/evaluation/per_landmark.ts";
import type { RunRequest, RunResult } from "./schema.ts";

export interface ResultParts {
  /** Of the network. */
  readonly evaluation: Evaluation;
  /** Of the mean-shape predictor, on the same faces under the same protocol. */
  readonly meanShape: Evaluation;
  readonly landmarkErrors?: LandmarkErrors;
  readonly training: RunResult["training"];
}

/** Puts together the `result.json` of a run. */
export function makeResult(request: RunRequest, parts: ResultParts): RunResult {
  const { evaluation, meanShape, landmarkErrors, training } = parts;
  const { experiment, variant, seed, settings: { dataset, architecture, loss, epochs } } = request;
  return {
    version: 1,
    ...{ experiment, variant, seed, dataset, architecture, loss: loss.name, epochs },
    data: evaluation.data,
    subsets: evaluation.subsets,
    meanShape: meanShape.subsets,
    ...(landmarkErrors ? { landmarkErrors } : {}),
    training,
  };
}
