import assert from "node:assert/strict";
import * as vega from "vega";
import { inProject } from "@/paths.ts";
import { examples, galleryPage, stemOf } from "./gallery.ts";
import * as plots from "./mod.ts";
import { toSvg } from "./render.ts";
import { SCHEMA } from "./spec.ts";

/** What must not change unseen: how many elements of which role there are, every text, and the size within 3 units. */
function structureOf(svg: string) {
  const counts: Record<string, number> = {};
  for (const [, tag] of svg.matchAll(/<([a-z][a-zA-Z]*)/g)) counts[tag!] = (counts[tag!] ?? 0) + 1;
  for (const [, role] of svg.matchAll(/class="([^"]*)"/g)) counts[`.${role}`] = (counts[`.${role}`] ?? 0) + 1;
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text!).sort();
  const size = ["width", "height"].map((side) => Number(svg.match(new RegExp(`^<svg[^>]* ${side}="([\\d.]+)"`))?.[1]));
  return { counts, texts, size };
}

for (const { name, make } of examples) {
  Deno.test(`${name}() draws what the gallery shows`, async () => {
    const spec = await make();
    assert.equal(spec.$schema, SCHEMA);
    const { size, ...structure } = structureOf(await toSvg(spec));
    // After a wanted change: deno task gallery, look at the pictures, commit them.
    const stored = structureOf(await Deno.readTextFile(inProject("docs", "gallery", `${stemOf(name)}.svg`)));
    assert.deepEqual(structure, { counts: stored.counts, texts: stored.texts });
    for (const axis of [0, 1]) {
      assert.ok(Math.abs(size[axis]! - stored.size[axis]!) <= 3, `${size} against ${stored.size}`);
    }
  });
}

Deno.test("structureOf() sees a text, an element or a size that changed", () => {
  const svg = '<svg width="10" height="10"><g class="mark-text"><text x="1">NME</text></g></svg>';
  for (
    const [from, to] of [["NME", "FR"], ["<g ", "<g/><g "], ["mark-text", "mark-rule"], [
      'width="10"',
      'width="20"',
    ]] as const
  ) {
    assert.notDeepEqual(structureOf(svg.replace(from, to)), structureOf(svg), from);
  }
  assert.deepEqual(structureOf(svg.replace('x="1"', 'x="2"')), structureOf(svg));
});

Deno.test("galleryPage() is the committed page and shows every plot function of the module", async () => {
  assert.equal(await Deno.readTextFile(inProject("docs", "gallery", "README.md")), galleryPage());
  const helpers = [
    "asPart",
    "drawnFaces",
    "facePicture",
    "rankFaces",
    "compilePlot",
    "pictureUrl",
    "plot",
    "plotBundle",
    "savePlot",
    "show",
    "showLive",
    "theme",
    "toHtml",
    "toPng",
    "toSvg",
    "withTheme",
  ];
  const functions = Object.entries(plots).filter(([, value]) => typeof value === "function").map(([name]) => name);
  assert.deepEqual(functions.filter((name) => !helpers.includes(name)).sort(), examples.map(({ name }) => name).sort());
});

interface Item {
  readonly marktype?: string;
  readonly role?: string;
  readonly items?: readonly Item[];
  readonly x?: number;
  readonly y?: number;
  readonly text?: unknown;
  readonly opacity?: number;
  readonly bounds: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
}

interface Box {
  readonly text: string;
  readonly sides: readonly [number, number, number, number];
  readonly inLegend: boolean;
}

/** Every text of a drawing, and every legend as a whole, as Vega laid it out with the widths of DejaVu Sans. */
function boxesOf(item: Item, x = 0, y = 0, mark?: Item, inLegend = false): Box[] {
  const { x1, y1, x2, y2 } = item.bounds;
  const sides = [x + x1, y + y1, x + x2, y + y2] as const;
  if (mark?.marktype === "text") {
    const hidden = item.text === undefined || item.text === "" || item.opacity === 0;
    return hidden ? [] : [{ text: String(item.text), sides, inLegend }];
  }
  const legend = mark?.role === "legend";
  // A group's children are placed from its corner.
  const [left, top] = mark?.marktype === "group" ? [x + (item.x ?? 0), y + (item.y ?? 0)] : [x, y];
  const inner = (item.items ?? []).flatMap((child) =>
    boxesOf(child, left, top, item.marktype === undefined ? undefined : item, inLegend || legend)
  );
  return legend ? [...inner, { text: "a legend", sides, inLegend: true }] : inner;
}

function overlap(a: Box, b: Box): boolean {
  // What is in a legend lies inside the legend's own box.
  if ((a.text === "a legend" && b.inLegend) || (b.text === "a legend" && a.inLegend)) return false;
  const [p, q] = [a.sides, b.sides];
  return p[2] > q[0] && q[2] > p[0] && p[3] > q[1] && q[3] > p[1];
}

for (const { name, make } of examples) {
  Deno.test(`${name}() lets no text overlap another or leave the picture`, async () => {
    const spec = await make();
    const svg = await toSvg(spec);
    const view = new vega.View(vega.parse(plots.compilePlot(spec)), { renderer: "none" });
    try {
      await view.runAsync();
      const root = (view.scenegraph() as unknown as { root: Item }).root;
      const boxes = boxesOf(root);
      const texts = svg.match(/<text/g)!.length, hidden = svg.match(/<text[^>]*opacity="0"/g)?.length ?? 0;
      assert.equal(boxes.filter(({ text }) => text !== "a legend").length, texts - hidden);
      const [width, height] = structureOf(svg).size;
      const [left, top] = view.origin();
      for (const { text, sides: [x1, y1, x2, y2] } of boxes) {
        const inside = x1 + left! >= -1 && y1 + top! >= -1 && x2 + left! <= width! + 1 && y2 + top! <= height! + 1;
        assert.ok(inside, `'${text}' leaves the picture of ${width} x ${height}: ${[x1, y1, x2, y2]}`);
      }
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          assert.ok(!overlap(a, b), `'${a.text}' and '${b.text}' overlap: ${a.sides} and ${b.sides}`);
        }
      }
    } finally {
      view.finalize();
    }
  });
}
