import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import golden from "./losses_golden.json" with { type: "json" };
import { createLoss } from "./registry.ts";

await useBackend({ quiet: true });

const shape = golden.shape as [number, number];
const target = tf.tensor2d(golden.target, shape);
const prediction = tf.tensor2d(golden.prediction, shape);
const difficulty = tf.tensor2d(golden.difficulty, shape);

for (const { name, options, value, gradient } of golden.cases) {
  Deno.test(`compile() of '${name}' ${JSON.stringify(options)} equals TensorFlow's value and gradient`, () => {
    const loss = createLoss(name, options, { size: golden.size });
    const compiled = compile((target: tf.Tensor, prediction: tf.Tensor, difficulty: tf.Tensor) => {
      const run = tf.valueAndGrad((p: tf.Tensor) =>
        loss.compute({
          target: target as tf.Tensor2D,
          prediction: p as tf.Tensor2D,
          difficulty: difficulty as tf.Tensor2D,
        })
      );
      const { value, grad } = run(prediction);
      return [value, grad];
    });
    const largest = Math.max(1, ...gradient.map(Math.abs));
    // The first call traces, the next ones run the graph; another difficulty must not be the traced one.
    compiled(target, prediction, tf.zerosLike(difficulty));
    const [actual, slopes] = compiled(target, prediction, difficulty);
    assert.ok(Math.abs(actual!.dataSync()[0]! - value) <= 1e-6 * Math.max(1, Math.abs(value)));
    slopes!.dataSync().forEach((slope, i) => {
      assert.ok(Math.abs(slope - gradient[i]!) <= 1e-6 * largest, `${i}: ${slope} ${gradient[i]}`);
    });
  });
}

Deno.test("compile() of 'acr' has a finite gradient at an error of 0 and far beyond 1", () => {
  const loss = createLoss("acr", {}, { size: golden.size });
  const compiled = compile((prediction: tf.Tensor, difficulty: tf.Tensor) => {
    const target = tf.zerosLike(prediction) as tf.Tensor2D;
    return tf.grad((p: tf.Tensor) =>
      loss.compute({ target, prediction: p as tf.Tensor2D, difficulty: difficulty as tf.Tensor2D })
    )(prediction);
  });
  const errors = tf.tensor2d([[0, 0, 0, 1e18, -1e18, 1e18]]), phi = tf.tensor2d([[0, 0.5, 1, 0, 0.5, 1]]);
  for (let call = 0; call < 2; call++) {
    const slopes = [...compiled(errors, phi).dataSync()];
    assert.deepEqual(slopes.slice(0, 3), [0, 0, 0]);
    for (const slope of slopes.slice(3)) assert.ok(Math.abs(Math.abs(slope) / (1e18 / 3) - 1) < 1e-6, `${slope}`);
  }
});
