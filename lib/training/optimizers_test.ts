import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
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
const RATES = [0.1, 0.05, 0.02, 0.1, 0.001];
const GOLDEN: Record<string, number[]> = {
  adam: [
    0.23557935655117035,
    -0.7290053367614746,
    1.7530335187911987,
    0.25,
    -0.15997067093849182,
    -0.009011771529912949,
  ],
  adamOptions: [
    0.2376520037651062,
    -0.7333944439888,
    1.760920763015747,
    0.25,
    0.08319351822137833,
    -0.022409919649362564,
  ],
  adamw: [
    0.22464297711849213,
    -0.7046747803688049,
    1.7017863988876343,
    0.24328795075416565,
    -0.1602296233177185,
    -0.0060554794035851955,
  ],
  adamwKernels: [
    0.22464297711849213,
    -0.7046747803688049,
    1.7017863988876343,
    0.24328795075416565,
    -0.15997067093849182,
    -0.009011771529912949,
  ],
  sgd: [0.4335000216960907, -0.9458000659942627, 1.9529399871826172, 0.25, 0.09993350505828857, -0.052000001072883606],
  momentum: [0.3318990170955658, -0.834667980670929, 1.8316245079040527, 0.25, 0.09983190894126892, 0.5989699363708496],
  nesterov: [0.2822090983390808, -0.7970012426376343, 1.801401972770691, 0.25, 0.09978221356868744, 0.6670728921890259],
  clip: [0.4684452712535858, -0.9771676063537598, 1.9836268424987793, 0.25, 0.09996844828128815, -0.17306271195411682],
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

for (const [golden, name, options, limit] of CASES) {
  Deno.test(`createOptimizer() makes '${name}' with ${JSON.stringify({ ...options, limit })} equal to Keras's`, async () => {
    await tf.setBackend("cpu");
    const variables = weights();
    const optimizer = createOptimizer(name, options, variables);
    close(fiveSteps(optimizer, variables, limit), GOLDEN[golden]!);
    assert.equal(optimizer.iterations.dataSync()[0], 5);
  });
}

Deno.test("createOptimizer() continues from saved state as if it had not stopped", async () => {
  await tf.setBackend("cpu");
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
  await tf.setBackend("cpu");
  for (const name of optimizerNames()) {
    const [w, b] = weights();
    const optimizer = createOptimizer(name, {}, [w, b]);
    optimizer.apply({ [w.name]: tf.ones([2, 2]) }, tf.scalar(0.1));
    close(b.dataSync(), [0.1, -0.2], 1e-8);
    assert.notEqual(w.dataSync()[0], 0.5);
  }
});

Deno.test("createOptimizer() keeps the number of tensors flat over steps and frees its state", async () => {
  await tf.setBackend("cpu");
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
  await tf.setBackend("cpu");
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
    await tf.setBackend("cpu");
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
