import * as tf from "@tensorflow/tfjs";

/** Plain tfjs compositions of the fused ops, until the native ones land. */
export function batchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): { y: tf.Tensor4D; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const y = tf.batchNorm4d(x, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, epsilon);
  const count = x.size / x.shape[3];
  return { y, mean: mean as tf.Tensor1D, variance: tf.mul(variance, count / Math.max(1, count - 1)) as tf.Tensor1D };
}

export function relu6<T extends tf.Tensor>(x: T): T {
  return tf.relu6(x);
}

export function swish<T extends tf.Tensor>(x: T): T {
  return tf.mul(x, tf.sigmoid(x)) as T;
}

function keep(shape: number[], rate: number, key: tf.Tensor1D): tf.Tensor {
  const [a, b] = key.dataSync();
  return tf.greaterEqual(tf.randomUniform(shape, 0, 1, "float32", `${a},${b}` as unknown as number), rate);
}

export function dropout<T extends tf.Tensor>(x: T, rate: number, key: tf.Tensor1D): T {
  return tf.mul(x, tf.div(tf.cast(keep(x.shape, rate, key), "float32"), 1 - rate)) as T;
}

export function dropConnect<T extends tf.Tensor>(x: T, rate: number, key: tf.Tensor1D): T {
  const shape = x.shape.map((d, i) => (i === 0 ? d : 1));
  return tf.mul(x, tf.div(tf.cast(keep(shape, rate, key), "float32"), 1 - rate)) as T;
}

export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
