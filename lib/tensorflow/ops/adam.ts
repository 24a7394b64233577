import type * as tf from "@tensorflow/tfjs";
import { scalar, tidy } from "@tensorflow/tfjs";
import { updateInPlace } from "../variables.ts";
import { bool, native, type } from "./native.ts";

/** One variable's step of Adam. */
export interface AdamUpdate {
  /** What is trained. */
  variable: tf.Variable;
  /** First moment, shaped as the variable. */
  m: tf.Variable;
  /** Second moment, shaped as the variable. */
  v: tf.Variable;
  /** Of the loss, shaped as the variable. */
  gradient: tf.Tensor;
  /** Length of the step; the correction of the moments is inside the op. */
  learningRate: tf.Scalar;
  /** `beta1` to the power of the step's number, counted from 1. */
  beta1Power: tf.Scalar;
  /** `beta2` to the power of the step's number, counted from 1. */
  beta2Power: tf.Scalar;
  /** Decay of the first moment. */
  beta1: number;
  /** Decay of the second moment. */
  beta2: number;
  /** Added to the root of the second moment, uncorrected: Keras's form. */
  epsilon: number;
}

/**
 * Updates a variable and its moments in place by Adam in Keras's form (Kingma and Ba, 2015, end of section 2):
 * `w -= rate * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon)`.
 * On the TensorFlow backend one op, `ResourceApplyAdam`, which touches each array once.
 */
export function adamUpdate(update: AdamUpdate): void {
  const { variable, m, v, gradient, learningRate, beta1Power, beta2Power, beta1, beta2, epsilon } = update;
  tidy(() => {
    const backend = native();
    if (backend) {
      const resources = [{ resource: variable }, { resource: m }, { resource: v }];
      const scalars = [beta1Power, beta2Power, learningRate, scalar(beta1), scalar(beta2), scalar(epsilon)];
      const attributes = [type("T"), bool("use_locking", false), bool("use_nesterov", false)];
      updateInPlace(backend, "ResourceApplyAdam", attributes, [...resources, ...scalars, gradient]);
      return;
    }
    m.assign(m.add(gradient.sub(m).mul(1 - beta1)));
    v.assign(v.add(gradient.square().sub(v).mul(1 - beta2)));
    const one = scalar(1);
    const rate = learningRate.mul(one.sub(beta2Power).sqrt()).div(one.sub(beta1Power));
    variable.assign(variable.sub(m.mul(rate).div(v.sqrt().add(epsilon))));
  });
}
