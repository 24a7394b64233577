import { isAbsolute, join, relative, resolve } from "node:path";
import type { RgbImage } from "./decode.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";

/** A picture that is open: its size is known, its pixels are not yet decoded. */
export interface OpenImage {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** Decodes the picture, or the given part of it. */
  read(part?: Rect): Promise<RgbImage>;
}

/** A whole-pixel part of a picture. */
export interface Rect {
  /** First column. */
  readonly left: number;
  /** First row. */
  readonly top: number;
  /** Number of columns. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
}

/** A picture of a dataset that has not been opened yet. */
export interface SourceImage {
  /** What to call it in an error, as a path. */
  readonly name: string;
  /** Changes when the picture does: its size and time of change, or its place in an archive that has these. */
  readonly stamp: string;
  /** Opens it: its size is known then, its pixels are read on demand. */
  open(): Promise<OpenImage>;
  /** The stored bytes, to find pictures that are the same. */
  bytes(): Promise<Uint8Array>;
}

/** One annotated face of a dataset, as its reader found it. */
export interface SourceFace {
  /** One stable name per face, as `helen/testset/232194_1`. */
  readonly id: string;
  /** Where its pixels are. */
  readonly image: SourceImage;
  /** `[2M]` in pixels of the original picture, 0-based, pixel centers at whole numbers. */
  readonly landmarks: Float64Array;
  /** The dataset's own face box, `[left, top, width, height]` in the same pixels, where it has one. */
  readonly box?: readonly [number, number, number, number];
  /** `[M]`, 1 where the landmark is hidden, where the dataset says so. */
  readonly occluded?: Uint8Array;
  /** Names of the subsets that it belongs to; `full` is among them unless the face is outside the full set. */
  readonly subsets: readonly string[];
}

/** How many faces a part of a dataset has, and how many its makers counted. */
export interface SourceCount {
  /** Of the part, as `helen/trainset`. */
  readonly name: string;
  /** Faces that were found. */
  readonly found: number;
  /** Absent where nobody said how many there should be. */
  readonly expected?: number;
}

/** A face that could not be read. */
export interface SourceProblem {
  /** Name of the face or file. */
  readonly where: string;
  /** One sentence. */
  readonly message: string;
}

/** One split of a dataset, before any picture is decoded. */
export interface SourceSet {
  /** Name of the dataset. */
  readonly dataset: string;
  /** `train` or `test`. */
  readonly split: string;
  /** What the landmarks mean. */
  readonly scheme: LandmarkScheme;
  /** In a natural order that depends on the names alone. */
  readonly faces: readonly SourceFace[];
  /** One entry per folder or file. */
  readonly counts: readonly SourceCount[];
  /** Faces per subset, as its makers counted them, where they did. */
  readonly expectedSubsets?: Readonly<Record<string, number>>;
  /** Empty when the set is complete, else what it lacks. */
  readonly partial: string;
  /** What was left out of `faces`, and why. Empty when all is well. */
  readonly problems: readonly SourceProblem[];
}

/** Says what a set lacks, as `partial: 870 of 2000 faces (helen/trainset 870 of 2000)`; empty when it lacks nothing. */
export function describePartial(counts: readonly SourceCount[]): string {
  const off = counts.filter(({ found, expected }) => expected !== undefined && found !== expected);
  if (off.length === 0) return "";
  const known = counts.filter(({ expected }) => expected !== undefined);
  const found = known.reduce((sum, count) => sum + count.found, 0);
  const expected = known.reduce((sum, count) => sum + count.expected!, 0);
  const parts = off.map((count) => `${count.name} ${count.found} of ${count.expected}`).join(", ");
  const word = off.every((count) => count.found < count.expected!) ? "partial" : "differs";
  return `${word}: ${found} of ${expected} faces${known.length > 1 ? ` (${parts})` : ""}`;
}

/**
 * Keeps `limit` faces, evenly spread over the set, so that each of its parts stays represented.
 *
 * @throws {RangeError} if `limit` is not a positive whole number
 */
export function limitSource(source: SourceSet, limit: number): SourceSet {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new RangeError(`Cannot limit faces as the limit must be a positive whole number: ${limit}`);
  }
  const count = source.faces.length;
  if (limit >= count) return source;
  const faces = Array.from({ length: limit }, (_, i) => source.faces[Math.floor(i * count / limit)]!);
  const note = `limited to ${limit} of ${count} faces`;
  return { ...source, faces, partial: source.partial ? `${source.partial}; ${note}` : `partial: ${note}` };
}

/**
 * Throws if any face was left out, as nothing is skipped in silence.
 *
 * @throws {SyntaxError} with the first problem and the number of the others
 */
export function requireSound(source: SourceSet): void {
  const [first] = source.problems;
  if (!first) return;
  const others = source.problems.length - 1;
  throw new SyntaxError(others === 0 ? first.message : `${first.message} (and ${others} more: data check lists them)`);
}

/** Compares names as people do: `image_2` before `image_10`. The same on every machine. */
export function compareNaturally(a: string, b: string): number {
  const pieces = (name: string) => name.match(/\d+|\D+/g) ?? [];
  const left = pieces(a), right = pieces(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i]!, y = right[i]!;
    if (x === y) continue;
    if (/^\d/.test(x) && /^\d/.test(y)) {
      const u = x.replace(/^0+(?=\d)/, ""), v = y.replace(/^0+(?=\d)/, "");
      if (u.length !== v.length) return u.length - v.length;
      if (u !== v) return u < v ? -1 : 1;
      if (x.length !== y.length) return x.length - y.length;
    }
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** Runs `work` on every item, at most `inFlight` at a time, and returns the results in the items' order. */
export async function mapInFlight<Item, Result>(
  items: readonly Item[],
  inFlight: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  let failed = false;
  const run = async () => {
    while (next < items.length && !failed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const runners = Array.from({ length: Math.min(inFlight, items.length) }, run);
  // Nothing may still be running when this rejects.
  const outcomes = await Promise.allSettled(runners);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  return results;
}

/** Text of a file as an error may show it: in one line, without control characters, and not too long. */
export function printable(text: string, most = 200): string {
  // deno-lint-ignore no-control-regex -- these are what must not reach a terminal
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, "?");
  return line.length > most ? `${line.slice(0, most)}...` : line;
}

/**
 * The path of a file that a list names, where the list may come from anywhere: it must lie inside `root`, also once
 * symbolic links are followed.
 *
 * @returns the path, or undefined if there is no such file
 * @throws {RangeError} if it would lead out of `root`
 */
export async function resolveInside(root: string, name: string, source: string): Promise<string | undefined> {
  const outside = () =>
    new RangeError(`Cannot use file of '${source}' as it leads out of '${root}': ${printable(name)}`);
  const escapes = (from: string, to: string) => {
    const way = relative(from, to);
    return way === ".." || way.startsWith("../") || way.startsWith("..\\") || isAbsolute(way);
  };
  if (name.includes("\0")) throw new RangeError(`Cannot use file of '${source}' as its name holds a zero byte`);
  if (isAbsolute(name) || /^[a-zA-Z]:/.test(name) || escapes(root, resolve(root, name))) throw outside();
  const path = join(root, name);
  try {
    if (escapes(await Deno.realPath(root), await Deno.realPath(path))) throw outside();
    if (!(await Deno.stat(path)).isFile) return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  return path;
}
