import { jupyter } from "@/progress.ts";
import { toPng, toSvg } from "./render.ts";
import type { PlotSpec } from "./spec.ts";

/** JupyterLab 4.6 draws this type itself, with tooltips; a viewer that does not takes the SVG, an untrusted one the PNG. */
export const VEGA_LITE_MIME = "application/vnd.vegalite.v5+json";

/** What a cell's output holds of a plot. */
export interface PlotBundle {
  /** By MIME type. */
  readonly data: Readonly<Record<string, unknown>>;
  /** By MIME type: the size of a picture. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Something on show, which can be changed in place. */
export interface Shown {
  /** Puts another plot, or anything else that can be shown, in its place. */
  update(item: PlotSpec | Displayable): Promise<void>;
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

/** Anything that can show itself in a notebook: it has a method of the name `Symbol.for("Jupyter.display")`, as a table. */
export type Displayable = object;

const DISPLAY = Symbol.for("Jupyter.display");

/** What an output holds of anything that can be shown. */
async function bundleOf(item: PlotSpec | Displayable): Promise<PlotBundle> {
  const display = Reflect.get(item, DISPLAY);
  if (typeof display === "function") return { data: await display.call(item), metadata: {} };
  if (typeof (item as PlotSpec).$schema === "string") return await plotBundle(item as PlotSpec);
  throw new TypeError(
    `Cannot show a value as it is no plot and has no display of its own: ${Deno.inspect(item, { depth: 0 })}`,
  );
}

/** One line, or a text of its own, for a terminal. */
async function textOf(item: PlotSpec | Displayable): Promise<string> {
  const display = Reflect.get(item, DISPLAY);
  if (typeof display !== "function" && typeof (item as PlotSpec).$schema === "string") {
    return `[${titleOf(item as PlotSpec)}: plots show in a notebook; savePlot() writes files]`;
  }
  const { data } = await bundleOf(item);
  return String(data["text/plain"] ?? "[shown in a notebook only]").trimEnd();
}

let shown = 0;

/**
 * Shows a plot, or anything else that can show itself, in the cell that runs. Always `await` it: a display that ends
 * after its cell is lost.
 *
 * Outside a notebook it prints a table as text and of a plot its title; `savePlot()` writes a file there.
 */
export async function show(item: PlotSpec | Displayable): Promise<void> {
  await showLive(item);
}

/** Shows something that changes, as a curve that grows: `update()` of the result puts another in its place. */
export async function showLive(item: PlotSpec | Displayable): Promise<Shown> {
  const kernel = jupyter();
  if (kernel === undefined) {
    const print = async (other: PlotSpec | Displayable) => console.log(await textOf(other));
    await print(item);
    return { update: print };
  }
  const transient = { display_id: `acr-lab-plot-${Deno.pid}-${shown++}` };
  const send = async (type: string, other: PlotSpec | Displayable) => {
    await kernel.broadcast(type, { ...await bundleOf(other), transient });
    // The kernel may say that a cell is done before its last display is out; clients then drop that display.
    await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await send("display_data", item);
  return { update: (other) => send("update_display_data", other) };
}
