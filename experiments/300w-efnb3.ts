/**
 * EfficientNet-B3 with ACR Loss on 300W, 68 landmarks; tested on its common (554), challenging (135) and full (689).
 *
 *     deno task experiment 300w-efnb3 --data PATH/TO/300w
 *
 * Without the 300W folder it says what to download, and from where.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "EfficientNet-B3 with ACR Loss on 300W",
  duration: "not measured by us; 448,650 images to train on: divide by the images/s that the first epoch shows",
  expected:
    "none measured by us, as not all of 300W was at hand; deno task results --published shows what papers report",

  dataset: "300w",
  protocol: "acr-224",
  size: 224,
  augmentation: "acr",

  architecture: "efnb3",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 150,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
