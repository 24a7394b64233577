/**
 * Does the difficulty Phi matter, and where should it come from? The paper's; none, or the same everywhere; the paper's
 * values at wrong landmarks, or upside down; and ours: with a floor, or from the network's own errors.
 *
 *     deno task ablation 300w-difficulty --data PATH/TO/300w
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "Does the difficulty Phi matter on 300W, and where should it come from?",
  duration: "27 trials of 3 min on one core, 300W (partial)",
  expected: "6.2 to 6.7 %, not to be told apart: docs/results.md",
  experiments: ["300w-tuned-mnv2"],
  variants: [
    {},
    { "difficulty.variant": "zero" },
    { "difficulty.variant": "one" },
    { "difficulty.variant": "shuffled" },
    { "difficulty.floor": 0.5 },
    { "loss.difficulty": "error" },
    { "difficulty.variant": "inverted" },
    { "difficulty.variant": "mean" },
    { "difficulty.variant": "landmark" },
  ],
  seeds: [0, 1, 2],
});
