import * as tf from "@tensorflow/tfjs";
import { createRandom } from "@/random.ts";
import { DataType } from "../c_api.ts";
import { native, type } from "./native.ts";

/**
 * Uniform numbers in [0, 1) that are a pure function of `key`, int32 `[2]`: eager and compiled runs, and a run and its
 * continuation, draw the same. On the TensorFlow backend one stateless native op (Philox); elsewhere sfc32 on the host,
 * which reads the key's values.
 */
export function statelessUniform(shape: number[], key: tf.Tensor1D): tf.Tensor {
  const backend = native();
  if (backend) {
    return backend.executeSingleOutput(
      "StatelessRandomUniform",
      [type("T", DataType.INT32), type("dtype"), type("Tseed", DataType.INT32)],
      [tf.tensor1d(shape, "int32"), key],
    );
  }
  const [high, low] = key.dataSync();
  const random = createRandom(high!, "stateless", low!);
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, random.next), shape);
}

/**
 * Zeroes each value with probability `rate`, in [0, 1), and divides the others by `1 - rate` (Srivastava et al., 2014).
 *
 * @param key int32 `[2]`; the mask is a pure function of it
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, key: tf.Tensor1D): T {
  return x.mul(mask(x.shape, rate, key)) as T;
}

/**
 * Zeroes whole samples of a batch with probability `rate` and scales the others by `1 / (1 - rate)`: EfficientNet's
 * drop-connect, stochastic depth (Huang et al., 2016).
 */
export function dropConnect<T extends tf.Tensor>(x: T, rate: number, key: tf.Tensor1D): T {
  return x.mul(mask(x.shape.map((side, axis) => axis === 0 ? side : 1), rate, key)) as T;
}

function mask(shape: number[], rate: number, key: tf.Tensor1D): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`Cannot drop values as the rate must be in [0, 1): ${rate}`);
  // floor(u + keep) is 1 with probability keep. Scaling the mask is cheaper than scaling x.
  return statelessUniform(shape, key).add(1 - rate).floor().div(1 - rate);
}
