import * as tf from "@tensorflow/tfjs";
import type { Gradients } from "./optimizer.ts";

/** The length of all gradients taken as one vector: a scalar. */
export function globalNorm(gradients: Gradients): tf.Scalar {
  return tf.tidy(() =>
    tf.addN(Object.values(gradients).map((gradient) => gradient.square().sum())).sqrt() as tf.Scalar
  );
}

/** Scales all gradients by `min(1, limit / norm)`, as `tf.clip_by_global_norm` does: the direction is kept. */
export function clipByGlobalNorm(gradients: Gradients, limit: number, norm: tf.Scalar): Gradients {
  const scale = tf.tidy(() => tf.scalar(limit).div(norm.maximum(limit)));
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(scale)]));
}
