import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "./backend.ts";
import { compile } from "./compile.ts";
import { parseRunMetadata, timesByOp } from "./profile.ts";

/**
 * TensorFlow 2.21.0: a `config_pb2.RunMetadata` with two devices; nodes conv (start 1700000000000000, op from 2 to 152 us),
 * conv_1 (+200, 0 to 50), _SINK (+300, 0 to 3) and relu:Relu (+310, 1 to 8).
 */
const GOLDEN =
  "0aee010abd010a2c2f6a6f623a6c6f63616c686f73742f7265706c6963613a302f7461736b3a302f6465766963653a4350553a30" +
  "12310a04636f6e76108080f9c0c1c4820318022098012899014218636f6e76203d20436f6e76324428782c206b65726e656c2912340a06" +
  "636f6e765f3110c881f9c0c1c4820320322833421d636f6e765f31203d20436f6e76324428636f6e762c206b65726e656c2912240a055f" +
  "53494e4b10ac82f9c0c1c4820320032804420e5f53494e4b203d204e6f4f7028290a2c0a0347505512250a0972656c753a52656c7510b6" +
  "82f9c0c1c48203180120082809420972656c753a52656c75";

Deno.test("parseRunMetadata() reads name, op, start and duration of each node", () => {
  const start = 1_700_000_000_000_000;
  assert.deepEqual(parseRunMetadata(Uint8Array.fromHex(GOLDEN)), [
    { name: "conv", op: "Conv2D", startMicroseconds: start + 2, microseconds: 150 },
    { name: "conv_1", op: "Conv2D", startMicroseconds: start + 200, microseconds: 50 },
    { name: "_SINK", op: "NoOp", startMicroseconds: start + 300, microseconds: 3 },
    { name: "relu:Relu", op: "relu", startMicroseconds: start + 311, microseconds: 7 },
  ]);
  assert.deepEqual(parseRunMetadata(new Uint8Array(0)), []);
});

Deno.test("timesByOp() sums by op, the costliest first", () => {
  const times = timesByOp(parseRunMetadata(Uint8Array.fromHex(GOLDEN)));
  assert.deepEqual(times, [
    { op: "Conv2D", count: 2, milliseconds: 0.2 },
    { op: "relu", count: 1, milliseconds: 0.007 },
    { op: "NoOp", count: 1, milliseconds: 0.003 },
  ]);
});

Deno.test("compiled.profile() tells where the time of a training step goes, and changes no variable", async () => {
  await useBackend({ quiet: true });
  const weights = tf.variable(tf.ones([64, 32]) as tf.Tensor2D);
  const optimizer = tf.train.sgd(0.1);
  const step = compile((x: tf.Tensor2D) => optimizer.minimize(() => tf.matMul(x, weights).square().mean(), true)!, {
    name: "step",
  });
  const x = tf.ones([128, 64]) as tf.Tensor2D;
  step(x).dispose();
  const before = weights.dataSync();
  const nodes = step.profile(x);
  assert.deepEqual(weights.dataSync(), before);
  const products = nodes.filter(({ op }) => op.includes("MatMul"));
  assert.ok(products.length >= 2, `forward and backward: ${nodes.map(({ op }) => op)}`);
  for (const { microseconds, startMicroseconds } of nodes) {
    assert.ok(microseconds >= 0 && startMicroseconds > 0);
  }
  assert.ok(timesByOp(products).reduce((sum, { milliseconds }) => sum + milliseconds, 0) > 0);
  step.dispose();
  tf.dispose([x, weights]);
});
