import assert from "node:assert/strict";
import { solve, symmetricSurface } from "./rbf.ts";

Deno.test("solve() solves several right-hand sides, and swaps rows where a pivot is zero", () => {
  const a = Float64Array.of(0, 2, 1, 1, 1, 0, 3, 0, 1), x = [[1, -1], [2, 0], [3, 5]] as const;
  const b = Float64Array.from(
    [0, 1, 2].flatMap((i) => [0, 1].map((k) => [0, 1, 2].reduce((sum, j) => sum + a[3 * i + j]! * x[j]![k]!, 0))),
  );
  const result = solve(a.slice(), b, 3, 2);
  x.flat().forEach((value, i) => assert.ok(Math.abs(result[i]! - value) < 1e-12));
  assert.throws(() => solve(new Float64Array(4), new Float64Array(2), 2, 1), RangeError);
});

Deno.test("symmetricSurface() passes through its points and is mirror-symmetric exactly", () => {
  const chart = Float64Array.of(0, 0, 0, 10, 5, 3, 8, 9, 12, -4, 3, -7);
  const points = Float64Array.of(0, 0, 5, 0, 10, 4, 5, 3, 3, 8, 9, 1, 11, -4, -3, 3, -7, 2);
  const surface = symmetricSurface(chart, points, 0), a = new Float64Array(3), b = new Float64Array(3);
  for (let i = 0; i < 6; i++) {
    surface(chart[2 * i]!, chart[2 * i + 1]!, a);
    for (let k = 0; k < 3; k++) assert.ok(Math.abs(a[k]! - points[3 * i + k]!) < 1e-8);
  }
  surface(4.3, 2.1, a);
  surface(-4.3, 2.1, b);
  assert.deepEqual([...b], [-a[0]!, a[1]!, a[2]!]);
});
