import type * as tf from "@tensorflow/tfjs";
import { Table } from "@/results/table.ts";

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
