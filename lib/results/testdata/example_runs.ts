// Made-up runs for tests: the numbers mean nothing.
import { join } from "node:path";
import { STANDARD_AUC } from "@/evaluation/evaluate.ts";
import type { Normalizer } from "@/evaluation/nme.ts";
import { createRandom } from "@/random.ts";
import { runPath, variantName } from "../run_path.ts";
import { formatFaceErrors } from "../face_errors.ts";
import type { DataIdentity, FaceError, Json, RunConfig, RunRequest, RunResult, SubsetResult } from "../schema.ts";

export interface ExampleOptions {
  experiment?: string;
  dataset?: string;
  architecture?: string;
  loss?: string;
  lossOptions?: Record<string, Json>;
  seed?: number;
  epochs?: number;
  size?: number;
  normalizer?: Normalizer;
  partial?: string;
  hash?: string;
  /** NME of the full subset. */
  nme?: number;
  changed?: Record<string, Json>;
}

export function exampleData(options: ExampleOptions = {}, split = "test"): DataIdentity {
  const { dataset = "synthetic", partial = "", size = 112 } = options;
  const { hash = `${dataset}-${split}-${size}-${partial}` } = options;
  return { dataset, split, count: 20, partial, hash };
}

export function exampleRequest(options: ExampleOptions = {}): RunRequest {
  const { dataset = "synthetic", architecture = "mobilenet_v2", loss = "acr", lossOptions = {}, seed = 1 } = options;
  const { experiment = `${dataset}-mnv2`, epochs = 5, size = 112, changed = {} } = options;
  return {
    experiment,
    variant: variantName(loss, changed),
    seed,
    backend: "cpu",
    settings: {
      dataset,
      architecture,
      loss: { name: loss, options: lossOptions },
      optimizer: { name: "adam", options: { learningRate: 1e-3 } },
      schedule: { name: "constant", options: {} },
      epochs,
      batch: 16,
      size,
      protocol: `acr-${size}`,
    },
    data: { train: exampleData(options, "train"), test: exampleData(options) },
  };
}

export function exampleConfig(options: ExampleOptions = {}): RunConfig {
  return {
    version: 1,
    ...exampleRequest(options),
    environment: {
      started: "2025-01-01T00:00:00.000Z",
      command: ["experiment"],
      git: null,
      lock: null,
      libraries: { deno: "2.9.6" },
      machine: { host: "example", os: "linux", arch: "x86_64", cores: 2, memory: 2 ** 33, device: "CPU" },
    },
  };
}

function exampleSubset(name: string, count: number, nme: number, options: ExampleOptions): SubsetResult {
  const { size = 112, normalizer = "inter-ocular", partial = "" } = options;
  const { dataset, split } = exampleData(options);
  return {
    name,
    count,
    nme,
    standardDeviation: nme / 3,
    percentiles: { 50: 0.9 * nme, 75: 1.2 * nme, 90: 1.5 * nme, 95: 1.8 * nme },
    failureRate: Math.min(1, nme * nme * 8),
    auc: Math.max(0, 1 - nme / 0.1),
    authorsAuc: Math.max(0, 0.95 - nme / 0.1),
    dataset,
    split,
    partial,
    protocol: {
      crop: `acr-${size}`,
      scheme: "68",
      normalizer,
      space: "original",
      threshold: 0.1,
      auc: STANDARD_AUC,
      flipTest: false,
    },
  };
}

export function exampleResult(options: ExampleOptions = {}): RunResult {
  const { experiment, variant, seed, settings } = exampleRequest(options);
  const { nme = 0.05 } = options;
  const subsets = (value: number) => ({
    full: exampleSubset("full", 20, value, options),
    common: exampleSubset("common", 14, value * 0.9, options),
    challenging: exampleSubset("challenging", 6, value * 1.2, options),
  });
  return {
    version: 1,
    experiment,
    variant,
    seed,
    dataset: settings.dataset,
    architecture: settings.architecture,
    loss: settings.loss.name,
    epochs: settings.epochs,
    data: exampleData(options),
    subsets: subsets(nme),
    meanShape: subsets(0.25),
    landmarkErrors: {
      count: 20,
      landmarks: Array.from({ length: 68 }, (_, m) => nme * (0.5 + m / 67)),
      regions: { jaw: 1.3 * nme, brows: 1.1 * nme, nose: 0.7 * nme, eyes: 0.8 * nme, mouth: nme },
    },
    training: { seconds: 60 + seed, imagesPerSecond: 50, epoch: settings.epochs - 1, steps: 125 * settings.epochs },
  };
}

/** Errors of 20 faces around an NME; faces are as hard in one run as in another. */
export function exampleErrors(options: ExampleOptions = {}): FaceError[] {
  const { nme = 0.05, seed = 1, loss = "acr" } = options;
  const faces = createRandom(7, "faces"), run = createRandom(seed, loss);
  return Array.from({ length: 20 }, (_, i) => ({
    id: `face, ${i}`,
    subsets: ["full", i < 14 ? "common" : "challenging"],
    nme: nme * Math.exp(0.3 * faces.normal() + 0.05 * run.normal()),
  }));
}

/** Writes a finished run without the care that `openRun()` takes, and so in no time. Returns its path. */
export function writeExample(root: string, options: ExampleOptions = {}): string {
  const path = runPath(root, exampleRequest(options));
  Deno.mkdirSync(path, { recursive: true });
  Deno.writeTextFileSync(join(path, "config.json"), JSON.stringify(exampleConfig(options), null, 2));
  Deno.writeTextFileSync(join(path, "result.json"), JSON.stringify(exampleResult(options), null, 2));
  Deno.writeTextFileSync(join(path, "errors.csv"), formatFaceErrors(exampleErrors(options)));
  const { epochs = 5, nme = 0.05 } = options;
  const lines = Array.from(
    { length: epochs },
    (_, epoch) =>
      JSON.stringify({
        epoch,
        step: 125 * (epoch + 1),
        loss: 1 / (epoch + 1),
        validationLoss: 1.1 / (epoch + 1),
        validationNme: nme + 0.2 / (epoch + 1),
      }),
  );
  Deno.writeTextFileSync(join(path, "metrics.jsonl"), lines.join("\n") + "\n");
  return path;
}
