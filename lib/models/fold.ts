import * as tf from "@tensorflow/tfjs";
import { compile } from "@/tensorflow/compile.ts";
import { BatchNormalization, BiasAdd, DropConnect, Dropout } from "./layers/mod.ts";
import { apply, consumers, copyOf, inputLayers, rebuild } from "./rebuild.ts";

/** An inference copy of a model that can follow it. */
export interface FoldedModel {
  readonly model: tf.LayersModel;
  /** Takes over the weights that the original has now; a few milliseconds. */
  refresh(): void;
  /** Frees the copy; the original stays. */
  dispose(): void;
}

/**
 * An inference copy of a model: batch normalization with its moving averages folded into the convolution before it
 * (kernel times `gamma / sqrt(variance + epsilon)`, and a bias), dropout left out. The outputs are the same but for
 * rounding; there is one pass over memory less per convolution. The copy has weights of its own and cannot be trained.
 *
 * Each folded convolution `c` is followed by a layer `c_bias`; TensorFlow fuses the two and the activation behind them.
 */
export function foldBatchNormalization(model: tf.LayersModel): tf.LayersModel {
  return followFolded(model).model;
}

/**
 * As {@linkcode foldBatchNormalization}, for a model that goes on being trained.
 *
 * @throws {TypeError} When the model has several inputs or uses a layer twice.
 */
export function followFolded(model: tf.LayersModel): FoldedModel {
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
  const { model: rebuilt, copies } = rebuild(model, (layer, inputs) => {
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
  const targets = [...folded.flatMap(({ to, bias }) => [to, bias]), ...copies.map(([, to]) => to)].flatMap(variables);
  const values = () => [
    ...folded.flatMap(({ convolution, normalization }) => {
      const [kernel] = convolution.getWeights() as [tf.Tensor];
      const { scale, shift } = affine(normalization);
      // A depthwise kernel is [height, width, channels, 1].
      const across = convolution.getClassName() === "DepthwiseConv2D" ? tf.reshape(scale, [-1, 1]) : scale;
      return [tf.mul(kernel, across), shift];
    }),
    ...copies.flatMap(([from]) => from.getWeights()),
  ];
  const update = compile(() => {
    values().forEach((value, i) => targets[i]!.assign(value));
    return [];
  }, { name: "fold", verify: false });
  const refresh = () => tf.tidy(() => void update());
  refresh();
  rebuilt.trainable = false;
  return {
    model: rebuilt,
    refresh,
    dispose() {
      update.dispose();
      rebuilt.dispose();
    },
  };
}

/** The variables that a layer's weights stand in. */
function variables(layer: tf.layers.Layer): tf.Variable[] {
  return layer.weights.map((weight) => weight.read() as tf.Variable);
}

/** Batch normalization with moving averages as `x * scale + shift`, both `[channels]`. */
export function affine(layer: BatchNormalization): { scale: tf.Tensor1D; shift: tf.Tensor1D } {
  const [gamma, beta, mean, variance] = layer.getWeights() as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  const scale = tf.div(gamma, tf.sqrt(tf.add(variance, layer.epsilon))) as tf.Tensor1D;
  return { scale, shift: tf.sub(beta, tf.mul(mean, scale)) as tf.Tensor1D };
}
