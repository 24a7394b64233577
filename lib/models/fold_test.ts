import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import { foldBatchNormalization } from "./fold.ts";
import { BatchNormalization, Dropout } from "./layers/mod.ts";
import { fillByFormula, formulaImages } from "./peer/formula.ts";
import { createModel, type CreateModelOptions } from "./registry.ts";

await useBackend({ quiet: true });

const x = tf.tensor(formulaImages(2, 64), [2, 64, 64, 3]);
const networks: [string, CreateModelOptions][] = [["mnv2", {}], ["efnb0", { flavor: "applications" }]];

for (const [name, options] of networks) {
  const label = [name, ...Object.values(options)].join(" ");
  Deno.test(`foldBatchNormalization() leaves the output of ${label} as it was, eager and compiled`, () => {
    const model = createModel(name, { points: 5, size: 64, ...options, initialize: false });
    fillByFormula(model, tf);
    const expected = (model.predict(x) as tf.Tensor).dataSync();
    const folded = foldBatchNormalization(model);
    assert.ok(!folded.layers.some((layer) => layer instanceof BatchNormalization || layer instanceof Dropout));
    model.dispose(); // the copy stands alone
    const run = compile((x: tf.Tensor) => folded.apply(x) as tf.Tensor);
    const largest = Math.max(...expected.map(Math.abs));
    for (const actual of [(folded.predict(x) as tf.Tensor).dataSync(), run(x).dataSync()]) {
      actual.forEach((value, i) =>
        assert.ok(Math.abs(value - expected[i]!) < 1e-5 * largest, `${value} ${expected[i]}`)
      );
    }
    run.dispose();
    folded.dispose();
  });
}

Deno.test("foldBatchNormalization() folds each convolution's own numbers: scale, shift and depthwise kernels", () => {
  const input = tf.input({ shape: [1, 1, 2], name: "x" });
  const kernel = { kernelSize: 1, useBias: false } as const;
  let y = tf.layers.conv2d({ name: "c", filters: 2, ...kernel }).apply(input) as tf.SymbolicTensor;
  y = new BatchNormalization({ name: "cn", epsilon: 0 }).apply(y) as tf.SymbolicTensor;
  y = tf.layers.depthwiseConv2d({ name: "d", ...kernel }).apply(y) as tf.SymbolicTensor;
  y = new BatchNormalization({ name: "dn", epsilon: 0 }).apply(y) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: y });
  const set = (name: string, ...values: tf.Tensor[]) => model.getLayer(name).setWeights(values);
  set("c", tf.tensor([1, 2, 3, 4], [1, 1, 2, 2]));
  // gamma, beta, mean, variance: scale 2 and 3, shift 1 - 2 * 5 and 2 - 3 * 7.
  set("cn", tf.tensor([4, 3]), tf.tensor([1, 2]), tf.tensor([5, 7]), tf.tensor([4, 1]));
  set("d", tf.tensor([10, 20], [1, 1, 2, 1]));
  set("dn", tf.tensor([1, 1]), tf.tensor([0, 1]), tf.tensor([0, 0]), tf.tensor([0.25, 4]));
  const folded = foldBatchNormalization(model);
  const weights = (name: string) => [...folded.getLayer(name).getWeights()[0]!.dataSync()];
  assert.deepEqual(weights("c"), [2, 6, 6, 12]);
  assert.deepEqual(weights("c_bias"), [-9, -19]);
  assert.deepEqual(weights("d"), [20, 10]);
  assert.deepEqual(weights("d_bias"), [0, 1]);
});

Deno.test("foldBatchNormalization() leaves a normalization that it cannot fold where it is", () => {
  const input = tf.input({ shape: [4, 4, 3], name: "x" });
  const conv = tf.layers.conv2d({ name: "c", filters: 3, kernelSize: 1, useBias: false, activation: "relu" })
    .apply(input) as tf.SymbolicTensor;
  const shared = tf.layers.conv2d({ name: "s", filters: 3, kernelSize: 1, useBias: false }).apply(
    conv,
  ) as tf.SymbolicTensor;
  const output = tf.layers.add({ name: "a" }).apply([
    shared,
    new BatchNormalization({ name: "n" }).apply(shared) as tf.SymbolicTensor,
    new BatchNormalization({ name: "m" }).apply(conv) as tf.SymbolicTensor,
  ]) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const folded = foldBatchNormalization(model);
  assert.deepEqual(folded.layers.map(({ name }) => name).sort(), ["a", "c", "m", "n", "s", "x"]);
  const probe = tf.randomUniform([1, 4, 4, 3], 0, 1, "float32", 1);
  assert.deepEqual((folded.predict(probe) as tf.Tensor).dataSync(), (model.predict(probe) as tf.Tensor).dataSync());
});
