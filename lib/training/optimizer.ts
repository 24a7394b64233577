import type * as tf from "@tensorflow/tfjs";

/** Gradients by variable name, as `tf.variableGrads` gives them. A variable without an entry is left alone. */
export type Gradients = Readonly<Record<string, tf.Tensor>>;

/**
 * An optimizer whose whole memory is a fixed list of variables, made once for a run: it can be saved with a checkpoint
 * and can run inside a compiled step, where everything that varies between steps must be a tensor.
 *
 * The optimizers of TensorFlow.js are not used: they create their moments during the first step, cannot take the
 * learning rate as a tensor, and keep the bias correction in JavaScript numbers.
 */
export interface Optimizer {
  /** Registry name, as `adam`. */
  readonly name: string;
  /** The resolved options, recorded with every result. */
  readonly options: Readonly<Record<string, number | boolean>>;
  /** Steps taken so far: a scalar, also the first of {@linkcode Optimizer.state}. */
  readonly iterations: tf.Variable;
  /** Everything a checkpoint must hold, in a fixed order. */
  readonly state: readonly tf.Variable[];
  /** Does one step: updates the variables and the state in place. */
  apply(gradients: Gradients, learningRate: tf.Scalar): void;
  /** Frees the state. */
  dispose(): void;
}
