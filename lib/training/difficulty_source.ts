import { encodeLabels } from "@/data/labels.ts";
import { difficultyTable, type DifficultyVariant, difficultyVariant, raiseDifficulty } from "@/shape/difficulty.ts";
import type { PercentageSchedule } from "@/shape/percentage_schedule.ts";
import { ShapeModel } from "@/shape/shape_model.ts";
import type { Batch } from "./batches.ts";
import type { TrainingSplit } from "./split.ts";

/** Difficulty Phi for the batches of a run. */
export interface DifficultySource {
  /** Explained variance, in percent, that the Smooth-Faces of an epoch keep. */
  percentAt(epoch: number): number;
  /** Phi `[B, 2M]` of a batch of that epoch; a mirrored face has its difficulties mirrored. */
  of(batch: Batch, epoch: number): Float32Array;
}

/** Options of {@linkcode prepareDifficulty}. */
export interface DifficultySourceOptions {
  /** Length of the run. */
  epochs: number;
  /** Explained variance of the Smooth-Faces by epoch. */
  schedule: PercentageSchedule;
  /** Whose distance Phi is relative to. @default "coordinate" */
  variant?: DifficultyVariant;
  /** For the variant `shuffled`. @default 0 */
  seed?: number;
  /** The smallest Phi: see `raiseDifficulty()`. @default 0 */
  floor?: number;
}

/** Fits the shape model of a run: the normalised labels of the faces that are trained on, not of those held out. */
export function fitShapeModel({ set, train }: TrainingSplit): ShapeModel {
  const dims = 2 * set.scheme.points;
  const shapes = new Float32Array(train.length * dims);
  train.forEach((face, row) => shapes.set(set.landmarks.subarray(face * dims, (face + 1) * dims), row * dims));
  return ShapeModel.fit(encodeLabels(shapes, set.size), train.length, dims);
}

/** Computes Phi of every training face for every percentage that the schedule knows: once for the whole run. */
export function prepareDifficulty(
  { set, train }: TrainingSplit,
  shapeModel: ShapeModel,
  { epochs, schedule, variant = "coordinate", seed = 0, floor = 0 }: DifficultySourceOptions,
): DifficultySource {
  const { points, flip } = set.scheme;
  const fractions = schedule.percentages.map((percent) => percent / 100);
  const labels = encodeLabels(set.landmarks, set.size);
  const table = difficultyTable(shapeModel, labels, set.count, fractions);
  for (const [percent, phi] of table) {
    table.set(percent, raiseDifficulty(difficultyVariant(phi, variant, { points, seed, of: train }), floor));
  }
  return {
    percentAt: (epoch) => schedule.at(epoch, epochs),
    of({ indices, flipped, size }, epoch) {
      const phi = table.get(schedule.at(epoch, epochs))!;
      const result = new Float32Array(size * 2 * points);
      for (let row = 0; row < size; row++) {
        const from = 2 * points * indices[row]!, to = 2 * points * row;
        for (let m = 0; m < points; m++) {
          const source = from + 2 * (flipped[row] ? flip[m]! : m);
          result[to + 2 * m] = phi[source]!;
          result[to + 2 * m + 1] = phi[source + 1]!;
        }
      }
      return result;
    },
  };
}
