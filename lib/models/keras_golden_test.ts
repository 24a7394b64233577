import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { sha256 } from "@/files.ts";
import { compile, useBackend } from "@/tensorflow/mod.ts";
import golden from "./keras_golden.json" with { type: "json" };
import { fillByFormula, formulaImages, formulaLabels } from "./peer/formula.ts";
import { createModel, type CreateModelOptions } from "./registry.ts";

// keras_golden.json holds what Keras 2 computed from formula weights: `source` in it names versions and command.
const NETWORKS: [keyof typeof golden.networks, string, CreateModelOptions][] = [
  ["mnv2", "mnv2", {}],
  ["efnb0", "efnb0", {}],
  ["efnb0_applications", "efnb0", { flavor: "applications" }],
  ["efnb3", "efnb3", {}],
];

for (const [key, name, options] of NETWORKS) {
  Deno.test(`createModel() ${key} has Keras's weights in Keras's order and computes its output`, async () => {
    await useBackend();
    const { points, size, networks } = golden;
    const expected = networks[key];
    const model = createModel(name, { points, size, ...options, initialize: false });
    assert.equal(model.countParams(), expected.parameters);
    const names = model.weights.map((weight) => weight.originalName);
    assert.equal(sha256(names.join("\n")), expected.names);

    fillByFormula(model, tf);
    const output = tf.tidy(() =>
      (model.predict(tf.tensor(formulaImages(1, size), [1, size, size, 3])) as tf.Tensor).dataSync<"float32">()
    );
    assert.equal(output.length, 2 * points);
    const largest = Math.max(...output.map(Math.abs));
    expected.output.forEach((value, i) =>
      assert.ok(Math.abs(output[i]! - value) < 1e-4 * largest, `${output[i]} ${value}`)
    );
    const sum = output.reduce((total, value) => total + Math.abs(value), 0);
    assert.ok(Math.abs(sum - expected.sum) < 1e-4 * expected.sum, `${sum} ${expected.sum}`);
    model.dispose();
  });
}

for (const name of ["mnv2", "efnb0"] as const) {
  Deno.test(`createModel() ${name} trains as Keras does: five steps of gradient descent, compiled`, async () => {
    await useBackend();
    const { points, training } = golden;
    const { batch, size, rate, losses, moving } = training[name];
    const model = createModel(name, {
      points,
      size,
      initialize: false,
      dropout: 0,
      ...(name === "efnb0" && { dropConnect: 0 }),
    });
    fillByFormula(model, tf);
    const optimizer = tf.train.sgd(rate);
    const step = compile((x: tf.Tensor, y: tf.Tensor) =>
      optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor), true)!
    );
    const x = tf.tensor(formulaImages(batch, size), [batch, size, size, 3]);
    const y = tf.tensor(formulaLabels(batch, points), [batch, 2 * points]);
    for (const expected of losses) {
      const loss = step(x, y).dataSync()[0]!;
      assert.ok(Math.abs(loss - expected) < 1e-4 * expected, `${loss} ${expected}`);
    }
    for (const [weight, values] of Object.entries(moving)) {
      const actual = model.weights.find(({ originalName }) => originalName === weight)!.read().dataSync();
      values.forEach((value, i) => assert.ok(Math.abs(actual[i]! - value) < 1e-4, `${weight} ${actual[i]} ${value}`));
    }
    step.dispose();
    model.dispose();
  });
}
