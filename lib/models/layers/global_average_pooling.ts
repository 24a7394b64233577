import * as tf from "@tensorflow/tfjs";
import { globalAveragePool } from "@/tensorflow/ops/mod.ts";
import { type LayerShape, onlyShape, onlyTensor } from "./inputs.ts";

/** Mean over height and width: `[batch, height, width, channels]` to `[batch, channels]`. */
export class GlobalAveragePooling extends tf.layers.Layer {
  /** The name in saved models. @nocollapse */
  static className = "FusedGlobalAveragePooling2D";

  /** Applies the layer. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return globalAveragePool(onlyTensor(inputs, this.name) as tf.Tensor4D);
  }

  /** The output's shape, of the input's; `null` is the batch. */
  override computeOutputShape(inputShape: LayerShape | LayerShape[]): LayerShape {
    const [batch, , , channels] = onlyShape(inputShape, this.name);
    return [batch ?? null, channels ?? null];
  }
}

tf.serialization.registerClass(GlobalAveragePooling);
