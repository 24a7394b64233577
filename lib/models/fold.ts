import * as tf from "@tensorflow/tfjs";
import { BatchNormalization, BiasAdd, DropConnect, Dropout } from "./layers/mod.ts";
import { apply, consumers, copyOf, inputLayers, rebuild } from "./rebuild.ts";

/**
 * An inference copy of a model: batch normalization with its moving averages folded into the convolution before it
 * (kernel times `gamma / sqrt(variance + epsilon)`, and a bias), dropout left out. The outputs are the same but for
 * rounding; there is one pass over memory less per convolution. The copy has weights of its own and cannot be trained.
 *
 * Each folded convolution `c` is followed by a layer `c_bias`; TensorFlow fuses the two and the activation behind them.
 */
export function foldBatchNormalization(model: tf.LayersModel): tf.LayersModel {
  const folded: {
    convolution: tf.layers.Layer;
    normalization: BatchNormalization;
    to: tf.layers.Layer;
    bias: BiasAdd;
  }[] = [];
  /** The normalization that is the only one to take this convolution's output. */
  const normalizationOf = (layer: tf.layers.Layer): BatchNormalization | undefined => {
    if (!["Conv2D", "DepthwiseConv2D"].includes(layer.getClassName())) return undefined;
    const { useBias, activation } = layer.getConfig();
    const [only, ...others] = consumers(model, layer);
    const plain = !useBias && (activation === "linear" || activation === null || activation === undefined);
    return plain && others.length === 0 && only instanceof BatchNormalization ? only : undefined;
  };
  const rebuilt = rebuild(model, (layer, inputs) => {
    if (layer instanceof Dropout || layer instanceof DropConnect) return inputs[0];
    const normalization = normalizationOf(layer);
    if (normalization) {
      const to = copyOf(layer), bias = new BiasAdd({ name: `${layer.name}_bias` });
      folded.push({ convolution: layer, normalization, to, bias });
      return apply(bias, [apply(to, inputs)]);
    }
    const [before] = inputLayers(layer);
    if (layer instanceof BatchNormalization && before && normalizationOf(before) === layer) return inputs[0];
    return undefined;
  });
  tf.tidy(() => {
    for (const { convolution, normalization, to, bias } of folded) {
      const [kernel] = convolution.getWeights() as [tf.Tensor];
      const { scale, shift } = affine(normalization);
      // A depthwise kernel is [height, width, channels, 1].
      const across = convolution.getClassName() === "DepthwiseConv2D" ? tf.reshape(scale, [-1, 1]) : scale;
      to.setWeights([tf.mul(kernel, across)]);
      bias.setWeights([shift]);
    }
  });
  rebuilt.trainable = false;
  return rebuilt;
}

/** Batch normalization with moving averages as `x * scale + shift`, both `[channels]`. */
export function affine(layer: BatchNormalization): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
  const [gamma, beta, mean, variance] = layer.getWeights() as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, layer.epsilon))) as tf.Tensor1D;
  return { scale, shift: tf.sub(beta, tf.mul(mean, scale)) as tf.Tensor1D };
}
