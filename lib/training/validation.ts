import type { FaceSet } from "@/data/face_set.ts";
import { decodeLabels } from "@/data/labels.ts";
import { faceErrors } from "@/evaluation/nme.ts";
import type { Predictor } from "./predictor.ts";
import type { TrainingSplit } from "./split.ts";

/** Mean inter-ocular NME of the held-out training faces, in pixels of their original images: a fraction. */
export async function validationError({ set, validation }: TrainingSplit, predictor: Predictor): Promise<number> {
  const labels = await predictor.predict(set.images, validation);
  const errors = faceErrors(pick(set, validation), decodeLabels(labels, set.size));
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** The chosen faces, without their pictures. */
function pick(set: FaceSet, faces: Int32Array): FaceSet {
  const rows = (values: Float32Array, width: number) => {
    const picked = new Float32Array(faces.length * width);
    faces.forEach((face, row) => picked.set(values.subarray(face * width, (face + 1) * width), row * width));
    return picked;
  };
  return {
    ...set,
    count: faces.length,
    images: new Uint8Array(),
    landmarks: rows(set.landmarks, 2 * set.scheme.points),
    transforms: rows(set.transforms, 4),
    ids: Array.from(faces, (face) => set.ids[face]!),
    subsets: { full: Array.from(faces, (_, row) => row) },
  };
}
