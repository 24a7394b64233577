import assert from "node:assert/strict";
import { ablationBars } from "./ablation_bars.ts";
import type { Part } from "./spec.ts";

Deno.test("ablationBars() writes mean, deviation and number of runs, and marks what was not rerun", () => {
  const spec = ablationBars({
    value: "NME (%)",
    rows: [{ name: "a", mean: 5.125, deviation: 0.5, runs: 3 }, { name: "b", mean: 4, published: true }],
    digits: 1,
  });
  const { values } = spec.data as { values: { label: string; fill: number; low: number; high: number }[] };
  assert.deepEqual(values.map(({ label }) => label), ["5.1 ± 0.5 (3)", "4.0, published, not rerun"]);
  assert.deepEqual(values.map(({ fill }) => fill > 0), [true, false]);
  assert.deepEqual([values[0]!.low, values[0]!.high], [4.625, 5.625]);
});

Deno.test("ablationBars() makes the axis longer for a longer number", () => {
  const end = (name: string, deviation?: number) => {
    const spec = ablationBars({ value: "v", rows: [{ name, mean: 5, ...(deviation ? { deviation } : {}), runs: 3 }] });
    const x = ((spec.layer as Part[])[0]!.encoding as { x: { scale: { domain: number[] } } }).x;
    return x.scale.domain[1]!;
  };
  assert.ok(end("a", 0.001) > end("a"));
});

Deno.test("ablationBars() says once that all rows are published", () => {
  const spec = ablationBars({
    value: "v",
    rows: [{ name: "a", mean: 1, published: true }, { name: "b", mean: 2, published: true }],
  });
  assert.deepEqual(spec.title, { text: "Ablation", subtitle: "published, not rerun" });
  assert.deepEqual((spec.data as { values: { label: string }[] }).values.map(({ label }) => label), ["1.00", "2.00"]);
});
