import type * as tf from "@tensorflow/tfjs";
import { adam, adamW } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { entryOf, type Options, type OptionValue, resolveOptions } from "./options.ts";
import { sgd } from "./sgd.ts";

interface Entry {
  readonly options: Options;
  // deno-lint-ignore no-explicit-any -- each factory has its own options; `resolveOptions` checks them
  readonly create: (options: any, variables: readonly tf.Variable[]) => Optimizer;
}

const ADAM = {
  beta1: { type: "number", default: 0.9, minimum: 0, below: 1, about: "Decay of the mean of gradients." },
  beta2: { type: "number", default: 0.999, minimum: 0, below: 1, about: "Decay of the mean of squared gradients." },
  epsilon: { type: "number", default: 1e-7, above: 0, about: "Added to the root of the second moment." },
} as const;

const OPTIMIZERS: Readonly<Record<string, Entry>> = {
  adam: { options: ADAM, create: adam },
  adamw: {
    options: {
      ...ADAM,
      weightDecay: {
        type: "number",
        default: 0.004,
        minimum: 0,
        about: "Share of a weight lost per step, times the rate.",
      },
      decayVectors: { type: "boolean", default: false, about: "Whether biases and batch-norm weights shrink as well." },
    },
    create: adamW,
  },
  sgd: {
    options: {
      momentum: { type: "number", default: 0.9, minimum: 0, below: 1, about: "Share of the velocity that is kept." },
      nesterov: { type: "boolean", default: false, about: "Looks one velocity ahead." },
    },
    create: sgd,
  },
};

/** The names that {@linkcode createOptimizer} takes. */
export function optimizerNames(): string[] {
  return Object.keys(OPTIMIZERS);
}

/** The options that an optimizer takes, with their defaults and limits. */
export function optimizerOptions(name: string): Options {
  return entryOf("an optimizer", OPTIMIZERS, name).options;
}

/** Checks options and fills in the defaults; errors as {@linkcode resolveOptions}. */
export function resolveOptimizerOptions(
  name: string,
  options: Readonly<Record<string, unknown>> = {},
): Record<string, OptionValue> {
  return resolveOptions(`optimizer '${name}'`, optimizerOptions(name), options);
}

/**
 * Creates the optimizer of a run, with its moments zeroed.
 *
 * @param variables the trainable variables, float32, in a fixed order
 */
export function createOptimizer(
  name: string,
  options: Readonly<Record<string, unknown>>,
  variables: readonly tf.Variable[],
): Optimizer {
  return entryOf("an optimizer", OPTIMIZERS, name).create(resolveOptimizerOptions(name, options), variables);
}
