import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode l1Loss}. */
export interface L1LossOptions {
  /** What errors are measured in. @default "normalised" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode l1Loss} that a configuration can set. */
export const l1Options = { unit: unitOption("normalised"), scale: scaleOption } as const;

/** Mean absolute error, `|x|`; its slope at 0 is 0. */
export function l1Loss({ size, ...given }: L1LossOptions = {}): Loss {
  const options = resolveOptions("l1", l1Options, given);
  return elementwiseLoss({
    name: "l1",
    options,
    factor: unitFactor("l1", options.unit, size),
    scale: options.scale,
    value: (error) => ({ value: tf.abs(error), saved: [error] }),
    slope: (error) => tf.sign(error!),
  });
}
