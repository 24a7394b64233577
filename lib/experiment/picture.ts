import { drawFaceGrid } from "@/data/face_picture.ts";
import type { FaceSet } from "@/data/face_set.ts";
import { writeFileAtomic } from "@/files.ts";
import type { EventImage } from "@/results/tensorboard.ts";

/**
 * Draws test faces with their true (cyan) and predicted (yellow) points as a PNG: evenly from the best to the worst, row
 * by row, so that the picture neither flatters nor alarms.
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @param errors `[N]` NME
 * @returns the picture, as TensorBoard takes it
 */
export async function drawTestFaces(
  path: string,
  set: FaceSet,
  predictions: Float32Array,
  errors: ArrayLike<number>,
  count = 18,
): Promise<EventImage> {
  const order = Array.from({ length: set.count }, (_, face) => face).sort((a, b) => errors[a]! - errors[b]! || a - b);
  const shown = Math.min(count, set.count);
  const step = (set.count - 1) / Math.max(1, shown - 1);
  const chosen = Array.from({ length: shown }, (_, k) => order[Math.round(k * step)]!);
  const bytes = await drawFaceGrid(set, chosen, predictions);
  await writeFileAtomic(path, bytes);
  // Width and height begin a PNG's first chunk.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, width: view.getUint32(16), height: view.getUint32(20) };
}
