import assert from "node:assert/strict";
import { plotBundle, show, showLive, titleOf, VEGA_LITE_MIME } from "./display.ts";
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

async function printed(run: () => Promise<void>): Promise<unknown[]> {
  const lines: unknown[] = [];
  const { log } = console;
  console.log = (line: unknown) => lines.push(line);
  try {
    await run();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("showLive() prints a line outside a notebook, and again for an update", async () => {
  const lines = await printed(async () => {
    await (await showLive(spec)).update({ ...spec, title: "Other" });
  });
  assert.deepEqual(lines, [
    "[Two bars: plots show in a notebook; savePlot() writes files]",
    "[Other: plots show in a notebook; savePlot() writes files]",
  ]);
});

Deno.test("show() prints the text of what shows itself, and refuses what does not", async () => {
  const table = { [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "a  b\n", "text/html": "<table>" }) };
  assert.deepEqual(await printed(async () => void await show(table)), ["a  b"]);
  await assert.rejects(show({ a: 1 } as never), {
    name: "TypeError",
    message: "Cannot show a value as it is no plot and has no display of its own: { a: 1 }",
  });
});
