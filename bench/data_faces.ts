import { join } from "node:path";
import { read300W } from "@/data/300w.ts";
import { drawSynthetic } from "@/data/datasets.ts";
import { writeLayout } from "@/data/layouts.ts";
import { limitSource, type SourceSet } from "@/data/source.ts";
import { exists } from "@/files.ts";

/** Faces as they lie in a folder of 300W's layout. */
export interface BenchFaces {
  readonly source: SourceSet;
  /** As `512 faces of 300W, pictures of 0.1 megapixels`. */
  readonly description: string;
  /** Picture and `.pts` file of each face. */
  readonly files: readonly (readonly [picture: string, pts: string])[];
}

/** Side of synthetic pictures, so that crops of 224 pixels are resized from them. */
const DRAWN_SIZE = 320;

/**
 * The first faces that a benchmark works on, spread evenly over the training split in `dir`; without such a folder,
 * synthetic ones written to `scratch` in 300W's layout.
 */
export async function openFaces(dir: string, count: number, scratch: string): Promise<BenchFaces> {
  let what = "300W", root = dir;
  if (!await exists(dir)) {
    what = "synthetic faces in 300W's layout";
    root = join(scratch, "synthetic-300w");
    await writeLayout(
      await drawSynthetic({ count, size: DRAWN_SIZE, seed: 1, split: "train", quiet: true }),
      "300w",
      root,
    );
  }
  const source = limitSource(await read300W(root, "train"), count);
  const files = source.faces.map(({ id, image }) => [image.name, join(root, `${id}.pts`)] as const);
  let pixels = 0;
  for (const { image } of source.faces.slice(0, 32)) {
    const { width, height } = await image.open();
    pixels += width * height / Math.min(32, source.faces.length);
  }
  const size = `${(pixels / 1e6).toFixed(2)} megapixels`;
  return { source, files, description: `${source.faces.length} of ${what}, pictures of ${size} on average` };
}
