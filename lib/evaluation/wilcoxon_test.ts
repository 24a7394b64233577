import assert from "node:assert/strict";
import { lcg } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };
import { wilcoxon } from "./wilcoxon.ts";

for (const { name, n, seed, shift, digits, statistic, p } of golden.wilcoxon) {
  Deno.test(`wilcoxon() equals scipy.stats.wilcoxon: ${name}`, () => {
    const round = (x: number) => digits ? Math.round(x * digits) / digits : x;
    const a = lcg(n, seed).map(round), b = lcg(n, seed + 1).map((x) => round(x + shift));
    const result = wilcoxon(a, b);
    assert.equal(result.statistic, statistic);
    assert.ok(Math.abs(result.pValue / p - 1) < 1e-9, `${result.pValue} is not ${p}`);
  });
}

Deno.test("wilcoxon() counts out the smallest samples by hand", () => {
  // All of 3 differences negative: 2 of the 8 choices of signs are as extreme.
  assert.deepEqual(wilcoxon([1, 2, 3], [2, 4, 6]), { statistic: 0, pValue: 0.25, method: "exact", count: 3 });
});

Deno.test("wilcoxon() does not care which sample comes first", () => {
  const a = lcg(60, 1), b = lcg(60, 2);
  assert.deepEqual(wilcoxon(a, b), wilcoxon(b, a));
});

Deno.test("wilcoxon() has p 1 where no pair differs, at any length", () => {
  for (const count of [1, 13, 14, 100]) {
    const same = new Float64Array(count);
    assert.deepEqual(wilcoxon(same, same), { statistic: 0, pValue: 1, method: "exact", count: 0 });
  }
});

Deno.test("wilcoxon() refuses samples of different lengths, none, and numbers that are not finite", () => {
  assert.throws(() => wilcoxon([1, 2], [1]), { name: "TypeError", message: /one length: 2 and 1$/ });
  assert.throws(() => wilcoxon([], []), { name: "RangeError", message: /no pairs: 0$/ });
  assert.throws(() => wilcoxon([1, NaN], [1, 2]), { name: "RangeError", message: /pair 1 is not finite: NaN and 2$/ });
});
