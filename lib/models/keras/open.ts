import type * as tf from "@tensorflow/tfjs";
import { createModel, type CreateModelOptions, modelEntry } from "../registry.ts";
import { identify, labelConvention } from "./identify.ts";
import { readPairs, writePairs } from "./load.ts";
import { matchWeights, WeightMismatchError } from "./match.ts";
import { printable } from "./printable.ts";
import { openStoredWeights } from "./stored_weights.ts";

/** Side of the largest input that is believed of a file: more would ask for absurd memory once it predicts. */
const LARGEST = 1024;

/** Options of {@linkcode openKerasModel}. */
export interface OpenKerasOptions {
  /** Registry name, for files that do not name their layers. @default told from the file */
  network?: string;
  /** Options that override what the file tells, as `{ size: 224 }`. */
  model?: CreateModelOptions;
}

/** A landmark regressor out of a Keras file. */
export interface OpenedKerasModel {
  /** The network with the weights of the file. */
  model: tf.LayersModel;
  /** Registry name, as `efnb3`. */
  name: string;
  /** Number of landmarks, `M`. */
  points: number;
  /** Side of the input, in pixels. */
  size: number;
  /** How its outputs are meant, where the file's name or note tells. */
  labels: "centered" | "released" | undefined;
  /** Keras that wrote the file, as `2.15.0`; undefined where it does not say. */
  kerasVersion: string | undefined;
  /** What this library wrote into its own exports: JSON, not yet checked. */
  note: string | undefined;
}

/**
 * Makes the model that a Keras file holds and loads it: network, width, number of points and (in a full model) input
 * size are told from the file.
 */
export async function openKerasModel(path: string, options: OpenKerasOptions = {}): Promise<OpenedKerasModel> {
  using stored = await openStoredWeights(path);
  const found = options.network === undefined ? identify(stored) : undefined;
  if (found?.classifier) {
    throw new TypeError(
      `Cannot open '${path}' as a landmark model as its last layer classifies pictures: '${
        printable(found.head!)
      }' (it can start a training: --init)`,
    );
  }
  if (found && found.head === undefined) {
    throw new TypeError(
      `Cannot open '${path}' as a landmark model as it has no last layer: weights without top (they can start a training: --init)`,
    );
  }
  if (found && found.options.points === undefined) {
    throw new TypeError(
      `Cannot open '${path}' as a landmark model as its last layer '${
        printable(found.head!)
      }' must have two outputs per point: ${found.units}`,
    );
  }
  const claimed = options.model?.size === undefined ? found?.options.size : undefined;
  if (claimed !== undefined && !(Number.isInteger(claimed) && claimed >= 32 && claimed <= LARGEST)) {
    throw new RangeError(
      `Cannot open '${path}' as a landmark model as its input must be of 32 to ${LARGEST} pixels a side: ${claimed}`,
    );
  }
  const name = options.network ?? found!.name;
  const { points = 68, size = 224, ...rest } = { ...found?.options, ...options.model };
  const { head } = modelEntry(name);
  const model = createModel(name, { points, size, ...rest, initialize: false });
  try {
    const rename = found?.head !== undefined ? { [head]: found.head } : {};
    const match = matchWeights(model, stored, { rename });
    if (match.missing.length + match.extra.length + match.misshapen.length > 0) {
      throw new WeightMismatchError(path, model.name, match);
    }
    writePairs(await readPairs(stored, match.pairs));
  } catch (error) {
    model.dispose();
    throw error;
  }
  const { kerasVersion, note } = stored;
  return { model, name, points, size, labels: labelConvention(stored), kerasVersion, note };
}
