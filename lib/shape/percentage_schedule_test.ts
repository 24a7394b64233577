import assert from "node:assert/strict";
import { percentOf } from "./difficulty.ts";
import { createPercentageSchedule, parsePercentageSchedule, percentageAt } from "./percentage_schedule.ts";

/** The schedule as runs: [percentage, epochs that have it]. */
function runs(at: (epoch: number, epochs: number) => number, epochs: number): [number, number][] {
  const result: [number, number][] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const percent = at(epoch, epochs), last = result.at(-1);
    if (last && last[0] === percent) last[1]++;
    else result.push([percent, 1]);
  }
  return result;
}

Deno.test("percentageAt() changes at epochs 16, 31, 71 and 101 of 150", () => {
  assert.deepEqual(runs(percentageAt, 150), [[80, 16], [85, 15], [90, 40], [95, 30], [97, 49]]);
});

Deno.test("percentageAt() keeps the proportions of a run of another length", () => {
  assert.deepEqual(runs(percentageAt, 300), [[80, 32], [85, 30], [90, 80], [95, 60], [97, 98]]);
  assert.deepEqual(runs(percentageAt, 10), [[80, 2], [85, 1], [90, 2], [95, 2], [97, 3]]);
  assert.deepEqual(runs(percentageAt, 1), [[80, 1]]);
});

Deno.test("percentageAt() refuses epochs outside the run", () => {
  for (const [epoch, epochs] of [[-1, 10], [10, 10], [0.5, 10], [0, 0], [NaN, 10]] as const) {
    assert.throws(() => percentageAt(epoch, epochs), { name: "RangeError", message: /^Cannot choose a percentage/ });
  }
});

Deno.test("createPercentageSchedule() is the paper's by default", () => {
  const schedule = createPercentageSchedule();
  assert.equal(schedule.name, "paper");
  assert.deepEqual(schedule.percentages, [80, 85, 90, 95, 97]);
  assert.deepEqual(runs(schedule.at, 150), runs(percentageAt, 150));
});

Deno.test("createPercentageSchedule() makes fixed and custom schedules", () => {
  const fixed = createPercentageSchedule(90);
  assert.deepEqual([fixed.name, fixed.percentages], ["90", [90]]);
  assert.deepEqual(runs(fixed.at, 7), [[90, 7]]);
  const custom = createPercentageSchedule([{ from: 0, percent: 97 }, { from: 0.07, percent: 80 }, {
    from: 0.5,
    percent: 97,
  }]);
  assert.deepEqual([custom.name, custom.percentages], ["0:97,0.07:80,0.5:97", [80, 97]]);
  assert.deepEqual(runs(custom.at, 100), [[97, 7], [80, 43], [97, 50]]);
  assert.throws(() => custom.at(100, 100), /epoch must be 0 to 99: 100/);
  const thirds = createPercentageSchedule(100 / 3);
  assert.equal(percentOf(thirds.at(0, 1) / 100), thirds.percentages[0], "finds its difficulty table");
});

Deno.test("createPercentageSchedule() refuses bad percentages and stages", () => {
  for (const percent of [0, 101, -5, NaN]) {
    assert.throws(() => createPercentageSchedule(percent), { name: "RangeError", message: /in \(0, 100\]/ });
  }
  assert.throws(() => createPercentageSchedule([]), { name: "TypeError", message: /list of stages: \[\]$/ });
  assert.throws(() => createPercentageSchedule([{ from: 0.1, percent: 80 }]), /stage 0 starts at 0.1/);
  assert.throws(
    () => createPercentageSchedule([{ from: 0, percent: 80 }, { from: 0, percent: 90 }]),
    /ascend below 1: stage 1 starts at 0/,
  );
  assert.throws(
    () => createPercentageSchedule([{ from: 0, percent: 80 }, { from: 1, percent: 90 }]),
    /ascend below 1: stage 1 starts at 1/,
  );
});

Deno.test("parsePercentageSchedule() reads back every schedule's name, and refuses other text", () => {
  for (const name of ["paper", "90", "97.5", "0:80,0.5:95"]) assert.equal(parsePercentageSchedule(name).name, name);
  assert.equal(parsePercentageSchedule("0:80, .5:95").at(5, 10), 95);
  for (const text of ["", "papers", "0:80;0.5:95", "0:80,", "1e2", "-5", "NaN"]) {
    assert.throws(() => parsePercentageSchedule(text), { name: "SyntaxError", message: /0:80,0.5:95: '/ });
  }
  assert.throws(() => parsePercentageSchedule("101"), { name: "RangeError" });
});
