import assert from "node:assert/strict";
import { createSchedule, resolveScheduleOptions, scheduleNames } from "./schedules.ts";

Deno.test("createSchedule() makes 'constant' the same at every step", () => {
  const schedule = createSchedule("constant", { learningRate: 0.01 });
  assert.deepEqual([0, 50, 99].map((step) => schedule(step, 100)), [0.01, 0.01, 0.01]);
});

Deno.test("createSchedule() makes 'decay' the legacy Keras decay of the authors", () => {
  const schedule = createSchedule("decay");
  assert.equal(schedule(0, 10), 1e-3);
  assert.equal(schedule(100_000, 10), 1e-3 / 2);
});

Deno.test("createSchedule() makes 'cosine' climb to its peak and end at its final share", () => {
  const schedule = createSchedule("cosine", { learningRate: 1, warmup: 0.1, final: 0.02 });
  const rates = Array.from({ length: 100 }, (_, step) => schedule(step, 100));
  rates.slice(0, 10).forEach((rate, step) => assert.ok(Math.abs(rate - (step + 1) / 10) < 1e-12));
  assert.equal(rates[10], 1);
  for (let step = 11; step < 100; step++) assert.ok(rates[step]! < rates[step - 1]!);
  assert.ok(Math.abs(rates[99]! - 0.02) < 1e-12);
  // Half-way between steps 10 and 99 the cosine is at half height.
  assert.ok(Math.abs((rates[54]! + rates[55]!) / 2 - 0.51) < 1e-12);
});

Deno.test("createSchedule() makes 'step' drop at its shares of the run", () => {
  const schedule = createSchedule("step", { learningRate: 1, factor: 0.5, at: [0.5, 0.75] });
  assert.deepEqual([0, 49, 50, 74, 75, 99].map((step) => schedule(step, 100)), [1, 1, 0.5, 0.5, 0.25, 0.25]);
});

Deno.test("createSchedule() gives a finite positive rate for a run of a single step", () => {
  for (const name of scheduleNames()) {
    const rate = createSchedule(name)(0, 1);
    assert.ok(rate > 0 && Number.isFinite(rate), `${name}: ${rate}`);
  }
});

Deno.test("createSchedule() refuses unknown names, unknown options and values outside their limits", () => {
  assert.throws(() => createSchedule("cosin"), /did you mean cosine.*: 'cosin'/);
  assert.throws(() => createSchedule("zigzag-of-doom"), /expected constant, decay, cosine, step: 'zigzag-of-doom'/);
  assert.throws(() => createSchedule("constant", { decay: 1 }), /no such option, expected learningRate: 'decay'/);
  assert.throws(() => createSchedule("constant", { learningRate: 0 }), /learningRate must be above 0: 0/);
  assert.throws(() => createSchedule("cosine", { warmup: 1 }), /warmup must be at least 0 and below 1: 1/);
  assert.throws(() => createSchedule("step", { at: "0.5" }), TypeError);
  assert.deepEqual(resolveScheduleOptions("decay", { decay: 0 }), { learningRate: 1e-3, decay: 0 });
});
