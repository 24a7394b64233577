import assert from "node:assert/strict";

import { createLoss } from "@/losses/registry.ts";
import { createModel } from "@/models/registry.ts";
import { createRandom } from "@/random.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { createOptimizer } from "./optimizers.ts";
import { createStep, trainableVariables } from "./step.ts";

const SIZE = 32, BATCH = 4, STEPS = 50;

/** Trains MobileNetV2 with ACR Loss from the same start on the same batches. */
async function trainSteps(compiled: boolean): Promise<{ losses: number[]; weights: Float32Array[] }> {
  const random = createRandom(7, "step_test");
  const model = createModel("mnv2", { points: 68, size: SIZE, seed: 7, dropout: 0.2 });
  const step = createStep({
    model,
    loss: createLoss("acr", {}, { size: SIZE }),
    optimizer: createOptimizer("adam", {}, trainableVariables(model)),
    compiled,
  });
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { loss } = await step.run({
      images: Float32Array.from({ length: BATCH * SIZE * SIZE * 3 }, () => random.next()),
      labels: Float32Array.from({ length: BATCH * 136 }, () => random.uniform(-0.4, 0.4)),
      difficulty: Float32Array.from({ length: BATCH * 136 }, () => random.next()),
      size: BATCH,
      learningRate: 1e-4,
      key: [7, i],
    });
    losses.push(loss);
  }
  const weights = model.getWeights().map((weight) => weight.dataSync() as Float32Array);
  step.dispose();
  model.dispose();
  return { losses, weights };
}

Deno.test("createStep() comes to the same weights compiled and eager after 50 steps of MobileNetV2 with ACR Loss", async () => {
  await useBackend({ quiet: true });
  const eager = await trainSteps(false), compiled = await trainSteps(true);
  const lossError = Math.max(...eager.losses.map((loss, i) => Math.abs(compiled.losses[i]! / loss - 1)));
  const weightError = eager.weights.reduce(
    (largest, values, i) =>
      values.reduce((most, value, j) => Math.max(most, Math.abs(value - compiled.weights[i]![j]!)), largest),
    0,
  );
  assert.ok(lossError < 1e-4, `loss differs by ${lossError}`);
  assert.ok(weightError < 1e-3, `weights differ by ${weightError}`);
});
