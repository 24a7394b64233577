import { type DatasetOptions, foreseeSplit, loadSplit, placeSplit, type Split } from "@/data/datasets.ts";
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
  options: LoadOptions = {},
): Promise<FaceSet> {
  const { dataset } = settings;
  return await loadSplit(dataset, split, datasetOptions(settings, options)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound) || dataset === "synthetic") throw error;
    throw new MissingDataError(
      `${error.message}\n\nNo data at hand? This needs none: deno task experiment synthetic-mnv2`,
      { cause: error },
    );
  });
}

function datasetOptions(settings: ExperimentSettings, { dir, cacheDir, quiet = false }: LoadOptions): DatasetOptions {
  const { protocol, size, limit, synthetic } = settings;
  return {
    size,
    quiet,
    ...(dir === undefined ? {} : { dir }),
    ...(cacheDir === undefined ? {} : { cacheDir }),
    ...(protocol === null ? {} : { protocol }),
    ...(limit === null ? {} : { limit }),
    ...(synthetic === null
      ? {}
      : { seed: synthetic.seed, synthetic: { train: synthetic.train, test: synthetic.test } }),
  };
}

/** The training faces of an experiment, whose pictures may still have to be drawn; disposing stops the drawing. */
export interface TrainingFaces extends Disposable {
  /** Where `pending`, only {@linkcode TrainingFaces.draw} brings the pictures. */
  readonly faces: FaceSet;
  /** Draws what is not there, in the background and in this order; resolves to the whole set. */
  draw(order: ArrayLike<number>): Promise<FaceSet>;
}

/**
 * Loads the training faces of an experiment as {@linkcode loadFaces}, but does not wait for synthetic ones to be drawn:
 * their landmarks are enough to begin.
 *
 * @throws as {@linkcode loadFaces}
 */
export async function beginFaces(settings: ExperimentSettings, options: LoadOptions = {}): Promise<TrainingFaces> {
  const placed = await placeSplit(settings.dataset, "train", datasetOptions(settings, options));
  if (placed !== undefined) return { ...placed, [Symbol.dispose]: placed.stop };
  const faces = await loadFaces(settings, "train", options);
  return { faces, draw: () => Promise.resolve(faces), [Symbol.dispose]() {} };
}

/** Test faces that may not be drawn yet. */
export interface TestFaces {
  /** What goes into the record of a run that begins. */
  readonly identity: DataIdentity;
  /** Draws them, if they are not there. */
  load(): Promise<FaceSet>;
}

/**
 * Finds the test faces of an experiment; only synthetic ones are not loaded before {@linkcode TestFaces.load}.
 *
 * @throws as {@linkcode loadFaces}
 */
export async function findTestFaces(settings: ExperimentSettings, options: LoadOptions = {}): Promise<TestFaces> {
  const { dataset } = settings, load = () => loadFaces(settings, "test", { ...options, quiet: true });
  const undrawn = await foreseeSplit(dataset, "test", datasetOptions(settings, options));
  if (undrawn) return { identity: identityOf({ ...undrawn, hash: "" }), load };
  const faces = await loadFaces(settings, "test", options);
  return { identity: identityOf(faces), load: () => Promise.resolve(faces) };
}

/** What tells one set of faces from another; of drawn ones, what decides their content. */
export function identityOf(
  { dataset, split, count, partial, hash, origin }: Pick<FaceSet, keyof DataIdentity | "origin">,
): DataIdentity {
  return { dataset, split, count, partial, hash: origin ?? hash };
}
