import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { createModel } from "@/models/registry.ts";
import { createRandom } from "@/random.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { createPredictor } from "./predictor.ts";

const SIZE = 32, COUNT = 5;

Deno.test("createPredictor() folds batch norm and still has the weights of the moment", async () => {
  await useBackend({ quiet: true });
  const random = createRandom(3, "predictor_test");
  const images = Uint8Array.from({ length: COUNT * SIZE * SIZE * 3 }, () => 255 * random.next());
  const model = createModel("mnv2", { points: 68, size: SIZE, seed: 3, alpha: 0.35 });
  const fast = createPredictor(model), plain = createPredictor(model, { compiled: false });
  const differences: number[] = [];
  let before: Float32Array | undefined;
  for (let round = 0; round < 3; round++) {
    const expected = await plain.predict(images), seen = await fast.predict(images);
    differences.push(Math.max(...expected.map((value, i) => Math.abs(value - seen[i]!))));
    if (before) assert.ok(Math.max(...before.map((value, i) => Math.abs(value - expected[i]!))) > 1e-3);
    before = expected;
    // As training does: every weight changes, the moving averages of batch norm too.
    tf.tidy(() => {
      model.setWeights(
        model.getWeights().map((weight) => {
          const values = Float32Array.from({ length: weight.size }, () => random.uniform(0.9, 1.1));
          return weight.mul(tf.tensor(values, weight.shape)).add(0.01);
        }),
      );
    });
  }
  assert.ok(Math.max(...differences) < 1e-4, `differs by ${differences}`);
  const { numTensors } = tf.memory();
  await fast.predict(images);
  assert.equal(tf.memory().numTensors, numTensors);
  fast.dispose();
  model.dispose();
});

Deno.test("createPredictor() runs a model that cannot be folded as it is", async () => {
  await useBackend({ quiet: true });
  const input = tf.input({ shape: [4, 4, 3] }), twice = tf.layers.dense({ units: 3 });
  const flat = tf.layers.flatten().apply(twice.apply(twice.apply(input))) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(flat) as tf.SymbolicTensor });
  const images = Uint8Array.from({ length: 2 * 48 }, (_, i) => i);
  const fast = createPredictor(model), plain = createPredictor(model, { compiled: false });
  const expected = await plain.predict(images), seen = await fast.predict(images);
  expected.forEach((value, i) => assert.ok(Math.abs(value - seen[i]!) < 1e-5));
  fast.dispose();
  model.dispose();
});
