// Stock TensorFlow.js's side: tfjs-layers on tfjs-node with its own addon, run by Node. Working folder: its node_modules.
"use strict";
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const { createRequire } = require("node:module");
const require_ = createRequire(process.cwd() + "/");
const tf = require_("@tensorflow/tfjs-node");
const [batch, size] = process.argv.slice(2).map(Number);

function mobileNetV2() {
  const input = tf.input({ shape: [size, size, 3] });
  let channels = 3;
  const normalize = (x) => tf.layers.batchNormalization({ momentum: 0.999, epsilon: 1e-3 }).apply(x);
  const relu6 = (x) => tf.layers.reLU({ maxValue: 6 }).apply(x);
  const conv = (x, filters, kernelSize, strides) => {
    channels = filters;
    return tf.layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false }).apply(x);
  };
  const depthwise = (x, strides) =>
    tf.layers.depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false }).apply(x);
  const block = (x, filters, strides, expansion) => {
    const from = channels;
    let y = expansion === 1 ? x : relu6(normalize(conv(x, from * expansion, 1, 1)));
    y = normalize(conv(relu6(normalize(depthwise(y, strides))), filters, 1, 1));
    return strides === 1 && from === filters ? tf.layers.add().apply([x, y]) : y;
  };
  let x = relu6(normalize(conv(input, 32, 3, 2)));
  for (
    const [t, c, n, s] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [
      6,
      320,
      1,
      1,
    ]]
  ) {
    for (let i = 0; i < n; i++) x = block(x, c, i === 0 ? s : 1, t);
  }
  x = tf.layers.globalAveragePooling2d({}).apply(relu6(normalize(conv(x, 1280, 1, 1))));
  return tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 136 }).apply(tf.layers.dropout({ rate: 0.1 }).apply(x)),
  });
}

const model = mobileNetV2();
model.compile({ optimizer: tf.train.adam(1e-3), loss: "meanSquaredError" });
const x = tf.randomUniform([batch, size, size, 3]), y = tf.randomUniform([batch, 136], -0.5, 0.5);
const steps = async (count) => {
  for (let i = 0; i < count; i++) await model.trainOnBatch(x, y);
};
(async () => {
  await steps(1);
  console.log(
    JSON.stringify({
      version: `tfjs-layers on tfjs-node ${tf.version["tfjs-core"]}, libtensorflow ${
        tf.node ? tf.backend().binding.TF_Version : ""
      }`,
    }),
  );
  for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
    const started = performance.now();
    await steps(Number(line));
    console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000 }));
  }
})();
