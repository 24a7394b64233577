import { join } from "node:path";
import { nearest } from "@/errors.ts";
import { exists, sha256 } from "@/files.ts";
import { fromFileUrl, inProject } from "@/paths.ts";
import type { FaceLabels, FaceSet, TrainingFaces } from "./face_set.ts";
import { help300W, read300W } from "./300w.ts";
import { helpCofw, readCofw } from "./cofw.ts";
import { SYNTHETIC_FILE } from "./layouts.ts";
import { helpOwn, readOwn } from "./own_points.ts";
import { preparedRoot, prepareFaces, type PrepareOptions } from "./prepare.ts";
import { loadPrepared, type PreparedFaces, storePrepared } from "./prepared.ts";
import { limitSource, type SourceSet } from "./source.ts";
import type { SyntheticFaceSet } from "./synthetic/mod.ts";
import { helpWflw, readWflw } from "./wflw.ts";

/** The two splits of a dataset. */
export type Split = "train" | "test";

/** Options of {@linkcode loadSplit} and {@linkcode loadDataset}. */
export interface DatasetOptions extends PrepareOptions {
  /** The folder of the raw dataset. @default "data/NAME" in the project */
  dir?: string;
  /** Faces per split at most, evenly spread over it. @default all */
  limit?: number;
  /** Seeds the synthetic faces, and nothing else. @default 0 */
  seed?: number;
  /** How many synthetic faces to draw. @default { train: 2000, test: 400 } */
  synthetic?: { train?: number; test?: number };
}

/** A dataset that lies in a folder. */
interface FolderDataset {
  readonly description: string;
  read(dir: string, split: Split): Promise<SourceSet>;
  help(dir: string): string;
}

const FOLDERS: Readonly<Record<string, FolderDataset>> = {
  "300w": {
    description: "300 Faces in the Wild: 3148 training and 689 test faces, 68 landmarks",
    read: read300W,
    help: help300W,
  },
  cofw: {
    description: "Caltech Occluded Faces in the Wild: 1345 training and 507 test faces, 29 landmarks, occlusion",
    read: readCofw,
    help: helpCofw,
  },
  wflw: {
    description: "Wider Facial Landmarks in the Wild: 7500 training and 2500 test faces, 98 landmarks, six subsets",
    read: readWflw,
    help: helpWflw,
  },
  own: {
    description: "A folder of your own points, as its dataset.jsonc describes it",
    read: readOwn,
    help: helpOwn,
  },
};

/** Names that {@linkcode loadDataset} takes, with one line each. */
export function datasets(): Readonly<Record<string, string>> {
  const folders = Object.entries(FOLDERS).map(([name, { description }]) => [name, description]);
  return Object.fromEntries([...folders, ["synthetic", "Faces drawn from a seed, 68 landmarks: needs no download"]]);
}

function folderDataset(name: string): FolderDataset {
  const dataset = Object.hasOwn(FOLDERS, name) ? FOLDERS[name] : undefined;
  if (dataset) return dataset;
  if (name === "synthetic") {
    throw new RangeError(
      `Cannot read faces from a folder as these are drawn (data show draws some, data synthesize writes them in the ` +
        `layout of 300w, cofw or wflw): ${name}`,
    );
  }
  const names = Object.keys(datasets());
  const [guess] = nearest(name, names, 1);
  throw new RangeError(
    `Cannot find dataset as it must be one of ${names.join(", ")}: ${name}${guess ? ` (did you mean ${guess}?)` : ""}`,
  );
}

/** Where a dataset is looked for unless told otherwise. */
export function defaultDirectory(name: string): string {
  return inProject("data", name);
}

/** What to download for a dataset, and where to put it. */
export function datasetHelp(name: string, dir: string = defaultDirectory(name)): string {
  return folderDataset(name).help(dir);
}

/**
 * Reads the list of faces of one split of a dataset that lies in a folder; pictures stay unopened. Drawn faces that lie
 * there as the dataset does are named so in `partial`, which goes into every result.
 *
 * @throws {RangeError} if there is no such dataset
 * @throws {Deno.errors.NotFound} with help for people if the folder does not hold it
 */
export async function readDataset(name: string, split: Split, dir?: string): Promise<SourceSet> {
  const folder = dir ?? defaultDirectory(name);
  const source = await folderDataset(name).read(folder, split);
  if (!await exists(join(folder, SYNTHETIC_FILE))) return source;
  const drawn = `drawn faces in the layout of ${name}`;
  return { ...source, partial: source.partial ? `${drawn}, ${source.partial}` : drawn };
}

/**
 * Loads one split of a dataset, prepared once and then kept.
 *
 * @throws as {@linkcode readDataset} and {@linkcode prepareFaces}
 */
export async function loadSplit(name: string, split: Split, options: DatasetOptions = {}): Promise<PreparedFaces> {
  if (name === "synthetic") return await loadSynthetic(split, options);
  let source = await readDataset(name, split, options.dir);
  if (options.limit !== undefined) source = limitSource(source, options.limit);
  return await prepareFaces(source, options);
}

/**
 * Loads both splits of a dataset: `300w`, `cofw`, `wflw`, `own` or `synthetic`.
 *
 * @throws as {@linkcode loadSplit}
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadDataset } from "@/mod.ts";
 *
 * const { train, test } = await loadDataset("synthetic", { size: 64, synthetic: { train: 20, test: 10 }, quiet: true });
 * assert.deepEqual([train.count, test.count, train.scheme.points], [20, 10, 68]);
 * // With data/300w in place: await loadDataset("300w", { size: 224 })
 * ```
 */
export async function loadDataset(
  name: string,
  options: DatasetOptions = {},
): Promise<{ train: PreparedFaces; test: PreparedFaces }> {
  const train = await loadSplit(name, "train", options);
  const test = await loadSplit(name, "test", options);
  return { train, test };
}

/** SHA-256 of the generator's source files: what it drew before it changed is not taken for what it draws now. */
async function generatorVersion(): Promise<string> {
  const folder = fromFileUrl(new URL("./synthetic/", import.meta.url));
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/\.(ts|json)$/.test(name) && !/_test\.ts$|_golden\./.test(name)) names.push(name);
  }
  return sha256(...await Promise.all(names.sort().map((name) => Deno.readFile(join(folder, name)))));
}

/** A face set that knows the hidden landmarks of each face. */
type OccludedFaces = FaceSet & { readonly occluded: number[][] };

function withOccluded({ visible, ...set }: SyntheticFaceSet): OccludedFaces {
  const { points } = set.scheme;
  const seen = (index: number) => [...visible.subarray(index * points, (index + 1) * points)];
  return { ...set, occluded: set.ids.map((_, index) => seen(index).flatMap((seen, m) => seen ? [] : [m])) };
}

/** Draws synthetic faces that know their hidden landmarks, and keeps nothing. */
export async function drawSynthetic(
  options: { count: number; size: number; margin?: number; seed: number; split: Split; quiet: boolean },
): Promise<OccludedFaces> {
  const { generateFaces } = await import("./synthetic/mod.ts");
  return withOccluded(await generateFaces(options));
}

/** What synthetic faces are to be drawn, and where they are kept. */
interface SyntheticPlan {
  readonly draw: { readonly count: number; readonly size: number; readonly seed: number; readonly split: Split };
  /** {@linkcode FaceLabels.recipe}. */
  readonly recipe: string;
  readonly directory: string;
}

async function planSynthetic(split: Split, options: DatasetOptions): Promise<SyntheticPlan> {
  const { size = 224, seed = 0, limit = Infinity, cacheDir = preparedRoot(), protocol = "acr-224" } = options;
  const count = Math.min(limit, options.synthetic?.[split] ?? (split === "train" ? 2000 : 400));
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot draw synthetic faces as their number must be a positive whole number: ${count}`);
  }
  if (protocol !== "acr-224") {
    throw new RangeError(`Cannot crop synthetic faces as their protocol must be acr-224: ${protocol}`);
  }
  const recipe = sha256(JSON.stringify({ count, size, seed, split, version: await generatorVersion() }));
  const directory = join(cacheDir, `synthetic-${split}-${size}-${recipe.slice(0, 8)}`);
  return { draw: { count, size, seed, split }, recipe, directory };
}

/** The faces of a plan that were kept, if they were. */
async function keptSynthetic({ directory, recipe }: SyntheticPlan): Promise<PreparedFaces | undefined> {
  if (!await exists(join(directory, "meta.json"))) return undefined;
  return { ...await loadPrepared(directory), recipe };
}

async function keepSynthetic(drawn: OccludedFaces, { directory, recipe }: SyntheticPlan): Promise<PreparedFaces> {
  await storePrepared(drawn, directory, recipe, drawn.occluded);
  return { ...drawn, directory, recipe };
}

async function loadSynthetic(split: Split, options: DatasetOptions): Promise<PreparedFaces> {
  const plan = await planSynthetic(split, options), { quiet = false } = options;
  return await keptSynthetic(plan) ?? await keepSynthetic(await drawSynthetic({ ...plan.draw, quiet }), plan);
}

/** What tells faces from others, before they are read or drawn: see {@linkcode identifySynthetic}. */
export type SyntheticIdentity = Required<Pick<FaceLabels, "dataset" | "split" | "count" | "partial" | "recipe">>;

/**
 * What tells synthetic faces from others, without drawing them.
 *
 * @throws {RangeError} if there are no such faces
 */
export async function identifySynthetic(split: Split, options: DatasetOptions = {}): Promise<SyntheticIdentity> {
  const { draw: { count }, recipe } = await planSynthetic(split, options);
  return { dataset: "synthetic", split, count, partial: "", recipe };
}

/**
 * Loads one split of a dataset as {@linkcode loadSplit} does, but where faces have to be drawn, settles as soon as their
 * landmarks are known. They are kept when the last one is drawn.
 *
 * @throws as `loadSplit()`
 */
export async function startSplit(name: string, split: Split, options: DatasetOptions = {}): Promise<TrainingFaces> {
  if (name !== "synthetic") return await loadSplit(name, split, options);
  const plan = await planSynthetic(split, options), { quiet = false } = options;
  const kept = await keptSynthetic(plan);
  if (kept) return kept;
  const { startDrawing } = await import("./synthetic/mod.ts");
  const { labels, pending, whole, close } = await startDrawing({ ...plan.draw, quiet });
  const done = whole().then((drawn) => keepSynthetic(withOccluded(drawn), plan));
  // Nobody may be waiting when it fails: who asks later is told.
  done.catch(() => {});
  return {
    ...labels,
    recipe: plan.recipe,
    pending,
    async whole(shown) {
      await whole(shown);
      return await done;
    },
    async close() {
      close();
      await done.catch(() => {});
    },
  };
}
