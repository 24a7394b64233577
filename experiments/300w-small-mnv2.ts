/**
 * MobileNetV2 on 300W, small: 64 px, 20 epochs. Where `deno task ablation 300w-recipe` starts from, which found what
 * `300w-tuned-mnv2` does better.
 *
 *     deno task experiment 300w-small-mnv2 --data PATH/TO/300w
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 on 300W at 64 px, before tuning",
  duration: "not measured as it stands; 12 epochs take 2 min on one core",
  expected: "8.0 % on held-out faces after 12 epochs of 300W (partial): docs/results.md",

  dataset: "300w",
  protocol: "acr-224",
  size: 64,
  augmentation: "basic",

  architecture: "mnv2",
  model: { batchNormMomentum: 0.95 },

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 20,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
