import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode l2Loss}. */
export interface L2LossOptions {
  /** What errors are measured in. @default "normalised" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode l2Loss} that a configuration can set. */
export const l2Options = { unit: unitOption("normalised"), scale: scaleOption } as const;

/** Mean squared error, `x^2`: the baseline of the ACR paper. */
export function l2Loss({ size, ...given }: L2LossOptions = {}): Loss {
  const options = resolveOptions("l2", l2Options, given);
  return elementwiseLoss({
    name: "l2",
    options,
    factor: unitFactor("l2", options.unit, size),
    scale: options.scale,
    value: (error) => ({ value: tf.square(error), saved: [error] }),
    slope: (error) => tf.mul(error!, 2),
  });
}
