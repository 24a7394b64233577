import * as tf from "@tensorflow/tfjs";
import { createInitializers } from "./initializers.ts";
import { initializeHead, LandmarkModel, type LandmarkModelOptions, resolveOptions } from "./landmark_model.ts";
import { BatchNormalization, Dropout, GlobalAveragePooling, ReLU6 } from "./layers/mod.ts";

/** Options of {@linkcode mobileNetV2}. */
export interface MobileNetV2Options extends LandmarkModelOptions {
  /** Width multiplier: every layer has about `alpha` times its channels. @default 1 */
  alpha?: number;
}

/** Name of the last layer, as in the ACR Loss release. */
export const MOBILENET_V2_HEAD = "O_L";

/** Expansion, output channels, repeats and stride of each stage: Sandler et al. 2018, table 2. */
const STAGES = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [
  6,
  320,
  1,
  1,
]] as const;

/** The multiple of 8 nearest to `channels`, not more than 10 % below it. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * MobileNetV2 as a landmark regressor: `[batch, size, size, 3]` in 0..1 to `[batch, 2M]` in the labels' unit.
 *
 * Layer names, weights and numbers equal `tf.keras.applications.MobileNetV2` followed by global average pooling,
 * dropout and a dense layer `O_L`. Keras pads by hand before a strided depthwise convolution (`block_n_pad`, then
 * 'valid'): for every fixed input size that is the padding that 'same' means, so it is left to the convolution and the
 * activations are not copied once more.
 */
export function mobileNetV2(options: MobileNetV2Options = {}): tf.LayersModel {
  const { alpha = 1 } = options;
  const resolved = resolveOptions(options, 0.1);
  if (!(alpha >= 0.1 && alpha <= 4)) {
    throw new RangeError(`Cannot make MobileNetV2 as its alpha must be in [0.1, 4]: ${alpha}`);
  }
  const { points, size, seed, dropout, initialize } = resolved;
  const initial = createInitializers(seed, { draw: initialize });

  const normalize = (x: tf.SymbolicTensor, name: string) =>
    new BatchNormalization({ name, momentum: 0.999, epsilon: 1e-3 }).apply(x) as tf.SymbolicTensor;
  const activate = (x: tf.SymbolicTensor, name: string) => new ReLU6({ name }).apply(x) as tf.SymbolicTensor;
  const convolve = (x: tf.SymbolicTensor, name: string, filters: number, kernelSize: number, strides: number) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: "same",
      useBias: false,
      kernelInitializer: initial.glorotUniform(name),
    }).apply(x) as tf.SymbolicTensor;
  const convolveDepthwise = (x: tf.SymbolicTensor, name: string, strides: number) =>
    tf.layers.depthwiseConv2d({
      name,
      kernelSize: 3,
      strides,
      padding: "same",
      useBias: false,
      depthwiseInitializer: initial.glorotUniform(name),
    }).apply(x) as tf.SymbolicTensor;

  const input = tf.input({ shape: [size, size, 3], name: "input_1" });
  let x = activate(normalize(convolve(input, "Conv1", roundChannels(32 * alpha), 3, 2), "bn_Conv1"), "Conv1_relu");
  let block = 0;
  for (const [expansion, filters, repeats, firstStride] of STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++, block++) {
      const shortcut = x;
      const channels = x.shape[3]!, wanted = roundChannels(Math.trunc(filters * alpha));
      const stride = repeat === 0 ? firstStride : 1;
      const prefix = block === 0 ? "expanded_conv" : `block_${block}`;
      if (expansion > 1) {
        x = convolve(x, `${prefix}_expand`, expansion * channels, 1, 1);
        x = activate(normalize(x, `${prefix}_expand_BN`), `${prefix}_expand_relu`);
      }
      x = convolveDepthwise(x, `${prefix}_depthwise`, stride);
      x = activate(normalize(x, `${prefix}_depthwise_BN`), `${prefix}_depthwise_relu`);
      x = normalize(convolve(x, `${prefix}_project`, wanted, 1, 1), `${prefix}_project_BN`);
      if (stride === 1 && channels === wanted) {
        x = tf.layers.add({ name: `${prefix}_add` }).apply([shortcut, x]) as tf.SymbolicTensor;
      }
    }
  }
  x = convolve(x, "Conv_1", alpha > 1 ? roundChannels(1280 * alpha) : 1280, 1, 1);
  x = activate(normalize(x, "Conv_1_bn"), "out_relu");
  x = new GlobalAveragePooling({ name: "global_average_pooling2d" }).apply(x) as tf.SymbolicTensor;
  x = new Dropout({ name: "dropout", rate: dropout, seed }).apply(x) as tf.SymbolicTensor;
  const output = tf.layers.dense({
    name: MOBILENET_V2_HEAD,
    units: 2 * points,
    kernelInitializer: initial.glorotUniform(MOBILENET_V2_HEAD),
  }).apply(x) as tf.SymbolicTensor;

  const model = new LandmarkModel({ inputs: input, outputs: output, name: "mobilenet_v2" });
  initializeHead(model, MOBILENET_V2_HEAD, resolved);
  return model;
}
