import * as tf from "@tensorflow/tfjs";
import type { Loss, LossInputs } from "./loss.ts";

/** What {@linkcode elementwiseLoss} saves from the value for the slope. */
export type Saved = readonly tf.Tensor[];

/** A loss that is a mean over coordinates of a function `f` of the error `prediction - target`. */
export interface Elementwise {
  readonly name: string;
  readonly options: Loss["options"];
  readonly needsDifficulty?: boolean;
  /** Multiplies the normalised error: 1, or the crop's side in pixels. */
  readonly factor: number;
  /** Multiplies the mean. */
  readonly scale: number;
  /**
   * `f(error)`, and whatever of it {@linkcode Elementwise.slope} can use again, all `[batch, 2M]`. `difficulty` is given
   * when {@linkcode Elementwise.needsDifficulty}.
   */
  value(error: tf.Tensor, difficulty: tf.Tensor): { value: tf.Tensor; saved: Saved };
  /** `df/derror` `[batch, 2M]`: finite everywhere, and 0 at an error of 0, from what `value` saved. */
  slope(...saved: tf.Tensor[]): tf.Tensor;
}

/**
 * Makes a loss from a function of the error and its derivative.
 *
 * The gradient is written out, not left to tfjs's tape: it is fewer kernels a step, and no branch that was not taken can
 * put a NaN into it (the tape multiplies such branches by 0, and 0 times infinity is NaN).
 */
export function elementwiseLoss(
  { name, options, needsDifficulty = false, factor, scale, value, slope }: Elementwise,
): Loss {
  return {
    name,
    options,
    needsDifficulty,
    compute({ target, prediction, difficulty }: LossInputs): tf.Scalar {
      checkShape(name, "target", prediction, target);
      if (needsDifficulty) checkShape(name, "difficulty", prediction, difficulty);
      const perElement = scale / prediction.size;
      const compute = tf.customGrad((predicted, save) => {
        const difference = tf.sub(predicted as tf.Tensor, target);
        const error = factor === 1 ? difference : tf.mul(difference, factor);
        const result = value(error, difficulty ?? error);
        (save as tf.GradSaveFunc)([...result.saved]);
        const mean = tf.mean(result.value);
        return {
          value: scale === 1 ? mean : tf.mul(mean, scale),
          gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(slope(...saved), tf.mul(dy, perElement * factor)),
        };
      });
      return compute(prediction) as tf.Scalar;
    },
  };
}

function checkShape(name: string, what: string, prediction: tf.Tensor, other: tf.Tensor | undefined): void {
  if (other === undefined) throw new TypeError(`Cannot compute loss '${name}' as it needs the ${what}: ${other}`);
  if (prediction.rank !== 2 || prediction.size === 0 || !tf.util.arraysEqual(prediction.shape, other.shape)) {
    throw new TypeError(
      `Cannot compute loss '${name}' as prediction [${prediction.shape}] and ${what} must have one shape ` +
        `[batch, 2M]: [${other.shape}]`,
    );
  }
}
