import {
  type DatasetOptions,
  identifySynthetic,
  type Split,
  startSplit,
  type SyntheticIdentity,
} from "@/data/datasets.ts";
import { closeFaces, type FaceSet, pickedHash, type TrainingFaces, wholeFaces } from "@/data/face_set.ts";
import type { DataIdentity } from "@/results/schema.ts";
import { heldOutFaces, type TrainingSplit } from "@/training/split.ts";
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

/**
 * Starts to load one split of an experiment's faces: read or cropped once, then kept; where they have to be drawn, only
 * their landmarks are known yet.
 *
 * @throws {MissingDataError} if they are not there
 */
export async function startFaces(
  settings: ExperimentSettings,
  split: Split,
  options: LoadOptions = {},
): Promise<TrainingFaces> {
  const { dataset } = settings;
  return await startSplit(dataset, split, datasetOptions(settings, options)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound) || dataset === "synthetic") throw error;
    throw new MissingDataError(
      `${error.message}\n\nNo data at hand? This needs none: deno task experiment synthetic-mnv2`,
      { cause: error },
    );
  });
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
  return await wholeFaces(await startFaces(settings, split, options), { quiet: options.quiet ?? false });
}

/** What tells one set of faces from another: drawn ones by their recipe, as it is known before they are drawn. */
export function identityOf(
  { dataset, split, count, partial, ...rest }: TrainingFaces | SyntheticIdentity,
): DataIdentity {
  const hash = rest.recipe ?? (rest as FaceSet).hash;
  return { dataset, split, count, partial, hash };
}

/** The faces that an experiment is evaluated on. */
export interface TestFaces {
  /** Who they are. */
  readonly identity: DataIdentity;
  /** Waits for all of them. */
  whole(): Promise<FaceSet>;
  /** Ends what is being drawn of them. */
  close(): Promise<void>;
}

/**
 * Starts to load the faces that an experiment is evaluated on: test faces, or those that it holds out. Where test faces
 * have to be drawn, that begins when the training faces are there, on which training waits.
 *
 * @throws {MissingDataError} if they are not there
 */
export async function startTestFaces(
  settings: ExperimentSettings,
  training: TrainingSplit,
  options: LoadOptions = {},
): Promise<TestFaces> {
  const { quiet = false } = options;
  if (settings.evaluation.faces === "validation") {
    const { set, validation } = training, { hash, ...identity } = identityOf(set);
    return {
      identity: { ...identity, split: "validation", count: validation.length, hash: pickedHash(hash, validation) },
      whole: () => heldOutFaces(training, { quiet }),
      close: () => Promise.resolve(),
    };
  }
  if (settings.dataset !== "synthetic") {
    const test = await loadFaces(settings, "test", options);
    return { identity: identityOf(test), whole: () => Promise.resolve(test), close: () => Promise.resolve() };
  }
  const identity = identityOf(await identifySynthetic("test", datasetOptions(settings, options)));
  const started = wholeFaces(training.set).then(() => startFaces(settings, "test", { ...options, quiet: true }));
  // Nobody may be waiting when it fails: who asks later is told.
  started.catch(() => {});
  return {
    identity,
    whole: async () => await wholeFaces(await started, { quiet }),
    close: () => started.then(closeFaces, () => {}),
  };
}
