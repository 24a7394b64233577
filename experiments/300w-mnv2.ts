/**
 * MobileNetV2 with ACR Loss on 300W, 68 landmarks; tested on its common (554), challenging (135) and full (689).
 *
 *     deno task experiment 300w-mnv2 --data PATH/TO/300w
 *
 * Without the 300W folder it says what to download, and from where.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 with ACR Loss on 300W",
  duration: "not measured by us; 448,650 images to train on: divide by the images/s that the first epoch shows",
  expected:
    "none measured by us, as not all of 300W was at hand; docs/results.md has a part of it, at 112 px and 40 epochs",

  dataset: "300w",
  protocol: "acr-224",
  size: 224,
  augmentation: "acr",

  architecture: "mnv2",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 150,
  batch: 32,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
