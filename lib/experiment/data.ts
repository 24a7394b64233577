import { loadSplit, type Split } from "@/data/datasets.ts";
import type { FaceSet } from "@/data/face_set.ts";
import type { DataIdentity } from "@/results/schema.ts";
import type { ExperimentSettings } from "./settings.ts";

/** Options of {@linkcode loadFaces}. */
export interface LoadOptions {
  /** The folder of the raw dataset. @default "data/NAME" in the project */
  dir?: string | undefined;
  /** Where prepared faces are kept. @default "data/prepared" in the project */
  cacheDir?: string | undefined;
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/** The dataset does not lie where it is looked for; the message says what to download, and where to put it. */
export class MissingDataError extends Error {
  /** The name of the class. */
  override name = "MissingDataError";
}

/**
 * Loads one split of an experiment's faces: read, cropped or drawn once, then kept.
 *
 * @throws {MissingDataError} if they are not there
 */
export async function loadFaces(
  settings: ExperimentSettings,
  split: Split,
  { dir, cacheDir, quiet = false }: LoadOptions = {},
): Promise<FaceSet> {
  const { dataset, protocol, size, limit, synthetic } = settings;
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
  }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound) || dataset === "synthetic") throw error;
    throw new MissingDataError(
      `${error.message}\n\nNo data at hand? This needs none: deno task experiment synthetic-mnv2`,
      { cause: error },
    );
  });
}

/** What tells one set of faces from another. */
export function identityOf({ dataset, split, count, partial, hash }: FaceSet): DataIdentity {
  return { dataset, split, count, partial, hash };
}
