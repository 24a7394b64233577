import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode smoothL1Loss}. */
export interface SmoothL1LossOptions {
  /** Error at which the parabola becomes a line, in the unit, above 0. @default 1 */
  beta?: number;
  /** What errors are measured in. @default "pixel" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode smoothL1Loss} that a configuration can set. */
export const smoothL1Options = {
  beta: { kind: "number", default: 1, above: 0, about: "error at which the parabola becomes a line" },
  unit: unitOption("pixel"),
  scale: scaleOption,
} as const;

/**
 * Smooth L1 (Girshick, Fast R-CNN, ICCV 2015, equation 3; `beta` as in PyTorch's `SmoothL1Loss`):
 * `x^2 / (2 beta)` where `|x| < beta`, else `|x| - beta / 2`.
 */
export function smoothL1Loss({ size, ...given }: SmoothL1LossOptions = {}): Loss {
  const options = resolveOptions("smooth-l1", smoothL1Options, given);
  const { beta, unit, scale } = options;
  return elementwiseLoss({
    name: "smooth-l1",
    options,
    factor: unitFactor("smooth-l1", unit, size),
    scale,
    value(error) {
      // One expression for both branches: with c the error clamped to beta, c (x - c / 2) / beta.
      const clamped = tf.clipByValue(error, -beta, beta);
      const value = tf.mul(clamped, tf.sub(error, tf.mul(clamped, 0.5)));
      return { value: beta === 1 ? value : tf.div(value, beta), saved: [clamped] };
    },
    slope: (clamped) => beta === 1 ? clamped! : tf.div(clamped!, beta),
  });
}
