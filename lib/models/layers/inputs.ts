import type * as tf from "@tensorflow/tfjs";

/** A layer's input or output shape with the batch unknown, as `[null, 7, 7, 1280]`. */
export type LayerShape = (number | null)[];

/** The only tensor of a layer's inputs, which tfjs gives bare or as a list of one. */
export function onlyTensor(inputs: tf.Tensor | tf.Tensor[], layer: string): tf.Tensor {
  if (!Array.isArray(inputs)) return inputs;
  const [first] = inputs;
  if (first === undefined || inputs.length > 1) {
    throw new TypeError(`Cannot run layer '${layer}' as it takes one input: ${inputs.length}`);
  }
  return first;
}

/** The only shape of a layer's input shapes. */
export function onlyShape(shape: LayerShape | LayerShape[], layer: string): LayerShape {
  if (!Array.isArray(shape[0])) return shape as LayerShape;
  if (shape.length > 1) throw new TypeError(`Cannot build layer '${layer}' as it takes one input: ${shape.length}`);
  return shape[0];
}
