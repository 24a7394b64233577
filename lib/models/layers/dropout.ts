import * as tf from "@tensorflow/tfjs";
import { hashSeed } from "@/random.ts";
import { dropConnect, dropout } from "@/tensorflow/ops/mod.ts";
import { type LayerShape, onlyShape, onlyTensor } from "./inputs.ts";

/** Arguments of {@linkcode Dropout}. */
export interface DropoutArgs {
  /** The layer's name. @default made of its class */
  name?: string;
  /** Share of the values that become zero in training, in [0, 1). */
  rate: number;
  /** Seed of the layer's own masks, used where a step gives no key. @default 0 */
  seed?: number;
}

/** What a training step may hand to every layer: `model.apply(x, { training: true, key })`. */
export interface TrainingArgs {
  /** Whether to drop at all. */
  training?: boolean;
  /**
   * int32 `[2]`, different at every step, as `[seed, step]`. Each layer mixes in its own name, so that one key serves
   * the whole model; a run that is continued at step n draws the masks that it would have drawn.
   */
  key?: tf.Tensor1D;
}

/**
 * Dropout whose masks are a pure function of a key (a stateless native op): no hidden generator, so a compiled step
 * and an eager one, or a run and its continuation, draw the same masks.
 *
 * Without a key, as under `model.fit`, the layer counts its own calls in a variable that is not a weight.
 */
export class Dropout extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "SeededDropout";
  /** Share that is dropped, in [0, 1). */
  readonly rate: number;
  /** Decides the masks, with the name of the layer and the number of the step. */
  readonly seed: number;
  private counter: tf.Variable | undefined;

  /** Makes the layer. */
  constructor(args: DropoutArgs) {
    super(args);
    if (!(args.rate >= 0 && args.rate < 1)) {
      throw new RangeError(`Cannot make layer '${this.name}' as its rate must be in [0, 1): ${args.rate}`);
    }
    this.rate = args.rate;
    this.seed = args.seed ?? 0;
  }

  /** Makes the weights, for inputs of this shape. */
  override build(): void {
    const start = tf.tensor1d([this.seed | 0, 0], "int32");
    this.counter = tf.variable(start, false);
    start.dispose();
    this.built = true;
  }

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: TrainingArgs): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyTensor(inputs, this.name);
      if (!kwargs.training || this.rate === 0) return x;
      return this.drop(x, this.key(kwargs.key));
    });
  }

  /** Drops by masks of this key. */
  protected drop(x: tf.Tensor, key: tf.Tensor1D): tf.Tensor {
    return dropout(x, this.rate, key);
  }

  /** The key of this step. */
  private key(given: tf.Tensor1D | undefined): tf.Tensor1D {
    const own = tf.tensor1d([hashSeed(0, this.name) | 0, 0], "int32");
    if (given) return tf.add(given, own);
    const counter = this.counter as tf.Variable<tf.Rank.R1>;
    const next = tf.add(counter, tf.tensor1d([0, 1], "int32"));
    counter.assign(next as tf.Tensor1D);
    return tf.add(next, own);
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return onlyShape(inputShape, this.name);
  }

  /** What a saved model keeps of the layer. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }

  /** Frees the counter too. */
  protected override disposeWeights(): number {
    this.counter?.dispose();
    this.counter = undefined;
    return super.disposeWeights();
  }
}

/**
 * Drops whole samples of a residual branch ("drop-connect" in EfficientNet, stochastic depth elsewhere): one draw per
 * image, the kept ones scaled by `1 / (1 - rate)`. Keras's `Dropout(rate, noise_shape=(None, 1, 1, 1))`.
 */
export class DropConnect extends Dropout {
  /** The name in saved models. @nocollapse */
  static override className = "DropConnect";

  /** Drops by masks of this key. */
  protected override drop(x: tf.Tensor, key: tf.Tensor1D): tf.Tensor {
    return dropConnect(x, this.rate, key);
  }
}

tf.serialization.registerClass(Dropout);
tf.serialization.registerClass(DropConnect);
