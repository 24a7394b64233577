/**
 * MobileNetV2 on 300W from scratch, as well as we can: first on small crops, where an epoch is short, then on larger
 * ones, each stage beginning with the weights of the one before.
 *
 *     D="--data PATH/TO/300w"
 *     deno task experiment 300w-long-mnv2 $D --size 64 --epochs 60 --set schedule.learningRate=0.002
 *     cp results/300w-long-mnv2/*size=64/seed-0/weights.ckpt at-64.ckpt
 *     deno task experiment 300w-long-mnv2 $D --size 112 --epochs 45 --init at-64.ckpt
 *     cp results/300w-long-mnv2/*size=112/seed-0/weights.ckpt at-112.ckpt
 *     deno task experiment 300w-long-mnv2 $D --epochs 45 --init at-112.ckpt
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 on 300W from scratch, on growing crops",
  duration: "96 min on one core for the three stages, 300W (partial)",
  expected: "Helen-test NME 5.2, 4.1 and 3.6 % after the stages, 300W (partial): docs/results.md",

  dataset: "300w",
  protocol: "acr-224",
  size: 224,
  // Test crops are tight, so training crops are neither moved nor scaled.
  augmentation: {
    preset: "basic",
    scale: false,
    shift: false,
    rotation: { degrees: 20 },
    occluders: { probability: 0.3, count: 2, min: 0.05, max: 0.3 },
    blur: { probability: 0.1, kind: "any", min: 0.5, max: 1.5 },
    grayscale: { probability: 0.1 },
    gamma: { probability: 0.3, min: 0.7, max: 1.4 },
  },

  architecture: "mnv2",
  model: { batchNormMomentum: 0.95, dropout: 0 },

  loss: { name: "l1" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 50,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
