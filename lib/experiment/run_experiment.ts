import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { closeFaces, toOriginal, type TrainingFaces, wholeFaces } from "@/data/face_set.ts";
import { evaluateErrors } from "@/evaluation/evaluate.ts";
import { meanShapePredictions } from "@/evaluation/mean_shape.ts";
import { faceErrors } from "@/evaluation/nme.ts";
import { landmarkErrors } from "@/evaluation/per_landmark.ts";
import { messageOf } from "@/errors.ts";
import { sha256 } from "@/files.ts";
import { inProject } from "@/paths.ts";
import { jupyter } from "@/progress.ts";
import { faceErrorRows } from "@/results/face_errors.ts";
import { openRun, type Run, RunInUseError, runPath } from "@/results/run.ts";
import type { RunRequest, RunResult } from "@/results/schema.ts";
import { EventWriter } from "@/results/tensorboard.ts";
import { type BackendName, useBackend } from "@/tensorflow/mod.ts";
import { CheckpointStore } from "@/training/checkpoint_store.ts";
import { DivergedError } from "@/training/diverged_error.ts";
import { predictFaces } from "@/training/predict_faces.ts";
import { type EpochRecord, train, type TrainingOutcome } from "@/training/trainer.ts";
import { identityOf, startFaces, startTestFaces, type TestFaces } from "./data.ts";
import { describeSettings } from "./describe.ts";
import { drawTestFaces } from "./picture.ts";
import type { ResolvedExperiment } from "./resolve.ts";
import { type ExperimentSettings, settingsJson } from "./settings.ts";
import { prepareTraining, splitFaces } from "./training.ts";
import { saveWeights, WEIGHTS_FILE, weightsFile } from "./weights.ts";

/** Options of {@linkcode runExperiment}. */
export interface RunExperimentOptions {
  /** Name of the page. */
  name: string;
  /** The page with its changes: of `resolveExperiment()`. */
  experiment: ResolvedExperiment;
  /** Decides everything that is random. @default 0 */
  seed?: number;
  /** The folder of the raw dataset. @default "data/DATASET" in the project */
  data?: string | undefined;
  /** Where prepared faces are kept. @default "data/prepared" in the project */
  cache?: string | undefined;
  /** The folder of all results. @default "results" in the project */
  out?: string | undefined;
  /** Who computes. @default "tensorflow" */
  backend?: BackendName;
  /** `gpu` demands one and fails without. @default "auto" */
  device?: "auto" | "cpu" | "gpu";
  /** Threads that share the work of one op. @default one per core */
  threads?: number | undefined;
  /** Shows nothing. @default false */
  quiet?: boolean;
  /** Lets the backend speak. @default false */
  verbose?: boolean;
  /** Longest time between two checkpoints. @default 60 */
  checkpointSeconds?: number | undefined;
  /** Ends training after the current step, with a checkpoint. */
  signal?: AbortSignal | undefined;
  /** Told after every epoch, when it is recorded. */
  onEpoch?: (record: EpochRecord) => void | Promise<void>;
}

/** A notebook shows standard error as if something were wrong; elsewhere standard output is for results. */
function tell(text: string): void {
  if (jupyter()) console.log(text);
  else console.error(text);
}

/** How a run of an experiment ended. */
export interface ExperimentOutcome {
  /** The run directory. */
  readonly path: string;
  /** `already`: it had ended before, and nothing was done. */
  readonly status: "finished" | "stopped" | "already";
  /** Undefined where it was stopped. */
  readonly result: RunResult | undefined;
}

/**
 * Runs an experiment from raw data to a table, in a directory that its settings decide. Started again, it goes on where
 * it stopped; a run that has ended is only shown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { defineExperiment, parseOverride, resolveExperiment, runExperiment } from "@/experiment/mod.ts";
 *
 * const page = defineExperiment({
 *   summary: "A toy",
 *   dataset: "synthetic",
 *   synthetic: { train: 16, test: 8 },
 *   size: 32,
 *   architecture: "mnv2",
 *   model: { alpha: 0.35 },
 *   epochs: 1,
 *   batch: 8,
 * });
 * const out = await Deno.makeTempDir();
 * const experiment = resolveExperiment(page, [parseOverride("loss=wing")]);
 * const losses: number[] = [];
 * const onEpoch = ({ loss }: { loss: number }) => void losses.push(loss);
 * const { path, result } = await runExperiment({ name: "toy", experiment, seed: 1, out, onEpoch, quiet: true });
 * assert.ok(losses.length === 1 && Number.isFinite(losses[0]));
 * assert.ok(path.endsWith("toy/wing/seed-1") && result!.subsets.full!.count === 8);
 * await Deno.remove(out, { recursive: true });
 * ```
 */
export async function runExperiment(options: RunExperimentOptions): Promise<ExperimentOutcome> {
  const { experiment: { settings }, seed = 0, quiet = false } = options;
  const load = { dir: options.data, cacheDir: options.cache, quiet };
  const faces = await startFaces(settings, "train", load);
  let test: TestFaces | undefined;
  try {
    test = await startTestFaces(settings, splitFaces(settings, faces, seed), load);
    return await runOn(faces, test, options);
  } finally {
    // Test faces wait for training faces.
    await closeFaces(faces);
    await test?.close();
  }
}

async function runOn(
  faces: TrainingFaces,
  test: TestFaces,
  options: RunExperimentOptions,
): Promise<ExperimentOutcome> {
  const { name, experiment, seed = 0, out = inProject("results"), quiet = false, verbose = false, signal } = options;
  const { settings, variant } = experiment;
  const { backend = "tensorflow", device = "auto", threads } = options;
  const say = (text: string) => {
    if (!quiet) tell(text);
  };
  const path = runPath(out, { experiment: name, variant, seed });
  const data = { train: identityOf(faces), test: test.identity };
  for (const { dataset, split, count, partial } of Object.values(data)) {
    say(`${dataset} ${split}: ${count} faces${partial === "" ? "" : ` (${partial})`}`);
  }
  const info = await useBackend({ backend, device, threads, verbose, quiet });
  say(describeSettings(name, seed, experiment));
  say(`  backend       ${info.version}, ${info.device}, ${info.threads} threads\n`);
  const request: RunRequest = {
    experiment: name,
    variant,
    seed,
    backend,
    settings: await recordedSettings(settings, faces),
    data,
  };
  await using run = await openRun(path, request, { device: info.device, libraries: { [info.backend]: info.version } });
  if (run.result) {
    say(`${path} has ended before: delete it to run it again`);
    return { path, status: "already", result: run.result };
  }
  try {
    const result = await trainAndTest(run, faces, test, { ...options, quiet, signal });
    if (result === undefined) {
      say(`Stopped. The same command goes on from here: ${path}`);
      return { path, status: "stopped", result: undefined };
    }
    return { path, status: "finished", result };
  } catch (error) {
    const details = error instanceof DivergedError ? error.divergence : undefined;
    if (!(error instanceof RunInUseError)) await run.writeFailure(messageOf(error), details).catch(() => {});
    throw error;
  }
}

/** The settings, with what only the data and the files tell. */
async function recordedSettings(settings: ExperimentSettings, faces: TrainingFaces): Promise<RunRequest["settings"]> {
  const init = settings.init === null
    ? {}
    : { initHash: sha256(await Deno.readFile(await weightsFile(settings.init))) };
  const recorded = { ...settingsJson(settings), protocol: faces.protocol, scheme: faces.scheme.name, ...init };
  return recorded as unknown as RunRequest["settings"];
}

async function trainAndTest(
  run: Run,
  faces: TrainingFaces,
  test: TestFaces,
  options: RunExperimentOptions & { quiet: boolean },
): Promise<RunResult | undefined> {
  const { experiment: { settings }, seed = 0, quiet, signal, checkpointSeconds } = options;
  const { config } = run;
  const prepared = await prepareTraining(settings, faces, seed);
  const { model } = prepared.options;
  let events: EventWriter | undefined;
  try {
    const outcome = await train({
      ...prepared.options,
      checkpoints: new CheckpointStore(run.file("checkpoint")),
      ...(checkpointSeconds === undefined ? {} : { checkpointSeconds }),
      identity: sha256(JSON.stringify([config.experiment, config.variant, seed, config.settings, config.data])),
      quiet,
      signal,
      async onStart({ epoch, batch, step }, damaged) {
        for (const sentence of damaged) tell(`${sentence}; going on from the one before`);
        await run.rewindMetrics(epoch);
        if (step > 0 && !quiet) tell(`Going on in epoch ${epoch + 1} after batch ${batch}`);
        else if (prepared.origin !== undefined && !quiet) tell(prepared.origin);
        events = EventWriter.open(run.file("events"), { step: step === 0 ? 0 : step + 1 });
      },
      async onEpoch(record) {
        await run.appendMetrics({ ...record });
        for (const [tag, value] of scalarsOf(record)) events!.scalar(tag, value, record.step);
        await options.onEpoch?.(record);
      },
      beforeCheckpoint: () => run.checkOwned(),
    });
    if (outcome.status === "stopped") return undefined;
    const trained = { outcome, options, model, train: prepared.options.split.train, events: events! };
    return await testAndWrite(run, faces, test, trained);
  } finally {
    events?.close();
    await prepared.close();
  }
}

function scalarsOf(record: EpochRecord): [string, number][] {
  const tags = {
    loss: record.loss,
    "validation NME": record.validationNme,
    "learning rate": record.learningRate,
    "images per second": record.imagesPerSecond,
  };
  return Object.entries(tags).flatMap(([tag, value]) => value === null ? [] : [[tag, value] as [string, number]]);
}

interface Trained {
  readonly outcome: TrainingOutcome;
  readonly options: RunExperimentOptions & { quiet: boolean };
  readonly model: tf.LayersModel;
  /** Faces that were trained on. */
  readonly train: Int32Array;
  readonly events: EventWriter;
}

async function testAndWrite(
  run: Run,
  training: TrainingFaces,
  testing: TestFaces,
  trained: Trained,
): Promise<RunResult> {
  const { outcome, options: { experiment: { settings }, quiet }, model, train, events } = trained;
  const faces = await wholeFaces(training, { quiet }), test = await testing.whole();
  const predictions = await predictFaces(model, test, { flipTest: settings.evaluation.flipTest, quiet });
  const { normalizer, space, threshold, flipTest } = settings.evaluation;
  const errors = faceErrors(test, predictions, { normalizer, space });
  const evaluation = evaluateErrors(test, errors, { normalizer, space, threshold, flipTest });
  const mean = meanShapePredictions(faces, test, Array.from(train));
  const meanErrors = faceErrors(test, mean, { normalizer, space });

  const dims = 2 * test.scheme.points;
  const original = new Float32Array(predictions.length);
  for (let face = 0; face < test.count; face++) {
    original.set(toOriginal(test, face, predictions.subarray(face * dims, (face + 1) * dims)), face * dims);
  }
  await saveWeights(join(run.path, WEIGHTS_FILE), model, { experiment: run.config.experiment, epoch: outcome.epoch });
  await run.writePredictions(original, test.count);
  await run.writeErrors(faceErrorRows(test, errors));
  const picture = await drawTestFaces(join(run.path, "faces.png"), test, predictions, errors);
  events.image("test faces, best to worst", picture, outcome.steps);
  const { experiment, variant, seed } = run.config;
  const result: RunResult = {
    version: 1,
    experiment,
    variant,
    seed,
    dataset: settings.dataset,
    architecture: settings.architecture,
    loss: settings.loss.name,
    epochs: settings.epochs,
    data: evaluation.data,
    subsets: evaluation.subsets,
    meanShape: evaluateErrors(test, meanErrors, { normalizer, space, threshold }).subsets,
    landmarkErrors: landmarkErrors(test, predictions, { normalizer, space }),
    training: {
      seconds: outcome.seconds,
      imagesPerSecond: outcome.imagesPerSecond,
      epoch: outcome.epoch,
      steps: outcome.steps,
    },
  };
  await run.writeResult(result);
  return result;
}
