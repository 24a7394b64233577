import * as tf from "@tensorflow/tfjs";
import { foldBatchNormalization } from "./fold.ts";
import {
  BatchNormalization,
  BiasAdd,
  DropConnect,
  Dropout,
  GlobalAveragePooling,
  Normalization,
  ReLU6,
  Swish,
} from "./layers/mod.ts";
import { apply, consumers, copyOf, inputLayers, rebuild } from "./rebuild.ts";

/** Options of {@linkcode toPlainModel}. */
export interface PlainModelOptions {
  /** Also folds batch normalization into the convolutions: for inference, about half as many layers. @default false */
  fold?: boolean;
}

/**
 * A copy of a model out of stock tfjs layers only, so that `tf.loadLayersModel` reads it anywhere with no class of this
 * library. The same numbers; in training slower, and dropout without a seed.
 */
export function toPlainModel(model: tf.LayersModel, { fold = false }: PlainModelOptions = {}): tf.LayersModel {
  const source = fold ? foldBatchNormalization(model) : model;
  const fills: [to: tf.layers.Layer, weights: () => tf.Tensor[]][] = [];
  const biasOf = (layer: tf.layers.Layer) => {
    const [only] = consumers(source, layer);
    return only instanceof BiasAdd ? only : undefined;
  };
  const { model: plain } = rebuild(source, (layer, inputs) => {
    if (layer instanceof BiasAdd) {
      const [before] = inputLayers(layer);
      if (before && biasOf(before) === layer) return inputs[0];
    }
    const bias = biasOf(layer);
    const to = bias ? copyOf(layer, { useBias: true }) : stockLayer(layer);
    if (!to) return undefined;
    if (layer.weights.length > 0) {
      fills.push([to, () => {
        if (layer instanceof Normalization) return layer.meanAndVariance();
        return [...layer.getWeights(), ...(bias?.getWeights() ?? [])];
      }]);
    }
    return apply(to, inputs);
  });
  tf.tidy(() => fills.forEach(([to, weights]) => to.setWeights(weights())));
  if (fold) source.dispose();
  return plain;
}

/** The stock layer that computes what one of ours does; undefined for layers that are stock already. */
function stockLayer(layer: tf.layers.Layer): tf.layers.Layer | undefined {
  const { name } = layer;
  if (layer instanceof BatchNormalization) {
    return tf.layers.batchNormalization({ name, momentum: layer.momentum, epsilon: layer.epsilon });
  }
  if (layer instanceof ReLU6) return tf.layers.reLU({ name, maxValue: 6 });
  if (layer instanceof Swish) return tf.layers.activation({ name, activation: "swish" });
  if (layer instanceof GlobalAveragePooling) return tf.layers.globalAveragePooling2d({ name });
  if (layer instanceof DropConnect) {
    return tf.layers.dropout({ name, rate: layer.rate, noiseShape: [null, 1, 1, 1] as unknown as number[] });
  }
  if (layer instanceof Dropout) return tf.layers.dropout({ name, rate: layer.rate });
  // Without scale and shift, batch normalization is (x - mean) / sqrt(variance).
  if (layer instanceof Normalization) {
    return tf.layers.batchNormalization({ name, center: false, scale: false, epsilon: 0, trainable: false });
  }
  return undefined;
}
