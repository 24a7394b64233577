import * as tf from "@tensorflow/tfjs";

/** Makes the symbolic output that stands for `layer`, or undefined for "a copy of the layer itself". */
export type Replace = (layer: tf.layers.Layer, inputs: tf.SymbolicTensor[]) => tf.SymbolicTensor | undefined;

/** The layers whose outputs a layer takes. */
export function inputLayers(layer: tf.layers.Layer): tf.layers.Layer[] {
  return layer.inboundNodes[0]?.inboundLayers ?? [];
}

/** The layers of `model` that take a layer's output. */
export function consumers(model: tf.LayersModel, layer: tf.layers.Layer): tf.layers.Layer[] {
  return model.layers.filter((other) => inputLayers(other).includes(layer));
}

/** A new layer of the same class, name and settings, with weights of its own. */
export function copyOf(layer: tf.layers.Layer, changes: Record<string, unknown> = {}): tf.layers.Layer {
  const Class = layer.constructor as new (config: unknown) => tf.layers.Layer;
  return new Class({ ...layer.getConfig(), ...changes });
}

/** Applies a layer to one input or several. */
export function apply(layer: tf.layers.Layer, inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.SymbolicTensor;
}

/** What {@linkcode rebuild} makes. */
export interface Rebuilt {
  readonly model: tf.LayersModel;
  /** The layers that were not replaced, and their copies. */
  readonly copies: readonly (readonly [from: tf.layers.Layer, to: tf.layers.Layer])[];
}

/**
 * Builds a model anew, layer by layer, with some layers replaced. Layers that are copied get the old one's weights;
 * whoever replaces one fills it. Only for models of one input and one output in which no layer is used twice.
 */
export function rebuild(model: tf.LayersModel, replace: Replace): Rebuilt {
  const made = new Map<tf.layers.Layer, tf.SymbolicTensor>();
  let input: tf.SymbolicTensor | undefined;
  const copies: [from: tf.layers.Layer, to: tf.layers.Layer][] = [];
  for (const layer of model.layers) {
    if (layer.inboundNodes.length > 1) {
      throw new TypeError(`Cannot rebuild ${model.name} as a layer is used more than once: '${layer.name}'`);
    }
    const inputs = inputLayers(layer).map((from) => made.get(from)!);
    if (inputs.length === 0) {
      if (input) throw new TypeError(`Cannot rebuild ${model.name} as it has several inputs: '${layer.name}'`);
      input = tf.input({ batchShape: layer.batchInputShape as number[], name: layer.name });
      made.set(layer, input);
      continue;
    }
    let output = replace(layer, inputs);
    if (!output) {
      const copy = copyOf(layer);
      output = apply(copy, inputs);
      copies.push([layer, copy]);
    }
    made.set(layer, output);
  }
  const last = (model.outputs[0] as unknown as { sourceLayer: tf.layers.Layer }).sourceLayer;
  const rebuilt = new tf.LayersModel({ inputs: input!, outputs: made.get(last)!, name: model.name });
  tf.tidy(() => copies.forEach(([from, to]) => to.setWeights(from.getWeights())));
  return { model: rebuilt, copies };
}
