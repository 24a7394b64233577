import * as tf from "@tensorflow/tfjs";
import { relu6, swish } from "@/tensorflow/ops/mod.ts";
import { type LayerShape, onlyShape, onlyTensor } from "./inputs.ts";

/** `min(max(x, 0), 6)`: Keras's `ReLU(max_value=6)` with a native gradient. */
export class ReLU6 extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "ReLU6";

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return relu6(onlyTensor(inputs, this.name));
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return onlyShape(inputShape, this.name);
  }
}

/** `x * sigmoid(x)`, keeping only `x` for the gradient. */
export class Swish extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "Swish";

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return swish(onlyTensor(inputs, this.name));
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    return onlyShape(inputShape, this.name);
  }
}

tf.serialization.registerClass(ReLU6);
tf.serialization.registerClass(Swish);
