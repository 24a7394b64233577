/**
 * MobileNetV2 with ACR Loss on WFLW, 98 landmarks; tested on its full (2500) and six attributes.
 *
 *     deno task experiment wflw-mnv2 --data PATH/TO/wflw
 *
 * Without the WFLW folder it says what to download, and from where.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 with ACR Loss on WFLW",
  duration: "not measured by us; 427,500 images to train on: divide by the images/s that the first epoch shows",
  expected: "none measured by us, as WFLW was not at hand",

  dataset: "wflw",
  protocol: "acr-224",
  size: 224,
  augmentation: "acr",

  architecture: "mnv2",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 60,
  batch: 32,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
