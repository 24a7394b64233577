import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import golden from "./losses_golden.json" with { type: "json" };
import type { Loss } from "./loss.ts";
import { createLoss, lossNames, lossOptions } from "./registry.ts";

await tf.setBackend("cpu");

const [batch, dims] = golden.shape as [number, number];
const target = tf.tensor2d(golden.target, [batch, dims]);
const prediction = tf.tensor2d(golden.prediction, [batch, dims]);
const difficulty = tf.tensor2d(golden.difficulty, [batch, dims]);

function valueAndGradient(loss: Loss): { value: number; gradient: Float32Array } {
  return tf.tidy(() => {
    const run = tf.valueAndGrad((p: tf.Tensor) => loss.compute({ target, prediction: p as tf.Tensor2D, difficulty }));
    const { value, grad } = run(prediction);
    return { value: value.dataSync()[0]!, gradient: grad.dataSync() as Float32Array };
  });
}

for (const { name, options, value, gradient } of golden.cases) {
  Deno.test(`createLoss() makes '${name}' ${JSON.stringify(options)} equal to TensorFlow's value and gradient`, () => {
    const actual = valueAndGradient(createLoss(name, options, { size: golden.size }));
    assert.ok(Math.abs(actual.value - value) <= 1e-6 * Math.max(1, Math.abs(value)), `${actual.value} ${value}`);
    const largest = Math.max(1, ...gradient.map(Math.abs));
    gradient.forEach((expected, i) => {
      assert.ok(Math.abs(actual.gradient[i]! - expected) <= 1e-6 * largest, `${i}: ${actual.gradient[i]} ${expected}`);
    });
  });
}

Deno.test("createLoss() has a golden case for every loss, and every number option of it set once", () => {
  for (const name of lossNames()) {
    const set = new Set(
      golden.cases.filter((known) => known.name === name).flatMap(({ options }) => Object.keys(options)),
    );
    assert.ok(golden.cases.some((known) => known.name === name), name);
    for (const [option, { kind }] of Object.entries(lossOptions(name))) {
      if (kind === "number" && option !== "scale") assert.ok(set.has(option), `${name} ${option}`);
    }
  }
});

for (const name of lossNames()) {
  Deno.test(`createLoss() makes '${name}' 0, with gradient 0, where there is no error, and leaks no tensor`, () => {
    const loss = createLoss(name, {}, { size: 224 });
    const before = tf.memory().numTensors;
    for (const phi of [0, 0.5, 1]) {
      tf.tidy(() => {
        const run = tf.valueAndGrad((p: tf.Tensor) =>
          loss.compute({ target, prediction: p as tf.Tensor2D, difficulty: tf.fill([batch, dims], phi) })
        );
        const { value, grad } = run(target);
        assert.equal(value.dataSync()[0], 0);
        assert.ok(grad.dataSync().every((slope) => slope === 0));
      });
    }
    assert.equal(tf.memory().numTensors, before);
  });

  Deno.test(`createLoss() makes '${name}' that a variable can be trained with`, () => {
    const loss = createLoss(name, {}, { size: 224 });
    const optimizer = tf.train.adam(0.02);
    const variable = tf.variable(tf.zeros([batch, dims])) as tf.Variable<tf.Rank.R2>;
    const step = () =>
      tf.tidy(() =>
        optimizer.minimize(() => loss.compute({ target, prediction: variable, difficulty }), true)!.dataSync()[0]!
      );
    const first = step();
    let last = first;
    for (let i = 0; i < 40; i++) last = step();
    assert.ok(last < 0.2 * first, `${first} -> ${last}`);
    variable.dispose();
    optimizer.dispose();
  });
}

Deno.test("createLoss() records every option with its resolved value", () => {
  assert.deepEqual(createLoss("acr", { lambda: 2 }, { size: 224 }).options, {
    lambda: 2,
    form: "continuous",
    unit: "normalised",
    scale: 1,
    difficulty: "shape",
  });
  const loss = createLoss("wing", { w: 5 }, { size: 224 });
  assert.deepEqual(createLoss("wing", loss.options, { size: 224 }).options, loss.options);
});

Deno.test("createLoss() refuses what does not exist and lists what does", () => {
  const context = { size: 224 };
  assert.throws(() => createLoss("acl", {}, context), {
    name: "RangeError",
    message: "Cannot create loss 'acl' as there is no such loss (did you mean 'acr'?): there are acr, l2, l1, " +
      "smooth-l1, wing, soft-wing, rectified-wing, log-cosh",
  });
  assert.throws(() => createLoss("constructor", {}, context), /no such loss/);
  assert.throws(() => createLoss("acr", { lamda: 1 }, context), {
    name: "RangeError",
    message:
      "Cannot create loss 'acr' as it has no option 'lamda' (did you mean 'lambda'?): it has lambda, form, unit, scale, difficulty",
  });
  assert.throws(() => createLoss("l2", { size: 3 }, context), /no option 'size'/);
  assert.throws(() => createLoss("l2", { toString: 3 }, context), /no option 'toString'/);
});

Deno.test("createLoss() refuses values that are of the wrong type or out of range", () => {
  const context = { size: 224 };
  assert.throws(() => createLoss("acr", { lambda: "1" }, context), {
    name: "TypeError",
    message: "Cannot create loss 'acr' as option 'lambda' must be a number: '1'",
  });
  assert.throws(() => createLoss("acr", { lambda: 0 }, context), {
    name: "RangeError",
    message: "Cannot create loss 'acr' as option 'lambda' must be a finite number above 0: 0",
  });
  assert.throws(() => createLoss("acr", { lambda: Infinity }, context), /finite number above 0/);
  assert.throws(() => createLoss("rectified-wing", { r: -1 }, context), /finite number of 0 or more: -1/);
  assert.throws(() => createLoss("rectified-wing", { r: 10 }, context), /'r' must be below w = 10: 10/);
  assert.throws(() => createLoss("acr", { form: "papers" }, context), {
    name: "RangeError",
    message: "Cannot create loss 'acr' as option 'form' is none of continuous, paper: 'papers'",
  });
  assert.throws(() => createLoss("wing", {}, { size: 0 }), {
    name: "RangeError",
    message: "Cannot create loss 'wing' as unit 'pixel' needs the crop's side, a positive number of pixels: 0",
  });
});
