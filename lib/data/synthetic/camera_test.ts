import assert from "node:assert/strict";
import { PIVOT, project, rotation, turn } from "./camera.ts";

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} against ${b}`);

Deno.test("rotation() is orthonormal and turns the nose to the right for yaw, down for pitch", () => {
  const r = rotation(0.7, -0.3, 0.4);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      near([0, 1, 2].reduce((sum, k) => sum + r[3 * i + k]! * r[3 * j + k]!, 0), i === j ? 1 : 0);
    }
  }
  assert.ok(rotation(0.3, 0, 0)[2]! > 0);
  assert.ok(rotation(0, 0.3, 0)[5]! > 0);
  // Roll turns clockwise in a picture with y down: what points right then points down.
  assert.ok(rotation(0, 0, 0.3)[3]! > 0);
});

Deno.test("turn() keeps the pivot and distances", () => {
  const points = Float64Array.of(...PIVOT, 10, 20, 30), turned = turn(points, rotation(1, 0.5, -0.7));
  near(turned[0]!, PIVOT[0]);
  near(turned[1]!, PIVOT[1]);
  near(turned[2]!, PIVOT[2]);
  const distance = (p: Float64Array) => Math.hypot(p[3]! - p[0]!, p[4]! - p[1]!, p[5]! - p[2]!);
  near(distance(turned), distance(points));
});

Deno.test("project() halves sizes at twice the distance", () => {
  const camera = { z: 1000, focal: 500, centerX: 0, centerY: 0, scaleX: 2, scaleY: 1, offsetX: 3, offsetY: 4 };
  const [x, y, inverse] = project(camera, [100, PIVOT[1] + 100, 0]);
  near(x!, 2 * 50 + 3);
  near(y!, 50 + 4);
  near(inverse!, 0.001);
  near((project(camera, [100, PIVOT[1], -1000])[0]! - 3) * 2, x! - 3);
});
