/**
 * What should ACR Loss's Delta be measured in? Fractions of the crop's side, or its pixels.
 *
 *     deno task ablation unit
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "ACR Loss in normalised units against pixels",
  duration: "not measured by us; 6 trials of 11,400 images each",
  expected: "none measured by us",
  experiments: ["synthetic-mnv2"],
  // Small, for a machine without a GPU; --size, --epochs and --set go larger.
  base: { size: 64, "synthetic.train": 1000, "synthetic.test": 300, epochs: 12 },
  grid: { "loss.unit": ["normalised", "pixel"] },
  seeds: [0, 1, 2],
});
