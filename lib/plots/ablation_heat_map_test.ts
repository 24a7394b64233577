import assert from "node:assert/strict";
import { ablationHeatMap } from "./ablation_heat_map.ts";
import { toSvg } from "./render.ts";

Deno.test("ablationHeatMap() leaves an absent pair empty and draws a single cell", async () => {
  const cells = [{ row: "a", column: "x", value: 1 }, { row: "b", column: "y", value: 2 }];
  const labels = (svg: string) =>
    [...svg.matchAll(/>([\d.]+)<\/text>/g)].map(([, text]) => text).filter((text) => text!.length === 4);
  // Each value stands in its cell and at an end of the legend.
  assert.deepEqual(labels(await toSvg(ablationHeatMap({ cells, value: "v" }))).sort(), [
    "1.00",
    "1.00",
    "2.00",
    "2.00",
  ]);
  assert.deepEqual(labels(await toSvg(ablationHeatMap({ cells: cells.slice(1), value: "v" }))), ["2.00", "2.00"]);
});

Deno.test("ablationHeatMap() refuses a pair that stands twice", () => {
  const cells = [{ row: "a", column: "x", value: 1 }, { row: "a", column: "x", value: 2 }];
  assert.throws(() => ablationHeatMap({ cells, value: "v" }), /a name stands twice: 'a x x'/);
});
