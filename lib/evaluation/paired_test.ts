import assert from "node:assert/strict";
import { close, lcg } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };
import { comparePaired, pairedBootstrap } from "./paired.ts";
import { wilcoxon } from "./wilcoxon.ts";

const a = lcg(25, 71), b = lcg(25, 72).map((x) => 0.9 * x);

for (const [confidence, low, high] of golden.bootstrap as [number, number, number][]) {
  Deno.test(`pairedBootstrap() equals scipy.stats.bootstrap of the same resamples at ${confidence}`, () => {
    const indices = Int32Array.from(lcg(25 * 200, 73), (x) => 25 * x);
    const interval = pairedBootstrap(a, b, { confidence, indices });
    close([interval.low, interval.high], [low, high], 1e-14);
    close(interval.difference, 0.05879926893673836, 1e-14);
    assert.equal(interval.resamples, 200);
  });
}

Deno.test("pairedBootstrap() is the same for the same seed and agrees with other seeds within its own noise", () => {
  const interval = pairedBootstrap(a, b, { seed: 3 });
  assert.deepEqual(pairedBootstrap(a, b, { seed: 3 }), interval);
  const other = pairedBootstrap(a, b, { seed: 4 });
  assert.notEqual(other.low, interval.low);
  close([other.low, other.high], [interval.low, interval.high], 0.01);
  // The normal approximation, 1.96 standard errors each side
  const differences = a.map((x, i) => x - b[i]!);
  const squares = differences.reduce((sum, x) => sum + (x - interval.difference) ** 2, 0);
  const halfWidth = 1.96 * Math.sqrt(squares / 24 / 25);
  close(interval.high - interval.low, 2 * halfWidth, 0.1 * halfWidth);
});

Deno.test("pairedBootstrap() refuses bad options", () => {
  assert.throws(() => pairedBootstrap(a, b, { confidence: 95 }), { name: "RangeError", message: /in \(0, 1\): 95$/ });
  assert.throws(() => pairedBootstrap(a, b, { resamples: 0 }), /positive whole number: 0$/);
  assert.throws(() => pairedBootstrap(a, b, { indices: [0, 1, 2] }), /positive whole number: 0.12$/);
  assert.throws(() => pairedBootstrap([1], [2], { indices: [1] }), /must be 0 to 0: 1$/);
  assert.throws(() => pairedBootstrap(a, b.subarray(1)), { name: "TypeError", message: /25 and 24$/ });
});

Deno.test("comparePaired() adds wins and the Wilcoxon p to the interval", () => {
  const { wins, pValue, count, ...interval } = comparePaired(a, b, { seed: 3 });
  assert.deepEqual(interval, pairedBootstrap(a, b, { seed: 3 }));
  assert.equal(pValue, wilcoxon(a, b).pValue);
  assert.equal(count, 25);
  assert.equal(wins, a.filter((x, i) => x < b[i]!).length / 25);
  assert.equal(comparePaired([1, 2, 3, 4], [1, 3, 2, 5]).wins, 2.5 / 4);
});
