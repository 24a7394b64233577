import type * as tf from "@tensorflow/tfjs";

/** What a loss sees of one batch. Every tensor is `[batch, 2M]` in the normalised unit: fraction of the crop's side. */
export interface LossInputs {
  /** The labels ("Face" in the paper). */
  readonly target: tf.Tensor2D;
  /** The network's output. */
  readonly prediction: tf.Tensor2D;
  /** Phi in [0, 1]; given when {@linkcode Loss.needsDifficulty}, and constant for the gradient. */
  readonly difficulty?: tf.Tensor2D;
}

/** One training loss. All losses have this one signature; a factory such as `acrLoss({ lambda: 1 })` makes one. */
export interface Loss {
  /** Registry name, as `acr`. */
  readonly name: string;
  /** The resolved options, recorded with every result. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Whether `compute` wants {@linkcode LossInputs.difficulty}. */
  readonly needsDifficulty: boolean;
  /** Mean over batch and coordinates: a scalar. Differentiable in `prediction`, finite everywhere. */
  compute(inputs: LossInputs): tf.Scalar;
}
