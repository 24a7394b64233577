import assert from "node:assert/strict";
import { toSvg } from "./render.ts";
import { trainingCurves } from "./training_curves.ts";

type Row = { series: string; epoch: number; runs: number; mean: number; low: number; high: number };
const rows = (spec: ReturnType<typeof trainingCurves>) => (spec.data as { values: Row[] }).values;

Deno.test("trainingCurves() draws mean and sample standard deviation over the runs of one name", () => {
  const spec = trainingCurves({ runs: [{ name: "a", values: [1, 2] }, { name: "a", values: [3, 2] }], value: "loss" });
  const [first, second] = rows(spec);
  // numpy.std([1, 3], ddof=1) is 1.41421356.
  assert.deepEqual([first!.mean, first!.low, first!.high, first!.runs], [2, 0.58579, 3.4142, 2]);
  assert.deepEqual([second!.mean, second!.low, second!.high], [2, 2, 2]);
});

Deno.test("trainingCurves() takes runs of different lengths and a run that starts late", () => {
  const spec = trainingCurves({
    runs: [{ name: "a", values: [1, 2, 3] }, { name: "a", values: [4], first: 2 }],
    value: "loss",
  });
  assert.deepEqual(rows(spec).map(({ epoch, runs, mean }) => [epoch, runs, mean]), [[0, 1, 1], [1, 1, 2], [2, 2, 3.5]]);
});

Deno.test("trainingCurves() draws a growing curve from its first epoch", async () => {
  assert.match(await toSvg(trainingCurves({ runs: [{ name: "a", values: [5] }], value: "loss" })), /mark-symbol/);
});

Deno.test("trainingCurves() draws on a logarithmic scale", async () => {
  const runs = [{ name: "a", values: [1, 0.1, 0.01] }];
  assert.match(await toSvg(trainingCurves({ runs, value: "loss", scale: "log" })), /mark-line/);
});

Deno.test("trainingCurves() keeps bands positive on a logarithmic scale and refuses values that are not", () => {
  const low = rows(
    trainingCurves({ runs: [{ name: "a", values: [1] }, { name: "a", values: [100] }], value: "x", scale: "log" }),
  )[0]!.low;
  assert.equal(low, 1);
  assert.throws(
    () => trainingCurves({ runs: [{ name: "a", values: [1, 0] }], value: "x", scale: "log" }),
    {
      name: "RangeError",
      message: "Cannot plot 'a' on a logarithmic scale as epoch 1 has a value that is not positive: 0",
    },
  );
});

Deno.test("trainingCurves() leaves the legend out when asked", async () => {
  const draw = (legend: boolean) =>
    toSvg(trainingCurves({ runs: [{ name: "acr", values: [2, 1] }], value: "x", legend }));
  assert.match(await draw(true), />acr</);
  assert.doesNotMatch(await draw(false), />acr</);
});

Deno.test("trainingCurves() draws by time where every run has it", async () => {
  const spec = trainingCurves({
    runs: [{ name: "a", values: [3, 2], minutes: [1, 2] }, { name: "a", values: [3, 2], minutes: [3, 5] }],
    value: "NME",
  });
  const times = (spec.data as { values: { minutes: number }[] }).values.map(({ minutes }) => minutes);
  assert.deepEqual(times, [2, 3.5]);
  assert.match(await toSvg(spec), />minutes of training</);
  assert.throws(
    () => trainingCurves({ runs: [{ name: "a", values: [3, 2], minutes: [1] }], value: "NME" }),
    /minutes of 'a'/,
  );
  const mixed = trainingCurves({
    runs: [{ name: "a", values: [3] }, { name: "b", values: [3], minutes: [1] }],
    value: "x",
  });
  assert.match(await toSvg(mixed), />epoch</);
});
