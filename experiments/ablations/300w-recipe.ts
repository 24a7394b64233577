/**
 * How to train at all: learning rate, batch, augmentation and the like, one changed at a time. It decides what
 * `300w-tuned-mnv2` says, and is evaluated on held-out training faces alone: the test faces are not even read.
 *
 *     deno task ablation 300w-recipe --data PATH/TO/300w
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "The recipe of 300w-tuned-mnv2, chosen on held-out training faces",
  duration: "15 min on 2 cores with --parallel 2, 300W (partial)",
  expected: "7.4 to 9.2 % on held-out faces: docs/results.md",
  experiments: ["300w-small-mnv2"],
  base: { epochs: 12, validation: 0.15, "evaluation.faces": "validation" },
  variants: [
    {},
    { loss: "l1" },
    { "schedule.learningRate": 5e-4 },
    { "schedule.learningRate": 2e-3 },
    { "schedule.learningRate": 4e-3 },
    { augmentation: "acr" },
    { augmentation: "strong" },
    // Test crops are tight: what moves and scales a training crop makes it unlike them.
    { "augmentation.scale": false, "augmentation.shift": false },
    { "augmentation.scale": false, "augmentation.shift": false, "augmentation.rotation.degrees": 30 },
    { batch: 32 },
    { averaging: 0.998 },
    { "model.dropout": 0 },
    { "model.batchNormMomentum": 0.99 },
  ],
  seeds: [0],
});
