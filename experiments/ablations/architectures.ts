/**
 * Does ACR Loss help every network of the paper? Each with ACR Loss and with L2, as the paper compares.
 *
 *     deno task ablation architectures
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "The three networks of the paper, with ACR Loss and with L2",
  duration: "not measured by us; 18 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2", "synthetic-efnb0", "synthetic-efnb3"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { loss: ["acr", "l2"] },
  seeds: [0, 1, 2],
});
