import type * as tf from "@tensorflow/tfjs";

/** What one network costs, counted over its layers. */
export interface ModelCost {
  /** All weights, also those that training does not change (moving averages). */
  parameters: number;
  /** Weights that training changes. */
  trainable: number;
  /** Multiply-accumulates of the convolutions and matrix products of one image. */
  macs: number;
  /**
   * Floating-point operations of those layers for one image, a multiply-accumulate counted as two, as TensorFlow's
   * profiler counts them. (Papers often print multiply-accumulates as "FLOPs".)
   */
  flops: number;
}

const elements = (shape: readonly (number | null)[]) => shape.slice(1).reduce<number>((n, side) => n * (side ?? 1), 1);

function outputShape(layer: tf.layers.Layer): (number | null)[] {
  const shape = layer.outputShape;
  return (Array.isArray(shape[0]) ? shape[0] : shape) as (number | null)[];
}

/** Multiply-accumulates of one layer for one image: each output value takes one per weight that it sees. */
export function layerMacs(layer: tf.layers.Layer): number {
  const kernel = layer.weights[0]?.shape as number[] | undefined;
  if (!kernel) return 0;
  const outputs = elements(outputShape(layer));
  switch (layer.getClassName()) {
    case "Conv2D":
      return outputs * kernel[0]! * kernel[1]! * kernel[2]!;
    case "DepthwiseConv2D":
      return outputs * kernel[0]! * kernel[1]!;
    case "Dense":
      return outputs * kernel[0]!;
    default:
      return 0;
  }
}

/** What one layer costs. */
export interface LayerCost {
  /** The layer's name. */
  name: string;
  /** Its class, as `Conv2D`. */
  kind: string;
  /** Shape of its output for one image. */
  output: number[];
  /** All its weights. */
  parameters: number;
  /** Multiply-accumulates for one image. */
  macs: number;
}

/** Counts a model layer by layer. */
export function layerCosts(model: tf.LayersModel): LayerCost[] {
  return model.layers.map((layer) => ({
    name: layer.name,
    kind: layer.getClassName(),
    output: outputShape(layer).slice(1) as number[],
    parameters: layer.countParams(),
    macs: layerMacs(layer),
  }));
}

/** Counts a model's parameters and arithmetic. Nothing is run; only shapes are read. */
export function modelCost(model: tf.LayersModel): ModelCost {
  const count = (weights: { shape: (number | null)[] }[]) =>
    weights.reduce((sum, { shape }) => sum + elements([null, ...shape]), 0);
  const macs = model.layers.reduce((sum, layer) => sum + layerMacs(layer), 0);
  return {
    parameters: count(model.weights),
    trainable: count(model.trainableWeights),
    macs,
    flops: 2 * macs,
  };
}
