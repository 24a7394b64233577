import { join } from "node:path";
import type { FaceSet } from "@/data/face_set.ts";
import { expectNpy, readNpy } from "@/data/npy.ts";
import { loadPrepared, readPreparedMeta } from "@/data/prepared.ts";
import type { DrawnFace } from "@/plots/face_points.ts";
import { pictureUrl } from "@/plots/picture.ts";
import { readFaceErrors } from "./compare.ts";
import type { FinishedRun } from "./read_run.ts";
import { RUN_FILES } from "./schema.ts";

/** The faces that a run does worst and best on, worst and best first. */
export interface FaceGallery {
  readonly worst: DrawnFace[];
  readonly best: DrawnFace[];
  /** Polylines of the landmark scheme. */
  readonly lines: readonly (readonly number[])[];
}

/** The prepared faces with this hash below a folder of prepared sets, if they are there. */
export async function findPrepared(root: string, hash: string): Promise<FaceSet | undefined> {
  const folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(root)) if (entry.isDirectory) folders.push(join(root, entry.name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  for (const folder of folders.sort()) {
    // Folders that are half-made, or something else, are not what is looked for.
    const meta = await readPreparedMeta(folder).catch(() => undefined);
    if (meta?.hash === hash) return await loadPrepared(folder);
  }
  return undefined;
}

/** The predictions of a run, `[N, 2M]` in pixels of the original images. */
export async function readPredictions(run: FinishedRun): Promise<{ data: Float32Array; faces: number; dims: number }> {
  const path = join(run.path, RUN_FILES.predictions);
  const array = await readNpy(path);
  const [faces = 0, dims = 0] = array.shape;
  return { data: expectNpy(array, path, { dtype: "f4", shape: [faces, dims] }).data, faces, dims };
}

/**
 * Draws the `count` worst and the `count` best faces of a run, predictions over truth, from the prepared faces that it
 * was tested on.
 *
 * @throws {TypeError} where predictions, errors and faces do not belong together
 */
export async function faceGallery(run: FinishedRun, set: FaceSet, count: number): Promise<FaceGallery> {
  const errors = await readFaceErrors(run);
  const { data, faces, dims } = await readPredictions(run);
  if (faces !== errors.length || dims !== 2 * set.scheme.points) {
    throw new TypeError(
      `Cannot show faces of run '${run.name}' as its predictions are not of ${errors.length} faces with ` +
        `${set.scheme.points} landmarks: ${faces} x ${dims / 2}`,
    );
  }
  const indices = new Map(set.ids.map((id, index) => [id, index]));
  const order = errors.map((_, row) => row).filter((row) => Number.isFinite(errors[row]!.nme))
    .sort((a, b) => errors[a]!.nme - errors[b]!.nme);
  const draw = async (row: number): Promise<DrawnFace> => {
    const { id, nme } = errors[row]!;
    const face = indices.get(id);
    if (face === undefined) {
      throw new TypeError(`Cannot show a face of run '${run.name}' as it is not in the prepared set: '${id}'`);
    }
    const { size, scheme, images, landmarks } = set;
    const pixels = images.subarray(face * size * size * 3, (face + 1) * size * size * 3);
    return {
      picture: { url: await pictureUrl(pixels, size), size },
      truth: landmarks.subarray(face * 2 * scheme.points, (face + 1) * 2 * scheme.points),
      prediction: toCrop(set, face, data.subarray(row * dims, (row + 1) * dims)),
      title: `${id}: ${(100 * nme).toFixed(1)} %`,
    };
  };
  return {
    worst: await Promise.all(order.slice(-count).reverse().map(draw)),
    best: await Promise.all(order.slice(0, count).map(draw)),
    lines: set.scheme.lines,
  };
}

/** Pixels of the original image as pixels of the crop. */
function toCrop({ transforms }: FaceSet, face: number, original: Float32Array): Float32Array {
  const [scaleX, scaleY, offsetX, offsetY] = transforms.subarray(4 * face, 4 * face + 4);
  return original.map((value, i) => i % 2 === 0 ? value * scaleX! + offsetX! : value * scaleY! + offsetY!);
}

/**
 * The mean of a run's predicted shapes, each first moved and scaled to the unit box of its larger side: a face to show
 * numbers on. `[2M]`
 */
export async function meanPredictedFace(run: FinishedRun): Promise<Float64Array> {
  const { data, faces, dims } = await readPredictions(run);
  const mean = new Float64Array(dims);
  for (let face = 0; face < faces; face++) {
    const shape = data.subarray(face * dims, (face + 1) * dims);
    const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    shape.forEach((value, i) => {
      low[i % 2] = Math.min(low[i % 2]!, value);
      high[i % 2] = Math.max(high[i % 2]!, value);
    });
    const side = Math.max(high[0]! - low[0]!, high[1]! - low[1]!) || 1;
    for (let i = 0; i < dims; i++) {
      const middle = (low[i % 2]! + high[i % 2]!) / 2;
      mean[i]! += ((shape[i]! - middle) / side + 0.5) / faces;
    }
  }
  return mean;
}
