import * as tf from "@tensorflow/tfjs";
import { type LayerShape, onlyShape, onlyTensor } from "./inputs.ts";

export interface NormalizationArgs {
  name?: string;
}

/**
 * `(x - mean) / max(sqrt(variance), 1e-7)` per channel with fixed numbers: the input layer of `tf.keras.applications`'
 * EfficientNets. Weights in Keras's order, none trained: mean, variance `[channels]`, count (a scalar).
 */
export class Normalization extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "Normalization";
  private mean!: tf.LayerVariable;
  private variance!: tf.LayerVariable;

  /** Makes the weights, for inputs of this shape. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const shape = onlyShape(inputShape, this.name);
    const channels = shape.at(-1);
    if (channels === null || channels === undefined) {
      throw new TypeError(`Cannot build layer '${this.name}' as its channels are unknown: [${shape}]`);
    }
    this.mean = this.addWeight("mean", [channels], "float32", tf.initializers.zeros(), undefined, false);
    this.variance = this.addWeight("variance", [channels], "float32", tf.initializers.ones(), undefined, false);
    this.addWeight("count", [], "int32", tf.initializers.zeros(), undefined, false);
    this.built = true;
  }

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() =>
      tf.div(
        tf.sub(onlyTensor(inputs, this.name), this.mean.read()),
        tf.maximum(tf.sqrt(this.variance.read()), 1e-7),
      )
    );
  }

  /** The numbers in use: mean, and variance not below 1e-14; both `[channels]`. */
  meanAndVariance(): [tf.Tensor, tf.Tensor] {
    return tf.tidy(() => [tf.clone(this.mean.read()), tf.maximum(this.variance.read(), 1e-14)]);
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return onlyShape(inputShape, this.name);
  }
}

tf.serialization.registerClass(Normalization);
