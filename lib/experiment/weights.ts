import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { initializeFromKeras, type InputRange } from "@/models/keras/initialize.ts";
import type { RunConfig } from "@/results/schema.ts";
import { parseConfig } from "@/results/parse_run.ts";
import { decodeCheckpoint, encodeCheckpoint, readVariables, writeVariables } from "@/training/checkpoint.ts";
import { modelEntry } from "@/models/registry.ts";
import { namedWeights } from "@/training/training_state.ts";
import { createExperimentModel } from "./model.ts";
import type { ExperimentSettings } from "./settings.ts";

/** Name of the file in a run directory that holds the weights which were evaluated. */
export const WEIGHTS_FILE = "weights.ckpt";

/** Writes the weights of a model, and nothing of its training. */
export async function saveWeights(path: string, model: tf.LayersModel, about: Record<string, unknown>): Promise<void> {
  const arrays = await readVariables(namedWeights(model));
  await writeFileAtomic(path, encodeCheckpoint({ arrays, state: about }));
}

/** The file behind a weights file's own path or a run directory's. */
export async function weightsFile(path: string): Promise<string> {
  try {
    return (await Deno.stat(path)).isDirectory ? join(path, WEIGHTS_FILE) : path;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(`Cannot read weights as there is no such file: '${path}'`);
  }
}

/** What is done about the numbers that a network was fed with where it was trained. */
const MEANT: Readonly<Record<InputRange, string>> = {
  unit: "it was fed with RGB in 0..1, as here",
  signed: "it was fed with RGB in -1..1, so its first layer is made to take 0..1",
  imagenet: "it was fed with RGB less ImageNet's mean by its deviation, so its first layer is made to take 0..1",
  own: "its own layer 'normalization' is kept in what the first layers do",
};

/** Options of {@linkcode loadWeights}. */
export interface LoadWeightsOptions {
  /** Keeps the model's last layer where that of a run is for another number of landmarks. @default false */
  freshHead?: boolean;
}

/**
 * Reads weights into a model: a Keras file (`.h5`, `.keras`; all but the last layer must fit), a weights file of ours, a
 * checkpoint, or a run directory.
 *
 * @param architecture the model's registry name
 * @returns what was read, as a sentence for people
 * @throws {SyntaxError} if the file is damaged
 * @throws {RangeError} if the weights are another network's
 */
export async function loadWeights(
  path: string,
  model: tf.LayersModel,
  architecture: string,
  { freshHead = false }: LoadWeightsOptions = {},
): Promise<string> {
  const file = await weightsFile(path);
  if (/\.(h5|hdf5|keras)$/i.test(file)) {
    const { loaded, head, turned, input } = await initializeFromKeras(model, architecture, file);
    const last = head ? `its last layer${turned ? " turned to this library's sign" : ""}` : "with a fresh last layer";
    return `Starts from ${loaded} weights of ${file}, ${last}; ${MEANT[input]}`;
  }
  try {
    const { arrays } = decodeCheckpoint(await Deno.readFile(file), file);
    const variables = namedWeights(model);
    const shapes = new Map(arrays.map(({ name, shape }) => [name, shape.join()]));
    const head = `model/${modelEntry(architecture).head}/`;
    const other = variables.filter(([name, variable]) =>
      name.startsWith(head) && shapes.has(name) && shapes.get(name) !== variable.shape.join()
    );
    if (!freshHead || other.length === 0) {
      writeVariables(variables, arrays);
      return `Starts from all ${variables.length} weights of ${file}`;
    }
    const kept = variables.filter(([name]) => !name.startsWith(head));
    writeVariables(kept, arrays);
    return `Starts from ${kept.length} weights of ${file}, with a fresh last layer, as its landmarks are others`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(`Cannot read weights as there is no such file: '${file}'`);
    }
    if (error instanceof RangeError) {
      throw new RangeError(`Cannot read weights from '${file}' as they are another network's: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** A finished run's network with its trained weights, ready to predict. */
export async function loadTrainedModel(run: string): Promise<{ model: tf.LayersModel; config: RunConfig }> {
  const path = join(run, "config.json");
  const config = parseConfig(await Deno.readTextFile(path), path);
  const settings = config.settings as unknown as ExperimentSettings & { scheme: string };
  // Schemes of own points end in their number.
  const points = Number(/(?:^|-)(\d{1,5})$/.exec(settings.scheme)?.[1] ?? NaN);
  if (!(points >= 1)) throw new SyntaxError(`Cannot open run '${run}' as its config.json names no landmark scheme`);
  const model = createExperimentModel(settings, { points, seed: config.seed });
  await loadWeights(run, model, settings.architecture);
  return { model, config };
}
