import * as tf from "@tensorflow/tfjs";
import type { Loss } from "@/losses/loss.ts";

/** A loss as a function of one coordinate's error. */
export interface LossProfile {
  /** The loss at each error. */
  readonly loss: Float32Array;
  /** Its derivative with respect to the error. */
  readonly gradient: Float32Array;
}

/**
 * Evaluates a loss and its gradient for single coordinates, one for each error.
 *
 * @param errors `Prediction - Face`, in the normalized unit: fractions of the crop's side.
 * @param phi Difficulty of the coordinate, for a loss that needs one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createLoss, lossProfile, useBackend } from "@/mod.ts";
 *
 * await useBackend({ backend: "cpu" });
 * const { loss, gradient } = lossProfile(createLoss("l2", {}, { size: 112 }), [0, 0.5, 1]);
 * assert.deepEqual([...loss], [0, 0.25, 1]);
 * assert.deepEqual([...gradient], [0, 1, 2]);
 * ```
 */
export function lossProfile(loss: Loss, errors: ArrayLike<number>, phi = 0): LossProfile {
  const values = new Float32Array(errors.length), gradient = new Float32Array(errors.length);
  tf.tidy(() => {
    const target = tf.zeros([1, 1]) as tf.Tensor2D;
    const difficulty = tf.fill([1, 1], phi) as tf.Tensor2D;
    const valueAndSlope = tf.valueAndGrad((prediction) =>
      loss.compute({ target, prediction: prediction as tf.Tensor2D, ...(loss.needsDifficulty ? { difficulty } : {}) })
    );
    for (let i = 0; i < errors.length; i++) {
      const { value, grad } = valueAndSlope(tf.tensor2d([errors[i]!], [1, 1]));
      values[i] = value.dataSync()[0]!;
      gradient[i] = grad.dataSync()[0]!;
    }
  });
  return { loss: values, gradient };
}
