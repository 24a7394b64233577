/**
 * MobileNetV2 with ACR Loss on your own pictures and landmarks, as `dataset.jsonc` of their folder describes them.
 *
 *     deno task data new PATH/TO/FOLDER --points 21
 *     deno task data check own --from PATH/TO/FOLDER
 *     deno task experiment own-mnv2 --data PATH/TO/FOLDER
 *
 * With few pictures, begin with a network that has seen drawn faces (of 68 landmarks): `--init RUN`.
 */
import { defineExperiment } from "@/experiment/page.ts";

export default defineExperiment({
  summary: "MobileNetV2 with ACR Loss on your own points",
  duration: "60 times your training pictures: divide by the images/s that the first epoch shows",
  expected: "nobody can know: compare with the mean-shape predictor, which stands below your result",

  dataset: "own",
  protocol: "acr-224",
  size: 112,
  augmentation: "strong",

  architecture: "mnv2",

  loss: { name: "acr" },
  optimizer: { name: "adam" },
  schedule: { name: "cosine", learningRate: 1e-3 },
  epochs: 60,
  batch: 16,

  evaluation: { normalizer: "inter-ocular", threshold: 0.1 },
});
