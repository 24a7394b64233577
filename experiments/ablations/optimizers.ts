/**
 * Which optimizer and schedule? Each pair at a learning rate that suits it.
 *
 *     deno task ablation optimizers
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "Optimizers and learning-rate schedules, ACR Loss throughout",
  duration: "not measured by us; 27 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  variants: [
    { optimizer: "adam", "schedule.learningRate": 2e-3 },
    { optimizer: "adamw", "schedule.learningRate": 2e-3 },
    { optimizer: "sgd", "schedule.learningRate": 0.5 },
  ],
  grid: { schedule: ["cosine", "decay", "step"] },
  seeds: [0, 1, 2],
});
