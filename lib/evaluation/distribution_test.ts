import assert from "node:assert/strict";
import {
  areaUnderCurve,
  authorsAuc,
  cumulativeErrorDistribution,
  failureRate,
  percentile,
  simpson,
} from "./distribution.ts";
import { close, lcg } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };

const errors = lcg(300, 21).map((x) => 0.2 * x * x);

for (const [threshold, area, failures, middle] of golden.distribution as [number, number, number, number][]) {
  Deno.test(`areaUnderCurve(), failureRate() and the distribution equal SciPy at ${threshold}`, () => {
    close(areaUnderCurve(errors, threshold), area);
    close(failureRate(errors, threshold), failures);
    const { thresholds, shares } = cumulativeErrorDistribution(errors, threshold);
    assert.equal(thresholds.length, Math.round(threshold * 1e4) + 1);
    assert.equal(thresholds.at(-1), threshold);
    close(shares[Math.floor((shares.length - 1) / 2)]!, middle);
    close(shares.at(-1)!, 1 - failures);
  });
}

Deno.test("simpson() equals scipy.integrate.simpson for even and odd numbers of samples", () => {
  const samples = lcg(12, 31);
  golden.simpson.forEach((area, i) => close(simpson(samples.subarray(0, i + 2), 0.25), area, 1e-14));
  assert.throws(() => simpson([1], 1), { name: "RangeError", message: /at least 2 samples: 1/ });
});

Deno.test("areaUnderCurve() is 1 for a perfect predictor and 0 for a hopeless one", () => {
  close(areaUnderCurve([0, 0, 0], 0.1), 1);
  close(areaUnderCurve([0.2, 0.3], 0.1), 0);
  // One face at 0.05: F is 0 before and 1 from there on.
  close(areaUnderCurve([0.05], 0.1), 0.5, 1e-3);
});

Deno.test("authorsAuc() equals NumPy, and is 0.95 for a perfect predictor", () => {
  close(authorsAuc(errors), golden.authors);
  close(authorsAuc([0, 0]), 0.95, 1e-15);
  close(authorsAuc([0.11]), 0);
});

Deno.test("failureRate() counts errors above the threshold, not at it", () => {
  assert.equal(failureRate([0.05, 0.1, 0.1000001, 0.2], 0.1), 0.5);
});

Deno.test("cumulativeErrorDistribution() counts errors at a threshold, decimal by decimal", () => {
  const { thresholds, shares } = cumulativeErrorDistribution([0.07, 0.0003, 0.1], 0.1);
  assert.equal(thresholds[700], 0.07);
  assert.deepEqual([shares[2], shares[3], shares[699], shares[700], shares[1000]], [0, 1 / 3, 1 / 3, 2 / 3, 1]);
});

Deno.test("percentile() equals numpy.percentile and leaves its argument alone", () => {
  const before = errors.slice();
  for (const [percent, value] of Object.entries(golden.percentiles)) {
    close(percentile(errors, Number(percent)), value, 1e-15);
  }
  assert.deepEqual(errors, before);
  assert.equal(percentile([3], 50), 3);
  assert.throws(() => percentile([1], 101), { name: "RangeError", message: /in \[0, 100\]: 101/ });
});

Deno.test("failureRate() and its like refuse no faces, errors that are not finite and thresholds out of range", () => {
  for (const measure of [failureRate, areaUnderCurve, authorsAuc, cumulativeErrorDistribution]) {
    assert.throws(() => measure([], 0.1), { name: "RangeError", message: /as there are no faces: 0$/ });
    assert.throws(() => measure([0.1, NaN], 0.1), { name: "RangeError", message: /as error 1 is not finite: NaN$/ });
  }
  for (const measure of [failureRate, areaUnderCurve]) {
    for (const bad of [0, -0.1, 8, NaN]) {
      assert.throws(() => measure([0.1], bad), { name: "RangeError", message: /threshold must be in \(0, 1\]/ });
    }
  }
  assert.throws(() => areaUnderCurve([0.1], 0.08005), /must be a multiple of 0.0001: 0.08005/);
});
