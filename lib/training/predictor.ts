import * as tf from "@tensorflow/tfjs";
import { type FoldedModel, followFolded } from "@/models/fold.ts";
import { compile } from "@/tensorflow/compile.ts";

/** Options of {@linkcode createPredictor}. */
export interface PredictorOptions {
  /** Faces per step. @default 32 */
  batch?: number;
  /** Runs as one graph on backends that can. @default true */
  compiled?: boolean;
}

/** Runs a model over uint8 crops. */
export interface Predictor {
  /**
   * Predicts the faces `indices` of `images`, or all of them.
   *
   * @param images `[N, S, S, 3]` RGB
   * @param progress called with the number of faces done
   * @returns `[N, 2M]`, normalised labels, in the order of `indices`
   */
  predict(images: Uint8Array, indices?: ArrayLike<number>, progress?: (done: number) => void): Promise<Float32Array>;
  /** Frees the compiled function; the model stays. */
  dispose(): void;
}

/**
 * Creates a predictor for a landmark model: `[batch, S, S, 3]` in 0..1 to `[batch, 2M]`. It always has the weights of
 * the moment, also of a model that is being trained. Compiled, it runs a copy whose batch norm is folded into the
 * convolutions, twice as fast.
 */
export function createPredictor(
  model: tf.LayersModel,
  { batch = 32, compiled = true }: PredictorOptions = {},
): Predictor {
  const [, height, width, channels] = model.inputs[0]!.shape;
  const outputs = model.outputs[0]!.shape[1]!;
  const pixels = height! * width! * channels!;
  /** Null for a model of one's own that is built so that it cannot be folded: it runs as it is. */
  let folded: FoldedModel | null | undefined;
  const forward = (images: tf.Tensor) => (folded?.model ?? model).apply(images, { training: false }) as tf.Tensor;
  const run = compiled ? compile(forward, { name: "predict", verify: false }) : undefined;
  const prepare = () => {
    if (!compiled || folded === null) return;
    if (folded) return folded.refresh();
    try {
      folded = followFolded(model);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      folded = null;
    }
  };
  return {
    async predict(images, indices, progress) {
      const count = indices?.length ?? images.length / pixels;
      if (!Number.isInteger(images.length / pixels)) {
        throw new TypeError(
          `Cannot predict as images must be [N, ${height}, ${width}, ${channels}] numbers: ${images.length}`,
        );
      }
      prepare();
      const predictions = new Float32Array(count * outputs);
      // A last batch of another size would need a graph of its own: it is filled up, and the surplus dropped.
      const rows = Math.min(batch, count);
      for (let done = 0; done < count; done += rows) {
        const filled = Math.min(rows, count - done);
        const values = new Float32Array(rows * pixels);
        for (let row = 0; row < filled; row++) {
          const face = indices ? indices[done + row]! : done + row;
          const from = face * pixels, to = row * pixels;
          if (from + pixels > images.length) throw new RangeError(`Cannot predict as there is no such face: ${face}`);
          for (let i = 0; i < pixels; i++) values[to + i] = images[from + i]! / 255;
        }
        const input = tf.tensor(values, [rows, height!, width!, channels!]);
        const output = run ? run(input) : tf.tidy(() => forward(input));
        predictions.set((await output.data() as Float32Array).subarray(0, filled * outputs), done * outputs);
        input.dispose();
        output.dispose();
        progress?.(done + filled);
      }
      return predictions;
    },
    dispose() {
      run?.dispose();
      folded?.dispose();
    },
  };
}
