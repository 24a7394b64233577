import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { delaunay } from "./delaunay.ts";

Deno.test("delaunay() leaves no point inside any triangle's circle and covers the square", () => {
  const random = createRandom(7), points: number[] = [0, 0, 100, 0, 0, 100, 100, 100];
  for (let i = 0; i < 120; i++) points.push(random.uniform(1, 99), random.uniform(1, 99));
  const triangles = delaunay(Float64Array.from(points));
  let area = 0;
  for (let k = 0; k < triangles.length; k += 3) {
    const [ax, ay, bx, by, cx, cy] = [0, 1, 2].flatMap((
      e,
    ) => [points[2 * triangles[k + e]!]!, points[2 * triangles[k + e]! + 1]!]);
    const twice = (bx! - ax!) * (cy! - ay!) - (by! - ay!) * (cx! - ax!);
    assert.ok(twice > 0);
    area += twice / 2;
    for (let i = 0; i < points.length; i += 2) {
      // The in-circle determinant is positive for a point strictly inside.
      const [px, py] = [points[i]!, points[i + 1]!];
      const rows = [[ax! - px, ay! - py], [bx! - px, by! - py], [cx! - px, cy! - py]] as const;
      const [p, q, r] = rows.map(([x, y]) => [x, y, x * x + y * y] as const);
      const inside = p![0] * (q![1] * r![2] - q![2] * r![1]) - p![1] * (q![0] * r![2] - q![2] * r![0]) +
        p![2] * (q![0] * r![1] - q![1] * r![0]);
      assert.ok(inside <= 1e-3 * twice * twice, `point ${i / 2} lies inside triangle ${k / 3}`);
    }
  }
  assert.ok(Math.abs(area - 10000) < 1e-6);
});
