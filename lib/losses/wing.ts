import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode wingLoss}. */
export interface WingLossOptions {
  /** Error at which the logarithm becomes a line, in the unit, above 0. @default 10 */
  w?: number;
  /** Curvature of the logarithm, in the unit, above 0. @default 2 */
  epsilon?: number;
  /** What errors are measured in. @default "pixel" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode wingLoss} that a configuration can set. */
export const wingOptions = {
  w: { kind: "number", default: 10, above: 0, about: "error at which the logarithm becomes a line" },
  epsilon: { kind: "number", default: 2, above: 0, about: "curvature of the logarithm" },
  unit: unitOption("pixel"),
  scale: scaleOption,
} as const;

/**
 * Wing loss (Feng et al., CVPR 2018, arXiv 1711.06753, equation 5, with its `w = 10`, `epsilon = 2`):
 * `w ln(1 + |x| / epsilon)` where `|x| < w`, else `|x| - C` with `C = w - w ln(1 + w / epsilon)`.
 */
export function wingLoss({ size, ...given }: WingLossOptions = {}): Loss {
  const options = resolveOptions("wing", wingOptions, given);
  const { w, epsilon, unit, scale } = options;
  const constant = w - w * Math.log1p(w / epsilon);
  return elementwiseLoss({
    name: "wing",
    options,
    factor: unitFactor("wing", unit, size),
    scale,
    value(error) {
      const delta = tf.abs(error);
      const near = tf.less(delta, w);
      const value = tf.where(near, tf.mul(tf.log1p(tf.div(delta, epsilon)), w), tf.sub(delta, constant));
      return { value, saved: [error, delta, near] };
    },
    slope(error, delta, near) {
      const direction = tf.sign(error!);
      return tf.where(near!, tf.div(tf.mul(direction, w), tf.add(delta!, epsilon)), direction);
    },
  });
}
