import assert from "node:assert/strict";
import { cumulativeError } from "./cumulative_error.ts";
import type { Part } from "./spec.ts";

const rows = (spec: ReturnType<typeof cumulativeError>) =>
  ((spec.layer as Part[])[1]!.data as { values: { series: string; error: number; share: number }[] }).values;

Deno.test("cumulativeError() counts a face whose error is at most the abscissa", () => {
  const values = rows(cumulativeError({ series: [{ name: "a", errors: [0.02, 0.05, 0.05, 0.2] }], limit: 0.1 }));
  const share = (error: number) => values.find((row) => row.error === error)?.share;
  assert.deepEqual([0, 1.95, 2, 4.95, 5, 10].map(share), [0, 0, 25, 25, 75, 75]);
});

Deno.test("cumulativeError() puts the AUC and FR that it is given into the legend, and draws the threshold even beyond the limit", () => {
  const spec = cumulativeError({
    series: [{ name: "a", errors: [0.02], auc: 0.61236, failureRate: 0.0312 }],
    limit: 0.08,
    threshold: 0.1,
  });
  assert.equal(rows(spec)[0]!.series, "a, AUC 0.612, FR 3.1 %");
  assert.equal(rows(spec).at(-1)!.error, 10);
});

Deno.test("cumulativeError() refuses no face, no series, and an error that is not a number", () => {
  assert.throws(
    () => cumulativeError({ series: [{ name: "a", errors: [] }] }),
    /Cannot compute the cumulative error distribution/,
  );
  assert.throws(() => cumulativeError({ series: [] }), /as there is none: expected one or more/);
  assert.throws(
    () => cumulativeError({ series: [{ name: "a", errors: [NaN] }] }),
    /Cannot compute the cumulative error distribution/,
  );
});
