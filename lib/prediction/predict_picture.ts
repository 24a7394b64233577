import { applyTransform, cropTransform } from "@/data/crop.ts";
import { decodeLabels } from "@/data/labels.ts";
import { type CropBox, planCrop } from "@/data/resample.ts";
import type { Predictor } from "@/training/predictor.ts";
import { chooseCrop, type FaceBox } from "./crop_rule.ts";
import type { LandmarkNet } from "./landmark_net.ts";
import type { Picture } from "./picture.ts";

/** One face of a picture. */
export interface PredictedFace {
  /** The box that was given, if any. */
  readonly box: FaceBox | undefined;
  /** What the network saw, by edges. */
  readonly crop: CropBox;
  /** How that was chosen. */
  readonly rule: string;
  /** `[2M]` in pixels of the upright picture, pixel centers at whole numbers. */
  readonly landmarks: Float32Array;
}

/**
 * Predicts the landmarks of one face per box, or of the one face that fills the picture if there is none.
 *
 * @param predictor the model's
 * @throws {RangeError} if a box is no box, or lies outside the picture
 */
export async function predictPicture(
  net: LandmarkNet,
  predictor: Predictor,
  picture: Picture,
  boxes: readonly FaceBox[] = [],
): Promise<PredictedFace[]> {
  const { size, points, protocol } = net;
  const { width, height } = picture;
  const chosen = (boxes.length > 0 ? boxes : [undefined]).map((box) => ({
    box,
    ...chooseCrop(width, height, box, protocol),
  }));
  const pixels = size * size * 3;
  const images = new Uint8Array(chosen.length * pixels);
  chosen.forEach(({ crop }, i) => images.set(cropPicture(picture, crop, size), i * pixels));
  const labels = await predictor.predict(images);
  const dims = 2 * points;
  return chosen.map((face, i) => {
    const inCrop = decodeLabels(labels.subarray(i * dims, (i + 1) * dims), size);
    const [scaleX, scaleY, offsetX, offsetY] = cropTransform(face.crop, size);
    const back = [1 / scaleX!, 1 / scaleY!, -offsetX! / scaleX!, -offsetY! / scaleY!];
    return { ...face, landmarks: applyTransform(back, inCrop) };
  });
}

/** A part of a picture as `[size, size, 3]`; black beyond the picture. */
export function cropPicture(picture: Picture, crop: CropBox, size: number): Uint8Array {
  const { part, run } = planCrop(crop, picture.width, picture.height, size);
  const out = new Uint8Array(size * size * 3);
  // The resampler takes the part that it asked for.
  const data = new Uint8Array(Math.max(0, part.width * part.height * 3));
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * picture.width + part.left) * 3;
    data.set(picture.data.subarray(from, from + part.width * 3), y * part.width * 3);
  }
  run({ width: part.width, height: part.height, data }, out);
  return out;
}
