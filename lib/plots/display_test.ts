import assert from "node:assert/strict";
import { plotBundle, show, titleOf, VEGA_LITE_MIME } from "./display.ts";
import { plot } from "./spec.ts";

const spec = plot({
  title: { text: "Two bars", subtitle: "of nothing" },
  data: { values: [{ x: "a", y: 1 }, { x: "b", y: 2 }] },
  mark: "bar",
  encoding: { x: { field: "x", type: "nominal" }, y: { field: "y", type: "quantitative" } },
});

Deno.test("plotBundle() holds the spec, an SVG, a PNG at its right size, and text", async () => {
  const { data, metadata } = await plotBundle(spec);
  assert.deepEqual(Object.keys(data), [VEGA_LITE_MIME, "image/svg+xml", "image/png", "text/plain"]);
  assert.equal(data[VEGA_LITE_MIME], spec);
  assert.equal(data["text/plain"], "[Two bars]");
  const svg = data["image/svg+xml"] as string;
  const size = metadata["image/png"] as { width: number; height: number };
  for (const side of ["width", "height"] as const) {
    assert.ok(Math.abs(size[side] - Number(svg.match(new RegExp(` ${side}="(\\d+)"`))?.[1])) <= 0.5, side);
  }
  assert.doesNotThrow(() => Uint8Array.fromBase64(data["image/png"] as string));
});

Deno.test("titleOf() reads a title in either form", () => {
  assert.equal(titleOf(spec), "Two bars");
  assert.equal(titleOf({ ...spec, title: "Bare" }), "Bare");
  assert.equal(titleOf(plot({})), "plot");
});

Deno.test("show() does not throw outside a notebook", async () => {
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown) => lines.push(line);
  try {
    await (await show(spec)).update({ ...spec, title: "Other" });
  } finally {
    console.log = log;
  }
  assert.deepEqual(lines, [
    "[Two bars: plots show in a notebook; savePlot() writes files]",
    "[Other: plots show in a notebook; savePlot() writes files]",
  ]);
});
