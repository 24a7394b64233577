import * as tf from "@tensorflow/tfjs";
import { bool, float, native, string, type, withGradient } from "./native.ts";

/** What batch normalization in training gives. */
export interface BatchNormResult {
  /** `[batch, height, width, channels]`, normalized with the batch's own statistics, scaled and shifted. */
  y: tf.Tensor4D;
  /** `[channels]` mean of the batch. */
  mean: tf.Tensor1D;
  /** `[channels]` unbiased variance of the batch (divided by n - 1), which moving averages take. */
  variance: tf.Tensor1D;
}

/**
 * Batch normalization in training mode (Ioffe and Szegedy, 2015) over the channels of `[batch, height, width, channels]`.
 *
 * On the TensorFlow backend one `FusedBatchNormV3` forward and one `FusedBatchNormGradV3` backward, where tfjs-layers
 * runs about 45 ops. Differentiable in `x`, `gamma` and `beta`; `mean` and `variance` carry no gradient.
 */
export function batchNorm(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): BatchNormResult {
  const backend = native();
  if (!backend) return composed(x, gamma, beta, epsilon);
  const attributes = [
    type("T"),
    type("U"),
    float("epsilon", epsilon),
    string("data_format", "NHWC"),
    bool("is_training", true),
  ];
  let kept: tf.Tensor[] = [];
  const y = withGradient<tf.Tensor4D>([x, gamma, beta], (save) => {
    const none = tf.tensor1d([]);
    const outputs = backend.executeMultipleOutputs("FusedBatchNormV3", attributes, [x, gamma, beta, none, none], 6);
    const [value, mean, variance, ...reserved] = outputs as [tf.Tensor4D, ...tf.Tensor[]];
    save([x, gamma, ...reserved]);
    kept = [tf.keep(mean!), tf.keep(variance!)];
    return value;
  }, (dy, saved) => backend.executeMultipleOutputs("FusedBatchNormGradV3", attributes, [dy, ...saved], 5).slice(0, 3));
  // Kept across the inner scope that customGrad opens; the clones belong to the caller's.
  const [mean, variance] = kept.map((tensor) => tensor.clone()) as [tf.Tensor1D, tf.Tensor1D];
  tf.dispose(kept);
  return { y, mean, variance };
}

function composed(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): BatchNormResult {
  const { mean, variance } = tf.moments(x, [0, 1, 2]) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  const y = tf.batchNorm4d(x, mean, variance, beta, gamma, epsilon);
  const n = x.size / x.shape[3];
  return { y, mean, variance: variance.mul(n / Math.max(1, n - 1)) };
}
