import * as tf from "@tensorflow/tfjs";
import { native, string, type, withGradient } from "./native.ts";

/** Mean over height and width: `[batch, height, width, channels]` to `[batch, channels]`. */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  if (!native()) return tf.mean(x, [1, 2]);
  const [batch, height, width, channels] = x.shape;
  return withGradient<tf.Tensor2D>(
    [x],
    () => tf.mean(x, [1, 2]) as tf.Tensor2D,
    // tfjs multiplies by a host-made array of ones as large as x; dividing first and repeating touches it once.
    (dy) => [dy.div(height * width).reshape([batch, 1, 1, channels]).broadcastTo([batch, height, width, channels])],
  );
}

/** Adds `bias`, `[channels]`, to the last dimension of `x`; the gradient is one native reduction. */
export function biasAdd<T extends tf.Tensor>(x: T, bias: tf.Tensor1D): T {
  const backend = native();
  if (!backend || x.rank < 2) return x.add(bias) as T;
  const attributes = [type("T"), string("data_format", "NHWC")];
  return withGradient<T>(
    [x, bias],
    () => backend.executeSingleOutput("BiasAdd", attributes, [x, bias]) as T,
    (dy) => [dy.clone(), backend.executeSingleOutput("BiasAddGrad", attributes, [dy])],
  );
}
