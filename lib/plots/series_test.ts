import assert from "node:assert/strict";
import { checkLength, checkNames, round, seriesColor, seriesDash, wholeTicks } from "./series.ts";

Deno.test("seriesDash() tells apart the series that share a color", () => {
  for (let i = 0; i < 30; i++) {
    for (let j = 0; j < i; j++) {
      assert.ok(seriesColor(i) !== seriesColor(j) || String(seriesDash(i)) !== String(seriesDash(j)), `${i} and ${j}`);
    }
  }
});

Deno.test("round() keeps five digits and refuses what cannot be drawn", () => {
  assert.equal(round(123.45678), 123.46);
  assert.throws(() => round(NaN), { name: "RangeError", message: "Cannot plot a value as it is not finite: NaN" });
});

Deno.test("checkNames() refuses an empty list and a name that stands twice", () => {
  assert.throws(() => checkNames("losses", []), {
    message: "Cannot plot losses as there is none: expected one or more",
  });
  assert.throws(() => checkNames("losses", ["a", "a"]), /a name stands twice: 'a'/);
});

Deno.test("checkLength() names what does not fit", () => {
  assert.throws(() => checkLength("a gradient", 3, 4), {
    name: "TypeError",
    message: "Cannot plot a gradient as it has 3 values: expected 4",
  });
});

Deno.test("wholeTicks() gives round whole numbers, few of them, within the range", () => {
  assert.deepEqual(wholeTicks(0, 2), [0, 1, 2]);
  assert.deepEqual(wholeTicks(7, 7), [7]);
  assert.deepEqual(wholeTicks(3, 17), [4, 6, 8, 10, 12, 14, 16]);
  assert.deepEqual(wholeTicks(0, 29), [0, 5, 10, 15, 20, 25]);
  assert.deepEqual(wholeTicks(0, 150), [0, 20, 40, 60, 80, 100, 120, 140]);
});
