/**
 * What weight should ACR Loss's first branch have? The paper names no lambda.
 *
 *     deno task ablation lambda
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "The weight lambda of ACR Loss, which the paper leaves open",
  duration: "not measured by us; 15 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { "loss.lambda": [0.25, 0.5, 1, 2, 4] },
  seeds: [0, 1, 2],
});
