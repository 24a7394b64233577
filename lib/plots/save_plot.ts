import { extname } from "node:path";
import { writeFileAtomic } from "@/files.ts";
import { toPng, toSvg } from "./render.ts";
import type { PlotSpec } from "./spec.ts";
import { DARK_GROUND, inks } from "./theme.ts";

/** Options of {@linkcode savePlot}. */
export interface SavePlotOptions {
  /** Pixels per unit, for `.png`. @default 2 */
  scale?: number;
  /** Color behind a plot in the `auto` mode, for `.png`; by default it stays transparent. */
  ground?: string;
  /** Title of the page, for `.html`. @default "Plot" */
  title?: string;
}

const escapeHtml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** One page with the drawing and, as JSON, its specification with the data: it asks for nothing from anywhere. */
export async function toHtml(spec: PlotSpec, title = "Plot"): Promise<string> {
  const json = JSON.stringify(spec).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 2rem; background: #fff; color: ${inks.light}; font: 14px "DejaVu Sans", Verdana, sans-serif; }
svg { max-width: 100%; height: auto; }
@media (prefers-color-scheme: dark) { body { background: ${DARK_GROUND}; color: ${inks.dark}; } }
</style>
${await toSvg(spec)}
<script type="application/json" id="vega-lite">${json}</script>
</html>
`;
}

/**
 * Saves a plot; the name's end says how: `.svg`, `.png`, `.html` (one page that works offline) or `.json` (the
 * specification, for other tools of Vega-Lite).
 *
 * @throws {RangeError} When the name ends otherwise; nothing is written then.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cumulativeError, savePlot, withTheme } from "@/mod.ts";
 *
 * const plot = cumulativeError({ series: [{ name: "ours", errors: [0.02, 0.03, 0.05] }] });
 * const path = await Deno.makeTempFile({ suffix: ".svg" });
 * await savePlot(withTheme(plot, "light"), path);
 * assert.match(await Deno.readTextFile(path), /^<svg/);
 * await Deno.remove(path);
 * ```
 */
export async function savePlot(spec: PlotSpec, path: string, options: SavePlotOptions = {}): Promise<void> {
  const { scale = 2, ground, title = "Plot" } = options;
  switch (extname(path).toLowerCase()) {
    case ".svg":
      return await writeFileAtomic(path, await toSvg(spec) + "\n");
    case ".png":
      return await writeFileAtomic(path, await toPng(spec, { scale, ...(ground === undefined ? {} : { ground }) }));
    case ".html":
      return await writeFileAtomic(path, await toHtml(spec, title));
    case ".json":
      return await writeFileAtomic(path, JSON.stringify(spec, null, 2) + "\n");
    default:
      throw new RangeError(
        `Cannot save a plot as '${path}' as its ending says no format: expected .svg, .png, .html or .json`,
      );
  }
}
