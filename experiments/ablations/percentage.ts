/**
 * Do Smooth-Faces need a schedule? The paper's five levels against fixed explained variance.
 *
 *     deno task ablation percentage
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "The schedule of Smooth-Faces against fixed 80, 90 and 97 %",
  duration: "not measured by us; 12 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { "difficulty.schedule": ["paper", "80", "90", "97"] },
  seeds: [0, 1, 2],
});
