import * as tf from "@tensorflow/tfjs";
import { adamUpdate } from "@/tensorflow/ops/mod.ts";
import type { Optimizer } from "./optimizer.ts";
import { countStep, createSlots } from "./slots.ts";

export interface AdamOptions {
  /** Decay of the mean of gradients. @default 0.9 */
  beta1?: number;
  /** Decay of the mean of squared gradients. @default 0.999 */
  beta2?: number;
  /** Added to the root of the second moment, outside the bias correction, as Keras does. @default 1e-7 */
  epsilon?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** Every step first takes away this fraction of a weight, times the learning rate. @default 0.004 */
  weightDecay?: number;
  /**
   * Whether biases and batch-norm scales and shifts (variables of rank 0 or 1) shrink as well. @default false
   */
  decayVectors?: boolean;
}

/**
 * Adam (Kingma and Ba, 2015) in Keras's form:
 * `w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)`, with `t` from 1.
 */
export function adam(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions,
  variables: readonly tf.Variable[],
): Optimizer {
  return decoupled("adam", { beta1, beta2, epsilon }, variables, 0, false);
}

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019): `w -= rate * weightDecay * w` before each step. */
export function adamW(
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0.004, decayVectors = false }: AdamWOptions,
  variables: readonly tf.Variable[],
): Optimizer {
  const options = { beta1, beta2, epsilon, weightDecay, decayVectors };
  return decoupled("adamw", options, variables, weightDecay, decayVectors);
}

function decoupled(
  name: string,
  options: Required<AdamOptions> & Record<string, number | boolean>,
  variables: readonly tf.Variable[],
  weightDecay: number,
  decayVectors: boolean,
): Optimizer {
  const { beta1, beta2, epsilon } = options;
  const { iterations, slots, all, dispose } = createSlots(name, ["m", "v"], variables);
  return {
    name,
    options,
    iterations,
    state: all,
    apply(gradients, learningRate) {
      countStep(iterations);
      tf.tidy(() => {
        const t = iterations.toFloat();
        const beta1Power = tf.scalar(beta1).pow(t) as tf.Scalar;
        const beta2Power = tf.scalar(beta2).pow(t) as tf.Scalar;
        const shrink = weightDecay === 0 ? undefined : tf.scalar(1).sub(learningRate.mul(weightDecay));
        variables.forEach((variable, index) => {
          const gradient = gradients[variable.name];
          if (gradient === undefined) return;
          if (shrink && (decayVectors || variable.rank > 1)) variable.assign(variable.mul(shrink));
          const m = slots.m![index]!, v = slots.v![index]!;
          adamUpdate({ variable, m, v, gradient, learningRate, beta1Power, beta2Power, beta1, beta2, epsilon });
        });
      });
    },
    dispose,
  };
}
