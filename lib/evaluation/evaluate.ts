import type { FaceSet } from "@/data/face_set.ts";
import { areaUnderCurve, authorsAuc, failureRate, percentile } from "./distribution.ts";
import { type ErrorOptions, type ErrorSpace, faceErrors, type Normalizer } from "./nme.ts";

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions extends ErrorOptions {
  /** Failure and AUC threshold, a fraction of the normalizing length and a multiple of 0.0001. @default 0.1 */
  threshold?: number;
  /** Whether the predictions are means over each face and its mirror image; recorded only. @default false */
  flipTest?: boolean;
}

/** How a number was made: two numbers may be compared only if these agree. */
export type EvaluationProtocol = {
  /** Crop protocol, as `acr-224`. */
  readonly crop: string;
  /** Landmark scheme, as `68`. */
  readonly scheme: string;
  readonly normalizer: Normalizer;
  readonly space: ErrorSpace;
  readonly threshold: number;
  /** What `auc` is. */
  readonly auc: string;
  readonly flipTest: boolean;
};

/** The numbers of one subset, fractions throughout. */
export type SubsetEvaluation = {
  readonly name: string;
  /** Number of faces. */
  readonly count: number;
  /** Mean of the faces' normalized mean errors. */
  readonly nme: number;
  /** Standard deviation (divisor n - 1) of the faces' errors; 0 for one face. */
  readonly standardDeviation: number;
  /** Percentiles of the faces' errors; `50` is the median. */
  readonly percentiles: { readonly 50: number; readonly 75: number; readonly 90: number; readonly 95: number };
  /** Share of faces above the threshold. */
  readonly failureRate: number;
  /** Standard AUC: see `areaUnderCurve()`. */
  readonly auc: number;
  /** The ACR authors' own AUC; never comparable with `auc`. */
  readonly authorsAuc: number;
  readonly dataset: string;
  readonly split: string;
  /** Empty where the set is complete, else what it lacks. */
  readonly partial: string;
  readonly protocol: EvaluationProtocol;
};

/** A plain JSON account of predictions of one set. */
export type Evaluation = {
  readonly data: {
    readonly dataset: string;
    readonly split: string;
    readonly count: number;
    readonly partial: string;
    readonly hash: string;
  };
  readonly protocol: EvaluationProtocol;
  /** By name, in the set's order. */
  readonly subsets: { readonly [name: string]: SubsetEvaluation };
  /** Subsets of which this set has no face, as may happen to a partial one. */
  readonly emptySubsets: readonly string[];
};

/** The words by which results name the standard AUC. */
export const STANDARD_AUC = "Simpson over steps of 0.0001, divided by the threshold";

/**
 * Evaluates predictions of a set of faces, subset by subset.
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @throws as `faceErrors()`; and {RangeError} if the set is empty or the threshold is out of range
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { evaluate, loadDataset, meanShapePredictions } from "@/mod.ts";
 *
 * const { train, test } = await loadDataset("synthetic", { size: 64, synthetic: { train: 20, test: 20 }, quiet: true });
 * const { subsets, protocol } = evaluate(test, meanShapePredictions(train, test));
 * assert.equal(protocol.normalizer, "inter-ocular");
 * assert.equal(subsets.full!.count, 20); // beside "common" and "challenging"
 * console.log(`NME ${(100 * subsets.full!.nme).toFixed(2)} %`);
 * ```
 */
export function evaluate(set: FaceSet, predictions: ArrayLike<number>, options: EvaluateOptions = {}): Evaluation {
  return evaluateErrors(set, faceErrors(set, predictions, options), options);
}

/**
 * Evaluates errors that are computed already.
 *
 * @param errors `[N]`, as `faceErrors()` gives them with the same options
 */
export function evaluateErrors(set: FaceSet, errors: Float64Array, options: EvaluateOptions = {}): Evaluation {
  const { normalizer = "inter-ocular", space = "original", threshold = 0.1, flipTest = false } = options;
  const { dataset, split, count, partial, hash } = set;
  if (errors.length !== count) {
    throw new TypeError(`Cannot evaluate '${dataset} ${split}' as it needs ${count} errors: ${errors.length}`);
  }
  const protocol: EvaluationProtocol = {
    crop: set.protocol,
    scheme: set.scheme.name,
    normalizer,
    space,
    threshold,
    auc: STANDARD_AUC,
    flipTest,
  };
  const subsets: Record<string, SubsetEvaluation> = {};
  const emptySubsets: string[] = [];
  for (const [name, faces] of Object.entries(set.subsets)) {
    if (faces.length === 0) {
      emptySubsets.push(name);
      continue;
    }
    const chosen = Float64Array.from(faces, (face) => {
      const error = errors[face];
      if (error === undefined) {
        throw new RangeError(`Cannot evaluate subset '${name}' as a face must be 0 to ${count - 1}: ${face}`);
      }
      if (!Number.isFinite(error)) {
        throw new RangeError(`Cannot evaluate face '${set.ids[face]}' as its error is not finite: ${error}`);
      }
      return error;
    });
    const nme = chosen.reduce((sum, error) => sum + error, 0) / chosen.length;
    const squares = chosen.reduce((sum, error) => sum + (error - nme) ** 2, 0);
    subsets[name] = {
      name,
      count: chosen.length,
      nme,
      standardDeviation: Math.sqrt(squares / Math.max(1, chosen.length - 1)),
      percentiles: {
        50: percentile(chosen, 50),
        75: percentile(chosen, 75),
        90: percentile(chosen, 90),
        95: percentile(chosen, 95),
      },
      failureRate: failureRate(chosen, threshold),
      auc: areaUnderCurve(chosen, threshold),
      authorsAuc: authorsAuc(chosen),
      dataset,
      split,
      partial,
      protocol,
    };
  }
  if (!subsets.full) throw new RangeError(`Cannot evaluate '${dataset} ${split}' as its subset 'full' has no faces: 0`);
  return { data: { dataset, split, count, partial, hash }, protocol, subsets, emptySubsets };
}
