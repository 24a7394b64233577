import * as tf from "@tensorflow/tfjs";
import { native, type, withGradient } from "./native.ts";

/** `min(max(x, 0), 6)`: one native op each way. The gradient is 0 at 0 and at 6. */
export function relu6<T extends tf.Tensor>(x: T): T {
  const backend = native();
  if (!backend) return tf.relu6(x);
  return withGradient<T>([x], (save) => {
    const y = backend.executeSingleOutput("Relu6", [type("T")], [x]) as T;
    // The result tells as much as the input where the gradient passes, and the next op keeps it anyway.
    save([y]);
    return y;
  }, (dy, [y]) => [backend.executeSingleOutput("Relu6Grad", [type("T")], [dy, y!])]);
}

/** The logistic function `1 / (1 + exp(-x))`: one native op each way. */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  const backend = native();
  if (!backend) return tf.sigmoid(x);
  return withGradient<T>([x], (save) => {
    const y = backend.executeSingleOutput("Sigmoid", [type("T")], [x]) as T;
    save([y]);
    return y;
  }, (dy, [y]) => [backend.executeSingleOutput("SigmoidGrad", [type("T")], [y!, dy])]);
}

/**
 * `x * sigmoid(x)` (Ramachandran et al., 2017; SiLU). Keeps only `x` and computes the sigmoid again for the gradient:
 * a third of the memory of the composition for a few per cent of time.
 */
export function swish<T extends tf.Tensor>(x: T): T {
  const backend = native();
  if (!backend) return x.mul(tf.sigmoid(x)) as T;
  const sigmoidOf = (tensor: tf.Tensor) => backend.executeSingleOutput("Sigmoid", [type("T")], [tensor]);
  return withGradient<T>([x], (save) => {
    save([x]);
    return x.mul(sigmoidOf(x)) as T;
  }, (dy, [saved]) => {
    const s = sigmoidOf(saved!);
    // d/dx x s(x) = s + x s (1 - s); SigmoidGrad(s, g) = g s (1 - s).
    return [dy.mul(s).add(backend.executeSingleOutput("SigmoidGrad", [type("T")], [s, dy.mul(saved!)]))];
  });
}
