import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { layersFile } from "@/models/layers_file.ts";

/** One layer of a `model.json`. */
interface TopologyLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers whose outputs it takes. */
  readonly inputs: readonly string[];
}

/** Stock layers of face networks, and how many channels and weights each has, given the channels of its inputs. */
const LAYERS: Readonly<
  Record<string, (config: Readonly<Record<string, unknown>>, channels: number) => { channels: number; weights: number }>
> = {
  Conv2D: (config, channels) => {
    const filters = whole(config["filters"]);
    return {
      channels: filters,
      weights: area(config["kernelSize"] ?? config["kernel_size"]) * channels * filters + bias(config, filters),
    };
  },
  DepthwiseConv2D: (config, channels) => {
    const out = channels * whole(config["depthMultiplier"] ?? config["depth_multiplier"] ?? 1);
    return { channels: out, weights: area(config["kernelSize"] ?? config["kernel_size"]) * out + bias(config, out) };
  },
  Dense: (config, channels) => {
    const units = whole(config["units"]);
    return { channels: units, weights: channels * units + bias(config, units) };
  },
  BatchNormalization: (config, channels) => ({
    channels,
    weights: channels * (2 + Number(config["center"] !== false) + Number(config["scale"] !== false)),
  }),
  Reshape: (config, channels) => {
    const shape = config["targetShape"] ?? config["target_shape"];
    const sides = Array.isArray(shape) ? shape.map(whole) : [];
    // Only 1 x 1 x C, as squeeze-and-excite has it: then channels stay channels.
    if (sides.reduce((product, side) => product * side, 1) !== channels) throw new RangeError("it reshapes a picture");
    return { channels, weights: 0 };
  },
  ...Object.fromEntries(
    ["InputLayer", "ZeroPadding2D", "ReLU", "Activation", "GlobalAveragePooling2D", "Dropout", "Add", "Multiply"].map(
      (name) => [name, (_: unknown, channels: number) => ({ channels, weights: 0 })],
    ),
  ),
};

function whole(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 100_000) {
    throw new RangeError(
      `a layer's size must be a whole number from 1 to 100000: ${JSON.stringify(value)?.slice(0, 40)}`,
    );
  }
  return value as number;
}

function area(kernel: unknown): number {
  const [height, width] = Array.isArray(kernel) ? kernel : [kernel, kernel];
  return whole(height) * whole(width);
}

const bias = (config: Readonly<Record<string, unknown>>, units: number) =>
  (config["useBias"] ?? config["use_bias"]) === false ? 0 : units;

/**
 * Loads a landmark model from a TensorFlow.js layers-model folder, `model.json` and its weight files. Only stock layers
 * that face networks have are read. The folder may come from anywhere: before anything is made, the weights that its
 * layers ask for are counted, and must be those that its files hold.
 *
 * @throws {SyntaxError} with one sentence if it is damaged, or holds something else
 */
export async function loadLayersFolder(folder: string): Promise<{ model: tf.LayersModel; note: unknown }> {
  const path = join(folder, "model.json");
  const fail = (reason: string) => new SyntaxError(`Cannot read a layers model from '${path}' as ${reason}`);
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info?.isFile) throw fail(`there is no such file: ${folder}`);
  if (info.size > 64 << 20) throw fail(`it is larger than 64 MiB: ${info.size} bytes`);
  const artifacts = await layersFile(folder).load!().catch((error) => {
    if (error instanceof Deno.errors.NotFound) throw fail("a weight file that it names is missing");
    if (error instanceof Deno.errors.PermissionDenied) throw fail("a weight file that it names may not be read");
    throw error;
  });
  let layers: TopologyLayer[];
  try {
    layers = topologyLayers(artifacts.modelTopology);
    const asked = countWeights(layers);
    const bytes = (artifacts.weightData as ArrayBuffer).byteLength;
    let held = 0;
    for (const { shape } of artifacts.weightSpecs ?? []) {
      if (!Array.isArray(shape) || !shape.every((side) => Number.isSafeInteger(side) && side >= 0)) {
        throw new TypeError("a weight has no shape");
      }
      held += shape.reduce((product, side) => product * side, 1);
    }
    if (asked !== held || held > bytes) {
      throw new RangeError(`its layers need ${asked} weights: ${held} listed, ${bytes} bytes there`);
    }
  } catch (error) {
    throw fail(messageOf(error).replace(/\s+/g, " ").slice(0, 300));
  }
  try {
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    return { model, note: (artifacts.userDefinedMetadata as Record<string, unknown> | undefined)?.["acr_lab"] };
  } catch (error) {
    throw fail(`TensorFlow.js does not take it: ${messageOf(error).replace(/\s+/g, " ").slice(0, 200)}`);
  }
}

function topologyLayers(topology: unknown): TopologyLayer[] {
  // tfjs writes { class_name, config }; its converter wraps that into model_config.
  const outer = topology as { model_config?: { config?: unknown }; config?: unknown };
  const config = (outer.model_config?.config ?? outer.config) as { layers?: unknown } | undefined;
  const layers = config?.layers;
  if (!Array.isArray(layers) || layers.length > 5000) throw new TypeError("its topology is not a list of layers");
  return layers.map((layer) => {
    const { class_name, config, name = config?.name, inbound_nodes } = layer ?? {};
    if (typeof class_name !== "string" || typeof name !== "string" || typeof config !== "object" || config === null) {
      throw new TypeError(`a layer has no class, name or config: ${JSON.stringify(layer)?.slice(0, 60)}`);
    }
    if (!Array.isArray(inbound_nodes) || inbound_nodes.length > 1) {
      throw new TypeError(`layer '${name.slice(0, 60)}' is not used exactly once`);
    }
    const inputs = (inbound_nodes[0] ?? []).map((node: unknown) => String(Array.isArray(node) ? node[0] : node));
    return { className: class_name, name, config, inputs };
  });
}

/** How many weights layers ask for. */
function countWeights(layers: readonly TopologyLayer[]): number {
  const channels = new Map<string, number>();
  let weights = 0;
  for (const { className, name, config, inputs } of layers) {
    const rule = Object.hasOwn(LAYERS, className) ? LAYERS[className] : undefined;
    if (!rule) {
      throw new TypeError(
        `it has a layer that is none of ${Object.keys(LAYERS).join(", ")}: '${className.slice(0, 60)}'`,
      );
    }
    if (className === "InputLayer") {
      const shape = config["batchInputShape"] ?? config["batch_input_shape"];
      const [, height, width, depth] = Array.isArray(shape) ? shape : [];
      if (shape === undefined || height !== width || depth !== 3 || !(whole(height) >= 8 && height <= 1024)) {
        throw new TypeError(`its input must be a square RGB picture of 8 to 1024 pixels: ${JSON.stringify(shape)}`);
      }
    }
    if (className === "ZeroPadding2D") {
      const padding = [config["padding"]].flat(2);
      if (!padding.every((side) => side === 0 || whole(side) <= 16)) throw new RangeError("it pads by over 16 pixels");
    }
    const before = inputs.map((input) => channels.get(input));
    if (before.some((count) => count === undefined)) {
      throw new TypeError(`layer '${name.slice(0, 60)}' comes before its inputs`);
    }
    const made = rule(config, Math.max(3 * Number(className === "InputLayer"), ...before as number[]));
    channels.set(name, made.channels);
    weights += made.weights;
    if (weights > 1 << 29) throw new RangeError(`its layers need too many weights: over ${1 << 29}`);
  }
  return weights;
}
