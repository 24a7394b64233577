import { percentile } from "@/evaluation/distribution.ts";
import type { EpochDifficulty } from "@/plots/difficulty_by_epoch.ts";
import { difficultyTable } from "@/shape/difficulty.ts";
import { createPercentageSchedule, type PercentageSchedule } from "@/shape/percentage_schedule.ts";
import type { ShapeModel } from "@/shape/shape_model.ts";

/** Options of {@linkcode epochDifficulties}. */
export interface EpochDifficultiesOptions {
  /** Length of the training. */
  epochs: number;
  /** Explained variance by epoch. @default the paper's */
  schedule?: PercentageSchedule;
}

/**
 * What the schedule makes of Phi in each epoch, for `difficultyByEpoch()`.
 *
 * @param labels `[count, 2M]` in the unit of the model
 */
export function epochDifficulties(
  model: ShapeModel,
  labels: ArrayLike<number>,
  count: number,
  { epochs, schedule = createPercentageSchedule() }: EpochDifficultiesOptions,
): EpochDifficulty[] {
  const table = difficultyTable(model, labels, count, schedule.percentages.map((percent) => percent / 100));
  const quartiles = new Map(
    [...table].map(([percent, phi]) =>
      [percent, [percentile(phi, 25), percentile(phi, 50), percentile(phi, 75)] as const] as const
    ),
  );
  return Array.from({ length: epochs }, (_, epoch) => {
    const percent = schedule.at(epoch, epochs);
    return { epoch, percent, quartiles: quartiles.get(percent)! };
  });
}
