import * as tf from "@tensorflow/tfjs";
import { type MatchOptions, matchWeights, WeightMismatchError, type WeightPair } from "./match.ts";
import { openStoredWeights, type StoredWeights } from "./stored_weights.ts";

/** Numbers read for a model but not yet in it: all or nothing. */
export type ReadWeights = Map<string, { pair: WeightPair; values: Float32Array }>;

/** Reads the numbers of matched weights and checks that all are finite. */
export async function readPairs(stored: StoredWeights, pairs: WeightPair[]): Promise<ReadWeights> {
  const arrays = await stored.read(pairs.map((pair) => pair.stored));
  const read: ReadWeights = new Map();
  pairs.forEach((pair, i) => {
    const values = arrays[i]!;
    const size = pair.variable.shape.reduce<number>((product, side) => product * (side ?? 1), 1);
    if (values.length !== size) {
      throw new SyntaxError(
        `Cannot load weights from '${stored.source}' as '${pair.name}' must have ${size} numbers: ${values.length}`,
      );
    }
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) {
      throw new RangeError(
        `Cannot load weights from '${stored.source}' as number ${odd} of '${pair.name}' is not finite: ${values[odd]}`,
      );
    }
    read.set(pair.name, { pair, values });
  });
  return read;
}

/** Puts numbers that were read into the model. */
export function writePairs(read: ReadWeights): void {
  tf.tidy(() => {
    for (const { pair: { variable }, values } of read.values()) {
      variable.write(tf.tensor(values, variable.shape as number[], "float32"));
    }
  });
}

/**
 * Loads a Keras file (`.h5`, `.weights.h5`, `.keras`; Keras 2 or 3) into a model of the same architecture. Every weight
 * must be there with its name and shape, and no other; the model is changed only if all of it fits.
 *
 * @throws WeightMismatchError listing what is missing, extra or misshapen
 * @throws SyntaxError if the file is damaged or no Keras file
 */
export async function loadKerasWeights(model: tf.LayersModel, path: string, options: MatchOptions = {}): Promise<void> {
  using stored = await openStoredWeights(path);
  const match = matchWeights(model, stored, options);
  if (match.missing.length + match.extra.length + match.misshapen.length > 0) {
    throw new WeightMismatchError(path, model.name, match);
  }
  writePairs(await readPairs(stored, match.pairs));
}
