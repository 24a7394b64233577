/**
 * Does the difficulty Phi matter? The paper's, one per landmark, the same values shuffled among landmarks, and none.
 *
 *     deno task ablation difficulty
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "Does the difficulty Phi matter, and where it lies?",
  duration: "not measured by us; 15 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { "difficulty.variant": ["coordinate", "landmark", "shuffled", "zero", "one"] },
  seeds: [0, 1, 2],
});
