import * as tf from "@tensorflow/tfjs";
import type { Optimizer } from "./optimizer.ts";
import { countStep, createSlots } from "./slots.ts";

export interface SgdOptions {
  /** Share of the last step's velocity that is kept. 0 is plain gradient descent. @default 0.9 */
  momentum?: number;
  /** Nesterov's form: looks one velocity ahead. @default false */
  nesterov?: boolean;
}

/** Stochastic gradient descent in Keras's form: `velocity = momentum * velocity - rate * g`, `w += velocity`. */
export function sgd({ momentum = 0.9, nesterov = false }: SgdOptions, variables: readonly tf.Variable[]): Optimizer {
  const { iterations, slots, all, dispose } = createSlots("sgd", momentum === 0 ? [] : ["velocity"], variables);
  return {
    name: "sgd",
    options: { momentum, nesterov },
    iterations,
    state: all,
    apply(gradients, learningRate) {
      countStep(iterations);
      variables.forEach((variable, index) => {
        const gradient = gradients[variable.name];
        if (gradient === undefined) return;
        tf.tidy(() => {
          const step = gradient.mul(learningRate);
          if (momentum === 0) return variable.assign(variable.sub(step));
          const velocity = slots.velocity![index]!;
          velocity.assign(velocity.mul(momentum).sub(step));
          const move = nesterov ? velocity.mul(momentum).sub(step) : velocity;
          variable.assign(variable.add(move));
        });
      });
    },
    dispose,
  };
}
