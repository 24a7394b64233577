import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import { epochDifficulties } from "./epoch_difficulties.ts";

Deno.test("epochDifficulties() follows the paper's schedule, with quartiles in order and in [0, 1]", () => {
  const random = createRandom(3);
  const shapes = Float32Array.from({ length: 40 * 10 }, () => random.normal());
  const rows = epochDifficulties(ShapeModel.fit(shapes, 40, 10), shapes, 40, { epochs: 15 });
  // 16, 31, 71 and 101 of 150 epochs are 1.6, 3.1, 7.1 and 10.1 of 15.
  assert.deepEqual(rows.map(({ percent }) => percent), [80, 80, 85, 85, 90, 90, 90, 90, 95, 95, 95, 97, 97, 97, 97]);
  for (const { quartiles: [low, median, high] } of rows) {
    assert.ok(0 <= low && low <= median && median <= high && high <= 1);
  }
});
