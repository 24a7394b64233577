import assert from "node:assert/strict";
import { median, pairedRatio } from "./statistics.ts";

Deno.test("median() is the middle of the sorted values", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

Deno.test("pairedRatio() compares round by round, so that a slow round counts for both", () => {
  assert.deepEqual(pairedRatio([10, 5, 20], [5, 2, 10]), { median: 2, low: 2, high: 2.5 });
  assert.throws(() => pairedRatio([1], []), /the series have 1 and 0/);
});
