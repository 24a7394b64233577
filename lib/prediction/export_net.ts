import { join } from "node:path";
import { writeFileAtomic } from "@/files.ts";
import { generateFaces } from "@/data/synthetic/mod.ts";
import { layersFile } from "@/models/layers_file.ts";
import { writeKeras } from "@/models/keras/mod.ts";
import { toPlainModel } from "@/models/plain.ts";
import { fromFileUrl } from "@/paths.ts";
import { createPredictor } from "@/training/predictor.ts";
import { type LandmarkNet, noteOf } from "./landmark_net.ts";
import { openNet } from "./open_net.ts";

/** What {@linkcode exportNet} writes: `layers` for TensorFlow.js, `h5` for Keras. */
export type ExportFormat = "layers" | "h5";

/** All {@linkcode ExportFormat}s. */
export const EXPORT_FORMATS: readonly ExportFormat[] = ["layers", "h5"];

/** Options of {@linkcode exportNet}. */
export interface ExportOptions {
  /** For `layers`: folds batch normalization into the convolutions, for about half as many layers. @default true */
  fold?: boolean;
  /** Faces to verify with. @default 4 */
  faces?: number;
  /** Largest difference of a coordinate that is let pass, in crop pixels. @default 0.05 */
  tolerance?: number;
}

/** An export that was read again and run. */
export interface ExportReport {
  /** The file to load: `model.json` or `model.h5`. */
  readonly path: string;
  /** Largest difference of any coordinate between model and export, in crop pixels. */
  readonly largest: number;
  /** How many faces that was seen on, drawn by this library. */
  readonly faces: number;
  /** What ran the export. */
  readonly runner: string;
}

/**
 * Writes a model for use elsewhere, reads what was written, runs it on a few drawn faces and compares.
 *
 * - `layers`: `model.json` and weight files, out of stock layers only. What verifies it is TensorFlow.js itself in a
 *   process that has loaded nothing of this library.
 * - `h5`: `model.h5`, a Keras 2 file with configuration and weights, which Keras 2 and 3 load.
 *
 * Outputs are labels of the `centered` convention, whatever the model's was; the file says so.
 *
 * @throws {RangeError} if the export predicts something else than the model; nothing of it should then be used
 */
export async function exportNet(
  net: LandmarkNet,
  format: ExportFormat,
  folder: string,
  { fold = true, faces = 4, tolerance = 0.05 }: ExportOptions = {},
): Promise<ExportReport> {
  const note = noteOf(net);
  const path = join(folder, format === "layers" ? "model.json" : "model.h5");
  if (format === "layers") {
    const plain = toPlainModel(net.model, { fold });
    try {
      plain.setUserDefinedMetadata({ acr_lab: note });
      await plain.save(layersFile(folder));
    } finally {
      plain.dispose();
    }
  } else await writeKeras(path, net.model, { labels: "centered", note });
  const { images } = await generateFaces({ count: faces, size: net.size, seed: 0, split: "test", quiet: true });
  const expected = await predictOnce(net, images);
  const actual = format === "layers" ? await runStock(path, images, net.size) : await runKeras(path, images);
  const largest = net.size * expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0);
  // NaN compares as false.
  if (actual.length !== expected.length || !(largest <= tolerance)) {
    throw new RangeError(
      `Cannot vouch for export '${path}' as it does not predict what the model does, by ${tolerance} px: ${largest} px`,
    );
  }
  const runner = format === "layers"
    ? "stock TensorFlow.js (wasm), in a process of its own"
    : "this library, from the file";
  return { path, largest, faces, runner };
}

async function predictOnce({ model }: LandmarkNet, images: Uint8Array): Promise<Float32Array> {
  const predictor = createPredictor(model, { compiled: false });
  try {
    return await predictor.predict(images);
  } finally {
    predictor.dispose();
  }
}

async function runKeras(path: string, images: Uint8Array): Promise<Float32Array> {
  const net = await openNet(path);
  try {
    return await predictOnce(net, images);
  } finally {
    net.model.dispose();
  }
}

async function runStock(path: string, images: Uint8Array, size: number): Promise<Float32Array> {
  const pictures = await Deno.makeTempFile({ prefix: "acr-lab-export-" });
  try {
    await writeFileAtomic(pictures, images);
    const script = fromFileUrl(new URL("./stock_child.ts", import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", script, path, pictures, String(size)],
      env: { NO_COLOR: "1" },
    }).output();
    if (!success) {
      const reason = new TextDecoder().decode(stderr).trim().split("\n")[0] ?? "";
      throw new Error(`Cannot vouch for export '${path}' as stock TensorFlow.js does not run it: ${reason}`);
    }
    return Float32Array.from(JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!) as number[]);
  } finally {
    await Deno.remove(pictures);
  }
}
