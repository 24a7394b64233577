import { type AugmentSettings, OPERATION_NAMES, OPERATIONS, PRESET_NAMES } from "@/data/augment.ts";
import type { Parameter } from "@/data/augment/operations.ts";
import { cropProtocols } from "@/data/crop.ts";
import { datasets } from "@/data/datasets.ts";
import { ERROR_SPACES, type ErrorSpace, type Normalizer, NORMALIZERS } from "@/evaluation/nme.ts";
import { lossNames, lossOptions } from "@/losses/registry.ts";
import { modelNames } from "@/models/registry.ts";
import type { Choice, Json } from "@/results/schema.ts";
import { DIFFICULTY_VARIANTS, type DifficultyVariant } from "@/shape/difficulty.ts";
import { optimizerNames, optimizerOptions } from "@/training/optimizers.ts";
import type { Option } from "@/training/options.ts";
import { scheduleNames, scheduleOptions } from "@/training/schedules.ts";
import type { Field, FieldValue } from "./field.ts";

/** What a run is evaluated on. */
export const EVALUATED_FACES = ["test", "validation"] as const;

/** One of {@linkcode EVALUATED_FACES}. */
export type EvaluatedFaces = typeof EVALUATED_FACES[number];

/** Everything that decides what a run computes, with every default filled in: the `settings` of its `config.json`. */
export type ExperimentSettings = {
  readonly dataset: string;
  /** Null until the dataset says what its own is. */
  readonly protocol: string | null;
  readonly size: number;
  readonly limit: number | null;
  readonly synthetic: { readonly train: number; readonly test: number; readonly seed: number } | null;
  readonly augmentation: AugmentSettings;
  readonly validation: number;
  readonly architecture: string;
  readonly model: {
    readonly dropout: number | null;
    readonly initialOutput: "mean-shape" | "zeros";
    readonly batchNormMomentum: number | null;
    readonly alpha: number | null;
    readonly dropConnect: number | null;
  };
  readonly init: string | null;
  readonly loss: Choice;
  readonly difficulty: { readonly schedule: string; readonly variant: DifficultyVariant; readonly floor: number };
  readonly optimizer: Choice;
  readonly schedule: Choice;
  readonly epochs: number;
  readonly batch: number;
  readonly clipNorm: number;
  readonly averaging: number;
  readonly keep: "last" | "best";
  readonly patience: number;
  readonly evaluation: {
    readonly faces: EvaluatedFaces;
    readonly normalizer: Normalizer;
    readonly space: ErrorSpace;
    readonly threshold: number;
    readonly flipTest: boolean;
  };
};

type Setting = Field & { readonly default?: FieldValue };

/** The settings that always exist, by dotted key; one without a default must be on the page. */
export function plainSettings(): Readonly<Record<string, Setting>> {
  return {
    "dataset": { type: "choice", values: Object.keys(datasets()), about: "what is trained and tested on" },
    "protocol": {
      type: "choice",
      values: cropProtocols().map(({ name }) => name),
      optional: true,
      default: null,
      about: "crop protocol; none for the dataset's own",
    },
    "size": { type: "integer", min: 32, max: 1024, default: 224, about: "side of the crops in pixels" },
    "limit": { type: "integer", min: 2, optional: true, default: null, about: "faces per split at most" },
    "synthetic.train": { type: "integer", min: 2, max: 1e6, default: 2000, about: "synthetic training faces" },
    "synthetic.test": { type: "integer", min: 1, max: 1e6, default: 400, about: "synthetic test faces" },
    "synthetic.seed": { type: "integer", min: 0, default: 0, about: "seed of the synthetic faces" },
    "validation": { type: "number", min: 0, below: 1, default: 0.05, about: "share of training faces held out" },
    "architecture": { type: "choice", values: modelNames(), about: "the network" },
    "model.dropout": {
      type: "number",
      min: 0,
      below: 1,
      optional: true,
      default: null,
      about: "dropout before the last layer; none for the network's own",
    },
    "model.initialOutput": {
      type: "choice",
      values: ["mean-shape", "zeros"],
      default: "mean-shape",
      about: "what the untrained network answers",
    },
    "model.batchNormMomentum": {
      type: "number",
      min: 0,
      below: 1,
      optional: true,
      default: 0.99,
      about: "weight of batch norm's old moving averages; none for the network's own",
    },
    "model.alpha": {
      type: "number",
      min: 0.1,
      max: 4,
      optional: true,
      default: null,
      about: "width multiplier of MobileNetV2",
    },
    "model.dropConnect": {
      type: "number",
      min: 0,
      below: 1,
      optional: true,
      default: null,
      about: "drop-connect rate of an EfficientNet; none for the network's own",
    },
    "init": { type: "text", optional: true, default: null, about: "weights file or run directory to start from" },
    "difficulty.schedule": { type: "text", default: "paper", about: "paper, a percentage, or stages as 0:80,0.5:95" },
    "difficulty.variant": {
      type: "choice",
      values: DIFFICULTY_VARIANTS,
      default: "coordinate",
      about: "which difficulty the loss is given",
    },
    "difficulty.floor": {
      type: "number",
      min: 0,
      max: 1,
      default: 0,
      about: "the smallest Phi: floor + (1 - floor) Phi is what the loss is given",
    },
    "epochs": { type: "integer", min: 1, max: 1e6, about: "how often every training face is seen" },
    "batch": { type: "integer", min: 1, max: 4096, default: 32, about: "faces per step" },
    "clipNorm": { type: "number", min: 0, default: 0, about: "largest length of all gradients; 0 for no limit" },
    "averaging": { type: "number", min: 0, below: 1, default: 0, about: "momentum of the weight average; 0 for none" },
    "keep": { type: "choice", values: ["last", "best"], default: "last", about: "which epoch's weights are evaluated" },
    "patience": { type: "integer", min: 0, default: 0, about: "epochs without progress before it ends; 0 for never" },
    "evaluation.faces": {
      type: "choice",
      values: EVALUATED_FACES,
      default: "test",
      about: "validation: the held-out training faces, the same for every seed, and test faces stay unread",
    },
    "evaluation.normalizer": {
      type: "choice",
      values: NORMALIZERS,
      default: "inter-ocular",
      about: "what errors are divided by",
    },
    "evaluation.space": {
      type: "choice",
      values: ERROR_SPACES,
      default: "original",
      about: "pixels in which distances are taken",
    },
    "evaluation.threshold": {
      type: "number",
      above: 0,
      max: 1,
      default: 0.1,
      about: "failure and AUC threshold, a fraction of the normalizer",
    },
    "evaluation.flipTest": {
      type: "boolean",
      default: false,
      about: "averages predictions over each face and its mirror image",
    },
  };
}

/** The three choices by name, each with options of its own. */
export const CHOICES = {
  loss: { names: lossNames, default: "acr" },
  optimizer: { names: optimizerNames, default: "adam" },
  schedule: { names: scheduleNames, default: "cosine" },
} as const;

/** `loss`, `optimizer` or `schedule`. */
export type ChoiceKey = keyof typeof CHOICES;

/** The options of one choice, by name. */
export function choiceOptions(key: ChoiceKey, name: string): Record<string, Field> {
  if (key === "loss") {
    return Object.fromEntries(
      Object.entries(lossOptions(name)).map(([option, spec]): [string, Field] => {
        const { about } = spec;
        if (spec.kind === "choice") return [option, { type: "choice", values: spec.values, about }];
        const limits = {
          ...(spec.above === undefined ? {} : { above: spec.above }),
          ...(spec.min === undefined ? {} : { min: spec.min }),
        };
        return [option, { type: "number", ...limits, about }];
      }),
    );
  }
  const options = key === "optimizer" ? optimizerOptions(name) : scheduleOptions(name);
  return Object.fromEntries(Object.entries(options).map(([option, spec]) => [option, fieldOf(spec)]));
}

function fieldOf(spec: Option): Field {
  const { about } = spec;
  if (spec.type !== "number") return { type: spec.type, about };
  const { minimum, maximum, above, below } = spec;
  return {
    type: "number",
    about,
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
    ...(above === undefined ? {} : { above }),
    ...(below === undefined ? {} : { below }),
  };
}

/** The settings of an augmentation, by the key after `augmentation.`; the empty key is the preset. */
export function augmentationSettings(): Record<string, Field> {
  const fields: Record<string, Field> = {
    "": { type: "choice", values: PRESET_NAMES, about: "preset of the augmentation" },
    "fill": { type: "choice", values: ["edge", "black", "gray"], about: "what stands outside the picture" },
    "recrop": { type: "choice", values: ["protocol", "box", "square", "none"], about: "how a turned face is cropped" },
  };
  for (const name of OPERATION_NAMES) {
    const { description, parameters } = OPERATIONS[name];
    fields[name] = { type: "boolean", about: description };
    for (const [key, parameter] of Object.entries(parameters as Record<string, Parameter>)) {
      const about = parameter.description;
      fields[`${name}.${key}`] = "choices" in parameter
        ? { type: "choice", values: parameter.choices, about }
        : { type: parameter.whole ? "integer" : "number", min: parameter.low, max: parameter.high, about };
    }
  }
  return fields;
}

/** Settings as plain JSON. */
export function settingsJson(settings: ExperimentSettings): Record<string, Json> {
  return JSON.parse(JSON.stringify(settings));
}
