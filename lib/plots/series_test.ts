import assert from "node:assert/strict";
import { checkLength, checkNames, round, seriesColor, seriesDash } from "./series.ts";

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
