import type * as tf from "@tensorflow/tfjs";
import { nearest } from "@/errors.ts";
import { type ModelCost, modelCost } from "./cost.ts";
import { efficientNet, EFFICIENTNET_HEAD, type EfficientNetOptions, type EfficientNetVariant } from "./efficientnet.ts";
import type { LandmarkModelOptions } from "./landmark_model.ts";
import { MOBILENET_V2_HEAD, mobileNetV2, type MobileNetV2Options } from "./mobilenet_v2.ts";

/** Every option of every network; a network refuses the ones that are not its own. */
export type CreateModelOptions = MobileNetV2Options & Omit<EfficientNetOptions, "variant">;

/** A network that can be made by name. */
export interface ModelEntry {
  /** As `mnv2`. */
  readonly name: string;
  /** As `MobileNetV2`. */
  readonly title: string;
  /** Side of the input that its authors trained it at, in pixels. */
  readonly designSize: number;
  /** Name of the last layer. */
  readonly head: string;
  /** Names of its own options, besides those of {@linkcode LandmarkModelOptions}. */
  readonly ownOptions: readonly string[];
  /** Makes the network. */
  create(options: CreateModelOptions): tf.LayersModel;
}

/** A network with its cost at one number of points and one size. */
export interface ModelDescription extends ModelCost {
  /** Registry name, as `mnv2`. */
  name: string;
  /** As `MobileNetV2`. */
  title: string;
  /** Number of landmarks, `M`. */
  points: number;
  /** Side of the input in pixels. */
  size: number;
  /** Side of the input that its authors trained it at. */
  designSize: number;
  /** How many layers it has. */
  layers: number;
}

const SHARED = [
  "points",
  "size",
  "seed",
  "dropout",
  "initialOutput",
  "headScale",
  "initialize",
] as const satisfies readonly (
  keyof LandmarkModelOptions
)[];
const EFFICIENTNET_SIZES = [224, 240, 260, 300, 380, 456, 528, 600];

const entries: readonly ModelEntry[] = [
  {
    name: "mnv2",
    title: "MobileNetV2",
    designSize: 224,
    head: MOBILENET_V2_HEAD,
    ownOptions: ["alpha"],
    create: mobileNetV2,
  },
  ...EFFICIENTNET_SIZES.map((designSize, variant): ModelEntry => ({
    name: `efnb${variant}`,
    title: `EfficientNet-B${variant}`,
    designSize,
    head: EFFICIENTNET_HEAD,
    ownOptions: ["dropConnect", "flavor"],
    create: (options) => efficientNet({ ...options, variant: variant as EfficientNetVariant }),
  })),
];

/** The names that {@linkcode createModel} knows. */
export function modelNames(): string[] {
  return entries.map(({ name }) => name);
}

/** The registry's entry of `name`; an unknown name is an error that lists the known ones. */
export function modelEntry(name: string): ModelEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const [near] = nearest(name, modelNames(), 1);
  throw new RangeError(
    `Cannot find a model as there are only ${modelNames().join(", ")}${
      near ? ` (did you mean ${near}?)` : ""
    }: ${name}`,
  );
}

/**
 * Creates a landmark regressor: `[batch, size, size, 3]` RGB in 0..1 to `[batch, 2M]` in the labels' unit.
 *
 * @throws RangeError if the name, an option's name or an option's value is unknown or out of range
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createModel, tf, useBackend } from "@/mod.ts";
 *
 * await useBackend({ backend: "cpu" });
 * const model = createModel("mnv2", { points: 68, size: 32, alpha: 0.35, seed: 1 });
 * const labels = model.predict(tf.zeros([1, 32, 32, 3])) as tf.Tensor;
 * assert.deepEqual(labels.shape, [1, 136]);
 * ```
 */
export function createModel(name: string, options: CreateModelOptions = {}): tf.LayersModel {
  const entry = modelEntry(name);
  const known: string[] = [...SHARED, ...entry.ownOptions];
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(key)) {
      throw new RangeError(`Cannot make ${entry.title} as its options are ${known.join(", ")}: ${key}`);
    }
  }
  return entry.create(options);
}

/** Builds a network, counts it, and lets it go again. */
export function describeModel(
  name: string,
  { points = 68, size, ...options }: CreateModelOptions = {},
): ModelDescription {
  const entry = modelEntry(name);
  const side = size ?? 224;
  const model = createModel(name, { points, size: side, ...options, initialize: false });
  try {
    const { title, designSize } = entry;
    return { name, title, points, size: side, designSize, layers: model.layers.length, ...modelCost(model) };
  } finally {
    model.dispose();
  }
}
