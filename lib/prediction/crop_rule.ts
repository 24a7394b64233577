import { cropProtocol } from "@/data/crop.ts";
import type { CropBox } from "@/data/resample.ts";

/** A face's box in a picture, `[left, top, width, height]` in pixels: pixel `i` covers `[i, i + 1)`. */
export type FaceBox = readonly [left: number, top: number, width: number, height: number];

/** The part of a picture that the network is shown, and the rule that chose it. */
export interface ChosenCrop {
  readonly crop: CropBox;
  /** One sentence for people. */
  readonly rule: string;
}

/**
 * Chooses what the network is shown of a picture. (The demo's page runs this very file.)
 *
 * With a box, which is to be tight around the face's landmarks, from brows to chin: what the protocol that the network
 * was trained with makes of such a box, margins and all. Without one the picture is taken for a tight picture of one
 * face: the largest square in its middle, with no margin.
 *
 * @param protocol name of the crop protocol, as `acr-224`
 * @throws {RangeError} if the box is no box, or lies outside the picture
 */
export function chooseCrop(
  width: number,
  height: number,
  box: FaceBox | undefined,
  protocol: string,
): ChosenCrop {
  if (box === undefined) {
    const side = Math.min(width, height);
    const left = (width - side) / 2, top = (height - side) / 2;
    const rule =
      `no box given: taken for a tight picture of one face, of which the middle square of ${side} x ${side} ` +
      "pixels is used";
    return { crop: { left, top, right: left + side, bottom: top + side }, rule };
  }
  const [left, top, w, h] = box;
  const shown = box.join(",");
  if (box.length !== 4 || !box.every((value) => Math.abs(value) <= 1e6) || !(w >= 2 && h >= 2)) {
    throw new RangeError(`Cannot crop a face as its box must be x,y,width,height of at least 2 pixels: ${shown}`);
  }
  if (left + w <= 1 || top + h <= 1 || left >= width - 1 || top >= height - 1) {
    throw new RangeError(`Cannot crop a face as its box lies outside the picture of ${width} x ${height}: ${shown}`);
  }
  const corners = [left, top, left + w - 1, top + h - 1];
  const crop = cropProtocol(protocol).box({ landmarks: corners, width, height });
  return { crop, rule: `the box, tight around the landmarks, as crop protocol ${protocol} has it` };
}
