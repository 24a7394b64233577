/**
 * What `backend_test.ts` runs in a fresh process: starts the backend given as JSON, computes a small network forward,
 * trains it for five steps where asked to, and prints what came out as JSON.
 */
import * as tf from "@tensorflow/tfjs";
import { messageOf } from "@/errors.ts";
import { type BackendInfo, type BackendName, type BackendOptions, useBackend } from "./backend.ts";
import { batchNorm, globalAveragePool, relu6, swish } from "./ops/mod.ts";

/** What the child prints. */
export interface Outcome {
  readonly info?: BackendInfo;
  /** `[4, 3]` outputs of the untrained network. */
  readonly forward?: readonly number[];
  /** Loss before each of five Adam steps. */
  readonly losses?: readonly number[];
  /** All trained weights, in their order. */
  readonly weights?: readonly number[];
  /** Of the error that ended the last part. */
  readonly error?: string;
}

/** Values in [-0.5, 0.5) that any language can make again. */
function values(shape: number[], seed: number): tf.Tensor {
  const data = Float32Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, i) => ((Math.imul(i + 1, 2654435761) ^ Math.imul(seed, 40503)) >>> 0) / 2 ** 32 - 0.5,
  );
  return tf.tensor(data, shape);
}

/** `then` is a backend to go over to before anything is computed. */
async function compute(options: BackendOptions, training: boolean, then?: BackendName): Promise<Outcome> {
  let info = await useBackend(options);
  if (then !== undefined) info = await useBackend({ backend: then });
  const x = values([4, 8, 8, 3], 1) as tf.Tensor4D, target = values([4, 3], 2);
  const conv = tf.variable(values([3, 3, 3, 6], 3) as tf.Tensor4D);
  const depthwise = tf.variable(values([3, 3, 6, 1], 4) as tf.Tensor4D);
  const dense = tf.variable(values([6, 3], 5) as tf.Tensor2D);
  const [gamma1, gamma2] = [tf.variable(tf.ones([6])), tf.variable(tf.ones([6]))] as tf.Variable<tf.Rank.R1>[];
  const [beta1, beta2] = [tf.variable(tf.zeros([6])), tf.variable(tf.zeros([6]))] as tf.Variable<tf.Rank.R1>[];
  const network = () => {
    let y: tf.Tensor4D = tf.conv2d(x, conv, 1, "same");
    y = relu6(batchNorm(y, gamma1!, beta1!, 1e-3).y);
    y = tf.depthwiseConv2d(y, depthwise, 2, "same");
    y = swish(batchNorm(y, gamma2!, beta2!, 1e-3).y);
    return tf.matMul(globalAveragePool(y), dense);
  };
  const forward = [...await tf.tidy(network).data()];
  if (!training) return { info, forward };
  const optimizer = tf.train.adam(0.05);
  const losses: number[] = [];
  try {
    for (let step = 0; step < 5; step++) {
      const loss = optimizer.minimize(() => network().sub(target).square().mean(), true)!;
      losses.push((await loss.data())[0]!);
    }
  } catch (error) {
    return { info, forward, error: messageOf(error) };
  }
  const weights: number[] = [];
  for (const variable of [conv, gamma1!, beta1!, depthwise, gamma2!, beta2!, dense]) {
    weights.push(...await variable.data());
  }
  return { info, forward, losses, weights };
}

if (import.meta.main) {
  const { training, then, ...options } = JSON.parse(Deno.args[0]!) as BackendOptions & {
    training: boolean;
    then?: BackendName;
  };
  const outcome = await compute(options, training, then).catch((error): Outcome => ({ error: messageOf(error) }));
  console.log(JSON.stringify(outcome));
  Deno.exit(0); // a WebGPU device would keep the process alive
}
