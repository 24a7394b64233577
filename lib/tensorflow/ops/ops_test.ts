import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { compile, useBackend } from "../mod.ts";
import {
  adamUpdate,
  batchNorm,
  biasAdd,
  dropConnect,
  dropout,
  globalAveragePool,
  relu6,
  sigmoid,
  statelessUniform,
  swish,
} from "./mod.ts";

await useBackend({ quiet: true });

function values(shape: number[], scale = 1, phase = 0): tf.Tensor {
  return tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => scale * Math.sin(1.7 * i + phase)),
    shape,
  );
}

function close(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-5) {
  assert.deepEqual(actual.shape, expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  for (let i = 0; i < a.length; i++) {
    assert.ok(Math.abs(a[i]! - b[i]!) <= tolerance * Math.max(1, Math.abs(b[i]!)), `[${i}] ${a[i]} is not ${b[i]}`);
  }
}

/** Compares value and all gradients of two implementations, eager and compiled, for a non-uniform incoming gradient. */
function sameGradients(
  fused: (...inputs: tf.Tensor[]) => tf.Tensor,
  stock: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
) {
  const weigh = (y: tf.Tensor) => y.mul(values(y.shape, 0.7, 0.3)).sum();
  const both = (op: (...inputs: tf.Tensor[]) => tf.Tensor) => (...args: tf.Tensor[]) => {
    const grads = tf.grads((...xs: tf.Tensor[]) => weigh(op(...xs)))(args);
    return [op(...args), ...grads];
  };
  const expected = both(stock)(...inputs);
  for (const run of [both(fused), compile(both(fused))]) {
    run(...inputs).forEach((actual, i) => close(actual, expected[i]!));
  }
}

Deno.test("batchNorm() equals the composition of tfjs ops, in value, gradients and statistics", () => {
  const x = values([3, 5, 4, 6], 2), gamma = values([6], 1, 2), beta = values([6], 1, 3);
  const stock = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
    const mean = x.mean([0, 1, 2]), centered = x.sub(mean), variance = centered.square().mean([0, 1, 2]);
    return centered.div(variance.add(1e-3).sqrt()).mul(gamma).add(beta);
  };
  const fused = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3).y;
  sameGradients(fused, stock, [x, gamma, beta]);
  const { mean, variance } = batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3);
  close(mean, x.mean([0, 1, 2]));
  close(variance, x.sub(x.mean([0, 1, 2])).square().sum([0, 1, 2]).div(3 * 5 * 4 - 1));
});

Deno.test("relu6() equals the stock op and its gradient", () => {
  sameGradients(relu6, (x) => tf.relu6(x), [values([4, 50], 9)]);
});

Deno.test("sigmoid() equals the stock op and its gradient", () => {
  sameGradients(sigmoid, (x) => tf.sigmoid(x), [values([4, 50], 6)]);
});

Deno.test("swish() equals x * sigmoid(x) and its gradient", () => {
  sameGradients(swish, (x) => x.mul(tf.sigmoid(x)), [values([4, 50], 6)]);
});

Deno.test("globalAveragePool() equals the mean over height and width and its gradient", () => {
  sameGradients((x) => globalAveragePool(x as tf.Tensor4D), (x) => tf.mean(x, [1, 2]), [values([2, 3, 5, 4])]);
});

Deno.test("biasAdd() equals addition and its gradient", () => {
  const bias = values([5], 1, 1);
  sameGradients((x, b) => biasAdd(x, b as tf.Tensor1D), (x, b) => x.add(b), [values([3, 2, 4, 5]), bias]);
  sameGradients((x, b) => biasAdd(x, b as tf.Tensor1D), (x, b) => x.add(b), [values([3, 5]), bias]);
});

Deno.test("depthwise convolution of stock tfjs is one native op each way and agrees with a composition", () => {
  const x = values([2, 6, 6, 3]), kernel = values([3, 3, 3, 1], 1, 1);
  const composed = (x: tf.Tensor, kernel: tf.Tensor) =>
    tf.concat(
      tf.split(x as tf.Tensor4D, 3, 3).map((channel, i) =>
        tf.conv2d(channel as tf.Tensor4D, kernel.slice([0, 0, i, 0], [3, 3, 1, 1]) as tf.Tensor4D, 2, "same")
      ),
      3,
    );
  sameGradients((x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 2, "same"), composed, [x, kernel]);
});

Deno.test("statelessUniform() is a pure function of its key, uniform in [0, 1)", () => {
  const draw = (a: number, b: number) => statelessUniform([20000], tf.tensor1d([a, b], "int32"));
  close(draw(1, 2), draw(1, 2), 0);
  const [one, other] = [draw(1, 2), draw(1, 3)];
  assert.ok(one.sub(other).abs().mean().dataSync()[0]! > 0.2);
  assert.ok(Math.abs(one.mean().dataSync()[0]! - 0.5) < 0.01);
  assert.ok(one.min().dataSync()[0]! >= 0 && one.max().dataSync()[0]! < 1);
  // Golden: tf.random.stateless_uniform((4,), [1, 2]) of TensorFlow 2.21.
  close(statelessUniform([4], tf.tensor1d([1, 2], "int32")), tf.tensor1d(GOLDEN_UNIFORM), 1e-7);
});
const GOLDEN_UNIFORM = [0.8440604209899902, 0.19204533100128174, 0.9962232112884521, 0.16038739681243896];

Deno.test("dropout() keeps the expected share, scales it, and passes the gradient through the same mask", () => {
  const key = tf.tensor1d([3, 4], "int32"), x = tf.ones([100, 100]);
  const y = dropout(x, 0.3, key);
  const kept = y.greater(0).mean().dataSync()[0]!;
  assert.ok(Math.abs(kept - 0.7) < 0.02, `${kept}`);
  close(y.max(), tf.scalar(1 / 0.7));
  close(tf.grad((x: tf.Tensor) => dropout(x, 0.3, key).sum())(x), y);
  close(compile((x: tf.Tensor, key: tf.Tensor) => dropout(x, 0.3, key as tf.Tensor1D))(x, key), y, 0);
  assert.throws(() => dropout(x, 1, key), /the rate must be in \[0, 1\): 1/);
});

Deno.test("dropConnect() keeps or drops whole samples", () => {
  const y = dropConnect(tf.ones([200, 2, 2, 3]), 0.25, tf.tensor1d([0, 9], "int32"));
  const perSample = y.mean([1, 2, 3]).dataSync();
  assert.ok(perSample.every((value) => value === 0 || Math.abs(value - 1 / 0.75) < 1e-6));
  const kept = perSample.filter((value) => value > 0).length / 200;
  assert.ok(kept > 0.65 && kept < 0.85, `${kept}`);
});

Deno.test("adamUpdate() equals Keras's Adam over five steps, eager and compiled", () => {
  for (const compiled of [false, true]) {
    const variable = tf.variable(tf.tensor1d([1, -2, 3])) as tf.Variable;
    const m = tf.variable(tf.zeros([3])), v = tf.variable(tf.zeros([3])), t = tf.variable(tf.scalar(0));
    const plain = (rate: tf.Tensor) => {
      t.assign(t.add(1));
      const gradient = variable.mul(tf.tensor1d([1, 0.5, -0.25])).add(0.1);
      const power = (beta: number) => tf.scalar(beta).pow(t) as tf.Scalar;
      adamUpdate({
        variable,
        m,
        v,
        gradient,
        learningRate: rate as tf.Scalar,
        beta1Power: power(0.9),
        beta2Power: power(0.999),
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
      });
      return variable.clone();
    };
    const step = compiled ? compile(plain) : plain;
    let result: tf.Tensor | undefined;
    for (let i = 0; i < 5; i++) result = step(tf.scalar(0.01));
    close(result!, tf.tensor1d(GOLDEN_ADAM), 1e-6);
    close(variable, tf.tensor1d(GOLDEN_ADAM), 1e-6);
  }
});
// tf.keras.optimizers.Adam(0.01) of Keras 3 on TensorFlow 2.21, five steps with gradient v * [1, 0.5, -0.25] + 0.1.
const GOLDEN_ADAM = [0.950042188167572, -1.9500254392623901, 3.050015926361084];

Deno.test("fused ops fall back to plain tfjs on the cpu backend, with equal results", async () => {
  const x = values([2, 4, 4, 3], 4), gamma = values([3], 1, 1), beta = values([3], 1, 2);
  const run = () => {
    const outputs = [
      relu6(x),
      swish(x),
      sigmoid(x),
      globalAveragePool(x as tf.Tensor4D),
      biasAdd(x, beta as tf.Tensor1D),
      batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3).y,
      batchNorm(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-3).variance,
    ];
    return outputs.map((tensor) => [...tensor.dataSync()]);
  };
  const native = run();
  await tf.setBackend("cpu");
  try {
    const plain = run();
    plain.forEach((list, i) => close(tf.tensor1d(list), tf.tensor1d(native[i]!), 1e-4));
    const dropped = dropout(tf.ones([1000]), 0.5, tf.tensor1d([1, 1], "int32"));
    assert.ok(Math.abs(dropped.mean().dataSync()[0]! - 1) < 0.15);
  } finally {
    await tf.setBackend("tensorflow");
  }
});
