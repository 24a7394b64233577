import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { acrLoss, type AcrLossOptions } from "./acr.ts";

await tf.setBackend("cpu");

/** Value and slope of one coordinate. */
function at(error: number, phi: number, options: AcrLossOptions = {}): { value: number; slope: number } {
  const loss = acrLoss(options);
  return tf.tidy(() => {
    const target = tf.zeros([1, 1]) as tf.Tensor2D;
    const difficulty = tf.tensor2d([[phi]]);
    const run = tf.valueAndGrad((prediction: tf.Tensor) =>
      loss.compute({ target, prediction: prediction as tf.Tensor2D, difficulty })
    );
    const { value, grad } = run(tf.tensor2d([[error]]));
    return { value: value.dataSync()[0]!, slope: grad.dataSync()[0]! };
  });
}

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

Deno.test("acrLoss() is finite, value and gradient, for every error and difficulty, in both forms", () => {
  for (const form of ["continuous", "paper"] as const) {
    for (const phi of [0, 1e-7, 0.25, 0.5, 0.999999, 1]) {
      for (const size of [0, 1e-38, 1e-20, 1e-7, 1e-3, 0.5, 1, 1.0000001, 2, 1e3, 1e9, 1e18]) {
        for (const error of [size, -size]) {
          const { value, slope } = at(error, phi, { form });
          assert.ok(Number.isFinite(value) && Number.isFinite(slope), `${form} ${phi} ${error}: ${value} ${slope}`);
          assert.equal(Math.abs(Math.sign(slope)) > 0 ? Math.sign(slope) : Math.sign(error), Math.sign(error));
        }
      }
    }
  }
});

Deno.test("acrLoss() has slope 0 at an error of 0, also at the kink of difficulty 1", () => {
  for (const phi of [0, 0.5, 1]) assert.deepEqual(at(0, phi), { value: 0, slope: 0 });
  near(at(1e-6, 1).slope, 1);
  near(at(-1e-6, 1).slope, -1);
});

Deno.test("acrLoss() follows its formula by hand", () => {
  near(at(0.5, 0).value, Math.log(1.25));
  near(at(0.5, 1).value, Math.log(1.5));
  near(at(-0.25, 0.5, { lambda: 3 }).value, 3 * Math.log(1.125));
  near(at(-0.25, 0.5, { lambda: 3 }).slope, -3 * 1.5 * 0.5 / 1.125);
  near(at(3, 0.5, { lambda: 2 }).value, 9 + 2 * Math.LN2 - 1);
  near(at(3, 0.5, { lambda: 2, form: "paper" }).value, 9 + 0.5 * Math.LN2 - 1);
  near(at(3, 0.5).slope, 6);
});

Deno.test("acrLoss() is continuous at an error of 1, and steps by (Phi - lambda) ln 2 in the paper's form", () => {
  for (const lambda of [0.5, 1, 2]) {
    for (const phi of [0, 0.5, 1]) {
      const step = (form: "continuous" | "paper") =>
        at(1 + 1e-6, phi, { lambda, form }).value - at(1 - 1e-6, phi, { lambda, form }).value;
      near(step("continuous"), 0, 1e-5);
      near(step("paper"), (phi - lambda) * Math.LN2, 1e-5);
    }
  }
});

Deno.test("acrLoss() in pixels sees errors times the crop's side", () => {
  near(at(0.001, 0.5, { unit: "pixel", size: 224 }).value, at(0.224, 0.5).value);
  near(at(0.001, 0.5, { unit: "pixel", size: 224 }).slope, 224 * at(0.224, 0.5).slope);
  near(at(0.1, 0.5, { unit: "pixel", size: 224, scale: 100 }).value, 100 * (22.4 ** 2 + Math.LN2 - 1));
  assert.throws(() => acrLoss({ unit: "pixel" }), {
    name: "RangeError",
    message: /needs the crop's side.*: undefined$/,
  });
});

Deno.test("acrLoss() keeps the precision of small losses", () => {
  // ln(1 + 1e-8) in float32 by way of 1 + x would be 0.
  near(at(1e-4, 0).value / 1e-8, 1);
});

Deno.test("acrLoss() needs difficulties of the predictions' shape", () => {
  const loss = acrLoss();
  const target = tf.zeros([2, 4]) as tf.Tensor2D;
  assert.throws(() => loss.compute({ target, prediction: target }), {
    name: "TypeError",
    message: "Cannot compute loss 'acr' as it needs the difficulty: undefined",
  });
  assert.throws(
    () => loss.compute({ target, prediction: target, difficulty: tf.zeros([4]) as unknown as tf.Tensor2D }),
    {
      name: "TypeError",
      message: "Cannot compute loss 'acr' as prediction [2,4] and difficulty must have one shape [batch, 2M]: [4]",
    },
  );
  assert.throws(
    () => loss.compute({ target: tf.zeros([2, 2]), prediction: target, difficulty: target }),
    /target must have/,
  );
  target.dispose();
});

Deno.test("acrLoss() lets no gradient into targets or difficulties and passes the factor of an outer loss on", () => {
  const loss = acrLoss();
  tf.tidy(() => {
    const target = tf.tensor2d([[0.1, 0.2]]),
      difficulty = tf.tensor2d([[0.3, 1]]),
      prediction = tf.tensor2d([[0.5, 0]]);
    const gradient = (factor: number) =>
      tf.grad((p: tf.Tensor) => loss.compute({ target, prediction: p as tf.Tensor2D, difficulty }).mul(factor))(
        prediction,
      )
        .dataSync();
    gradient(1).forEach((slope, i) => near(gradient(-7)[i]!, -7 * slope));
  });
});

Deno.test("acrLoss() of difficulty 'error' takes each face's errors over its largest as Phi, and as constants", () => {
  const target = tf.zeros([3, 4]) as tf.Tensor2D;
  const errors = [[0.1, -0.4, 0.2, 0], [3, 0.3, -1.5, 0.6], [0, 0, 0, 0]];
  const phi = tf.tensor2d([[0.25, 1, 0.5, 0], [1, 0.1, 0.5, 0.2], [0, 0, 0, 0]]);
  const run = (options: AcrLossOptions, difficulty?: tf.Tensor2D) => {
    const loss = acrLoss(options);
    assert.equal(loss.needsDifficulty, difficulty !== undefined);
    const { value, grad } = tf.valueAndGrad((prediction: tf.Tensor) =>
      loss.compute({ target, prediction: prediction as tf.Tensor2D, ...(difficulty ? { difficulty } : {}) })
    )(tf.tensor2d(errors));
    return [...value.dataSync(), ...grad.dataSync()];
  };
  const expected = run({ lambda: 2 }, phi);
  run({ lambda: 2, difficulty: "error" }).forEach((number, i) => near(number, expected[i]!));
});

Deno.test("acrLoss() of either form has the same slope, bit by bit: they train the same network", () => {
  for (const lambda of [0.5, 1, 3]) {
    for (const phi of [0, 0.3, 1]) {
      for (const error of [0, 1e-4, -0.02, 0.7, 1, -1, 1.5, -40]) {
        const slope = (form: "continuous" | "paper") => at(error, phi, { lambda, form }).slope;
        assert.equal(slope("paper"), slope("continuous"));
      }
    }
  }
});
