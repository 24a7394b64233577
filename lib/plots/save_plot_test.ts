import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { savePlot } from "./save_plot.ts";
import { plot } from "./spec.ts";

const spec = plot({
  data: { values: [{ x: "</script>", y: 1 }] },
  mark: "bar",
  encoding: { x: { field: "x", type: "nominal" }, y: { field: "y", type: "quantitative" } },
});

Deno.test("savePlot() writes the format that the name's end says", () =>
  withFolder(async (folder) => {
    const begins = { svg: "<svg ", png: "\u2030PNG", html: "<!doctype html>", json: "{" };
    for (const [ending, begin] of Object.entries(begins)) {
      const path = join(folder, "new", `plot.${ending}`);
      await savePlot(spec, path);
      const text = new TextDecoder("latin1").decode(await Deno.readFile(path));
      assert.equal(text.slice(0, begin.length), begin);
    }
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(folder, "new", "plot.json"))), spec);
  }));

Deno.test("savePlot() makes a page that asks for nothing from outside and cannot be broken by its data", () =>
  withFolder(async (folder) => {
    const path = join(folder, "plot.html");
    await savePlot(spec, path, { title: "a < b" });
    const page = await Deno.readTextFile(path);
    assert.doesNotMatch(page, /(?:src|href)="(?!#)/);
    assert.equal(page.match(/<\/script>/g)?.length, 1);
    assert.ok(page.includes("<title>a &lt; b</title>"));
    const json = page.match(/<script type="application\/json" id="vega-lite">(.*)<\/script>/)?.[1];
    assert.deepEqual(JSON.parse(json!), spec);
  }));

Deno.test("savePlot() refuses an ending that it does not know and writes nothing", () =>
  withFolder(async (folder) => {
    const path = join(folder, "plot.pdf");
    await assert.rejects(savePlot(spec, path), {
      name: "RangeError",
      message: `Cannot save a plot as '${path}' as its ending says no format: expected .svg, .png, .html or .json`,
    });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));
