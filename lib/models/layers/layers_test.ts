import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import {
  BatchNormalization,
  BiasAdd,
  DropConnect,
  Dropout,
  GlobalAveragePooling,
  Normalization,
  ReLU6,
  Swish,
} from "./mod.ts";

await useBackend({ quiet: true });

function values(shape: number[], phase = 0): tf.Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => 4 * Math.sin(1.3 * i + phase)), shape);
}

function assertClose(actual: tf.Tensor, expected: tf.Tensor | number[], tolerance = 1e-5) {
  const a = actual.dataSync(), b = expected instanceof tf.Tensor ? expected.dataSync() : expected;
  assert.equal(a.length, b.length);
  a.forEach((value, i) =>
    assert.ok(Math.abs(value - b[i]!) <= tolerance * Math.max(1, Math.abs(b[i]!)), `${value} ${b[i]}`)
  );
}

Deno.test("BatchNormalization equals the stock layer in value and gradients, training and not", () => {
  const x = values([4, 3, 3, 5]);
  const gammaBeta = [values([5], 1), values([5], 2)];
  const run = (layer: tf.layers.Layer, training: boolean) => {
    layer.build(x.shape);
    layer.setWeights([...gammaBeta, values([5], 3), tf.abs(values([5], 4))]);
    const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.mul(layer.apply(x, { training }) as tf.Tensor, values(x.shape, 5))),
      weights,
    );
    return [value, ...weights.map(({ name }) => grads[name]!), ...layer.getWeights()];
  };
  for (const training of [false, true]) {
    const ours = run(new BatchNormalization({ name: `ours_${training}`, momentum: 0.9 }), training);
    const stock = run(tf.layers.batchNormalization({ name: `stock_${training}`, momentum: 0.9 }), training);
    // Value, two gradients, gamma, beta, moving mean; the moving variance is the next test's.
    for (let i = 0; i < 6; i++) assertClose(ours[i]!, stock[i]!, 1e-4);
  }
});

Deno.test("BatchNormalization moves its variance towards the unbiased one, as Keras 2's fused kernel", () => {
  const layer = new BatchNormalization({ momentum: 0.75 });
  // Four values per channel: 1, 2, 3, 4 has mean 2.5 and unbiased variance 5 / 3.
  layer.apply(tf.tensor([1, 2, 3, 4], [2, 1, 2, 1]), { training: true });
  const [, , mean, variance] = layer.getWeights();
  assertClose(mean!, [0.25 * 2.5]);
  assertClose(variance!, [0.75 + 0.25 * 5 / 3]);
});

Deno.test("BatchNormalization that is frozen uses and keeps its moving averages in training", () => {
  const layer = new BatchNormalization({ epsilon: 0 });
  const x = tf.tensor([1, 2, 3, 4], [2, 1, 2, 1]);
  layer.build(x.shape);
  layer.trainable = false;
  layer.setWeights([tf.tensor([2]), tf.tensor([1]), tf.tensor([2]), tf.tensor([4])]);
  assertClose(layer.apply(x, { training: true }) as tf.Tensor, [0, 1, 2, 3]);
  assertClose(layer.getWeights()[2]!, [2]);
});

Deno.test("ReLU6 and Swish equal their formulas in value and gradient", () => {
  const x = tf.tensor([-7, -0.5, 0, 0.5, 5, 7]);
  const both = (layer: tf.layers.Layer) => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => layer.apply(x) as tf.Tensor)(x, tf.onesLike(x));
    return [value, grad] as const;
  };
  const [relu, reluGradient] = both(new ReLU6());
  assertClose(relu, [0, 0, 0, 0.5, 5, 6]);
  assertClose(reluGradient, [0, 0, 0, 1, 1, 0]);
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const inputs = [...x.dataSync()];
  const [swish, swishGradient] = both(new Swish());
  assertClose(swish, inputs.map((v) => v * sigmoid(v)));
  assertClose(swishGradient, inputs.map((v) => sigmoid(v) * (1 + v * (1 - sigmoid(v)))));
});

Deno.test("GlobalAveragePooling takes the mean over height and width", () => {
  assertClose(new GlobalAveragePooling().apply(tf.tensor([1, 10, 3, 30], [1, 1, 2, 2])) as tf.Tensor, [2, 20]);
});

Deno.test("Normalization takes off the mean and divides by the standard deviation", () => {
  const layer = new Normalization();
  layer.build([null, 1, 1, 2]);
  const [, , count] = layer.getWeights();
  layer.setWeights([tf.tensor([1, 2]), tf.tensor([4, 0.25]), count!]);
  assertClose(layer.apply(tf.tensor([5, 3], [1, 1, 1, 2])) as tf.Tensor, [2, 2]);
  assert.equal(layer.trainableWeights.length, 0);
});

Deno.test("BiasAdd adds one number per channel", () => {
  const layer = new BiasAdd();
  layer.build([null, 1, 1, 2]);
  layer.setWeights([tf.tensor([10, 20])]);
  assertClose(layer.apply(tf.tensor([1, 2, 3, 4], [1, 1, 2, 2])) as tf.Tensor, [11, 22, 13, 24]);
});

Deno.test("Dropout draws its mask from key and name alone, eager and compiled", () => {
  const x = tf.ones([40, 50]);
  const layer = new Dropout({ name: "drop_a", rate: 0.25 }), other = new Dropout({ name: "drop_b", rate: 0.25 });
  const run = (layer: tf.layers.Layer, key: number[]) =>
    layer.apply(x, { training: true, key: tf.tensor1d(key, "int32") }) as tf.Tensor;
  const first = run(layer, [7, 1]).dataSync();
  assert.deepEqual(run(layer, [7, 1]).dataSync(), first);
  assert.notDeepEqual(run(layer, [7, 2]).dataSync(), first);
  assert.notDeepEqual(run(other, [7, 1]).dataSync(), first);
  const compiled = compile((x: tf.Tensor, key: tf.Tensor1D) => layer.apply(x, { training: true, key }) as tf.Tensor);
  assert.deepEqual(compiled(x, tf.tensor1d([7, 1], "int32")).dataSync(), first);
  compiled.dispose();
  assert.deepEqual([...new Set(first)].sort(), [0, Math.fround(1 / 0.75)]);
  const dropped = first.filter((value) => value === 0).length / first.length;
  // Five standard deviations of 2000 draws.
  assert.ok(Math.abs(dropped - 0.25) < 5 * Math.sqrt(0.25 * 0.75 / 2000), `${dropped}`);
});

Deno.test("Dropout without a key draws anew at each call, alike for one seed, compiled too", () => {
  const x = tf.ones([10, 10]);
  const draw = (seed: number, compiled: boolean) => {
    const layer = new Dropout({ name: `own_${compiled}`, rate: 0.5, seed });
    layer.build();
    const run = (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
    const step = compiled ? compile(run) : run;
    return [step(x), step(x)].map((tensor) => [...tensor.dataSync()]);
  };
  for (const compiled of [false, true]) {
    const [first, second] = draw(3, compiled);
    assert.notDeepEqual(first, second);
    assert.deepEqual(draw(3, compiled), [first, second]);
    assert.notDeepEqual(draw(4, compiled)[0], first);
  }
});

Deno.test("Dropout leaves values alone when not training, and refuses a rate of 1", () => {
  const x = values([3, 4]);
  assertClose(new Dropout({ rate: 0.9 }).apply(x) as tf.Tensor, x);
  assert.throws(() => new Dropout({ name: "d", rate: 1 }), {
    name: "RangeError",
    message: "Cannot make layer 'd' as its rate must be in [0, 1): 1",
  });
});

Deno.test("DropConnect keeps or drops whole samples", () => {
  const x = tf.ones([60, 2, 2, 3]);
  const layer = new DropConnect({ name: "branch", rate: 0.5 });
  const y = layer.apply(x, { training: true, key: tf.tensor1d([1, 2], "int32") }) as tf.Tensor;
  const rows = tf.reshape(y, [60, 12]).arraySync() as number[][];
  for (const row of rows) assert.ok(row.every((value) => value === row[0]) && [0, 2].includes(row[0]!));
  const kept = rows.filter((row) => row[0] === 2).length;
  assert.ok(kept > 10 && kept < 50, `${kept}`);
});

Deno.test("Dropout frees its counter with the model", () => {
  const before = tf.memory().numTensors;
  const input = tf.input({ shape: [4] });
  const model = tf.model({ inputs: input, outputs: new Dropout({ rate: 0.5 }).apply(input) as tf.SymbolicTensor });
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});
