import * as tf from "@tensorflow/tfjs";
import { escapeHtml, Table } from "@/results/table.ts";

/** A table of a model's layers, their output shapes and numbers of parameters, which shows in a notebook. */
export function modelSummary(model: tf.LayersModel): Table {
  const rows = model.layers.map((layer) => ({
    layer: layer.name,
    kind: layer.getClassName(),
    output: describeShape(layer.outputShape),
    parameters: layer.countParams(),
  }));
  const trainable = count(model.trainableWeights), all = count(model.weights);
  const format = (value: number) => value.toLocaleString("en-US");
  return new Table(
    [
      { key: "layer" },
      { key: "kind" },
      { key: "output" },
      { key: "parameters", align: "right", format },
    ],
    rows,
    { caption: model.name, notes: [`${format(all)} parameters, of which ${format(trainable)} are trained`] },
  );
}

function count(weights: readonly { readonly shape: readonly (number | null)[] }[]): number {
  return weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, side) => product * (side ?? 1), 1), 0);
}

/** As `112 x 112 x 32`: without the batch. */
function describeShape(shape: tf.Shape | tf.Shape[]): string {
  const one = (Array.isArray(shape[0]) ? shape[0] : shape) as tf.Shape;
  return one.slice(1).map((side) => side ?? "?").join(" x ");
}

const DISPLAY = Symbol.for("Jupyter.display");

/**
 * From here on every `LayersModel` shows in a notebook as its {@linkcode modelSummary}: one line that opens to the table of
 * layers. `startNotebook()` calls it.
 */
export function showModelsAsTables(): void {
  Object.defineProperty(tf.LayersModel.prototype, DISPLAY, {
    configurable: true,
    value(this: tf.LayersModel): Record<string, string> {
      const table = modelSummary(this);
      const title = `${this.name}: ${this.layers.length} ${this.layers.length === 1 ? "layer" : "layers"}, ${
        table.notes.join("; ")
      }`;
      const html = `<details><summary>${escapeHtml(title)}</summary>\n${table.toHtml()}</details>\n`;
      return { "text/plain": `${title}\n${table.toText()}`, "text/html": html };
    },
  });
}
