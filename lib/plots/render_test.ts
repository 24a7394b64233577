import assert from "node:assert/strict";
import { plot } from "./spec.ts";
import { compilePlot, toPng, toSvg } from "./render.ts";
import { dejavu } from "./font_metrics.ts";

const line = plot({
  data: { values: [{ x: 0, y: 1 }, { x: 1, y: 3 }] },
  width: 100,
  height: 80,
  mark: { type: "line", clip: true },
  encoding: {
    x: { field: "x", type: "quantitative", title: "epoch" },
    y: { field: "y", type: "quantitative", title: "NME (%)" },
  },
});

Deno.test("dejavu() gives the widths that fontTools reads", () => {
  // fontTools 4: TTFont(path)['hmtx'][TTFont(path).getBestCmap()[ord(c)]][0], in units of 1/2048 em.
  assert.equal(dejavu().width("NME", 2048), 1532 + 1767 + 1294);
  assert.equal(dejavu().width(" %", 2048), 651 + 1946);
  assert.equal(dejavu().width("Φ", 2048), 1612);
  assert.ok(dejavu(true).width("NME", 11) > dejavu().width("NME", 11));
});

Deno.test("toSvg() draws axis titles and the line", async () => {
  const svg = await toSvg(line);
  assert.match(svg, /^<svg /);
  for (const text of ["epoch", "NME (%)"]) assert.ok(svg.includes(`>${text}</text>`), text);
});

Deno.test("toSvg() gives the same bytes twice, and no identifier of one drawing is in another", async () => {
  const first = await toSvg(line);
  assert.equal(await toSvg(line), first);
  const other = await toSvg({ ...line, width: 120 });
  const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
  assert.ok(ids(first).length > 0);
  for (const id of ids(first)) {
    assert.ok(first.includes(`url(#${id})`), id);
    assert.ok(!ids(other).includes(id), id);
  }
});

Deno.test("toPng() draws letters where the machine has no fonts", async () => {
  const png = await toPng(line, { scale: 1 });
  assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const bare = await toPng({ ...line, encoding: { x: { field: "x", type: "quantitative", axis: null } } }, {
    scale: 1,
  });
  const { default: sharp } = await import("sharp");
  const inked = async (bytes: Uint8Array) => {
    const { data } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return data.filter((alpha, i) => i % 4 === 3 && alpha > 128).length;
  };
  assert.ok(await inked(png) > await inked(bare) + 200);
});

Deno.test("toPng() scales, and says so when the scale is none", async () => {
  const { default: sharp } = await import("sharp");
  const one = await sharp(await toPng(line, { scale: 1 })).metadata();
  const three = await sharp(await toPng(line, { scale: 3 })).metadata();
  assert.ok(Math.abs(three.width - 3 * one.width) <= 3);
  await assert.rejects(toPng(line, { scale: 0 }), {
    message: "Cannot draw a plot at scale 0: expected above 0, to 10",
  });
});

Deno.test("compilePlot() throws where Vega-Lite would only warn", () => {
  const wrong = { ...line, encoding: { x: { field: "x", type: "quantitative", scale: { type: "band" } } } };
  assert.throws(() => compilePlot(wrong), /^TypeError: Cannot compile the plot as Vega-Lite says: /);
});
