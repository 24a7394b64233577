import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createHash } from "node:crypto";
import { compilePlot } from "@/plots/render.ts";
import type { PlotSpec } from "@/plots/mod.ts";

/** Brings drawings of a page to life: numbers below the pointer. */
export interface LivePlots {
  /** Scripts to stand at the end of the page. */
  readonly html: string;
  /** The part of a content security policy that lets these scripts run, and no other. */
  readonly policy: string;
}

/**
 * Puts Vega itself into a page, with the plots of some of its elements. Each element's drawing is replaced by a live one
 * that tells the numbers below the pointer; without scripts, or where one fails, the drawing stays.
 *
 * @param plots by the `id` of the element that holds the drawing
 */
export async function livePlots(plots: Readonly<Record<string, PlotSpec>>): Promise<LivePlots> {
  const vega = join(dirname(createRequire(import.meta.url).resolve("vega")), "vega.min.js");
  const scripts = [await Deno.readTextFile(vega), START];
  const specs = Object.fromEntries(Object.entries(plots).map(([id, spec]) => [id, compilePlot(spec)]));
  // A text of the data that ends the script would end it.
  const json = JSON.stringify(specs).replaceAll("<", "\\u003c");
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  return {
    html: [
      `<script type="application/json" id="live-plots">${json}</script>`,
      ...scripts.map((script) => `<script>${script}</script>`),
    ].join("\n"),
    // Vega makes functions of the expressions in a plot.
    policy: `script-src 'unsafe-eval' ${hashes.join(" ")}`,
  };
}

const START = `
const tip = document.body.appendChild(document.createElement("div"));
tip.className = "tip";
tip.hidden = true;
function tell(_view, event, _item, value) {
  tip.hidden = value === null || value === undefined || value === "";
  if (tip.hidden) return;
  const lines = typeof value === "object" ? Object.entries(value).map(([key, one]) => key + ": " + one) : [value];
  tip.textContent = lines.join("\\n");
  const right = event.clientX + 14 + tip.offsetWidth > innerWidth;
  tip.style.left = (right ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14) + "px";
  tip.style.top = Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 4)) + "px";
}
for (const [id, spec] of Object.entries(JSON.parse(document.getElementById("live-plots").textContent))) {
  const place = document.createElement("div");
  place.className = "live";
  const options = { renderer: "svg", container: place, hover: true, tooltip: tell, logLevel: vega.Error };
  const shown = () => document.getElementById(id).replaceChildren(place);
  new vega.View(vega.parse(spec), options).runAsync().then(shown, console.error);
}
`;
