import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode rectifiedWingLoss}. */
export interface RectifiedWingLossOptions {
  /** Errors up to this cost nothing, in the unit; 0 gives Wing loss. @default 0.5 */
  r?: number;
  /** Error at which the logarithm becomes a line, in the unit, above `r`. @default 10 */
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

/** The options of {@linkcode rectifiedWingLoss} that a configuration can set. */
export const rectifiedWingOptions = {
  r: { kind: "number", default: 0.5, min: 0, about: "errors up to this cost nothing" },
  w: { kind: "number", default: 10, above: 0, about: "error at which the logarithm becomes a line" },
  epsilon: { kind: "number", default: 2, above: 0, about: "curvature of the logarithm" },
  unit: unitOption("pixel"),
  scale: scaleOption,
} as const;

/**
 * Rectified Wing loss (Feng et al., IJCV 2020, doi 10.1007/s11263-019-01275-0): Wing loss that forgives errors as small
 * as those of the annotators. 0 where `|x| < r`; `w ln(1 + (|x| - r) / epsilon)` where `r <= |x| < w`; else `|x| - C`
 * with `C = w - w ln(1 + (w - r) / epsilon)`.
 */
export function rectifiedWingLoss({ size, ...given }: RectifiedWingLossOptions = {}): Loss {
  const options = resolveOptions("rectified-wing", rectifiedWingOptions, given);
  const { r, w, epsilon, unit, scale } = options;
  if (r >= w) throw new RangeError(`Cannot create loss 'rectified-wing' as option 'r' must be below w = ${w}: ${r}`);
  const constant = w - w * Math.log1p((w - r) / epsilon);
  return elementwiseLoss({
    name: "rectified-wing",
    options,
    factor: unitFactor("rectified-wing", unit, size),
    scale,
    value(error) {
      const delta = tf.abs(error);
      const beyond = tf.relu(tf.sub(delta, r));
      const near = tf.less(delta, w);
      const value = tf.where(near, tf.mul(tf.log1p(tf.div(beyond, epsilon)), w), tf.sub(delta, constant));
      return { value, saved: [error, beyond, near] };
    },
    slope(error, beyond, near) {
      // `step` is 0 where an error is forgiven and 1 where it is not.
      const direction = tf.mul(tf.sign(error!), tf.step(beyond!));
      return tf.where(near!, tf.div(tf.mul(direction, w), tf.add(beyond!, epsilon)), direction);
    },
  });
}
