/**
 * Is ACR Loss better than the others? Every loss, three seeds each, all else equal.
 *
 *     deno task ablation losses
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "Every loss, three seeds each, on small synthetic faces",
  duration: "not measured by us; 24 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { loss: ["acr", "l2", "l1", "smooth-l1", "wing", "soft-wing", "rectified-wing", "log-cosh"] },
  seeds: [0, 1, 2],
});
