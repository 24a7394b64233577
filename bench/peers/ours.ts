/** acr-lab's side: the training step of `lib/training`, as experiments run it. */
import { l2Loss } from "@/losses/l2.ts";
import { createModel } from "@/models/registry.ts";
import { createRandom } from "@/random.ts";
import { backendInfo, useBackend } from "@/tensorflow/mod.ts";
import { createOptimizer } from "@/training/optimizers.ts";
import { createPredictor } from "@/training/predictor.ts";
import { createStep, trainableVariables } from "@/training/step.ts";
import { servePeer } from "../peer.ts";

const [mode, name, batch, size] = [Deno.args[0], Deno.args[1]!, Number(Deno.args[2]), Number(Deno.args[3])];
await useBackend({ quiet: true });
const model = createModel(name, { points: 68, size, seed: 0 });
const random = createRandom(0, "bench");
const images = Float32Array.from({ length: batch * size * size * 3 }, () => random.next());
const labels = Float32Array.from({ length: batch * 136 }, () => random.uniform(-0.5, 0.5));
const version = () => `acr-lab, ${backendInfo()!.version}`;

if (mode === "inference") {
  const predictor = createPredictor(model, { batch });
  const pixels = Uint8Array.from(images, (value) => 255 * value);
  await servePeer(version, async (steps) => {
    for (let i = 0; i < steps; i++) await predictor.predict(pixels);
  });
} else {
  const step = createStep({
    model,
    loss: l2Loss(),
    optimizer: createOptimizer("adam", {}, trainableVariables(model)),
    compiled: mode !== "eager",
  });
  let done = 0;
  await servePeer(version, async (steps) => {
    for (let i = 0; i < steps; i++) {
      await step.run({ images, labels, difficulty: undefined, size: batch, learningRate: 1e-3, key: [0, done++] });
    }
  });
}
