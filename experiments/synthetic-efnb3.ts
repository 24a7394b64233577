/**
 * EfficientNet-B3 with ACR Loss on faces drawn from a seed: needs no download.
 *
 *     deno task experiment synthetic-efnb3
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "EfficientNet-B3 with ACR Loss on synthetic faces: needs no download",
  duration: "not measured by us; 28,500 images to train on: divide by the images/s that the first epoch shows",
  expected: "none measured by us; the mean-shape predictor has a test NME of 18.23 % of the inter-ocular distance",

  dataset: "synthetic",
  synthetic: { train: 2000, test: 400 },
  size: 96,
  augmentation: "basic",

  architecture: "efnb3",
  model: { batchNormMomentum: 0.95 },

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 2e-3 },
  epochs: 15,
  batch: 32,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
