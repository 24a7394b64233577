import { jupyter } from "@/progress.ts";
import { toPng, toSvg } from "./render.ts";
import type { PlotSpec } from "./spec.ts";

/** JupyterLab 4.6 draws this type itself, with tooltips; a viewer that does not takes the SVG, an untrusted one the PNG. */
export const VEGA_LITE_MIME = "application/vnd.vegalite.v5+json";

/** What a cell's output holds of a plot. */
export interface PlotBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A plot on show, which can be changed in place. */
export interface ShownPlot {
  /** Puts another plot in its place. */
  update(spec: PlotSpec): Promise<void>;
}

/** The title of a plot, for those who read only text. */
export function titleOf(spec: PlotSpec): string {
  const title = spec.title as string | { text?: string } | undefined;
  return (typeof title === "object" ? title.text : title) ?? "plot";
}

/** Makes the output of a plot: the specification, an SVG and a PNG of it at its right size, and a line of text. */
export async function plotBundle(spec: PlotSpec): Promise<PlotBundle> {
  const scale = 2;
  const svg = await toSvg(spec);
  const png = await toPng(spec, { scale });
  // Width and height stand in the PNG's first chunk. Without them a viewer would show it at double size.
  const header = new DataView(png.buffer, png.byteOffset);
  return {
    data: {
      [VEGA_LITE_MIME]: spec,
      "image/svg+xml": svg,
      "image/png": png.toBase64(),
      "text/plain": `[${titleOf(spec)}]`,
    },
    metadata: { "image/png": { width: header.getUint32(16) / scale, height: header.getUint32(20) / scale } },
  };
}

let shown = 0;

/**
 * Shows a plot in the cell that runs. Always `await` it: a display that ends after its cell is lost.
 *
 * Outside a notebook it prints one line with the plot's title; use `savePlot()` there.
 */
export async function show(spec: PlotSpec): Promise<ShownPlot> {
  const kernel = jupyter();
  if (kernel === undefined) {
    const print = (other: PlotSpec) =>
      console.log(`[${titleOf(other)}: plots show in a notebook; savePlot() writes files]`);
    print(spec);
    return { update: (other) => Promise.resolve(print(other)) };
  }
  const transient = { display_id: `acr-lab-plot-${Deno.pid}-${shown++}` };
  const send = async (type: string, other: PlotSpec) => {
    await kernel.broadcast(type, { ...await plotBundle(other), transient });
    // The kernel may say that a cell is done before its last display is out; clients then drop that display.
    await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await send("display_data", spec);
  return { update: (other) => send("update_display_data", other) };
}
