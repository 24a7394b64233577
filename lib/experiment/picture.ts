import type { FaceSet } from "@/data/face_set.ts";
import { faceGrid } from "@/plots/face_grid.ts";
import { pictureUrl } from "@/plots/picture.ts";
import { savePlot } from "@/plots/save_plot.ts";

/**
 * Draws test faces with their true and predicted points: evenly from the best to the worst, so that the picture neither
 * flatters nor alarms.
 *
 * @param predictions `[N, 2M]` in crop pixels
 * @param errors `[N]` NME
 */
export async function drawTestFaces(
  path: string,
  set: FaceSet,
  predictions: Float32Array,
  errors: ArrayLike<number>,
  count = 12,
): Promise<void> {
  const { size, scheme } = set;
  const pixels = 3 * size * size, dims = 2 * scheme.points;
  const order = Array.from({ length: set.count }, (_, face) => face).sort((a, b) => errors[a]! - errors[b]! || a - b);
  const shown = Math.min(count, set.count);
  const chosen = Array.from(
    { length: shown },
    (_, k) => order[Math.round(k * (set.count - 1) / Math.max(1, shown - 1))]!,
  );
  const faces = await Promise.all(chosen.map(async (face) => ({
    picture: { url: await pictureUrl(set.images.subarray(face * pixels, (face + 1) * pixels), size), size },
    truth: set.landmarks.subarray(face * dims, (face + 1) * dims),
    prediction: predictions.subarray(face * dims, (face + 1) * dims),
    title: `NME ${(100 * errors[face]!).toFixed(2)} %`,
  })));
  const title = `${set.dataset} ${set.split}: ${shown} faces from the best to the worst`;
  await savePlot(faceGrid({ faces, lines: scheme.lines, title }), path, { ground: "#ffffff" });
}
