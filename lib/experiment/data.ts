import { loadSplit, type Split } from "@/data/datasets.ts";
import type { FaceSet } from "@/data/face_set.ts";
import type { DataIdentity } from "@/results/schema.ts";
import type { ExperimentSettings } from "./settings.ts";

export interface LoadOptions {
  /** The folder of the raw dataset. @default "data/NAME" in the project */
  dir?: string | undefined;
  /** Where prepared faces are kept. @default "data/prepared" in the project */
  cacheDir?: string | undefined;
  /** @default false */
  quiet?: boolean;
}

/** Loads one split of an experiment's faces: read, cropped or drawn once, then kept. */
export async function loadFaces(
  { dataset, protocol, size, limit, synthetic }: ExperimentSettings,
  split: Split,
  { dir, cacheDir, quiet = false }: LoadOptions = {},
): Promise<FaceSet> {
  return await loadSplit(dataset, split, {
    size,
    quiet,
    ...(dir === undefined ? {} : { dir }),
    ...(cacheDir === undefined ? {} : { cacheDir }),
    ...(protocol === null ? {} : { protocol }),
    ...(limit === null ? {} : { limit }),
    ...(synthetic === null
      ? {}
      : { seed: synthetic.seed, synthetic: { train: synthetic.train, test: synthetic.test } }),
  });
}

/** What tells one set of faces from another. */
export function identityOf({ dataset, split, count, partial, hash }: FaceSet): DataIdentity {
  return { dataset, split, count, partial, hash };
}
