/**
 * Where a training step's time goes, op by op, and how far its convolutions are from this machine's matrix product.
 *
 *     deno task bench:profile [--model mnv2] [--batch 16] [--size 224]
 *
 * @module
 */
import { Command, Option } from "commander";
import * as tf from "@tensorflow/tfjs";
import { l2Loss } from "@/losses/l2.ts";
import { modelCost } from "@/models/cost.ts";
import { createModel } from "@/models/registry.ts";
import { compile, timesByOp, useBackend } from "@/tensorflow/mod.ts";
import { createOptimizer } from "@/training/optimizers.ts";
import { trainableVariables } from "@/training/step.ts";
import { median } from "./statistics.ts";

/** Multiply-adds per second of a large float32 matrix product: the machine's ceiling for convolutions. */
function matmulRate(side = 2048): number {
  const a = tf.randomUniform([side, side]), b = tf.randomUniform([side, side]);
  const product = compile((a: tf.Tensor, b: tf.Tensor) => a.matMul(b));
  const seconds: number[] = [];
  for (let i = 0; i < 8; i++) {
    const started = performance.now();
    const result = product(a, b);
    seconds.push((performance.now() - started) / 1000);
    result.dispose();
  }
  product.dispose();
  tf.dispose([a, b]);
  return side ** 3 / median(seconds.slice(2));
}

if (import.meta.main) {
  const { model: name, batch, size } = new Command("deno task bench:profile")
    .description("Where a compiled training step's time goes")
    .addOption(new Option("--model <name>", "the network").default("mnv2"))
    .addOption(new Option("--batch <n>", "faces per step").argParser(Number).default(16))
    .addOption(new Option("--size <pixels>", "side of the pictures").argParser(Number).default(224))
    .parse(Deno.args, { from: "user" })
    .opts<{ model: string; batch: number; size: number }>();
  await useBackend();
  const model = createModel(name, { points: 68, size, seed: 0 });
  const variables = trainableVariables(model);
  const optimizer = createOptimizer("adam", {}, variables);
  const loss = l2Loss();
  const step = compile((images: tf.Tensor4D, target: tf.Tensor2D, rate: tf.Scalar, key: tf.Tensor1D) => {
    const { value, grads } = tf.variableGrads(
      () => loss.compute({ target, prediction: model.apply(images, { training: true, key }) as tf.Tensor2D }),
      variables,
    );
    optimizer.apply(grads, rate);
    return value;
  }, { name: "step", verify: false });
  const inputs = [
    tf.randomUniform([batch, size, size, 3]) as tf.Tensor4D,
    tf.randomUniform([batch, 136], -0.5, 0.5) as tf.Tensor2D,
    tf.scalar(1e-3),
    tf.tensor1d([0, 0], "int32"),
  ] as const;
  const seconds: number[] = [];
  for (let i = 0; i < 6; i++) {
    const started = performance.now();
    step(...inputs).dispose();
    seconds.push((performance.now() - started) / 1000);
  }
  const times = timesByOp(step.profile(...inputs));
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  console.log(
    `One step of ${name} at ${size} px, batch ${batch}: ${
      (1000 * median(seconds.slice(2))).toFixed(0)
    } ms, ${step.nodes} nodes`,
  );
  console.log("Time of all nodes together (nodes that run side by side count each):\n");
  console.log("| op | nodes | ms | share |\n|---|---:|---:|---:|");
  for (const { op, count, milliseconds } of times.filter(({ milliseconds }) => milliseconds > total / 200)) {
    console.log(
      `| ${op.replace("_MklNative", "oneDNN ")} | ${count} | ${milliseconds.toFixed(1)} | ${
        (100 * milliseconds / total).toFixed(1)
      } % |`,
    );
  }
  const rate = matmulRate();
  // Forward once, backward for the inputs and for the weights: three times the multiply-adds.
  const work = 3 * batch * modelCost(model).macs;
  console.log(
    `\nmatrix product: ${(rate / 1e9).toFixed(0)} G multiply-adds/s; the step's ${
      (work / 1e9).toFixed(1)
    } G would take ${(1000 * work / rate).toFixed(0)} ms at that rate`,
  );
}
