import type * as tf from "@tensorflow/tfjs";
import { modelEntry } from "../registry.ts";
import { type IdentifiedModel, identify, labelConvention } from "./identify.ts";
import { readPairs, type ReadWeights, writePairs } from "./load.ts";
import { layersByName, matchWeights, WeightMismatchError } from "./match.ts";
import { openStoredWeights, type StoredLayer, type StoredWeights } from "./stored_weights.ts";

/**
 * What a network was fed with in its training: `unit` is RGB in 0..1, as this library's; `signed` is -1..1
 * (`tf.keras.applications.mobilenet_v2.preprocess_input`); `imagenet` has ImageNet's mean taken off and is divided by
 * its standard deviation, per channel (the `efficientnet` package); `own` brings a layer `normalization` along.
 */
export type InputRange = "unit" | "signed" | "imagenet" | "own";

/** Options of {@linkcode initializeFromKeras}. */
export interface InitializeOptions {
  /** What the file's weights expect of pixels. @default told from the file: `unit` for landmark models, else what its ImageNet weights were trained with */
  input?: InputRange;
}

/** What {@linkcode initializeFromKeras} found and did. */
export interface InitializeReport {
  /** Weights that came from the file. */
  loaded: number;
  /** Whether the last layer came from the file too: only when it has as many outputs. */
  head: boolean;
  /** What the file's weights expect of pixels. */
  input: InputRange;
  /** Whether the last layer came with the sign of the ACR Loss release's labels, and was turned to this library's. */
  turned: boolean;
}

/** ImageNet's RGB mean and standard deviation, in 0..1: torchvision's, which Keras's `torch` mode copies. */
const MEAN = [0.485, 0.456, 0.406], DEVIATION = [0.229, 0.224, 0.225];

/**
 * Starts a model from a Keras file of the same network, as ImageNet weights with or without top: every layer but the
 * last comes from the file; the last one too if it predicts as many points (its sign turned, if the file's labels have
 * the release's: see {@linkcode labelConvention}), else it keeps its fresh start.
 *
 * A file whose network was fed with other numbers than RGB in 0..1 has that scaling folded into its first convolution
 * and the batch normalization behind it, so that its features start where they were. (Exact but for the one row and
 * column of zeros that padding adds: zero meant grey there.)
 *
 * @throws WeightMismatchError if anything but the last layer differs; the model is then as it was
 */
export async function initializeFromKeras(
  model: tf.LayersModel,
  network: string,
  path: string,
  options: InitializeOptions = {},
): Promise<InitializeReport> {
  using stored = await openStoredWeights(path);
  const { head } = modelEntry(network);
  const named = layersByName(stored).size > 0;
  const found = named ? identify(stored) : undefined;
  if (found && found.name !== network) {
    throw new TypeError(`Cannot start ${model.name} from '${path}' as that holds another network: ${found.name}`);
  }
  const rename = found?.head !== undefined ? { [head]: found.head } : {};
  const match = matchWeights(model, stored, { rename });
  const isHead = (name: string) => name.startsWith(`${head}/`) || name.startsWith(`${found?.head ?? head}/`);
  const misfits = (names: string[]) => names.filter((name) => !isHead(name));
  const headPairs = match.pairs.filter(({ name }) => isHead(name));
  const wholeHead = headPairs.length === model.getLayer(head).weights.length;
  const layers = layersByName(stored, model);
  const input = options.input ?? inputOf(found, network, wholeHead, layers.has("normalization"));
  const faults = {
    ...match,
    missing: misfits(match.missing),
    misshapen: misfits(match.misshapen),
    extra: misfits(match.extra).filter((name) => input !== "own" || !name.startsWith("normalization/")),
  };
  // A model with a layer `normalization` of its own can take a file without: it then does nothing.
  if (input !== "own") faults.missing = faults.missing.filter((name) => !name.startsWith("normalization/"));
  if (faults.missing.length + faults.misshapen.length + faults.extra.length > 0) {
    throw new WeightMismatchError(path, model.name, faults);
  }
  const pairs = match.pairs.filter(({ name }) => wholeHead || !isHead(name));
  const read = await readPairs(stored, pairs);
  const ownLayer = model.layers.some(({ name }) => name === "normalization");
  await foldInput(read, stored, { input, ownLayer, normalization: layers.get("normalization") });
  const turned = wholeHead && labelConvention(stored) === "released";
  if (turned) headPairs.forEach(({ name }) => turn(read.get(name)!.values));
  writePairs(read);
  return { loaded: read.size, head: wholeHead, input, turned };
}

function turn(values: Float32Array): void {
  values.forEach((value, i) => values[i] = -value);
}

function inputOf(
  found: IdentifiedModel | undefined,
  network: string,
  wholeHead: boolean,
  normalization: boolean,
): InputRange {
  if (normalization) return "own";
  // Weights without top are a classifier's too: nobody has taken the top off a landmark model. Of a file that names no
  // layers one only knows whether its last one fits.
  if (found ? !found.classifier && found.head !== undefined : wholeHead) return "unit";
  return network === "mnv2" ? "signed" : "imagenet";
}

/** Scale and offset per channel that turn RGB in 0..1 into what the file's first convolution expects. */
async function scaling(
  stored: StoredWeights,
  input: InputRange,
  normalization: StoredLayer | undefined,
): Promise<{ scale: number[]; offset: number[] }> {
  switch (input) {
    case "unit":
      return { scale: [1, 1, 1], offset: [0, 0, 0] };
    case "signed":
      return { scale: [2, 2, 2], offset: [-1, -1, -1] };
    case "imagenet":
      return { scale: DEVIATION.map((d) => 1 / d), offset: MEAN.map((mean, i) => -mean / DEVIATION[i]!) };
    case "own": {
      const [meanAt, varianceAt] = normalization?.weights ?? [];
      if (!meanAt || !varianceAt || meanAt.shape.join() !== "3" || varianceAt.shape.join() !== "3") {
        throw new TypeError(
          `Cannot start from '${stored.source}' as it has no layer 'normalization' of three channels`,
        );
      }
      const [mean, variance] = await stored.read([meanAt, varianceAt]) as [Float32Array, Float32Array];
      const again = rescaled(variance);
      const scale = Array.from(variance, (v, i) => 1 / Math.max(Math.sqrt(v * again[i]!), 1e-7));
      return { scale, offset: scale.map((s, i) => -mean[i]! * s) };
    }
  }
}

/**
 * Keras's ImageNet EfficientNets hold the standard deviation where the variance belongs, and divide by its root once
 * more: in a second layer `rescaling`, which files of weights only, and those of Keras before 2.10, do not have. So the
 * numbers themselves tell.
 */
function rescaled(variance: Float32Array): readonly number[] {
  return DEVIATION.every((deviation, i) => Math.abs(variance[i]! - deviation) < 1e-3) ? DEVIATION : [1, 1, 1];
}

/** Moves the scaling of the input into the first kernel and the moving mean behind it. */
async function foldInput(
  read: ReadWeights,
  stored: StoredWeights,
  { input, ownLayer, normalization }: {
    input: InputRange;
    /** Whether the model has a layer `normalization` itself. */
    ownLayer: boolean;
    /** The file's. */
    normalization: StoredLayer | undefined;
  },
): Promise<void> {
  if (ownLayer && input === "own") {
    const variance = read.get("normalization/variance")?.values;
    if (variance) rescaled(variance).forEach((again, i) => variance[i]! *= again);
    return;
  }
  if (input === "unit") return;
  const { scale, offset } = await scaling(stored, input, normalization);
  const [convolution, behind] = read.has("Conv1/kernel") ? ["Conv1", "bn_Conv1"] : ["stem_conv", "stem_bn"];
  const kernel = read.get(`${convolution}/kernel`)!.values;
  const mean = read.get(`${behind}/moving_mean`)!.values;
  const channels = mean.length;
  // kernel is [height, width, 3, channels]. y = k * (s x + o) = (s k) * x + sum(k o): the sum leaves the moving mean.
  for (let i = 0; i < kernel.length; i++) {
    const channel = Math.floor(i / channels) % 3;
    mean[i % channels]! -= kernel[i]! * offset[channel]!;
    kernel[i]! *= scale[channel]!;
  }
}
