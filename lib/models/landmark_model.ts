import * as tf from "@tensorflow/tfjs";

/** What every network of this library takes. */
export interface LandmarkModelOptions {
  /** Number of landmarks, `M`; the output is `[batch, 2M]`. @default 68 */
  points?: number;
  /** Side of the square input, in pixels; the input is `[batch, size, size, 3]`, RGB in 0..1. @default 224 */
  size?: number;
  /** Seed of the first weights and of the dropout masks. @default 0 */
  seed?: number;
  /** Dropout before the last layer, in [0, 1). @default the network's own */
  dropout?: number;
  /**
   * What the untrained network predicts, `[2M]` in the labels' unit, as the mean shape: the bias of the last layer.
   * @default zeros
   */
  initialOutput?: ArrayLike<number>;
  /**
   * Factor on the first kernel of the last layer. Smaller starts nearer to `initialOutput`.
   * @default 1, or 0.1 with `initialOutput`
   */
  headScale?: number;
  /** False leaves the kernels zero, which takes no time: for a model that is filled from a file. @default true */
  initialize?: boolean;
}

/** Options with the shared ones checked and filled in. */
export type ResolvedOptions = Required<Omit<LandmarkModelOptions, "initialOutput" | "dropout">> & {
  dropout: number;
  initialOutput: ArrayLike<number> | undefined;
};

/** Fills in and checks the options that all networks share. */
export function resolveOptions(options: LandmarkModelOptions, dropoutDefault: number): ResolvedOptions {
  const { points = 68, size = 224, seed = 0, dropout = dropoutDefault, initialOutput, initialize = true } = options;
  const { headScale = initialOutput ? 0.1 : 1 } = options;
  if (!Number.isInteger(points) || points < 1 || points > 10_000) {
    throw new RangeError(
      `Cannot make a model as its number of points must be a whole number from 1 to 10000: ${points}`,
    );
  }
  if (!Number.isInteger(size) || size < 32 || size > 4096) {
    throw new RangeError(`Cannot make a model as its size must be a whole number from 32 to 4096 pixels: ${size}`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`Cannot make a model as its seed must be a whole number: ${seed}`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new RangeError(`Cannot make a model as its dropout must be in [0, 1): ${dropout}`);
  }
  if (!Number.isFinite(headScale)) {
    throw new RangeError(`Cannot make a model as its headScale must be a number: ${headScale}`);
  }
  if (initialOutput) {
    if (initialOutput.length !== 2 * points) {
      throw new TypeError(
        `Cannot make a model as its initialOutput must have ${2 * points} values: ${initialOutput.length}`,
      );
    }
    const bad = Array.from(initialOutput).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new RangeError(
        `Cannot make a model as value ${bad} of its initialOutput is not finite: ${initialOutput[bad]}`,
      );
    }
  }
  return { points, size, seed, dropout, initialOutput, headScale, initialize };
}

/**
 * A `tf.LayersModel` whose weights come layer by layer, as Keras's `model.weights`, where tfjs puts all that are
 * trained before all that are not: `getWeights()` and `setWeights()` then line up with Keras's.
 */
export class LandmarkModel extends tf.LayersModel {
  /** The weights of all layers, in the order of files. */
  override get weights(): tf.LayerVariable[] {
    return this.layers.flatMap((layer) => layer.weights);
  }
}

/** Puts the start that the options ask for into the last layer. */
export function initializeHead(model: tf.LayersModel, head: string, options: ResolvedOptions): void {
  const { initialOutput, headScale } = options;
  if (!initialOutput && headScale === 1) return;
  tf.tidy(() => {
    const layer = model.getLayer(head);
    const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
    layer.setWeights([tf.mul(kernel, headScale), initialOutput ? tf.tensor1d(Float32Array.from(initialOutput)) : bias]);
  });
}
