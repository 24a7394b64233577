import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode logCoshLoss}. */
export interface LogCoshLossOptions {
  /** What errors are measured in. @default "pixel" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode logCoshLoss} that a configuration can set. */
export const logCoshOptions = { unit: unitOption("pixel"), scale: scaleOption } as const;

/**
 * `ln cosh x`, as Keras's `LogCosh`: `x^2 / 2` for small errors, `|x| - ln 2` for large ones; its slope is `tanh x`.
 */
export function logCoshLoss({ size, ...given }: LogCoshLossOptions = {}): Loss {
  const options = resolveOptions("log-cosh", logCoshOptions, given);
  return elementwiseLoss({
    name: "log-cosh",
    options,
    factor: unitFactor("log-cosh", options.unit, size),
    scale: options.scale,
    value(error) {
      // |x| + ln((1 + exp(-2|x|)) / 2), whose exponential cannot overflow
      const delta = tf.abs(error);
      const tail = tf.log1p(tf.mul(tf.expm1(tf.mul(delta, -2)), 0.5));
      return { value: tf.add(delta, tail), saved: [error] };
    },
    slope: (error) => tf.tanh(error!),
  });
}
