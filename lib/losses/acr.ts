import * as tf from "@tensorflow/tfjs";
import { elementwiseLoss } from "./elementwise.ts";
import type { Loss } from "./loss.ts";
import { type LossUnit, resolveOptions, scaleOption, unitFactor, unitOption } from "./options.ts";

/** Options of {@linkcode acrLoss}. */
export interface AcrLossOptions {
  /** Weight of the first branch, above 0. The paper names no value. @default 1 */
  lambda?: number;
  /** How the second branch is attached: see {@linkcode acrLoss}. @default "continuous" */
  form?: "continuous" | "paper";
  /** What Delta is measured in. @default "normalised" */
  unit?: LossUnit;
  /** Side of the crop in pixels; needed by unit `pixel`. */
  size?: number;
  /** Multiplies the loss; the Python release has 100. @default 1 */
  scale?: number;
  /**
   * Where Phi comes from. `shape`: it is given with the batch, from the shape model, as in the paper. `error` (ours): the
   * network's own errors of this step, `Delta / max Delta` over the coordinates of each face. @default "shape"
   */
  difficulty?: "shape" | "error";
}

/** The options of {@linkcode acrLoss} that a configuration can set. */
export const acrOptions = {
  lambda: { kind: "number", default: 1, above: 0, about: "weight of the first branch" },
  form: {
    kind: "choice",
    default: "continuous",
    values: ["continuous", "paper"],
    about: "second branch attached without a step, or as the paper and its release have it",
  },
  unit: unitOption("normalised"),
  scale: scaleOption,
  difficulty: {
    kind: "choice",
    default: "shape",
    values: ["shape", "error"],
    about: "where Phi comes from: the shape model, or the network's own errors of each step",
  },
} as const;

/**
 * ACR Loss, adaptive coordinate-based regression (Fard and Mahoor, ICPR 2022, arXiv 2203.15835).
 *
 * Per coordinate, with `Delta = |Face - Prediction|` and its difficulty `Phi` in [0, 1]:
 *
 *     lambda ln(1 + Delta^(2 - Phi))    where Delta <= 1
 *     Delta^2 + C                       where Delta > 1
 *
 * so that an easy coordinate (Phi = 0) has a slope that fades like that of L2, a hard one (Phi = 1) keeps it, like L1.
 * The two branches meet at Delta = 1 if `C = lambda ln 2 - 1`: form `continuous`. Form `paper` has `C = Phi ln 2 - 1`,
 * as printed and released; it steps by `(Phi - lambda) ln 2` there. A constant has no slope, so that either form trains
 * the same network, bit by bit: only the number that is shown as the loss differs. In the unit `normalised` Delta hardly ever exceeds
 * 1, and the second branch is idle; in pixels it is most of training.
 *
 * The slope at Delta = 0 is 0 for every Phi, also at Phi = 1, where the loss has a kink.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { acrLoss, tf, useBackend } from "@/mod.ts";
 *
 * await useBackend({ backend: "cpu" });
 * const loss = acrLoss({ lambda: 1 });
 * const target = tf.tensor2d([[0.1, 0.2]]), prediction = tf.tensor2d([[0.1, 0.3]]);
 * const of = (phi: number) => loss.compute({ target, prediction, difficulty: tf.fill([1, 2], phi) as tf.Tensor2D });
 * // The harder the coordinate, the more its error counts near zero: ln(1 + 0.1^(2 - Phi)) / 2.
 * assert.ok(of(1).arraySync() > of(0).arraySync());
 * ```
 */
export function acrLoss({ size, ...given }: AcrLossOptions = {}): Loss {
  const options = resolveOptions("acr", acrOptions, given);
  const { lambda, form, unit, scale, difficulty } = options;
  return elementwiseLoss({
    name: "acr",
    options,
    needsDifficulty: difficulty === "shape",
    factor: unitFactor("acr", unit, size),
    scale,
    value(error, given) {
      const delta = tf.abs(error);
      const phi = difficulty === "shape" ? given : tf.divNoNan(delta, tf.max(delta, 1, true));
      const exponent = tf.sub(1, phi);
      // Delta^(1 - Phi) serves the slope too, and has no negative exponent, whose power at 0 is infinite.
      const power = tf.pow(delta, exponent);
      const powered = tf.mul(power, delta);
      const far = tf.greater(delta, 1);
      const constant = form === "paper" ? tf.sub(tf.mul(phi, Math.LN2), 1) : lambda * Math.LN2 - 1;
      const near = tf.log1p(powered);
      const value = tf.where(
        far,
        tf.add(tf.square(error), constant),
        lambda === 1 ? near : tf.mul(near, lambda),
      );
      return { value, saved: [error, exponent, power, powered, far] };
    },
    slope(error, exponent, power, powered, far) {
      // lambda (2 - Phi) Delta^(1 - Phi) / (1 + Delta^(2 - Phi)), where 2 - Phi is the exponent + 1
      const steepness = tf.div(tf.mul(tf.add(exponent!, 1), power!), tf.add(powered!, 1));
      const near = tf.mul(tf.sign(error!), lambda === 1 ? steepness : tf.mul(steepness, lambda));
      return tf.where(far!, tf.mul(error!, 2), near);
    },
  });
}
