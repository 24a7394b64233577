import type { FaceSet } from "@/data/face_set.ts";
import { evaluate, type EvaluateOptions, type Evaluation } from "@/evaluation/evaluate.ts";
import { faceErrors } from "@/evaluation/nme.ts";
import { predictFaces } from "@/training/predict_faces.ts";
import type { LandmarkNet } from "./landmark_net.ts";

/** Options of {@linkcode evaluateNet}. */
export interface EvaluateNetOptions extends EvaluateOptions {
  /** Faces per step. @default 32 */
  batch?: number | undefined;
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/** The numbers of a model on a set of faces. */
export interface NetEvaluation {
  /** Errors by subset. */
  readonly evaluation: Evaluation;
  /** `[N]` NME of every face. */
  readonly errors: Float64Array;
  /**
   * Mean NME that the other label convention would have given. Far below the real one, it tells that the convention is
   * wrong.
   */
  readonly otherConvention: number;
}

/**
 * Runs a model over a set of faces and evaluates it.
 *
 * @throws {TypeError} if the set has other landmarks, or crops of another size, than the model
 */
export async function evaluateNet(
  net: LandmarkNet,
  set: FaceSet,
  { batch, quiet = false, ...options }: EvaluateNetOptions = {},
): Promise<NetEvaluation> {
  const { points, size, path, model } = net;
  const { dataset, scheme } = set;
  if (points !== scheme.points) {
    throw new TypeError(
      `Cannot evaluate '${path}' on ${dataset} as that has ${scheme.points} landmarks: the model has ${points}`,
    );
  }
  if (size !== set.size) {
    throw new TypeError(`Cannot evaluate '${path}' as its crops must be ${size} pixels a side: ${set.size}`);
  }
  const { flipTest = false } = options;
  const predictions = await predictFaces(model, set, { ...(batch !== undefined && { batch }), flipTest, quiet });
  const evaluation = evaluate(set, predictions, options);
  const errors = faceErrors(set, predictions, options);
  // A label of the other sign is the point mirrored at the middle of the crop.
  const turned = faceErrors(set, predictions.map((value) => size - value), options);
  return { evaluation, errors, otherConvention: turned.reduce((sum, error) => sum + error, 0) / set.count };
}
