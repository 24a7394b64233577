import * as tf from "@tensorflow/tfjs";
import { countStep, createSlots } from "./slots.ts";

/** An exponential moving average of the weights: often a little better than the last weights. */
export interface WeightAverage {
  /** Everything a checkpoint must hold, in a fixed order: a step counter, then the averages. */
  readonly state: readonly tf.Variable[];
  /** The averages, in the order of the variables. They belong to this object. */
  readonly averages: readonly tf.Variable[];
  /** Takes the weights of this step in. Can run inside a compiled step. */
  update(): void;
  /** Lends the averages to the variables while `run` runs, then gives the trained values back. */
  during<T>(run: () => Promise<T>): Promise<T>;
  /** Gives the averages to the variables for good. */
  settle(): void;
  /** Frees the averages. */
  dispose(): void;
}

function set(variable: tf.Variable, values: tf.TypedArray): void {
  tf.tidy(() => variable.assign(tf.tensor(values.slice(), variable.shape, variable.dtype)));
}

/**
 * Averages `variables` as `tf.train.ExponentialMovingAverage` does with `num_updates`: after step `t` (from 1),
 * `average = rate * average + (1 - rate) * weight` with `rate = min(momentum, (1 + t) / (10 + t))`. The slow start
 * keeps the untrained weights out of the average of a short run.
 *
 * @param momentum in [0, 1), as 0.999
 */
export function averageWeights(variables: readonly tf.Variable[], momentum: number): WeightAverage {
  if (!(momentum >= 0 && momentum < 1)) {
    throw new RangeError(`Cannot average weights as the momentum must be in [0, 1): ${momentum}`);
  }
  const { iterations, slots, all, dispose } = createSlots("average", ["average"], variables);
  const averages = slots.average!;
  copy(variables, averages);
  return {
    state: all,
    averages,
    update() {
      countStep(iterations);
      tf.tidy(() => {
        const t = iterations.toFloat();
        const rate = t.add(1).div(t.add(10)).minimum(momentum);
        variables.forEach((variable, index) => {
          const average = averages[index]!;
          tf.tidy(() => average.assign(variable.add(average.sub(variable).mul(rate))));
        });
      });
    },
    async during(run) {
      const trained = await Promise.all(variables.map(async (variable) => (await variable.data()).slice()));
      for (const [index, average] of averages.entries()) set(variables[index]!, await average.data());
      try {
        return await run();
      } finally {
        variables.forEach((variable, index) => set(variable, trained[index]!));
      }
    },
    settle() {
      copy(averages, variables);
    },
    dispose,
  };
}

/** Copies values without reading them: WebGPU cannot read at once. */
function copy(from: readonly tf.Variable[], to: readonly tf.Variable[]): void {
  tf.tidy(() => to.forEach((variable, index) => variable.assign(from[index]!.clone())));
}
