import { type FaceSet, pickFaces, type TrainingFaces, wholeFaces } from "@/data/face_set.ts";
import { createRandom } from "@/random.ts";

declare const mark: unique symbol;

/**
 * Training faces, divided into those that are trained on and those that are held out to choose between epochs.
 *
 * Only {@linkcode splitTraining} makes one, and it refuses a test set. Everything that selects (validation, keeping the
 * best epoch, early stopping) takes this type, so test faces cannot reach it.
 */
export interface TrainingSplit {
  /** Only {@linkcode splitTraining} can make one. */
  readonly [mark]: true;
  /** All training faces. */
  readonly set: TrainingFaces;
  /** Indices of the faces to train on, ascending. */
  readonly train: Int32Array;
  /** Indices of the faces held out, ascending. */
  readonly validation: Int32Array;
}

/**
 * Holds a share of training faces out for validation; which ones depends on the seed and on the face ids alone, not on
 * the order of the faces.
 *
 * @param fraction in [0, 1): 0 holds none out
 * @throws {RangeError} if the set is not a training split, or if no face would be left to train on
 */
export function splitTraining(set: TrainingFaces, fraction: number, seed: number): TrainingSplit {
  if (set.split !== "train") {
    throw new RangeError(
      `Cannot take validation faces from '${set.dataset}' as its split must be train: '${set.split}'`,
    );
  }
  if (!(fraction >= 0 && fraction < 1)) {
    throw new RangeError(`Cannot take validation faces as their share must be in [0, 1): ${fraction}`);
  }
  const held = Math.round(fraction * set.count);
  if (held >= set.count) {
    throw new RangeError(
      `Cannot train on '${set.dataset}' as no face is left beside ${held} for validation: ${set.count}`,
    );
  }
  const byId = Array.from({ length: set.count }, (_, index) => index)
    .sort((a, b) => set.ids[a]! < set.ids[b]! ? -1 : set.ids[a]! > set.ids[b]! ? 1 : a - b);
  const shuffled = createRandom(seed, "validation").shuffle(byId);
  return {
    set,
    train: Int32Array.from(shuffled.slice(held)).sort(),
    validation: Int32Array.from(shuffled.slice(0, held)).sort(),
  } as TrainingSplit;
}

/** The faces that a split holds out, as a set to evaluate on, when they are all there: its split is named `validation`. */
export async function heldOutFaces(
  { set, validation }: TrainingSplit,
  options?: { quiet?: boolean },
): Promise<FaceSet> {
  return pickFaces(await wholeFaces(set, options), validation, "validation");
}
