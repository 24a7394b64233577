/**
 * What a run directory holds: `config.json`, frozen when the run starts, one line of `metrics.jsonl` per epoch, and
 * `errors.csv` and `result.json`, written when it ends. Reading and writing is in `run.ts`.
 */

import type { Evaluation, SubsetEvaluation } from "@/evaluation/evaluate.ts";
import type { LandmarkErrors } from "@/evaluation/per_landmark.ts";

/** Names of the files in a run directory. */
export const RUN_FILES = {
  config: "config.json",
  metrics: "metrics.jsonl",
  predictions: "predictions.npy",
  errors: "errors.csv",
  result: "result.json",
  failure: "failure.json",
  checkpoint: "checkpoint",
  events: "events",
} as const;

/** Anything that survives `JSON.parse(JSON.stringify(x))`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A choice by name with its resolved options, as `{ name: "acr", options: { lambda: 1, form: "continuous" } }`. */
export type Choice = { readonly name: string; readonly options: { readonly [key: string]: Json } };

/**
 * The fully resolved settings of a run: every default filled in, so that nothing depends on the code's defaults of the
 * day. The named keys are what tables group by; an experiment may add any other, and all of them are compared when a
 * run is opened again.
 */
export type RunSettings = {
  /** `300w`, `cofw`, `wflw`, `synthetic`, ... */
  readonly dataset: string;
  /** `mobilenet_v2`, `efficientnet_b0`, ... */
  readonly architecture: string;
  readonly loss: Choice;
  readonly optimizer: Choice;
  readonly schedule: Choice;
  readonly epochs: number;
  /** Faces per step. */
  readonly batch: number;
  /** Side of the crops, in pixels. */
  readonly size: number;
  /** Crop protocol, as `acr-224`; null for the dataset's own. */
  readonly protocol: string | null;
  readonly [key: string]: Json;
};

/**
 * The identity of one set of faces: dataset, split, count, what it lacks (`partial`, empty when complete) and a SHA-256:
 * in `config.json` that of what drawn faces are drawn from (`FaceLabels.recipe`), as training begins before they are all
 * there; everywhere else that of their content (`FaceSet.hash`).
 */
export type DataIdentity = Evaluation["data"];

/** Where a run happened. Recorded, never compared: a run may go on after an update or on another machine. */
export type RunEnvironment = {
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly command: readonly string[];
  /** Null outside a git checkout. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  /** SHA-256 (hex) of `deno.lock`, or null. */
  readonly lock: string | null;
  /** As `{ deno: "2.9.6", tensorflow: "2.21.0", "@tensorflow/tfjs": "4.22.0" }`. */
  readonly libraries: { readonly [name: string]: string };
  readonly machine: {
    readonly host: string;
    readonly os: string;
    readonly arch: string;
    readonly cores: number;
    /** In bytes. */
    readonly memory: number;
    /** What computed, as `CPU` or the GPU's name. */
    readonly device: string;
  };
};

/** What a caller asks for: `config.json` without the environment, which the run directory records by itself. */
export type RunRequest = {
  /** Name of the page under `experiments/`, as `300w-mnv2`. */
  readonly experiment: string;
  /** The loss and every setting that was changed, as `acr,epochs=5`: see `variantName()`. */
  readonly variant: string;
  readonly seed: number;
  /** `tensorflow`, `webgpu`, `wasm` or `cpu`. */
  readonly backend: string;
  readonly settings: RunSettings;
  /** The sets that the run reads, as `{ train, validation, test }`. */
  readonly data: { readonly [role: string]: DataIdentity };
};

/** `config.json`. */
export type RunConfig = RunRequest & { readonly version: 1; readonly environment: RunEnvironment };

/** The numbers of one subset of the test faces, each with its protocol; see `evaluate()`. */
export type SubsetResult = SubsetEvaluation;

/** `result.json`. */
export type RunResult = {
  readonly version: 1;
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  readonly dataset: string;
  readonly architecture: string;
  /** Name of the loss, as `acr`. */
  readonly loss: string;
  readonly epochs: number;
  /** The test set. */
  readonly data: Evaluation["data"];
  /** By subset name; always holds `full`. */
  readonly subsets: { readonly [name: string]: SubsetResult };
  /** The same for a predictor that always answers with the mean training shape. */
  readonly meanShape: { readonly [name: string]: SubsetResult };
  /** Where on the face the errors are, over the full test set: see `landmarkErrors()`. */
  readonly landmarkErrors?: LandmarkErrors;
  readonly training: {
    /** Time spent training, over all sessions of the run. */
    readonly seconds: number;
    readonly imagesPerSecond: number;
    /** Epoch (0-based) whose weights were evaluated. */
    readonly epoch: number;
    readonly steps: number;
  };
};

/** One line of `metrics.jsonl`. */
export type MetricsRecord = {
  /** 0-based. */
  readonly epoch: number;
  /** Steps done when the epoch ended. */
  readonly step: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** Not finite numbers are stored as null. */
  readonly [name: string]: number | string | boolean | null;
};

/** The fields of a {@linkcode MetricsRecord} that depend on the clock, not on the seed. */
export const CLOCK_FIELDS: readonly string[] = ["time", "seconds", "imagesPerSecond", "stall"];

/** One row of `errors.csv`. */
export interface FaceError {
  /** Name of the face in its dataset. */
  readonly id: string;
  /** Subsets that hold the face. */
  readonly subsets: readonly string[];
  /** Fraction of the normaliser. */
  readonly nme: number;
}
