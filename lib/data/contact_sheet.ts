import { createRandom } from "@/random.ts";
import { Augmenter, type AugmentOptions, keepsAspect, type PresetName, resolveAugment } from "./augment.ts";
import { cropOf, type DrawnPicture, drawSheet, FACE_COLORS, landmarksOf } from "./face_picture.ts";
import type { FaceSet } from "./face_set.ts";
import { flipLandmarks } from "./schemes.ts";

/** Options of {@linkcode drawContactSheet}. */
export interface ContactSheetOptions {
  /** Faces to draw. @default 18 */
  count?: number;
  /** Chooses the faces, and drives the augmentation. @default 0 */
  seed?: number;
  /** Draws each face as it is and three times augmented, instead of mirrored. */
  augment?: PresetName | AugmentOptions;
  /** Side of a picture as drawn, in pixels. @default 200 */
  side?: number;
}

/**
 * One color per landmark: cyan for the one of a mirrored pair that is further left over all faces, yellow for the other,
 * white on the middle. On a face and on its mirror image the same color must be on the same side: else flips are wrong.
 */
export function colorsBySide({ scheme, landmarks }: Pick<FaceSet, "scheme" | "landmarks">): string[] {
  const { flip, points } = scheme;
  const sum = new Float64Array(points);
  landmarks.forEach((value, i) => i % 2 === 0 ? sum[(i / 2) % points]! += value : 0);
  return flip.map((other, m) => {
    if (other === m) return FACE_COLORS.middle;
    return sum[m]! < sum[other]! || (sum[m] === sum[other] && m < other) ? FACE_COLORS.truth : FACE_COLORS.prediction;
  });
}

/** Mirrors a picture left to right. */
export function mirrorPixels(pixels: Uint8Array, size: number): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + x) * 3, to = (y * size + size - 1 - x) * 3;
      mirrored[to] = pixels[from]!;
      mirrored[to + 1] = pixels[from + 1]!;
      mirrored[to + 2] = pixels[from + 2]!;
    }
  }
  return mirrored;
}

/**
 * Draws random faces of a set with their points, each as it is and mirrored side by side (or augmented), so that an error
 * is seen: points beside the face, left and right exchanged, a wrong flip map.
 *
 * @returns a PNG, six pictures in a row (eight with `augment`)
 */
export async function drawContactSheet(set: FaceSet, options: ContactSheetOptions = {}): Promise<Uint8Array> {
  const { count = 18, seed = 0, augment, side = 200 } = options;
  const chosen = createRandom(seed, "contact sheet").shuffle(Array.from({ length: set.count }, (_, i) => i))
    .slice(0, count).sort((a, b) => a - b);
  const { size, scheme } = set;
  const color = colorsBySide(set);
  const draw = (pixels: Uint8Array, points: ArrayLike<number>): DrawnPicture => ({
    pixels,
    shapes: [{ points, color, lines: scheme.lines }],
  });
  const augmenter = augment === undefined
    ? undefined
    : new Augmenter(resolveAugment(augment), { size, flip: scheme.flip, keepsAspect: keepsAspect(set) });
  const pictures = chosen.flatMap((index) => {
    const pixels = cropOf(set, index), landmarks = landmarksOf(set, index);
    const original = draw(pixels, landmarks);
    if (!augmenter) return [original, draw(mirrorPixels(pixels, size), flipLandmarks(landmarks, scheme, size))];
    const changed = [0, 1, 2].map((epoch) => {
      augmenter.apply(pixels, landmarks, { seed, epoch, index });
      return draw(augmenter.pixels.slice(), augmenter.landmarks.slice());
    });
    return [original, ...changed];
  });
  return await drawSheet(pictures, size, { columns: augmenter ? 8 : 6, side });
}
