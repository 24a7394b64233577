import * as tf from "@tensorflow/tfjs";
import { createInitializers } from "./initializers.ts";
import { initializeHead, LandmarkModel, type LandmarkModelOptions, resolveOptions } from "./landmark_model.ts";
import { BatchNormalization, DropConnect, Dropout, GlobalAveragePooling, Normalization, Swish } from "./layers/mod.ts";
import { roundChannels } from "./mobilenet_v2.ts";

/** B0 is the network found by search; the others are B0 made wider and deeper. */
export type EfficientNetVariant = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Options of {@linkcode efficientNet}. */
export interface EfficientNetOptions extends LandmarkModelOptions {
  /** Which of B0 to B7. @default 0 */
  variant?: EfficientNetVariant;
  /** Chance of leaving out the last residual branch; earlier ones in proportion to their depth. @default 0.2 */
  dropConnect?: number;
  /**
   * Whose EfficientNet, number by number: `efficientnet` is the package of that name, which the ACR Loss release uses;
   * `applications` is `tf.keras.applications`, which begins with a layer `normalization` (7 more parameters, none
   * trained) and spreads drop-connect over the blocks that the variant really has, where the package counts B0's 16.
   * @default "efficientnet"
   */
  flavor?: "efficientnet" | "applications";
}

/** Name of the last layer, as in the ACR Loss release. */
export const EFFICIENTNET_HEAD = "out";

/** Width and depth multipliers: Tan and Le 2019, in their released code. */
export const EFFICIENTNET_SCALES: readonly (readonly [width: number, depth: number])[] = [
  [1, 1],
  [1, 1.1],
  [1.1, 1.2],
  [1.2, 1.4],
  [1.4, 1.8],
  [1.6, 2.2],
  [1.8, 2.6],
  [2, 3.1],
];

/** Kernel, repeats, output channels, expansion and stride of each stage of B0: Tan and Le 2019, table 1. */
const STAGES = [
  [3, 1, 16, 1, 1],
  [3, 2, 24, 6, 2],
  [5, 2, 40, 6, 2],
  [3, 3, 80, 6, 2],
  [5, 3, 112, 6, 1],
  [5, 4, 192, 6, 2],
  [3, 1, 320, 6, 1],
] as const;

/** Channels of the squeeze, as a share of the block's *input* channels. */
const SQUEEZE = 0.25;

/**
 * EfficientNet as a landmark regressor: `[batch, size, size, 3]` in 0..1 to `[batch, 2M]` in the labels' unit. Any size
 * goes with any variant.
 *
 * Layer names, weights and numbers equal the `efficientnet` package's (see {@linkcode EfficientNetOptions.flavor})
 * followed by global average pooling, dropout and a dense layer `out`. The padding layers of `tf.keras.applications`
 * (`stem_conv_pad`, `block2a_dwconv_pad`, ...) mean what 'same' means for a fixed input size, and are left out.
 */
export function efficientNet(options: EfficientNetOptions = {}): tf.LayersModel {
  const { variant = 0, dropConnect = 0.2, flavor = "efficientnet" } = options;
  const resolved = resolveOptions(options, 0.5);
  const scales = EFFICIENTNET_SCALES[variant];
  if (!scales) throw new RangeError(`Cannot make EfficientNet as its variant must be from 0 to 7: ${variant}`);
  if (flavor !== "efficientnet" && flavor !== "applications") {
    throw new RangeError(`Cannot make EfficientNet as its flavor must be efficientnet or applications: ${flavor}`);
  }
  if (!(dropConnect >= 0 && dropConnect < 0.29)) {
    // 0.29 times the 55 blocks of B7 over the package's 16 is a rate of 1.
    throw new RangeError(`Cannot make EfficientNet as its dropConnect must be in [0, 0.29): ${dropConnect}`);
  }
  const [width, depth] = scales;
  const { points, size, seed, dropout, initialize } = resolved;
  const initial = createInitializers(seed, { draw: initialize });

  const normalize = (x: tf.SymbolicTensor, name: string) =>
    new BatchNormalization({ name, momentum: 0.99, epsilon: 1e-3 }).apply(x) as tf.SymbolicTensor;
  const activate = (x: tf.SymbolicTensor, name: string) => new Swish({ name }).apply(x) as tf.SymbolicTensor;
  const convolve = (
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    { kernelSize = 1, strides = 1, activation }: {
      kernelSize?: number;
      strides?: number;
      activation?: "swish" | "sigmoid";
    } = {},
  ) =>
    tf.layers.conv2d({
      name,
      filters,
      kernelSize,
      strides,
      padding: "same",
      useBias: activation !== undefined,
      ...(activation && { activation }),
      kernelInitializer: initial.heNormalFanOut(name),
    }).apply(x) as tf.SymbolicTensor;

  /** Scales every channel by a number in 0..1 that the whole picture decides. */
  const excite = (x: tf.SymbolicTensor, prefix: string, squeezed: number) => {
    const channels = x.shape[3]!;
    let gate = new GlobalAveragePooling({ name: `${prefix}se_squeeze` }).apply(x) as tf.SymbolicTensor;
    gate = tf.layers.reshape({ name: `${prefix}se_reshape`, targetShape: [1, 1, channels] })
      .apply(gate) as tf.SymbolicTensor;
    gate = convolve(gate, `${prefix}se_reduce`, squeezed, { activation: "swish" });
    gate = convolve(gate, `${prefix}se_expand`, channels, { activation: "sigmoid" });
    return tf.layers.multiply({ name: `${prefix}se_excite` }).apply([x, gate]) as tf.SymbolicTensor;
  };

  const input = tf.input({ shape: [size, size, 3], name: "input_1" });
  let x = input;
  if (flavor === "applications") x = new Normalization({ name: "normalization" }).apply(x) as tf.SymbolicTensor;
  x = convolve(x, "stem_conv", roundChannels(32 * width), { kernelSize: 3, strides: 2 });
  x = activate(normalize(x, "stem_bn"), "stem_activation");

  const repeatsOf = (repeats: number) => Math.ceil(depth * repeats);
  const blocks = STAGES.reduce(
    (sum, [, repeats]) => sum + (flavor === "applications" ? repeatsOf(repeats) : repeats),
    0,
  );
  let block = 0;
  STAGES.forEach(([kernelSize, repeats, filters, expansion, firstStride], stage) => {
    for (let repeat = 0; repeat < repeatsOf(repeats); repeat++, block++) {
      const prefix = `block${stage + 1}${String.fromCharCode(97 + repeat)}_`;
      const shortcut = x;
      const channels = x.shape[3]!, wanted = roundChannels(filters * width);
      const strides = repeat === 0 ? firstStride : 1;
      if (expansion > 1) {
        x = convolve(x, `${prefix}expand_conv`, expansion * channels);
        x = activate(normalize(x, `${prefix}expand_bn`), `${prefix}expand_activation`);
      }
      x = tf.layers.depthwiseConv2d({
        name: `${prefix}dwconv`,
        kernelSize,
        strides,
        padding: "same",
        useBias: false,
        depthwiseInitializer: initial.heNormalFanOut(`${prefix}dwconv`),
      }).apply(x) as tf.SymbolicTensor;
      x = activate(normalize(x, `${prefix}bn`), `${prefix}activation`);
      x = excite(x, prefix, Math.max(1, Math.trunc(channels * SQUEEZE)));
      x = normalize(convolve(x, `${prefix}project_conv`, wanted), `${prefix}project_bn`);
      if (strides === 1 && channels === wanted) {
        const rate = dropConnect * block / blocks;
        if (rate > 0) x = new DropConnect({ name: `${prefix}drop`, rate, seed }).apply(x) as tf.SymbolicTensor;
        x = tf.layers.add({ name: `${prefix}add` }).apply([x, shortcut]) as tf.SymbolicTensor;
      }
    }
  });

  x = activate(normalize(convolve(x, "top_conv", roundChannels(1280 * width)), "top_bn"), "top_activation");
  x = new GlobalAveragePooling({ name: "avg_pool" }).apply(x) as tf.SymbolicTensor;
  x = new Dropout({ name: "top_dropout", rate: dropout, seed }).apply(x) as tf.SymbolicTensor;
  const output = tf.layers.dense({
    name: EFFICIENTNET_HEAD,
    units: 2 * points,
    kernelInitializer: initial.heUniform(EFFICIENTNET_HEAD),
  }).apply(x) as tf.SymbolicTensor;

  const model = new LandmarkModel({ inputs: input, outputs: output, name: `efficientnet_b${variant}` });
  initializeHead(model, EFFICIENTNET_HEAD, resolved);
  return model;
}
