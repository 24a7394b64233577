/**
 * MobileNetV2 with ACR Loss on COFW, 29 landmarks; tested on its full (507).
 *
 *     deno task experiment cofw-mnv2 --data PATH/TO/cofw
 *
 * Without the COFW .mat files it says what to download, and from where.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 with ACR Loss on COFW",

  dataset: "cofw",
  protocol: "acr-224",
  size: 224,
  augmentation: "strong",

  architecture: "mnv2",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 150,
  batch: 32,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
