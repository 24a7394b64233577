import type * as tf from "@tensorflow/tfjs";
import { BatchNormalization } from "@/models/layers/mod.ts";
import { createModel, type CreateModelOptions } from "@/models/registry.ts";
import type { ExperimentSettings } from "./settings.ts";

/**
 * Makes the untrained network of an experiment.
 *
 * @param meanShape `[2M]`, normalised labels: what the network answers first, where the settings want it
 */
export function createExperimentModel(
  { architecture, size, model: settings }: Pick<ExperimentSettings, "architecture" | "size" | "model">,
  { points, seed, meanShape }: { points: number; seed: number; meanShape?: ArrayLike<number> },
): tf.LayersModel {
  const { dropout, initialOutput, batchNormMomentum, alpha, dropConnect } = settings;
  const options: CreateModelOptions = {
    points,
    size,
    seed,
    ...(dropout === null ? {} : { dropout }),
    ...(alpha === null ? {} : { alpha }),
    ...(dropConnect === null ? {} : { dropConnect }),
    ...(initialOutput === "mean-shape" && meanShape ? { initialOutput: meanShape } : {}),
  };
  const model = createModel(architecture, options);
  if (batchNormMomentum !== null) {
    for (const layer of model.layers) {
      if (layer instanceof BatchNormalization) Object.assign(layer, { momentum: batchNormMomentum });
    }
  }
  return model;
}
