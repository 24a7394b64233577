/**
 * EfficientNet-B3 with ACR Loss on COFW, 29 landmarks; tested on its full (507).
 *
 *     deno task experiment cofw-efnb3 --data PATH/TO/cofw
 *
 * Without the COFW .mat files it says what to download, and from where.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "EfficientNet-B3 with ACR Loss on COFW",
  duration: "not measured by us; 191,700 images to train on: divide by the images/s that the first epoch shows",
  expected: "none measured by us, as COFW was not at hand; deno task results --published shows what papers report",

  dataset: "cofw",
  protocol: "acr-224",
  size: 224,
  augmentation: "strong",

  architecture: "efnb3",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 150,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
