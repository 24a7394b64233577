import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import { mobileNetV2, type MobileNetV2Options, roundChannels } from "./mobilenet_v2.ts";

await useBackend({ quiet: true });

Deno.test("mobileNetV2() has the parameters of the paper's table for 68 and 29 points", () => {
  for (const [points, parameters] of [[68, 2_432_200], [29, 2_332_282]] as const) {
    const model = mobileNetV2({ points, size: 32, initialize: false });
    assert.equal(model.countParams(), parameters);
    assert.deepEqual(model.outputShape, [null, 2 * points]);
    model.dispose();
  }
});

Deno.test("mobileNetV2() has Keras's number of parameters for each alpha", () => {
  // tf_keras 2.21.0: MobileNetV2(include_top=False, alpha=alpha).count_params(); the head comes on top.
  const backbones = [[0.35, 410_208], [0.5, 706_224], [0.75, 1_382_064], [1.3, 3_766_048], [1.4, 4_363_712]] as const;
  for (const [alpha, backbone] of backbones) {
    const model = mobileNetV2({ points: 5, size: 32, alpha, initialize: false });
    const channels = alpha > 1 ? roundChannels(1280 * alpha) : 1280;
    assert.equal(model.countParams(), backbone + channels * 10 + 10);
    model.dispose();
  }
});

Deno.test("'same' padding is Keras's explicit padding before a strided convolution, for every input size", () => {
  // keras.applications.imagenet_utils.correct_pad: (k // 2 - (1 - size % 2), k // 2), then 'valid'.
  for (const kernel of [3, 5]) {
    for (let size = kernel; size <= 700; size++) {
      const keras = [Math.floor(kernel / 2) - (1 - size % 2), Math.floor(kernel / 2)];
      const info = tf.backend_util.computeConv2DInfo([1, size, size, 1], [kernel, kernel, 1, 1], 2, 1, "same");
      assert.deepEqual([info.padInfo.top, info.padInfo.bottom], keras, `size ${size}`);
      const valid = Math.floor((size + keras[0]! + keras[1]! - kernel) / 2) + 1;
      assert.equal(info.outHeight, valid);
    }
  }
});

Deno.test("mobileNetV2() starts alike for one seed, whatever was made before, and otherwise for another", () => {
  const first = (seed: number) => {
    const model = mobileNetV2({ points: 2, size: 32, seed });
    const weights = ["Conv1", "block_5_depthwise", "O_L"].map((name) =>
      model.getLayer(name).getWeights()[0]!.dataSync()
    );
    model.dispose();
    return weights;
  };
  const weights = first(1);
  assert.deepEqual(first(1), weights);
  first(2).forEach((other, i) => assert.notDeepEqual(other, weights[i]));
});

Deno.test("mobileNetV2() starts with Keras's glorot_uniform: bounds and variance", () => {
  const model = mobileNetV2({ points: 68, size: 32, seed: 3 });
  for (
    const [name, fan] of [["O_L", 1280 + 136], ["Conv_1", 320 + 1280], ["block_5_depthwise", 9 * 192 + 9]] as const
  ) {
    const kernel = model.getLayer(name).getWeights()[0]!.dataSync<"float32">();
    const limit = Math.sqrt(6 / fan);
    assert.ok(kernel.every((value) => Math.abs(value) <= limit));
    const variance = kernel.reduce((sum, value) => sum + value * value, 0) / kernel.length;
    assert.ok(Math.abs(variance / (limit * limit / 3) - 1) < 0.06, `${name} ${variance}`);
  }
  model.dispose();
});

Deno.test("mobileNetV2() that is not initialized is zero but configured alike", () => {
  const [drawn, empty] = [true, false].map((initialize) => mobileNetV2({ points: 2, size: 32, seed: 4, initialize }));
  assert.deepEqual(empty!.layers.map((layer) => layer.getConfig()), drawn!.layers.map((layer) => layer.getConfig()));
  for (const name of ["Conv1", "block_5_depthwise", "O_L"]) {
    assert.ok(empty!.getLayer(name).getWeights()[0]!.dataSync<"float32">().every((value) => value === 0));
  }
  drawn!.dispose();
  empty!.dispose();
});

Deno.test("mobileNetV2() starts at initialOutput, with a kernel scaled by headScale", () => {
  const initialOutput = [0.1, -0.2, 0.3, -0.4];
  const head = (options: MobileNetV2Options) => {
    const model = mobileNetV2({ points: 2, size: 32, seed: 1, ...options });
    const [kernel, bias] = model.getLayer("O_L").getWeights().map((weight) => [...weight.dataSync()]);
    model.dispose();
    return { kernel: kernel!, bias: bias! };
  };
  const plain = head({}), near = head({ initialOutput }), at = head({ initialOutput, headScale: 0 });
  assert.deepEqual(plain.bias, [0, 0, 0, 0]);
  for (const { bias } of [near, at]) assert.deepEqual(bias, initialOutput.map(Math.fround));
  plain.kernel.forEach((value, i) => assert.ok(Math.abs(near.kernel[i]! - 0.1 * value) < 1e-8));
  assert.ok(at.kernel.every((value) => value === 0));
});

Deno.test("mobileNetV2() trains: compiled steps lower the loss, and the same dropout keys give the same losses", () => {
  const x = tf.randomUniform([8, 32, 32, 3], 0, 1, "float32", 1), y = tf.randomUniform([8, 6], -0.5, 0.5, "float32", 2);
  const run = () => {
    const model = mobileNetV2({ points: 3, size: 32, seed: 1, dropout: 0.1 });
    const optimizer = tf.train.sgd(0.002);
    const step = compile((x: tf.Tensor, y: tf.Tensor, key: tf.Tensor1D) =>
      optimizer.minimize(
        () => tf.losses.meanSquaredError(y, model.apply(x, { training: true, key }) as tf.Tensor),
        true,
      )!
    );
    const losses = Array.from({ length: 4 }, (_, i) => step(x, y, tf.tensor1d([1, i], "int32")).dataSync()[0]!);
    step.dispose();
    model.dispose();
    return losses;
  };
  const losses = run();
  assert.ok(losses.at(-1)! < losses[0]!, losses.join(" "));
  assert.deepEqual(run(), losses);
});

Deno.test("mobileNetV2() refuses options out of range, each in a sentence", () => {
  const refused: [MobileNetV2Options, string][] = [
    [{ points: 0 }, "Cannot make a model as its number of points must be a whole number from 1 to 10000: 0"],
    [{ points: 2.5 }, "Cannot make a model as its number of points must be a whole number from 1 to 10000: 2.5"],
    [{ size: 16 }, "Cannot make a model as its size must be a whole number from 32 to 4096 pixels: 16"],
    [{ size: NaN }, "Cannot make a model as its size must be a whole number from 32 to 4096 pixels: NaN"],
    [{ seed: 0.5 }, "Cannot make a model as its seed must be a whole number: 0.5"],
    [{ dropout: 1 }, "Cannot make a model as its dropout must be in [0, 1): 1"],
    [{ alpha: 0 }, "Cannot make MobileNetV2 as its alpha must be in [0.1, 4]: 0"],
    [{ headScale: NaN }, "Cannot make a model as its headScale must be a number: NaN"],
    [{ points: 2, initialOutput: [1] }, "Cannot make a model as its initialOutput must have 4 values: 1"],
    [{ points: 1, initialOutput: [1, NaN] }, "Cannot make a model as value 1 of its initialOutput is not finite: NaN"],
  ];
  for (const [options, message] of refused) assert.throws(() => mobileNetV2(options), { message });
});
