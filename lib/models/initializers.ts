import * as tf from "@tensorflow/tfjs";
import { hashSeed } from "@/random.ts";

// Keras widens a truncated normal so that its standard deviation is the one asked for; tfjs does not.
const TRUNCATED_STDDEV = 0.87962566103423978;

/**
 * Keras's initializers with a seed per layer, derived from the model's seed and the layer's name: adding a layer leaves
 * the others' first weights as they were. All are stock tfjs initializers, so that a saved model names no class of ours.
 */
export interface Initializers {
  glorotUniform(layer: string): Initializer;
  heUniform(layer: string): Initializer;
  /** EfficientNet's: truncated normal of variance 2 / fan-out. */
  heNormalFanOut(layer: string): Initializer;
}

type Initializer = ReturnType<typeof tf.initializers.zeros>;

/**
 * Creates the initializers of one model. Those that are not to `draw` give zeros at once, but still say in the model's
 * configuration what they are.
 */
export function createInitializers(seed: number, { draw = true } = {}): Initializers {
  // tfjs takes a seed of 0 for "no seed".
  const seedOf = (layer: string) => hashSeed(seed, "weights", layer) || 1;
  const made = (initializer: Initializer) => {
    if (!draw) initializer.apply = (shape, dtype) => tf.zeros(shape as number[], dtype);
    return initializer;
  };
  return {
    glorotUniform: (layer) => made(tf.initializers.glorotUniform({ seed: seedOf(layer) })),
    heUniform: (layer) => made(tf.initializers.heUniform({ seed: seedOf(layer) })),
    heNormalFanOut: (layer) =>
      made(tf.initializers.varianceScaling({
        scale: 2 / TRUNCATED_STDDEV ** 2,
        mode: "fanOut",
        distribution: "normal",
        seed: seedOf(layer),
      })),
  };
}
