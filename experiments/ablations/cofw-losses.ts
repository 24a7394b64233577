/**
 * The losses on COFW: 29 landmarks, many of them hidden.
 *
 *     deno task ablation cofw-losses --data PATH/TO/cofw
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "ACR Loss, L1 and L2 on COFW, three seeds each",
  duration: "12 min on one core, COFW (partial)",
  expected: "4.8 to 5.1 %: docs/results.md",
  experiments: ["cofw-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: {
    size: 64,
    epochs: 100,
    batch: 16,
    augmentation: "basic",
    "model.batchNormMomentum": 0.95,
    "schedule.learningRate": 2e-3,
  },
  grid: { loss: ["acr", "l1", "l2"] },
  seeds: [0, 1, 2],
});
