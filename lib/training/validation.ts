import { pickFaces, wholeFaces } from "@/data/face_set.ts";
import { decodeLabels } from "@/data/labels.ts";
import { faceErrors } from "@/evaluation/nme.ts";
import type { Predictor } from "./predictor.ts";
import type { TrainingSplit } from "./split.ts";

/** Mean inter-ocular NME of the held-out training faces, in pixels of their original images: a fraction. */
export async function validationError(split: TrainingSplit, predictor: Predictor): Promise<number> {
  const { validation } = split, set = await wholeFaces(split.set);
  const labels = await predictor.predict(set.images, validation);
  const errors = faceErrors(
    pickFaces({ ...set, images: new Uint8Array() }, validation),
    decodeLabels(labels, set.size),
  );
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
