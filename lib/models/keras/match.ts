import type * as tf from "@tensorflow/tfjs";
import { printable } from "./printable.ts";
import type { StoredConfigLayer, StoredLayer, StoredWeight, StoredWeights } from "./stored_weights.ts";

/** A weight of the model and where its numbers are. */
export interface WeightPair {
  /** As `bn_Conv1/gamma`. */
  name: string;
  /** The model's weight. */
  variable: tf.LayerVariable;
  /** The file's. */
  stored: StoredWeight;
}

/** How a file's weights fit a model's: by layer name, weight name and shape. */
export interface WeightMatch {
  /** Weights that are in both, with one shape. */
  pairs: WeightPair[];
  /** In the model, not in the file, as `O_L/bias [136]`. */
  missing: string[];
  /** In the file, not in the model. */
  extra: string[];
  /** In both, as `Conv1/kernel [3,3,3,16], expected [3,3,3,32]`. */
  misshapen: string[];
}

/** Options of {@linkcode matchWeights}. */
export interface MatchOptions {
  /** Names in the file for layers that the model names otherwise, as `{ O_L: "dense" }`. */
  rename?: Readonly<Record<string, string>>;
  /** Layers of the model to leave as they are. */
  skip?: readonly string[];
}

/** Thrown when a file's weights do not fit; the lists are complete, the message names the first of each. */
export class WeightMismatchError extends TypeError {
  /** Names at most ten of each list in the message; all are in `match`. */
  constructor(readonly source: string, readonly model: string, readonly match: WeightMatch) {
    const some = (names: string[], what: string) => {
      if (names.length === 0) return [];
      const rest = names.length > 10 ? ` and ${names.length - 10} more` : "";
      return [`${names.length} ${what} (${names.slice(0, 10).map((name) => printable(name)).join("; ")}${rest})`];
    };
    const faults = [
      ...some(match.missing, "missing"),
      ...some(match.misshapen, "misshapen"),
      ...some(match.extra, "extra"),
    ];
    super(`Cannot load weights from '${source}' into ${model} as they differ: ${faults.join(", ")}`);
    this.name = "WeightMismatchError";
  }
}

/** The name that Keras gives a layer's class when it counts layers: `BatchNormalization` is `batch_normalization`. */
export function kerasKind(className: string): string {
  const name = KERAS_CLASSES[className] ?? className;
  return name.replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

/** Keras's classes for this library's layers. */
export const KERAS_CLASSES: Readonly<Record<string, string>> = {
  FusedBatchNormalization: "BatchNormalization",
  FusedGlobalAveragePooling2D: "GlobalAveragePooling2D",
  SeededDropout: "Dropout",
  DropConnect: "Dropout",
  ReLU6: "ReLU",
  Swish: "Activation",
};

/** Names of layers that a file only counts by class: from its configuration, else from the model's own order. */
function countedNames(stored: StoredWeights, model: tf.LayersModel | undefined): Map<string, string> {
  const order: Pick<StoredConfigLayer, "className" | "name">[] = stored.config.length > 0
    ? stored.config
    : (model?.layers ?? []).map((layer) => ({ className: layer.getClassName(), name: layer.name }));
  const counts = new Map<string, number>(), names = new Map<string, string>();
  for (const { className, name } of order) {
    const kind = kerasKind(className);
    const index = counts.get(kind) ?? 0;
    counts.set(kind, index + 1);
    names.set(`${kind} ${index}`, name);
  }
  return names;
}

/** Keras names this layer itself, and counts on if it made one before: `normalization_2`. */
function isNormalization(name: string): boolean {
  return /^normalization(_\d+)?$/.test(name);
}

/** The file's layers by name. Without `model`, layers that the file neither names nor configures are left out. */
export function layersByName(stored: StoredWeights, model?: tf.LayersModel): Map<string, StoredLayer> {
  const counted = countedNames(stored, model);
  const layers = new Map<string, StoredLayer>();
  for (const layer of stored.layers) {
    const name = layer.name ?? (layer.counted && counted.get(`${layer.counted.kind} ${layer.counted.index}`));
    if (name !== undefined) layers.set(isNormalization(name) ? "normalization" : name, layer);
    else if (model && layer.counted) {
      const { kind, index } = layer.counted;
      layers.set(isNormalization(kind) ? kind : `${kind}_${index}`, layer);
    }
  }
  return layers;
}

/** Which of a layer's stored weights is the one called `name`, `index`-th of its layer. */
function findWeight(layer: StoredLayer, name: string, index: number): StoredWeight | undefined {
  // Keras 3 files number a layer's weights, in the order that Keras 2 gave them.
  if (layer.weights.every((weight) => /^\d+$/.test(weight.name))) return layer.weights[index];
  // Keras 3 calls a depthwise kernel `kernel`.
  const names = name === "depthwise_kernel" ? [name, "kernel"] : [name];
  return layer.weights.find((weight) => names.includes(weight.name));
}

/** Compares a file with a model. Reads no numbers. */
export function matchWeights(
  model: tf.LayersModel,
  stored: StoredWeights,
  { rename = {}, skip = [] }: MatchOptions = {},
): WeightMatch {
  const match: WeightMatch = { pairs: [], missing: [], extra: [], misshapen: [] };
  const layers = layersByName(stored, model);
  const used = new Set<StoredWeight>();
  for (const layer of model.layers) {
    const from = layers.get(rename[layer.name] ?? layer.name);
    layer.weights.forEach((variable, index) => {
      const weightName = variable.originalName.split("/").at(-1)!;
      const name = `${layer.name}/${weightName}`, wanted = `[${variable.shape.join(",")}]`;
      const weight = from && findWeight(from, weightName, index);
      if (weight) used.add(weight);
      if (skip.includes(layer.name)) return;
      // How many pictures a Normalization layer has seen: part of Keras's count of parameters, of no use, often absent.
      if (weightName === "count" && variable.shape.length === 0) return;
      if (!weight) match.missing.push(`${name} ${wanted}`);
      else if (`[${weight.shape.join(",")}]` !== wanted) {
        match.misshapen.push(`${name} [${weight.shape.join(",")}], expected ${wanted}`);
      } else match.pairs.push({ name, variable, stored: weight });
    });
  }
  for (const [layerName, layer] of layers) {
    for (const weight of layer.weights) {
      if (!used.has(weight)) match.extra.push(`${layerName}/${weight.name} [${weight.shape.join(",")}]`);
    }
  }
  return match;
}
