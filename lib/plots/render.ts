import * as vega from "vega";
import { compile } from "vega-lite";
import { sha256 } from "@/files.ts";
import { dejavu, fontPath } from "./font_metrics.ts";
import type { PlotSpec } from "./spec.ts";

/** Options of {@linkcode toPng}. */
export interface PngOptions {
  /** Pixels per unit of the plot: 2 is sharp on a high-density screen. @default 2 */
  scale?: number;
  /** Color behind a plot that has no ground of its own; by default it stays transparent. */
  ground?: string;
}

/** What Vega asks the width of: the fields that matter of a text item. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}

// Without a canvas Vega takes 0.8 em a character, nearly twice the truth: legends and margins come out far too wide.
function measureText(item: TextItem, text: unknown): number {
  const weight = item.fontWeight;
  const bold = weight === "bold" || Number(weight) >= 600;
  const width = dejavu(bold).width(text === null || text === undefined ? "" : String(text), item.fontSize ?? 11);
  return item.limit !== undefined && item.limit > 0 ? Math.min(item.limit, width) : width;
}

const textMetrics = (vega as unknown as { textMetrics: { width(item: TextItem, text: unknown): number } }).textMetrics;

// Vega-Lite warns of every spec of an older major version, though it reads them; anything else it says is a fault here.
const logger = {
  level: () => logger,
  error: (...message: readonly unknown[]) => fail(message),
  warn: (...message: readonly unknown[]) => fail(message),
  info: () => logger,
  debug: () => logger,
};

function fail(message: readonly unknown[]): never {
  throw new TypeError(`Cannot compile the plot as Vega-Lite says: ${message.join(" ")}`);
}

/**
 * Compiles a plot to Vega.
 *
 * @throws {TypeError} Where Vega-Lite finds a fault, even one that it would only warn of.
 */
export function compilePlot(spec: PlotSpec): vega.Spec {
  const { $schema: _version5, ...parts } = spec;
  // Cloned, as Vega writes marks of its own into the data.
  // deno-lint-ignore no-explicit-any -- the spec is an open record on purpose; the compiler itself checks it.
  return compile(structuredClone(parts) as any, { logger: logger as any }).spec;
}

/**
 * Draws a plot as SVG, with text measured in DejaVu Sans: the same on any machine, with or without fonts.
 *
 * Identifiers inside (clip paths, gradients) carry a hash of the drawing, so that several drawings can stand in one page.
 */
export async function toSvg(spec: PlotSpec): Promise<string> {
  textMetrics.width = measureText;
  const view = new vega.View(vega.parse(compilePlot(spec)), { renderer: "none" });
  let svg: string;
  try {
    svg = await view.toSVG();
  } finally {
    view.finalize();
  }
  // Vega numbers them through the life of the process.
  const names = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!))];
  const plain = names.reduce(
    (text, name, i) => text.replaceAll(`id="${name}"`, `id="@${i}"`).replaceAll(`#${name})`, `#@${i})`),
    svg,
  );
  return plain.replaceAll("@", `p${sha256(plain).slice(0, 8)}-`);
}

/** Draws a plot as PNG; text is drawn with the DejaVu fonts that come with the project, never with the system's. */
export async function toPng(spec: PlotSpec, { scale = 2, ground }: PngOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  if (!(scale > 0 && scale <= 10)) {
    throw new RangeError(`Cannot draw a plot at scale ${scale}: expected above 0, to 10`);
  }
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(await toSvg(spec), {
    fitTo: { mode: "zoom", value: scale },
    ...(ground === undefined ? {} : { background: ground }),
    font: {
      fontFiles: ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"].map(fontPath),
      loadSystemFonts: false,
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return new Uint8Array(image.render().asPng());
}
