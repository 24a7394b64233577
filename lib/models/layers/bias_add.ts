import * as tf from "@tensorflow/tfjs";
import { biasAdd } from "@/tensorflow/ops/mod.ts";
import { type LayerShape, onlyShape, onlyTensor } from "./inputs.ts";

/** Arguments of {@linkcode BiasAdd}. */
export interface BiasAddArgs {
  /** The layer's name. @default made of its class */
  name?: string;
}

/** Adds a bias `[channels]` by the native op, which TensorFlow fuses with the convolution before it. */
export class BiasAdd extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "BiasAdd";
  private bias!: tf.LayerVariable;

  /** Makes the weights, for inputs of this shape. */
  override build(inputShape: LayerShape | LayerShape[]): void {
    const shape = onlyShape(inputShape, this.name);
    const channels = shape.at(-1);
    if (channels === null || channels === undefined) {
      throw new TypeError(`Cannot build layer '${this.name}' as its channels are unknown: [${shape}]`);
    }
    this.bias = this.addWeight("bias", [channels], "float32", tf.initializers.zeros(), undefined, true);
    this.built = true;
  }

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return biasAdd(onlyTensor(inputs, this.name), this.bias.read() as tf.Tensor1D);
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return onlyShape(inputShape, this.name);
  }
}

tf.serialization.registerClass(BiasAdd);
