import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { sha256 } from "@/files.ts";
import { createProgress } from "@/progress.ts";
import { findDoubtfulFlips, findExchanged, findNearDuplicates, THUMBNAIL, thumbnailOf } from "./check_faces.ts";
import { cropProtocol } from "./crop.ts";
import { readDataset, type Split } from "./datasets.ts";
import type { RgbImage } from "./decode.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import { preparedRoot } from "./prepare.ts";
import { loadPrepared, readPreparedMeta } from "./prepared.ts";
import { planCrop } from "./resample.ts";
import { compareNaturally, mapInFlight, type SourceCount, type SourceFace, type SourceSet } from "./source.ts";

/**
 * What can be wrong with a face or file.
 *
 * - `unreadable`: the annotation or picture cannot be read; such a set is refused by training
 * - `empty`: a split has no faces at all; refused by training
 * - `damaged`: a prepared folder no longer holds what was written
 * - `no size`: all landmarks are in one place, or the crop is empty; refused by training
 * - `outside`: landmarks lie outside the picture
 * - `exchanged`: left and right landmarks seem to have changed places
 * - `flip map`: a landmark's partner in the mirrored face seems to be another one than the scheme says
 * - `in both splits`: one photograph both trains and tests
 * - `repeated`: one photograph is several times in a split
 */
export type FaceProblemKind =
  | "unreadable"
  | "empty"
  | "damaged"
  | "no size"
  | "outside"
  | "exchanged"
  | "flip map"
  | "in both splits"
  | "repeated";

/** The kinds that keep a set from being used; the others are for a person to look at. */
export const FATAL_KINDS: readonly FaceProblemKind[] = ["unreadable", "empty", "damaged", "no size"];

/** One thing that {@linkcode checkDataset} found. */
export interface FaceProblem {
  /** What is wrong. */
  readonly kind: FaceProblemKind;
  /** The face or file, as `train helen/trainset/12_1`. */
  readonly where: string;
  /** What is wrong, as a sentence or its end. */
  readonly message: string;
}

/** What {@linkcode checkDataset} found in one split. */
export interface CheckedSplit {
  /** Train or test. */
  readonly split: Split;
  /** Faces that were found. */
  readonly faces: number;
  /** Found and expected faces of each part. */
  readonly counts: readonly SourceCount[];
  /** Empty when it is complete, else what it lacks. */
  readonly partial: string;
  /** Faces per subset. */
  readonly subsets: Readonly<Record<string, number>>;
  /** The same as the makers of the dataset counted them, where they did. */
  readonly expectedSubsets: Readonly<Record<string, number>>;
}

/** What {@linkcode checkDataset} found. */
export interface CheckReport {
  /** Name of the dataset. */
  readonly dataset: string;
  /** What the landmarks mean. */
  readonly scheme: LandmarkScheme;
  /** Train and test, as far as they exist. */
  readonly splits: readonly CheckedSplit[];
  /** Prepared folders of the dataset whose content was verified. */
  readonly prepared: readonly string[];
  /** By kind, in the order of {@linkcode FaceProblemKind}, then by name. */
  readonly problems: readonly FaceProblem[];
}

/** Options of {@linkcode checkDataset}. */
export interface CheckOptions {
  /** The folder of the raw dataset. @default "data/NAME" in the project */
  dir?: string;
  /** Where prepared sets are kept. @default "data/prepared" in the project */
  cacheDir?: string;
  /** Shows no progress. @default false */
  quiet?: boolean;
}

/** What is kept of a decoded face. */
interface Seen {
  readonly face: SourceFace;
  readonly hash: string;
  readonly thumbnail: Float32Array;
}

const KINDS: readonly FaceProblemKind[] = [
  ...[
    "unreadable",
    "empty",
    "damaged",
    "no size",
    "outside",
    "exchanged",
    "flip map",
    "in both splits",
    "repeated",
  ] as const,
];

function cutOut(image: RgbImage, part: { left: number; top: number; width: number; height: number }): Uint8Array {
  const data = new Uint8Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.top + y) * image.width + part.left) * 3;
    data.set(image.data.subarray(from, from + part.width * 3), y * part.width * 3);
  }
  return data;
}

/** Decodes all of a picture, as a crop alone could miss damage, and looks at its face. */
async function lookAt(
  face: SourceFace,
  report: (kind: FaceProblemKind, message: string) => void,
): Promise<Seen | void> {
  let image: RgbImage, hash: string;
  try {
    [image, hash] = await Promise.all([
      face.image.open().then((open) => open.read()),
      face.image.bytes().then((bytes) => sha256(bytes)),
    ]);
  } catch (error) {
    report("unreadable", messageOf(error));
    return undefined;
  }
  const { width, height } = image;
  let outside = 0, furthest = 0;
  for (let i = 0; i < face.landmarks.length; i += 2) {
    const [x, y] = [face.landmarks[i]!, face.landmarks[i + 1]!];
    const distance = Math.max(-0.5 - x, x - (width - 0.5), -0.5 - y, y - (height - 0.5));
    if (distance > 0) outside++;
    furthest = Math.max(furthest, distance);
  }
  if (outside > 0) {
    const points = `${outside} of ${face.landmarks.length / 2} points`;
    report(
      "outside",
      `${points} lie outside the picture of ${width} x ${height}, by ${furthest.toFixed(1)} pixels at most`,
    );
  }
  // Without black margins, which would make any two faces look alike.
  const box = cropProtocol("acr-224").box({ landmarks: face.landmarks, width, height });
  const plan = planCrop(box, width, height, THUMBNAIL);
  const apart = face.landmarks.some((value, i) => value !== face.landmarks[i % 2]);
  if (!apart || plan.part.width <= 0 || plan.part.height <= 0) {
    report("no size", apart ? "nothing of its crop is in the picture" : "all its landmarks are in one place");
    return undefined;
  }
  const pixels = new Uint8Array(THUMBNAIL ** 2 * 3);
  plan.run({ width: plan.part.width, height: plan.part.height, data: cutOut(image, plan.part) }, pixels);
  return { face, hash, thumbnail: thumbnailOf(pixels) };
}

function countSubsets(source: SourceSet): Record<string, number> {
  const subsets: Record<string, number> = { full: 0 };
  for (const face of source.faces) for (const name of face.subsets) subsets[name] = (subsets[name] ?? 0) + 1;
  return subsets;
}

/** The mean distance of two faces' landmarks, as a share of the first one's width. */
function landmarkDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0, low = Infinity, high = -Infinity;
  for (let i = 0; i < a.length; i += 2) {
    sum += Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!);
    low = Math.min(low, a[i]!);
    high = Math.max(high, a[i]!);
  }
  return sum / (a.length / 2) / (high - low || 1);
}

/** Verifies the prepared folders of a dataset. */
async function checkPrepared(
  dataset: string,
  cacheDir: string,
  report: (problem: FaceProblem) => void,
): Promise<string[]> {
  const sound: string[] = [];
  let names: string[];
  try {
    names = [...Deno.readDirSync(cacheDir)].map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  for (const name of names) {
    if (!name.startsWith(`${dataset}-`) || name.endsWith(".parts")) continue;
    const directory = join(cacheDir, name);
    try {
      if ((await readPreparedMeta(directory)).dataset !== dataset) continue;
      await loadPrepared(directory);
      sound.push(directory);
    } catch (error) {
      report({ kind: "damaged", where: directory, message: messageOf(error) });
    }
  }
  return sound;
}

/**
 * Checks a dataset as it lies in its folder: reads every annotation, decodes every picture, and lists what a person
 * should know before training on it. A split that is not there is left out.
 *
 * @throws {RangeError} if there is no such dataset
 * @throws {Deno.errors.NotFound} with help for people if the folder holds neither split
 */
export async function checkDataset(name: string, options: CheckOptions = {}): Promise<CheckReport> {
  const { dir, cacheDir = preparedRoot(), quiet = false } = options;
  const problems: FaceProblem[] = [];
  const sources: SourceSet[] = [];
  let missing: unknown;
  for (const split of ["train", "test"] as const) {
    try {
      sources.push(await readDataset(name, split, dir));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      missing ??= error;
    }
  }
  if (sources.length === 0) throw missing;

  const total = sources.reduce((sum, { faces }) => sum + faces.length, 0);
  const progress = createProgress({ label: `Checking ${name}`, total, unit: "faces", quiet });
  let done = 0;
  const seen: Seen[][] = [];
  for (const source of sources) {
    const { split } = source;
    for (const { where, message } of source.problems) {
      problems.push({ kind: "unreadable", where: `${split} ${where}`, message });
    }
    if (source.faces.length === 0) problems.push({ kind: "empty", where: split, message: "there are no faces in it" });
    const looked = await mapInFlight(source.faces, 8, async (face) => {
      const result = await lookAt(
        face,
        (kind, message) => problems.push({ kind, where: `${split} ${face.id}`, message }),
      );
      progress.update(++done);
      return result;
    });
    seen.push(looked.filter((item) => item !== undefined));
    const shapes = source.faces.map((face) => face.landmarks);
    for (const index of findExchanged(shapes, source.scheme)) {
      const message = "left and right landmarks seem to be exchanged";
      problems.push({ kind: "exchanged", where: `${split} ${source.faces[index]!.id}`, message });
    }
  }
  progress.done();

  const { dataset, scheme } = sources[0]!;
  for (const flip of findDoubtfulFlips(sources.flatMap(({ faces }) => faces.map((face) => face.landmarks)), scheme)) {
    const { landmark, partner, nearest } = flip;
    const says = partner === landmark ? "keep its place" : `change places with ${partner}`;
    const falls = nearest === landmark ? "on itself" : `where ${nearest} is`;
    const message = `its mirror image falls ${falls}, and the flip map lets it ${says}`;
    problems.push({ kind: "flip map", where: `landmark ${landmark}`, message });
  }
  const splitOf = (source: SourceSet | undefined) => source!.split;
  seen.forEach((faces, i) => {
    const split = splitOf(sources[i]);
    for (const { a, b, similarity } of findNearDuplicates(faces.map(({ thumbnail }) => thumbnail))) {
      const [first, second] = [faces[a]!, faces[b]!];
      problems.push({
        kind: "repeated",
        where: `${split} ${first.face.id}`,
        message: `${describePair(first, second, similarity)} ${split} ${second.face.id}`,
      });
    }
  });
  const [train, test] = seen;
  if (train && test) {
    const thumbnails = (faces: Seen[]) => faces.map(({ thumbnail }) => thumbnail);
    const alike = findNearDuplicates(thumbnails(train), thumbnails(test));
    for (const { a, b, similarity } of alike) {
      problems.push({
        kind: "in both splits",
        where: `train ${train[a]!.face.id}`,
        message: `${describePair(train[a]!, test[b]!, similarity)} test ${test[b]!.face.id}`,
      });
    }
    // The same file with another face in it: the crops differ, yet the photograph is known from training.
    const known = new Set(alike.map(({ a, b }) => `${a} ${b}`));
    const byHash = Map.groupBy(train.keys(), (a) => train[a]!.hash);
    test.forEach(({ hash, face }, b) => {
      for (const a of byHash.get(hash) ?? []) {
        if (known.has(`${a} ${b}`)) continue;
        const message = `is in the same file as test ${face.id}`;
        problems.push({ kind: "in both splits", where: `train ${train[a]!.face.id}`, message });
      }
    });
  }

  const prepared = await checkPrepared(dataset, cacheDir, (problem) => problems.push(problem));
  const rank = (kind: FaceProblemKind) => KINDS.indexOf(kind);
  problems.sort((a, b) => rank(a.kind) - rank(b.kind) || compareNaturally(a.where, b.where));
  const splits = sources.map((source): CheckedSplit => ({
    split: source.split as Split,
    faces: source.faces.length,
    counts: source.counts,
    partial: source.partial,
    subsets: countSubsets(source),
    expectedSubsets: source.expectedSubsets ?? {},
  }));
  return { dataset, scheme, splits, prepared, problems };
}

function describePair(a: Seen, b: Seen, similarity: number): string {
  if (a.hash !== b.hash) return `looks the same (correlation ${similarity.toFixed(3)}) as`;
  const near = landmarkDistance(a.face.landmarks, b.face.landmarks) < 0.05;
  return near ? "has the same picture and face as" : "has the same picture as";
}
