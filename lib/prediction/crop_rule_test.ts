import assert from "node:assert/strict";
import { chooseCrop, type FaceBox } from "./crop_rule.ts";

Deno.test("chooseCrop() takes the middle square of a picture without a box, and says so", () => {
  const { crop, rule } = chooseCrop(300, 200, undefined, "acr-224");
  assert.deepEqual(crop, { left: 50, top: 0, right: 250, bottom: 200 });
  assert.match(rule, /no box given.*middle square of 200 x 200/);
  assert.deepEqual(chooseCrop(7, 10, undefined, "acr-224").crop, { left: 0, top: 1.5, right: 7, bottom: 8.5 });
});

Deno.test("chooseCrop() gives a box the margins of the protocol", () => {
  // Pixels 20 to 59 and 30 to 79, and 5 pixels more on each side, by edges.
  const box: FaceBox = [20, 30, 40, 50];
  assert.deepEqual(chooseCrop(300, 200, box, "acr-224").crop, { left: 15, top: 25, right: 65, bottom: 85 });
  // A square of 1.1 times the longer distance of pixel centers, 49, around (40, 55).
  const { left, top, right, bottom } = chooseCrop(300, 200, box, "square-1.1").crop;
  assert.ok(Math.abs(right - left - 53.9) < 1e-9 && Math.abs(bottom - top - 53.9) < 1e-9);
  assert.ok(Math.abs((left + right) / 2 - 40) < 1e-9 && Math.abs((top + bottom) / 2 - 55) < 1e-9);
});

Deno.test("chooseCrop() keeps a box that reaches beyond the picture inside it, as acr-224 does", () => {
  assert.deepEqual(chooseCrop(100, 100, [-20, 50, 60, 500], "acr-224").crop, {
    left: 0,
    top: 45,
    right: 45,
    bottom: 100,
  });
});

Deno.test("chooseCrop() refuses what is no box, or lies outside", () => {
  for (const box of [[0, 0, 1, 5], [0, 0, 5, -5], [NaN, 0, 5, 5], [0, 0, Infinity, 5], [1e9, 0, 5, 5]]) {
    assert.throws(() => chooseCrop(100, 100, box as unknown as FaceBox, "acr-224"), /must be x,y,width,height/);
  }
  for (const box of [[100, 0, 50, 50], [-50, 0, 50, 50], [0, 300, 50, 50]]) {
    assert.throws(() => chooseCrop(100, 100, box as unknown as FaceBox, "acr-224"), /outside the picture of 100 x 100/);
  }
  assert.throws(() => chooseCrop(100, 100, [1, 1, 9, 9], "acr"), /must be one of acr-224/);
});
