/**
 * MobileNetV2 on 300W, small and tuned: 64 px and 15 epochs, so that an ablation of dozens of runs fits into an hour of
 * two cores. What it changes of `300w-small-mnv2` is what `deno task ablation 300w-recipe` found better on held-out
 * training faces: a higher rate, tight training crops as the test's are, no dropout.
 *
 *     deno task experiment 300w-tuned-mnv2 --data PATH/TO/300w
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 on 300W at 64 px, tuned, small enough for ablations on a CPU",
  duration: "3 min on one core, 300W (partial)",
  expected: "Helen-test NME 6.4 %, 300W (partial): docs/results.md",

  dataset: "300w",
  protocol: "acr-224",
  size: 64,
  augmentation: { preset: "basic", scale: false, shift: false },

  architecture: "mnv2",
  model: { batchNormMomentum: 0.95, dropout: 0 },

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 2e-3 },
  epochs: 15,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
