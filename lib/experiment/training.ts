import { BatchLoader } from "@/data/loader.ts";
import type { TrainingFaces } from "@/data/face_set.ts";
import { createLoss } from "@/losses/registry.ts";
import { parsePercentageSchedule } from "@/shape/percentage_schedule.ts";
import { createOptimizer } from "@/training/optimizers.ts";
import { createSchedule } from "@/training/schedules.ts";
import { fitShapeModel, prepareDifficulty } from "@/training/difficulty_source.ts";
import { splitTraining, type TrainingSplit } from "@/training/split.ts";
import { trainableVariables } from "@/training/step.ts";
import type { TrainOptions } from "@/training/trainer.ts";
import { averageWeights } from "@/training/weight_average.ts";
import { createExperimentModel } from "./model.ts";
import type { ExperimentSettings } from "./settings.ts";
import { loadWeights } from "./weights.ts";

/** Everything that training needs, and what frees it. */
export interface PreparedTraining {
  /** For `train()`. */
  readonly options: TrainOptions;
  /** Where the first weights come from, as a sentence for people, unless they are drawn. */
  readonly origin: string | undefined;
  /** Frees threads, optimizer and network. */
  close(): Promise<void>;
}

/**
 * Holds training faces out, as the settings want it. Which ones is the seed's choice; but runs that are evaluated on
 * them hold the same ones out whatever their seed, as their results are to be compared.
 */
export function splitFaces(
  { validation, evaluation }: ExperimentSettings,
  faces: TrainingFaces,
  seed: number,
): TrainingSplit {
  return splitTraining(faces, validation, evaluation.faces === "validation" ? 0 : seed);
}

/**
 * Prepares the training of an experiment: shape model and difficulties, network, optimizer, batches. The seed decides the
 * held-out faces, the first weights, the order and augmentation of faces, and the dropout masks.
 */
export async function prepareTraining(
  settings: ExperimentSettings,
  faces: TrainingFaces,
  seed: number,
): Promise<PreparedTraining> {
  const { size, epochs, batch, averaging, clipNorm, keep, patience } = settings;
  const split = splitFaces(settings, faces, seed);
  const shapeModel = fitShapeModel(split);
  const loss = createLoss(settings.loss.name, settings.loss.options, { size });
  const difficulty = loss.needsDifficulty
    ? prepareDifficulty(split, shapeModel, {
      epochs,
      schedule: parsePercentageSchedule(settings.difficulty.schedule),
      variant: settings.difficulty.variant,
      floor: settings.difficulty.floor,
      seed,
    })
    : undefined;
  const model = createExperimentModel(settings, { points: faces.scheme.points, seed, meanShape: shapeModel.mean });
  const origin = settings.init === null
    ? undefined
    : await loadWeights(settings.init, model, settings.architecture, { freshHead: true });
  const variables = trainableVariables(model);
  const optimizer = createOptimizer(settings.optimizer.name, settings.optimizer.options, variables);
  const average = averaging > 0 ? averageWeights(variables, averaging) : undefined;
  const { operations, ...geometry } = settings.augmentation;
  const augment = { preset: "none", ...geometry, ...operations } as const;
  const loader = new BatchLoader({ set: faces, indices: split.train, batchSize: batch, seed, augment });
  return {
    options: {
      model,
      loss,
      optimizer,
      schedule: createSchedule(settings.schedule.name, settings.schedule.options),
      split,
      batches: loader,
      difficulty,
      epochs,
      seed,
      clipNorm,
      average,
      keep,
      patience,
    },
    origin,
    async close() {
      await loader.close();
      optimizer.dispose();
      average?.dispose();
      model.dispose();
    },
  };
}
