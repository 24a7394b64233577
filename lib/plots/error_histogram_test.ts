import assert from "node:assert/strict";
import { errorHistogram } from "./error_histogram.ts";
import type { Part } from "./spec.ts";

const bars = (spec: ReturnType<typeof errorHistogram>) =>
  ((spec.layer as Part[])[0]!.data as { values: { series: string; from: number; to: number; share: number }[] }).values;

Deno.test("errorHistogram() puts a face on an edge into the bin above, and shares are of all faces", () => {
  const spec = errorHistogram({ series: [{ name: "a", errors: [0.01, 0.05, 0.05, 0.09] }], limit: 0.1, bins: 2 });
  assert.deepEqual(bars(spec).map(({ from, to, share }) => [from, to, share]), [[0, 5, 25], [5, 10, 75]]);
  assert.equal(bars(spec)[0]!.series, "a, mean 5.00 %");
});

Deno.test("errorHistogram() says how many faces lie beyond its end", () => {
  const spec = errorHistogram({ series: [{ name: "a", errors: [0.01, 0.1, 0.5] }], limit: 0.1 });
  assert.deepEqual(spec.title, { text: "Errors of the faces", subtitle: "2 of 3 lie beyond 10.0 % and are not drawn" });
  assert.equal(bars(spec).reduce((sum, { share }) => sum + share, 0).toFixed(1), "33.3");
});

Deno.test("errorHistogram() shows every face by default when none is far off", () => {
  const errors = Array.from({ length: 50 }, (_, i) => 0.02 + 0.001 * i);
  assert.equal(errorHistogram({ series: [{ name: "a", errors }] }).title, "Errors of the faces");
});

Deno.test("errorHistogram() refuses no bin and no face", () => {
  assert.throws(
    () => errorHistogram({ series: [{ name: "a", errors: [1] }], bins: 0 }),
    /of 0 bins: expected 1 or more/,
  );
  assert.throws(() => errorHistogram({ series: [{ name: "a", errors: [] }] }), /as there is no face/);
});
