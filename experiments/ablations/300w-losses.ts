/**
 * Is ACR Loss better than the others on real faces? Seven losses, three seeds each, all else equal.
 *
 *     deno task ablation 300w-losses --data PATH/TO/300w
 */
import { defineAblation } from "@/experiment/ablation.ts";

export default defineAblation({
  summary: "ACR Loss beside six others on 300W, three seeds each",
  duration: "an hour on one core, 300W (partial)",
  expected: "6.3 to 6.5 %, not to be told apart, but for wing: docs/results.md",
  experiments: ["300w-tuned-mnv2"],
  variants: [
    { loss: "acr" },
    { loss: "l1" },
    { loss: "l2" },
    { loss: "smooth-l1" },
    { loss: "wing" },
    { loss: "acr", "loss.unit": "pixel" },
    // The same slope as ACR's, everywhere: see docs/results.md.
    { loss: "acr", "loss.form": "paper" },
  ],
  seeds: [0, 1, 2],
});
