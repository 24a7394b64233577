import assert from "node:assert/strict";
import { close, lcg } from "./evaluation_fixture.ts";
import { pairedBootstrap } from "./paired.ts";
import { runBootstrap } from "./run_bootstrap.ts";

const runs = (count: number, seed: number, factor: number) =>
  Array.from({ length: count }, (_, k) => lcg(25, seed + 10 * k).map((x) => factor * x));
const a = runs(3, 71, 1), b = runs(2, 72, 0.9);

/* NumPy 2.4.6: a, b as above; ia = (3 * lcg(600, 74)).astype(int).reshape(200, 3), ib = (2 * lcg(400, 75))... (200, 2),
   f = (25 * lcg(5000, 73)).astype(int).reshape(200, 25);
   m = [a[ia[r]][:, f[r]].mean() - b[ib[r]][:, f[r]].mean() for r in range(200)]; numpy.percentile(m, [2.5, 97.5]) */
Deno.test("runBootstrap() equals NumPy for the same resamples of runs and faces", () => {
  const indices = {
    a: Int32Array.from(lcg(3 * 200, 74), (x) => 3 * x),
    b: Int32Array.from(lcg(2 * 200, 75), (x) => 2 * x),
    faces: Int32Array.from(lcg(25 * 200, 73), (x) => 25 * x),
  };
  const { difference, low, high, resamples } = runBootstrap(a, b, { indices });
  close([difference, low, high], [0.08880270218973352, -0.036161674390795394, 0.2131275808001248], 1e-14);
  assert.equal(resamples, 200);
});

Deno.test("runBootstrap() is as narrow as over faces alone where runs agree, and wider where they do not", () => {
  const [first, second] = [a[0]!, b[0]!];
  const faces = pairedBootstrap(first, second);
  const same = runBootstrap([first, first], [second, second, second]);
  close([same.difference, same.low, same.high], [faces.difference, faces.low, faces.high], 0.01);
  const shifted = (by: number) => first.map((x) => x + by);
  const apart = runBootstrap([shifted(-0.3), first, shifted(0.3)], [second, second]);
  close([apart.difference], [faces.difference], 1e-12);
  assert.ok(apart.high - apart.low > 1.5 * (faces.high - faces.low));
});

Deno.test("runBootstrap() is the same for the same seed, and another for another", () => {
  assert.deepEqual(runBootstrap(a, b, { seed: 3 }), runBootstrap(a, b, { seed: 3 }));
  assert.notEqual(runBootstrap(a, b, { seed: 3 }).low, runBootstrap(a, b, { seed: 4 }).low);
});

Deno.test("runBootstrap() refuses a single run, other faces and bad options", () => {
  assert.throws(() => runBootstrap([a[0]!], b), { name: "RangeError", message: /at least two: 1 and 2$/ });
  assert.throws(() => runBootstrap(a, [b[0]!, b[1]!.subarray(1)]), { name: "TypeError", message: /25 and 24$/ });
  assert.throws(() => runBootstrap([[], []], [[], []]), /no faces: 0$/);
  assert.throws(() => runBootstrap(a, b, { confidence: 95 }), /in \(0, 1\): 95$/);
  assert.throws(() => runBootstrap(a, b, { resamples: 0.5 }), /positive whole number: 0.5$/);
  assert.throws(() => runBootstrap(a, [[...b[0]!.subarray(1), NaN], b[1]!]), /can be used: NaN$/);
  assert.throws(() => runBootstrap(a, b, { indices: { a: [0, 1, 3], b: [0, 1], faces: a[0]!.map((_, i) => i) } }), {
    name: "RangeError",
    message: /can be used: NaN$/,
  });
});
