import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode softWingLoss}. */
export interface SoftWingLossOptions {
  /** Error at which the line becomes a logarithm, in the unit, above 0. @default 2 */
  omega1?: number;
  /** Height of the logarithm, in the unit, above 0. @default 20 */
  omega2?: number;
  /** Curvature of the logarithm, in the unit, above 0. @default 0.5 */
  epsilon?: number;
  /** What errors are measured in. @default "pixel" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss. @default 1 */
  scale?: number;
}

/** The options of {@linkcode softWingLoss} that a configuration can set. */
export const softWingOptions = {
  omega1: { kind: "number", default: 2, above: 0, about: "error at which the line becomes a logarithm" },
  omega2: { kind: "number", default: 20, above: 0, about: "height of the logarithm" },
  epsilon: { kind: "number", default: 0.5, above: 0, about: "curvature of the logarithm" },
  unit: unitOption("pixel"),
  scale: scaleOption,
} as const;

/**
 * Soft Wing loss (Lin et al., Structure-Coherent Deep Feature Learning for Robust Face Alignment, IEEE TIP 2021; defaults
 * as in MMPose): `|x|` where `|x| < omega1`, else `omega2 ln(1 + |x| / epsilon) + B` with
 * `B = omega1 - omega2 ln(1 + omega1 / epsilon)`.
 */
export function softWingLoss({ size, ...given }: SoftWingLossOptions = {}): Loss {
  const options = resolveOptions("soft-wing", softWingOptions, given);
  const { omega1, omega2, epsilon, unit, scale } = options;
  const constant = omega1 - omega2 * Math.log1p(omega1 / epsilon);
  return elementwiseLoss({
    name: "soft-wing",
    options,
    factor: unitFactor("soft-wing", unit, size),
    scale,
    value(error) {
      const delta = tf.abs(error);
      const near = tf.less(delta, omega1);
      const value = tf.where(near, delta, tf.add(tf.mul(tf.log1p(tf.div(delta, epsilon)), omega2), constant));
      return { value, saved: [error, delta, near] };
    },
    slope(error, delta, near) {
      const direction = tf.sign(error!);
      return tf.where(near!, direction, tf.div(tf.mul(direction, omega2), tf.add(delta!, epsilon)));
    },
  });
}
