import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { type BackendName, useBackend } from "@/tensorflow/mod.ts";
import { clipByGlobalNorm, globalNorm } from "./clipping.ts";
import { createOptimizer, optimizerNames, resolveOptimizerOptions } from "./optimizers.ts";
import type { Optimizer } from "./optimizer.ts";
import { averageWeights } from "./weight_average.ts";

/*
 * Golden numbers: Keras 3.15.1 on TensorFlow 2.21.0, five steps from W and B below with these gradients and rates:
 *
 *   opt = keras.optimizers.Adam(0.1); opt.build([w, b])
 *   for t in range(5): opt.learning_rate = rates[t]; opt.apply([gw(t), gb(t)])
 */
const RATES = [0.01, 0.005, 0.002, 0.01, 0.0001];
const GOLDEN: Record<string, number[]> = {
  "adam": [
    0.4735579490661621,
    -0.9729005694389343,
    1.975303292274475,
    0.25,
    0.0740029364824295,
    -0.1809011697769165,
  ],
  "adamOptions": [
    0.47376516461372375,
    -0.9733394384384155,
    1.9760921001434326,
    0.25,
    0.09831935167312622,
    -0.18224097788333893,
  ],
  "adamw": [
    0.4722292125225067,
    -0.9702183604240417,
    1.9699130058288574,
    0.24932314455509186,
    0.07375652343034744,
    -0.18038387596607208,
  ],
  "sgd": [
    0.49334999918937683,
    -0.9945800304412842,
    1.9952940940856934,
    0.25,
    0.09999334812164307,
    -0.1852000206708908,
  ],
  "momentum": [
    0.4831899404525757,
    -0.9834668636322021,
    1.983162522315979,
    0.25,
    0.09998319298028946,
    -0.12010302394628525,
  ],
  "nesterov": [
    0.47822093963623047,
    -0.9797001481056213,
    1.980140209197998,
    0.25,
    0.09997821599245071,
    -0.11329270154237747,
  ],
  "clip": [
    0.49684450030326843,
    -0.9977167248725891,
    1.99836266040802,
    0.25,
    0.09999684244394302,
    -0.19730627536773682,
  ],
  "adamwKernels": [
    0.4722292125225067,
    -0.9702183604240417,
    1.9699130058288574,
    0.24932314455509186,
    0.0740029364824295,
    -0.1809011697769165,
  ],
};

const weights = () =>
  [tf.variable(tf.tensor2d([[0.5, -1], [2, 0.25]])), tf.variable(tf.tensor1d([0.1, -0.2]))] as const;

function gradients(step: number, [w, b]: readonly [tf.Variable, tf.Variable]): Record<string, tf.Tensor> {
  return {
    [w.name]: tf.tensor2d([[0.1 * (step + 1), -0.2], [0.3 / (step + 1), 0]]),
    [b.name]: tf.tensor1d([1e-4 * (step + 1), -2 + step]),
  };
}

function close(actual: Iterable<number>, expected: readonly number[], tolerance = 1e-6): void {
  const values = [...actual];
  assert.equal(values.length, expected.length);
  values.forEach((value, index) => {
    const wanted = expected[index]!;
    assert.ok(Math.abs(value - wanted) <= tolerance, `value ${index}: ${value}, expected ${wanted}`);
  });
}

function fiveSteps(optimizer: Optimizer, variables: ReturnType<typeof weights>, limit?: number): number[] {
  for (let step = 0; step < 5; step++) {
    tf.tidy(() => {
      const raw = gradients(step, variables);
      const used = limit === undefined ? raw : clipByGlobalNorm(raw, limit, globalNorm(raw));
      optimizer.apply(used, tf.scalar(RATES[step]!));
    });
  }
  return variables.flatMap((variable) => [...variable.dataSync()]);
}

const CASES: [string, string, Record<string, unknown>, number?][] = [
  ["adam", "adam", {}],
  ["adamOptions", "adam", { beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }],
  ["adamw", "adamw", { weightDecay: 0.1, decayVectors: true }],
  ["adamwKernels", "adamw", { weightDecay: 0.1 }],
  ["sgd", "sgd", { momentum: 0 }],
  ["momentum", "sgd", { momentum: 0.9 }],
  ["nesterov", "sgd", { momentum: 0.9, nesterov: true }],
  ["clip", "sgd", { momentum: 0 }, 0.5],
];

const BACKENDS: BackendName[] = ["cpu", "tensorflow"];
const use = async (backend: BackendName) => void await useBackend({ backend, quiet: true });

for (const backend of BACKENDS) {
  for (const [golden, name, options, limit] of CASES) {
    Deno.test(`createOptimizer() makes '${name}' with ${JSON.stringify({ ...options, limit })} equal to Keras's on ${backend}`, async () => {
      await use(backend);
      const variables = weights();
      const optimizer = createOptimizer(name, options, variables);
      close(fiveSteps(optimizer, variables, limit), GOLDEN[golden]!);
      assert.equal(optimizer.iterations.dataSync()[0], 5);
    });
  }
}

Deno.test("createOptimizer() continues from saved state as if it had not stopped", async () => {
  await use("cpu");
  for (const name of optimizerNames()) {
    const whole = weights();
    const expected = fiveSteps(createOptimizer(name, {}, whole), whole);

    const first = weights();
    const before = createOptimizer(name, {}, first);
    for (let step = 0; step < 3; step++) tf.tidy(() => before.apply(gradients(step, first), tf.scalar(RATES[step]!)));
    const second = weights();
    const after = createOptimizer(name, {}, second);
    [...first, ...before.state].forEach((variable, index) =>
      [...second, ...after.state][index]!.assign(variable.clone())
    );
    for (let step = 3; step < 5; step++) tf.tidy(() => after.apply(gradients(step, second), tf.scalar(RATES[step]!)));
    assert.deepEqual(second.flatMap((variable) => [...variable.dataSync()]), expected, name);
  }
});

Deno.test("createOptimizer() leaves a variable without a gradient alone", async () => {
  await use("cpu");
  for (const name of optimizerNames()) {
    const [w, b] = weights();
    const optimizer = createOptimizer(name, {}, [w, b]);
    optimizer.apply({ [w.name]: tf.ones([2, 2]) }, tf.scalar(0.1));
    close(b.dataSync(), [0.1, -0.2], 1e-8);
    assert.notEqual(w.dataSync()[0], 0.5);
  }
});

for (const backend of BACKENDS) {
  Deno.test(`createOptimizer() keeps the number of tensors flat over steps and frees its state on ${backend}`, async () => {
    await use(backend);
    for (const name of optimizerNames()) {
      const variables = weights();
      const start = tf.memory().numTensors;
      const optimizer = createOptimizer(name, {}, variables);
      fiveSteps(optimizer, variables);
      const afterFive = tf.memory().numTensors;
      fiveSteps(optimizer, variables);
      assert.equal(tf.memory().numTensors, afterFive);
      optimizer.dispose();
      assert.equal(tf.memory().numTensors, start);
    }
  });
}

Deno.test("createOptimizer() refuses unknown names, unknown options and values outside their limits", () => {
  assert.throws(() => createOptimizer("adamm", {}, []), { message: /unknown, did you mean adam or adamw.*'adamm'/ });
  assert.throws(() => resolveOptimizerOptions("sgd", { momentun: 0.5 }), {
    message: /expected momentum, nesterov: 'momentun'/,
  });
  assert.throws(() => resolveOptimizerOptions("sgd", { momentum: 1 }), RangeError);
  assert.throws(() => resolveOptimizerOptions("sgd", { momentum: NaN }), RangeError);
  assert.throws(() => resolveOptimizerOptions("adam", { beta1: "0.9" }), TypeError);
  assert.throws(() => resolveOptimizerOptions("adam", { epsilon: 0 }), /epsilon must be above 0: 0/);
  assert.deepEqual(resolveOptimizerOptions("adam", { beta1: 0.5 }), { beta1: 0.5, beta2: 0.999, epsilon: 1e-7 });
});

Deno.test("clipByGlobalNorm() leaves gradients below the limit as they are", async () => {
  await use("cpu");
  const raw = { a: tf.tensor1d([3]), b: tf.tensor1d([4]) };
  const norm = globalNorm(raw);
  close(norm.dataSync(), [5]);
  close(clipByGlobalNorm(raw, 10, norm).a!.dataSync(), [3]);
  close(clipByGlobalNorm(raw, 1, norm).b!.dataSync(), [0.8]);
});

/*
 * Golden numbers: TensorFlow 2.21.0, `ema = tf.train.ExponentialMovingAverage(decay, num_updates=n)`, applied once at
 * [0.5, -1], then five times: `w += [0.1, 0.3] * (t + 1); n = t + 1; ema.apply([w])`.
 */
for (
  const [momentum, golden] of [[0.9, [1.7272727489471436, 2.6818182468414307]], [0.3, [
    1.8044272661209106,
    2.9132819175720215,
  ]]] as const
) {
  Deno.test(`averageWeights() with momentum ${momentum} equals TensorFlow's and lends its averages only while asked`, async () => {
    await use("cpu");
    const weight = tf.variable(tf.tensor1d([0.5, -1]));
    const average = averageWeights([weight], momentum);
    for (let step = 0; step < 5; step++) {
      tf.tidy(() => weight.assign(weight.add(tf.tensor1d([0.1, 0.3]).mul(step + 1))));
      average.update();
    }
    close(weight.dataSync(), [2, 3.5]);
    await average.during(async () => close(await weight.data(), golden));
    close(weight.dataSync(), [2, 3.5]);
    await assert.rejects(average.during(() => Promise.reject(new Error("stopped"))), /stopped/);
    close(weight.dataSync(), [2, 3.5]);
  });
}

Deno.test("averageWeights() refuses a momentum outside [0, 1)", () => {
  assert.throws(() => averageWeights([], 1), RangeError);
  assert.throws(() => averageWeights([], NaN), RangeError);
});
