/**
 * Does the step between ACR Loss's branches matter? Continuous against the paper's form, in pixels: in normalised units
 * the second branch is never reached, and the forms are one.
 *
 *     deno task ablation form
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "The two forms of ACR Loss, in pixels, where its second branch is at work",
  duration: "not measured by us; 12 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12, "loss.unit": "pixel" },
  grid: { "loss.form": ["continuous", "paper"], "loss.lambda": [0.5, 1] },
  seeds: [0, 1, 2],
});
