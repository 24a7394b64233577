import type * as tf from "@tensorflow/tfjs";
import { type Checkpoint, type CheckpointArray, readVariables, writeVariables } from "./checkpoint.ts";
import type { Optimizer } from "./optimizer.ts";
import type { WeightAverage } from "./weight_average.ts";

/** Where a run stands: with the arrays of its checkpoint, everything that the rest of the run depends on. */
export interface TrainingState {
  /** What is trained on what: a checkpoint of anything else is refused. */
  readonly identity: string;
  /** The epoch in progress, 0-based. */
  epoch: number;
  /** Batches of it that are done. */
  batch: number;
  /** Steps done in the whole run. */
  step: number;
  /** Sum of the loss over the faces of the epoch so far, and their number. */
  lossSum: number;
  /** Faces seen in the epoch. */
  faces: number;
  /** Time spent in the epoch so far, and the part of it spent waiting for batches. */
  seconds: number;
  /** Seconds of the epoch spent waiting for batches. */
  stallSeconds: number;
  /** The same over all finished epochs. */
  totalFaces: number;
  /** Seconds in steps, over all epochs. */
  totalSeconds: number;
  /** The best epoch so far, by validation error. */
  best: { readonly epoch: number; readonly error: number } | null;
  /** Whether training has ended, by its length or early. */
  ended: boolean;
}

/** The state of a run that has not begun. */
export function freshState(identity: string): TrainingState {
  return {
    identity,
    epoch: 0,
    batch: 0,
    step: 0,
    lossSum: 0,
    faces: 0,
    seconds: 0,
    stallSeconds: 0,
    totalFaces: 0,
    totalSeconds: 0,
    best: null,
    ended: false,
  };
}

/** The variables of a run under the names that a checkpoint gives them. */
export interface Trained {
  readonly model: tf.LayersModel;
  readonly optimizer: Optimizer;
  readonly average?: WeightAverage | undefined;
}

/** The weights of a model by name, those that are not trained included. */
export function namedWeights(model: tf.LayersModel, prefix = "model"): [string, tf.Variable][] {
  const seen = new Map<string, number>();
  return model.weights.map((weight) => {
    const count = seen.get(weight.originalName) ?? 0;
    seen.set(weight.originalName, count + 1);
    const name = count === 0 ? weight.originalName : `${weight.originalName}#${count}`;
    return [`${prefix}/${name}`, weight.read() as tf.Variable];
  });
}

function namedVariables({ model, optimizer, average }: Trained): [string, tf.Variable][] {
  return [
    ...namedWeights(model),
    ...optimizer.state.map((variable, index) => [`optimizer/${index}`, variable] as [string, tf.Variable]),
    ...(average?.state ?? []).map((variable, index) => [`average/${index}`, variable] as [string, tf.Variable]),
  ];
}

/** Takes everything down, with the weights of the best epoch (named `best/...`). */
export async function takeCheckpoint(
  trained: Trained,
  state: TrainingState,
  best: readonly CheckpointArray[],
): Promise<Checkpoint<TrainingState>> {
  return { state: { ...state }, arrays: [...await readVariables(namedVariables(trained)), ...best] };
}

/** Puts everything back. Returns the weights of the best epoch. */
export function restoreCheckpoint(trained: Trained, { arrays }: Checkpoint<TrainingState>): CheckpointArray[] {
  writeVariables(namedVariables(trained), arrays);
  return arrays.filter(({ name }) => name.startsWith("best/"));
}

/** The first array of a checkpoint that holds a number that is not finite. */
export function findNotFinite({ arrays }: Checkpoint<TrainingState>): string | undefined {
  return arrays.find(({ values }) => {
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return true;
    return false;
  })?.name;
}
