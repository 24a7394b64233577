import * as tf from "@tensorflow/tfjs";
import type { Loss } from "@/losses/loss.ts";
import { compile } from "@/tensorflow/compile.ts";
import { clipByGlobalNorm } from "./clipping.ts";
import type { Optimizer } from "./optimizer.ts";
import type { WeightAverage } from "./weight_average.ts";

/** Options of {@linkcode createStep}. */
export interface StepOptions {
  /** Whose weights change. */
  model: tf.LayersModel;
  /** What is minimized. */
  loss: Loss;
  /** Made for {@linkcode trainableVariables} of the model. */
  optimizer: Optimizer;
  /** Largest length of all gradients together; 0 for no limit. @default 0 */
  clipNorm?: number;
  /** Takes the new weights in after every step. */
  average?: WeightAverage | undefined;
  /** Runs as one graph on backends that can. @default true */
  compiled?: boolean;
}

/** What one training step is given. */
export interface StepInputs {
  /** `[B, S, S, 3]` in 0..1. */
  readonly images: Float32Array;
  /** `[B, 2M]`, normalised. */
  readonly labels: Float32Array;
  /** Phi `[B, 2M]`, where the loss needs it. */
  readonly difficulty: Float32Array | undefined;
  /** Faces in the batch. */
  readonly size: number;
  /** Of this step. */
  readonly learningRate: number;
  /** Seed and number of the step: they decide the dropout masks. */
  readonly key: readonly [number, number];
}

/** What one training step tells. */
export interface StepResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** Length of each variable's gradient, in the order of {@linkcode trainableVariables}. */
  readonly gradientNorms: Float32Array;
}

/** One step of training: forward, backward, update. */
export interface TrainingStep {
  /** Does one step on one batch. */
  run(inputs: StepInputs): Promise<StepResult>;
  /** Frees the compiled function; model and optimizer stay. */
  dispose(): void;
}

/** The variables that a model trains, in a fixed order. */
export function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/**
 * Creates the training step: batch norm with batch statistics, gradients of the loss, clipping, the optimizer's update
 * and the weight average. Everything that varies between steps enters as a tensor, so that one graph serves the run.
 */
export function createStep(options: StepOptions): TrainingStep {
  const { model, loss, optimizer, clipNorm = 0, average, compiled = true } = options;
  const variables = trainableVariables(model);
  const [, height, width, channels] = model.inputs[0]!.shape;
  const outputs = model.outputs[0]!.shape[1]!;

  const step = (
    images: tf.Tensor4D,
    target: tf.Tensor2D,
    difficulty: tf.Tensor2D,
    learningRate: tf.Scalar,
    key: tf.Tensor1D,
  ) => {
    const { value, grads } = tf.variableGrads(() => {
      const prediction = model.apply(images, { training: true, key }) as tf.Tensor2D;
      return loss.compute(loss.needsDifficulty ? { target, prediction, difficulty } : { target, prediction });
    }, variables);
    const squares = tf.stack(variables.map(({ name }) => grads[name]!.square().sum()));
    const used = clipNorm > 0 ? clipByGlobalNorm(grads, clipNorm, squares.sum().sqrt() as tf.Scalar) : grads;
    optimizer.apply(used, learningRate);
    average?.update();
    return { loss: value, gradientNorms: squares.sqrt() };
  };
  const compiledStep = compiled ? compile(step, { name: "train", verify: false }) : undefined;

  return {
    async run({ images, labels, difficulty, size, learningRate, key }) {
      const inputs = [
        tf.tensor4d(images, [size, height!, width!, channels!]),
        tf.tensor2d(labels, [size, outputs]),
        loss.needsDifficulty ? tf.tensor2d(difficulty!, [size, outputs]) : tf.zeros([1, 1]) as tf.Tensor2D,
        tf.scalar(learningRate),
        tf.tensor1d(Int32Array.from(key), "int32"),
      ] as const;
      const result = compiledStep ? compiledStep(...inputs) : tf.tidy(() => step(...inputs));
      const [lossValue, norms] = await Promise.all([result.loss.data(), result.gradientNorms.data()]);
      const told = { loss: lossValue[0]!, gradientNorms: (norms as Float32Array).slice() };
      tf.dispose([inputs as unknown as tf.Tensor[], result as unknown as tf.Tensor]);
      return told;
    },
    dispose() {
      compiledStep?.dispose();
    },
  };
}
