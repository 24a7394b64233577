import type * as tf from "@tensorflow/tfjs";

/**
 * Numbers in [0, 1) that TypeScript and Python compute alike (keras_peer.py): murmur3's finaliser over a stream number
 * and an index. They stand in for trained weights in tests against Keras, with no weight file to keep.
 */
export function formula(stream: number, length: number): Float64Array {
  const values = new Float64Array(length);
  const start = Math.imul(stream, 0x9e3779b1);
  for (let i = 0; i < length; i++) {
    let x = i ^ start;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = ((x ^ (x >>> 16)) >>> 0) / 4294967296;
  }
  return values;
}

/** Stream of the test pictures; weights count from 1. */
const PICTURES = 1_000_003;

/** Test pictures `[count, size, size, 3]` in 0..1: noise over slow waves, so that every layer has something to see. */
export function formulaImages(count: number, size: number): Float32Array {
  const noise = formula(PICTURES, count * size * size * 3);
  return mapped(noise, (value, i) => 0.5 * value + 0.5 * (Math.floor(i / 3) % size) / size);
}

/** Test labels `[count, 2M]` in -0.5..0.5. */
export function formulaLabels(count: number, points: number): Float32Array {
  return mapped(formula(PICTURES + 1, count * 2 * points), (value) => value - 0.5);
}

/** `Float32Array.from` goes through an iterator, which takes a second for EfficientNet-B3. */
function mapped(values: Float64Array, map: (value: number, index: number) => number): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = map(values[i]!, i);
  return result;
}

/**
 * Fills a model with formula weights of sensible size, moving averages included, so that activations stay near 1 in
 * depth and no layer is left at a value that would hide a mistake.
 */
export function fillByFormula(model: tf.LayersModel, tfjs: typeof tf): void {
  let stream = 0;
  tfjs.tidy(() => {
    for (const layer of model.layers) {
      for (const variable of layer.weights) {
        const name = variable.originalName.split("/").at(-1)!, shape = variable.shape as number[];
        if (name === "count") continue;
        const size = shape.reduce((product, side) => product * side, 1);
        const unit = formula(++stream, size);
        const fan = layer.getClassName() === "DepthwiseConv2D" ? shape[0]! * shape[1]! : size / shape.at(-1)!;
        const limit = Math.sqrt(3 / fan);
        const value = name.endsWith("kernel")
          ? (u: number) => (2 * u - 1) * limit
          : name === "gamma" || name.endsWith("variance")
          ? (u: number) => 0.5 + u
          : (u: number) => (u - 0.5) / 2;
        variable.write(tfjs.tensor(mapped(unit, value), shape));
      }
    }
  });
}
