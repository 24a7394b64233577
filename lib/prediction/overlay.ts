import { FACE_COLORS } from "@/data/face_picture.ts";
import { type CropBox, planCrop } from "@/data/resample.ts";
import { encodeWithDrawing, type Picture } from "./picture.ts";

/** A face to draw. */
export interface OverlayFace {
  /** `[2M]` in pixels of the picture, by pixel centers. */
  readonly landmarks: ArrayLike<number>;
  /** What the network saw, by edges. */
  readonly crop: CropBox;
}

const SMALLEST = 960, LARGEST = 2048;

/**
 * Draws landmarks (yellow) and what the network saw (white frame) over a picture. Small pictures are enlarged by a whole
 * number until points can be told apart, large ones shrunk to 2048 pixels.
 *
 * @param lines polylines through the landmarks
 * @returns a PNG
 */
export async function drawOverlay(
  picture: Picture,
  faces: readonly OverlayFace[],
  lines: readonly (readonly number[])[] = [],
): Promise<Uint8Array> {
  const longest = Math.max(picture.width, picture.height);
  const scale = longest > LARGEST ? LARGEST / longest : Math.max(1, Math.floor(SMALLEST / longest));
  const width = Math.max(1, Math.round(picture.width * scale)),
    height = Math.max(1, Math.round(picture.height * scale));
  const drawn = { width, height, data: resize(picture, width, height) };
  const at = (value: number) => (value * scale).toFixed(2);
  const marks = faces.map(({ landmarks, crop }) => {
    // A thinner line for a smaller face, so that its points stay visible.
    const unit = Math.max(0.6, (crop.right - crop.left) * scale / 300);
    const x = (m: number) => at(landmarks[2 * m]! + 0.5), y = (m: number) => at(landmarks[2 * m + 1]! + 0.5);
    const frame = `<rect x="${at(crop.left)}" y="${at(crop.top)}" width="${at(crop.right - crop.left)}" ` +
      `height="${at(crop.bottom - crop.top)}" fill="none" stroke="#fff" stroke-opacity="0.7" stroke-width="${unit}"/>`;
    const strokes = lines.map((line) =>
      `<polyline points="${line.map((m) => `${x(m)},${y(m)}`).join(" ")}" fill="none" ` +
      `stroke="${FACE_COLORS.prediction}" stroke-opacity="0.6" stroke-width="${unit}"/>`
    );
    const dots = Array.from(
      { length: landmarks.length / 2 },
      (_, m) =>
        `<circle cx="${x(m)}" cy="${y(m)}" r="${2 * unit}" fill="${FACE_COLORS.prediction}" stroke="#000" ` +
        `stroke-width="${unit / 2}"/>`,
    );
    return [frame, ...strokes, ...dots].join("");
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join("")}</svg>`;
  return await encodeWithDrawing(drawn, svg);
}

/** Resizes to `width` x `height`. */
function resize(picture: Picture, width: number, height: number): Uint8Array {
  if (width === picture.width && height === picture.height) return picture.data;
  // The crop's resampler makes squares: the square around the picture, without what lies beyond it.
  const side = Math.max(picture.width, picture.height), target = Math.max(width, height);
  const square = new Uint8Array(target * target * 3);
  planCrop({ left: 0, top: 0, right: side, bottom: side }, picture.width, picture.height, target).run(picture, square);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    out.set(square.subarray(y * target * 3, (y * target + width) * 3), y * width * 3);
  }
  return out;
}
