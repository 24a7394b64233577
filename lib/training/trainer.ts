import { setImmediate } from "node:timers/promises";
import type * as tf from "@tensorflow/tfjs";
import type { Loss } from "@/losses/loss.ts";
import { createProgress, type Progress, ProgressPlace } from "@/progress.ts";
import type { Batch, BatchSource } from "./batches.ts";
import { type CheckpointArray, readVariables, writeVariables } from "./checkpoint.ts";
import type { CheckpointStore } from "./checkpoint_store.ts";
import type { DifficultySource } from "./difficulty_source.ts";
import { DivergedError } from "./diverged_error.ts";
import { describeEpoch, type EpochRecord } from "./epoch_record.ts";
import type { Optimizer } from "./optimizer.ts";
import { createPredictor } from "./predictor.ts";
import type { Schedule } from "./schedules.ts";
import type { TrainingSplit } from "./split.ts";
import { createStep, type StepResult, trainableVariables } from "./step.ts";
import {
  findNotFinite,
  freshState,
  namedWeights,
  restoreCheckpoint,
  takeCheckpoint,
  type TrainingState,
} from "./training_state.ts";
import { validationError } from "./validation.ts";
import type { WeightAverage } from "./weight_average.ts";

export type { EpochRecord } from "./epoch_record.ts";

/** How training ended. */
export interface TrainingOutcome {
  /** `stopped` by the signal: the same options continue it. */
  readonly status: "finished" | "stopped";
  /** The 0-based epoch whose weights the model now has. */
  readonly epoch: number;
  /** Steps done, over all sessions. */
  readonly steps: number;
  /** Time spent in steps, over all sessions. */
  readonly seconds: number;
  /** Training faces for each second in steps. */
  readonly imagesPerSecond: number;
  /** Path of the newest checkpoint. */
  readonly checkpoint: string | undefined;
}

/** Options of {@linkcode train}. */
export interface TrainOptions {
  /** Takes the trained weights in the end. */
  model: tf.LayersModel;
  /** What is minimized. */
  loss: Loss;
  /** Made for `trainableVariables(model)`. */
  optimizer: Optimizer;
  /** Learning rate by step. */
  schedule: Schedule;
  /** The faces, with those held out. */
  split: TrainingSplit;
  /** Serves the batches of an epoch. */
  batches: BatchSource;
  /** Needed by a loss with `needsDifficulty`. */
  difficulty?: DifficultySource | undefined;
  /** How often every face is seen. */
  epochs: number;
  /** Decides the dropout masks; order and augmentation are those of `batches`. */
  seed: number;
  /** Largest length of all gradients together; 0 for no limit. @default 0 */
  clipNorm?: number;
  /** Validation, and the final weights, then take the averages. */
  average?: WeightAverage | undefined;
  /** Which weights the model has in the end. `best` needs held-out faces. @default "last" */
  keep?: "best" | "last";
  /** Ends after so many epochs without a better validation error; 0 never. @default 0 */
  patience?: number;
  /** Where checkpoints are kept; training goes on from the newest. @default none are written */
  checkpoints?: CheckpointStore<TrainingState> | undefined;
  /** Longest time between two checkpoints, also within an epoch. @default 60 */
  checkpointSeconds?: number;
  /** What is trained on what, as a hash of the configuration: a checkpoint of anything else is refused. @default "" */
  identity?: string;
  /** Runs steps as one graph on backends that can. @default true */
  compiled?: boolean;
  /** Shows nothing. @default false */
  quiet?: boolean;
  /** Ends training after the current step, with a checkpoint. */
  signal?: AbortSignal | undefined;
  /** Told once, before the first step: where training starts, and what was wrong with newer checkpoints. */
  onStart?: (state: Readonly<TrainingState>, damaged: readonly string[]) => void | Promise<void>;
  /** Told after every epoch, before its checkpoint is written. */
  onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Asked before a checkpoint is written; throws if this process may no longer write. */
  beforeCheckpoint?: () => void | Promise<void>;
}

/**
 * Trains a landmark model.
 *
 * The order of precedence at the start: (1) the newest readable checkpoint of `checkpoints`; (2) the weights that the
 * model has, whether a file's or the seed's.
 *
 * @throws {DivergedError} when a loss or gradient is not finite; the last good checkpoint is kept
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadDataset, train, useBackend } from "@/mod.ts";
 * import { prepareTraining, resolveExperiment } from "@/experiment/mod.ts";
 *
 * await useBackend();
 * const { settings } = resolveExperiment({
 *   summary: "A toy",
 *   dataset: "synthetic",
 *   size: 32,
 *   architecture: "mnv2",
 *   model: { alpha: 0.35 },
 *   epochs: 1,
 *   batch: 8,
 * });
 * const { train: faces } = await loadDataset("synthetic", { size: 32, synthetic: { train: 16, test: 1 }, quiet: true });
 * const { options, close } = await prepareTraining(settings, faces, 0);
 * const { status, steps } = await train({ ...options, quiet: true }); // options.model is trained now
 * assert.deepEqual([status, steps], ["finished", 2]);
 * await close();
 * ```
 */
export async function train(options: TrainOptions): Promise<TrainingOutcome> {
  const { model, loss, optimizer, schedule, split, batches, difficulty, epochs, seed, average } = options;
  const { clipNorm = 0, keep = "last", patience = 0, checkpoints, checkpointSeconds = 60, identity = "" } = options;
  const { compiled = true, quiet = false, signal } = options;
  if (loss.needsDifficulty && difficulty === undefined) {
    throw new TypeError(`Cannot train with loss '${loss.name}' as it needs difficulties: undefined`);
  }
  if ((keep === "best" || patience > 0) && split.validation.length === 0) {
    const why = keep === "best" ? "keep the best epoch" : "stop early";
    throw new RangeError(`Cannot ${why} as no training faces are held out for validation: 0`);
  }

  const trained = { model, optimizer, average };
  const variables = trainableVariables(model);
  const totalSteps = epochs * batches.batches;
  let state = freshState(identity);
  let best: CheckpointArray[] = [];
  let newest: string | undefined;

  await checkpoints?.clean();
  const found = await checkpoints?.latest();
  if (found) {
    state = { ...found.checkpoint.state };
    if (state.identity !== identity) {
      throw new Error(
        `Cannot continue from '${found.path}' as it belongs to another run: ${state.identity || "unnamed"}`,
      );
    }
    best = restoreCheckpoint(trained, found.checkpoint);
    newest = found.path;
  }
  await options.onStart?.(state, found?.damaged ?? []);

  const step = createStep({ model, loss, optimizer, clipNorm, average, compiled });
  const predictor = createPredictor(model, { compiled });
  let saved = performance.now();

  const diverged = (batch: Batch, learningRate: number, { loss, gradientNorms }: StepResult) => {
    const largestGradients = Array.from(gradientNorms, (norm, index) => ({ variable: variables[index]!.name, norm }))
      .sort((a, b) =>
        (Number.isFinite(b.norm) ? b.norm : Infinity) - (Number.isFinite(a.norm) ? a.norm : Infinity) || 0
      )
      .slice(0, 3);
    const faces = Array.from(batch.indices.subarray(0, batch.size), (index) => split.set.ids[index]!);
    const { step, epoch } = state;
    return new DivergedError({ step, epoch, loss, learningRate, faces, largestGradients, checkpoint: newest });
  };

  const checkpoint = async () => {
    saved = performance.now();
    if (checkpoints === undefined) return;
    const taken = await takeCheckpoint(trained, state, best);
    const bad = findNotFinite(taken);
    if (bad !== undefined) {
      throw new Error(`Cannot write a checkpoint as its numbers are not finite, earlier ones are kept: ${bad}`);
    }
    await options.beforeCheckpoint?.();
    newest = await checkpoints.save(state.step, taken);
    saved = performance.now();
  };

  /** Runs the rest of the epoch; false if it was stopped. */
  const runEpoch = async (progress: Progress): Promise<boolean> => {
    const { epoch } = state;
    let clock = performance.now();
    const iterator = batches.epoch(epoch, state.batch)[Symbol.asyncIterator]();
    try {
      while (true) {
        const next = await iterator.next();
        const waited = (performance.now() - clock) / 1000;
        if (next.done) break;
        const batch = next.value;
        const learningRate = schedule(state.step, totalSteps);
        const phi = loss.needsDifficulty ? difficulty!.of(batch, epoch) : undefined;
        const result = await step.run({
          images: batch.images,
          labels: batch.labels,
          difficulty: phi,
          size: batch.size,
          learningRate,
          key: [seed | 0, state.step],
        });
        if (!Number.isFinite(result.loss) || !result.gradientNorms.every(Number.isFinite)) {
          throw diverged(batch, learningRate, result);
        }
        state.lossSum += result.loss * batch.size;
        state.faces += batch.size;
        state.batch++;
        state.step++;
        progress.update(state.faces, `loss ${(state.lossSum / state.faces).toPrecision(4)}`);
        // A native call keeps signals waiting: they are delivered here.
        await setImmediate();
        const now = performance.now();
        state.seconds += (now - clock) / 1000;
        state.stallSeconds += waited;
        clock = now;
        const left = state.batch < batches.batches;
        if (signal?.aborted && left) return false;
        if (left && now - saved > 1000 * checkpointSeconds) {
          await checkpoint();
          clock = performance.now();
        }
      }
    } finally {
      await iterator.return?.();
    }
    return true;
  };

  /** Returns the epoch's line. */
  const endEpoch = async (): Promise<string> => {
    const { epoch, step: steps, faces, seconds } = state;
    const validate = () => validationError(split, predictor);
    const validationNme = split.validation.length === 0
      ? null
      : await (average ? average.during(validate) : validate());
    const record: EpochRecord = {
      epoch,
      step: steps,
      loss: state.lossSum / faces,
      validationNme,
      learningRate: schedule(steps - 1, totalSteps),
      percentage: loss.needsDifficulty ? difficulty!.percentAt(epoch) : null,
      seconds,
      imagesPerSecond: faces / seconds,
      stall: state.stallSeconds / seconds,
    };
    if (validationNme !== null && validationNme < (state.best?.error ?? Infinity)) {
      state.best = { epoch, error: validationNme };
      if (keep === "best") {
        const take = () => readVariables(namedWeights(model, "best"));
        best = await (average ? average.during(take) : take());
      }
    }
    state.totalFaces += faces;
    state.totalSeconds += seconds;
    state.epoch++;
    state.batch =
      state.faces =
      state.lossSum =
      state.seconds =
      state.stallSeconds =
        0;
    state.ended = state.epoch >= epochs || (patience > 0 && epoch - (state.best?.epoch ?? epoch) >= patience);
    await options.onEpoch?.(record);
    await checkpoint();
    const left = state.ended ? 0 : (epochs - state.epoch) * state.totalSeconds / state.epoch;
    return describeEpoch(record, epochs, left);
  };

  let status: TrainingOutcome["status"] = "finished";
  const place = new ProgressPlace();
  try {
    while (!state.ended) {
      const label = `Epoch ${state.epoch + 1}/${epochs}`;
      const progress = createProgress({ label, total: split.train.length, unit: "images", quiet, place });
      let line: string | undefined;
      try {
        if (signal?.aborted || !await runEpoch(progress)) {
          if (state.batch > 0) await checkpoint();
          status = "stopped";
          break;
        }
        line = await endEpoch();
      } finally {
        if (line === undefined) progress.stop();
        else progress.done(line);
      }
    }
    if (status === "finished") {
      if (keep === "best") writeVariables(namedWeights(model, "best"), best);
      else average?.settle();
    }
  } finally {
    step.dispose();
    predictor.dispose();
  }
  return {
    status,
    epoch: keep === "best" && state.best ? state.best.epoch : state.epoch - 1,
    steps: state.step,
    seconds: state.totalSeconds,
    imagesPerSecond: state.totalFaces / state.totalSeconds,
    checkpoint: newest,
  };
}
