/**
 * The settings that the paper leaves open or fixes: lambda, and the percentage of the shape model, fixed or as the paper
 * raises it.
 *
 *     deno task ablation 300w-settings --data PATH/TO/300w
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "Lambda and the percentage schedule of ACR Loss on 300W",
  duration: "not measured by us; 18 trials of 3 min on one core",
  expected: "none measured by us",
  experiments: ["300w-tuned-mnv2"],
  variants: [
    {},
    { "loss.lambda": 0.25 },
    { "loss.lambda": 4 },
    { "difficulty.schedule": "80" },
    { "difficulty.schedule": "90" },
    { "difficulty.schedule": "97" },
  ],
  seeds: [0, 1, 2],
});
