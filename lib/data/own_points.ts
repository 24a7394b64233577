import { dirname, join, relative, sep } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists, writeFileAtomic } from "@/files.ts";
import { hashSeed } from "@/random.ts";
import { imageFile } from "./decode.ts";
import { parseJsonc } from "./jsonc.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import { readPts } from "./pts.ts";
import { flipFromPairs, validateScheme } from "./schemes.ts";
import {
  compareNaturally,
  mapInFlight,
  printable,
  resolveInside,
  type SourceFace,
  type SourceProblem,
  type SourceSet,
} from "./source.ts";

/** The file that describes a folder of own points. */
export const OWN_FILE = "dataset.jsonc";
const LARGEST_TABLE = 1 << 28;
const LONGEST_LINE = 1 << 20;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** What `dataset.jsonc` says. */
export interface OwnDataset {
  readonly name: string;
  /** `pts`: a `.pts` file beside each picture; else the name of a `.csv` or `.json` file. */
  readonly annotations: string;
  /** The number of the first pixel: 1 in iBUG's `.pts` files and MATLAB, 0 in most other tools. */
  readonly firstPixel: 0 | 1;
  /** Share of the pictures that test, where neither a folder nor a column says which. */
  readonly testShare: number;
  readonly scheme: LandmarkScheme;
}

/** The commented file that `data new` writes. */
export function ownTemplate(name: string, points: number): string {
  const listed = Array.from({ length: points }, (_, m) => m).join(", ");
  return `{
  // Describes a folder of pictures with your own landmarks. Landmarks are numbered from 0.
  // Lines that start with // are comments; a comma may stand before a closing bracket.

  // Name of the dataset, as it stands in results: lower-case letters, digits, . _ -
  "name": ${JSON.stringify(name)},

  // Where the landmarks are:
  //   "pts"          X.pts beside each X.jpg or X.png, in this folder or in train/ and test/
  //   "points.csv"   a table with the columns file, x0, y0, x1, y1, ... and, if you like, split (train or test)
  //   "points.json"  a list of { "file": "a.jpg", "points": [[x, y], ...], "split": "train" }
  "annotations": "pts",

  // The number of the first pixel: 1 for .pts files (iBUG, MATLAB), 0 for most other tools. Whole numbers are the
  // middles of pixels.
  "firstPixel": 1,

  // Share of the pictures that become the test set, where neither a split column nor a train/ or test/ folder says
  // which. It depends on a picture's name alone, so that it stays when you add pictures.
  "testShare": 0.2,

  // Number of landmarks.
  "points": ${points},

  // Pairs of landmarks that change places when the picture is mirrored, as [[0, 1]]: left and right eye, ...
  // Landmarks on the middle of the face are not listed. A wrong pair ruins training: look at data show.
  "flipPairs": [],

  // The outer eye corners, between which an error is measured; each may be a group whose middle counts.
  "interOcular": [[0], [${Math.min(1, points - 1)}]],

  // The pupils, for the other usual measure.
  "interPupil": [[0], [${Math.min(1, points - 1)}]],

  // Every landmark in exactly one region: errors are also shown by region.
  "regions": {
    "face": [${listed}]
  },

  // Polylines to draw through the landmarks, as [[0, 1, 2, 0]]. May be empty.
  "lines": []
}
`;
}

type Json = Record<string, unknown>;

/**
 * Parses `dataset.jsonc`.
 *
 * @param source what to call it in an error
 * @throws {SyntaxError}, {TypeError} or {RangeError} with one sentence that names the entry
 */
export function parseOwnDataset(text: string, source: string): OwnDataset {
  const fail = (reason: string) => new TypeError(`Cannot use '${source}' as ${reason}`);
  const show = (value: unknown) => (JSON.stringify(value) ?? "nothing").slice(0, 80);
  const json = parseJsonc(text, source) as Json;
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw fail(`it must be an object: ${show(json)}`);
  }
  const known = ["name", "annotations", "firstPixel", "testShare", "points", "flipPairs", "interOcular", "interPupil"];
  known.push("regions", "lines");
  for (const key of Object.keys(json)) {
    if (!known.includes(key)) throw fail(`its entries must be ${known.join(", ")}: ${printable(key)}`);
  }
  const { name, annotations, firstPixel, testShare = 0.2, points, flipPairs, interOcular, interPupil } = json;
  const { regions, lines = [] } = json;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) {
    throw fail(`name must be of lower-case letters, digits, . _ and -: ${show(name)}`);
  }
  if (typeof annotations !== "string" || !/^pts$|\.(?:csv|json)$/i.test(annotations)) {
    throw fail(`annotations must be "pts" or name a .csv or .json file: ${show(annotations)}`);
  }
  if (firstPixel !== 0 && firstPixel !== 1) throw fail(`firstPixel must be 0 or 1: ${show(firstPixel)}`);
  if (typeof testShare !== "number" || !(testShare >= 0 && testShare <= 1)) {
    throw fail(`testShare must be a number from 0 to 1: ${show(testShare)}`);
  }
  if (typeof points !== "number" || !Number.isInteger(points) || points < 1 || points > 10_000) {
    throw fail(`points must be a whole number from 1 to 10000: ${show(points)}`);
  }
  const isList = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((item) => typeof item === "number");
  const isLists = (value: unknown): value is number[][] => Array.isArray(value) && value.every(isList);
  if (!isLists(flipPairs) || flipPairs.some((pair) => pair.length !== 2)) {
    throw fail(`flipPairs must be a list of pairs: ${show(flipPairs)}`);
  }
  const paired = flipPairs.flat();
  const wrong = paired.find((m, i) => !Number.isInteger(m) || m < 0 || m >= points || paired.indexOf(m) !== i);
  if (wrong !== undefined) throw fail(`flipPairs must name landmarks from 0 to ${points - 1}, each once: ${wrong}`);
  const groups = (key: string, value: unknown) => {
    if (!isLists(value) || value.length !== 2) throw fail(`${key} must be two lists of landmarks: ${show(value)}`);
    return value as [number[], number[]];
  };
  if (typeof regions !== "object" || regions === null || !isLists(Object.values(regions))) {
    throw fail(`regions must be lists of landmarks by name: ${show(regions)}`);
  }
  const unnamed = Object.keys(regions).find((region) => !/^[a-z0-9][a-z0-9 _-]{0,39}$/i.test(region));
  if (unnamed !== undefined) {
    throw fail(`names of regions must be of letters, digits, spaces, _ and -: ${printable(unnamed, 40)}`);
  }
  if (!isLists(lines)) throw fail(`lines must be a list of lists of landmarks: ${show(lines)}`);
  const scheme: LandmarkScheme = {
    name: `${name}-${points}`,
    points,
    flip: flipFromPairs(points, flipPairs as unknown as [number, number][]),
    interOcular: groups("interOcular", interOcular),
    interPupil: groups("interPupil", interPupil),
    regions: regions as Record<string, number[]>,
    lines,
  };
  validateScheme(scheme, source);
  return { name, annotations, firstPixel, testShare, scheme };
}

/** One face of an annotation table. */
export interface OwnFace {
  /** The picture, below the folder. */
  readonly file: string;
  /** `[2M]` in pixels counted from {@linkcode OwnDataset.firstPixel}. */
  readonly landmarks: Float64Array;
  readonly split?: "train" | "test";
}

function checkSplit(split: unknown, where: string): { split?: "train" | "test" } {
  if (split === undefined || split === "") return {};
  if (split === "train" || split === "test") return { split };
  throw new SyntaxError(`Cannot read ${where} as split must be train or test: ${JSON.stringify(split)?.slice(0, 40)}`);
}

function checkCoordinate(value: unknown, where: string, what: string): number {
  const number = typeof value === "string" && NUMBER.test(value.trim()) ? parseFloat(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new SyntaxError(`Cannot read ${where} as ${what} is no number: ${JSON.stringify(value)?.slice(0, 40)}`);
  }
  if (!(Math.abs(number) <= 1e6)) {
    throw new RangeError(`Cannot read ${where} as ${what} lies outside any picture: ${number}`);
  }
  return number;
}

/**
 * Splits a line of a CSV file into its fields; a field in quotes may hold commas and doubled quotes.
 *
 * @throws {SyntaxError} if a field begins with a quote and does not end with one
 */
export function splitCsvLine(line: string): string[] {
  const fields: string[] = [];
  const quoted = /\s*"((?:[^"]|"")*)"\s*(?=,|$)/y, bare = /\s*(?!["\s])[^,]*|\s*(?=,|$)/y;
  for (let at = 0; at <= line.length; at++) {
    quoted.lastIndex = bare.lastIndex = at;
    const text = quoted.exec(line) ?? bare.exec(line);
    if (!text) throw new SyntaxError(`Cannot split line as field ${fields.length + 1} has a quote without its end`);
    fields.push(text[1] !== undefined ? text[1].replaceAll('""', '"') : text[0].trim());
    at += text[0].length;
  }
  return fields;
}

/**
 * Parses a table with the columns `file`, `x0`, `y0`, `x1`, `y1`, ... in any order, and optionally `split`.
 *
 * @returns one face or problem per line
 * @throws {SyntaxError} if the header does not have these columns
 */
export function parseOwnCsv(text: string, source: string, points: number): (OwnFace | SourceProblem)[] {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const header = splitCsvLine(lines[0]!.slice(0, LONGEST_LINE));
  const wanted = ["file", ...Array.from({ length: points }, (_, m) => [`x${m}`, `y${m}`]).flat()];
  const column = new Map(header.map((name, i) => [name, i]));
  const missing = wanted.find((name) => !column.has(name));
  if (missing !== undefined) {
    throw new SyntaxError(`Cannot read '${source}' as its first line lacks the column: ${missing}`);
  }
  const surplus = header.find((name, i) => column.get(name) !== i || (!wanted.includes(name) && name !== "split"));
  if (surplus !== undefined) {
    throw new SyntaxError(
      `Cannot read '${source}' as its columns must be file, x0 to y${points - 1}, split: ${printable(surplus)}`,
    );
  }
  return lines.slice(1).flatMap((line, i): (OwnFace | SourceProblem)[] => {
    if (line.trim() === "") return [];
    const where = `line ${i + 2} of '${source}'`;
    try {
      if (line.length > LONGEST_LINE) {
        throw new RangeError(`Cannot read ${where} as it has more than ${LONGEST_LINE} characters: ${line.length}`);
      }
      const fields = splitCsvLine(line);
      if (fields.length !== header.length) {
        throw new SyntaxError(`Cannot read ${where} as it has ${fields.length} fields: expected ${header.length}`);
      }
      const landmarks = wanted.slice(1).map((name) => checkCoordinate(fields[column.get(name)!], where, name));
      const split = checkSplit(column.has("split") ? fields[column.get("split")!] : undefined, where);
      return [{ file: fields[column.get("file")!]!, landmarks: Float64Array.from(landmarks), ...split }];
    } catch (error) {
      return [{ where, message: messageOf(error) }];
    }
  });
}

/**
 * Parses a list of `{ "file", "points": [[x, y], ...], "split" }`.
 *
 * @returns one face or problem per entry
 * @throws {SyntaxError} if the text is no JSON list
 */
export function parseOwnJson(text: string, source: string, points: number): (OwnFace | SourceProblem)[] {
  const list = parseJsonc(text, source);
  if (!Array.isArray(list)) {
    throw new SyntaxError(`Cannot read '${source}' as it must be a list of faces: ${typeof list}`);
  }
  return list.map((entry: Json, i) => {
    const where = `face ${i} of '${source}'`;
    try {
      const { file, points: pairs, split, ...others } = entry ?? {};
      if (typeof file !== "string") throw new SyntaxError(`Cannot read ${where} as it names no file: ${typeof file}`);
      const [other] = Object.keys(others);
      if (other) {
        throw new SyntaxError(`Cannot read ${where} as its entries must be file, points, split: ${printable(other)}`);
      }
      if (!Array.isArray(pairs) || pairs.length !== points) {
        const found = Array.isArray(pairs) ? pairs.length : typeof pairs;
        throw new SyntaxError(`Cannot read ${where} as it must have ${points} points: ${found}`);
      }
      const landmarks = pairs.flatMap((pair: unknown, m) => {
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw new SyntaxError(
            `Cannot read ${where} as point ${m} must be [x, y]: ${JSON.stringify(pair)?.slice(0, 40)}`,
          );
        }
        return [checkCoordinate(pair[0], where, `x${m}`), checkCoordinate(pair[1], where, `y${m}`)];
      });
      return { file, landmarks: Float64Array.from(landmarks), ...checkSplit(split, where) };
    } catch (error) {
      return { where, message: messageOf(error) };
    }
  });
}

/** The `.pts` files of a folder and of those below it, and the picture of each. */
async function listPts(dir: string, points: number): Promise<(OwnFace | SourceProblem)[]> {
  const pictures = new Map<string, string[]>();
  const annotations: string[] = [];
  const walk = async (folder: string, depth: number) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      // Symbolic links to folders are not followed: they could lead in circles.
      if (isDirectory && depth < 8) await walk(path, depth + 1);
      else if (/\.pts$/i.test(name)) annotations.push(path);
      else if (/\.(?:jpe?g|png|webp)$/i.test(name)) {
        const stem = path.replace(/\.[^.]+$/, "");
        pictures.set(stem, [...pictures.get(stem) ?? [], path]);
      }
    }
  };
  await walk(dir, 0);
  const name = (path: string) => relative(dir, path).split(sep).join("/");
  annotations.sort((a, b) => compareNaturally(name(a), name(b)));
  return await mapInFlight(annotations, 16, async (path) => {
    try {
      const candidates = pictures.get(path.slice(0, -4)) ?? [];
      if (candidates.length !== 1) {
        const reason = candidates.length === 0
          ? "there is no picture of that name beside it"
          : `it could belong to several pictures: ${candidates.map(name).join(", ")}`;
        throw new SyntaxError(`Cannot read face '${name(path)}' as ${reason}`);
      }
      // As they stand in the file, which the reader of .pts files takes to count from 1.
      const landmarks = (await readPts(path, { points })).map((value) => value + 1);
      return { file: name(candidates[0]!), landmarks };
    } catch (error) {
      return { where: name(path), message: messageOf(error) };
    }
  });
}

/** Which split a picture is in: by its entry, by its folder, or else by a number drawn from its name. */
function splitOf({ file, split }: OwnFace, testShare: number): "train" | "test" {
  const folder = /^(train|test)\//.exec(file)?.[1];
  return split ?? folder as "train" | "test" | undefined ??
    (hashSeed(0, "test share", file) / 2 ** 32 < testShare ? "test" : "train");
}

/** What a folder of own points needs. */
export function helpOwn(dir: string): string {
  return `A folder of your own points holds pictures, their landmarks, and ${OWN_FILE}, which says what the landmarks mean.

  1. Write a commented template: deno task data new '${dir}' --points 68
  2. Edit it, and put the pictures with their .pts files, or a .csv or .json table, beside it.
  3. Check it: deno task data check own --from '${dir}'`;
}

/**
 * Reads the list of faces of a folder with own points, as its `dataset.jsonc` describes it; pictures stay unopened.
 *
 * @returns faces by name; one that is damaged, or whose picture is missing or lies outside the folder, is among its
 * problems
 * @throws {Deno.errors.NotFound} with {@linkcode helpOwn} if there is no `dataset.jsonc`
 * @throws {SyntaxError}, {TypeError} or {RangeError} if that file, or the table as a whole, is malformed
 */
export async function readOwn(dir: string, split: "train" | "test"): Promise<SourceSet> {
  const description = join(dir, OWN_FILE);
  if (!await exists(description)) {
    throw new Deno.errors.NotFound(`Cannot find own points as '${dir}' has no ${OWN_FILE}.\n\n${helpOwn(dir)}`);
  }
  const own = parseOwnDataset(await Deno.readTextFile(description), description);
  const { points } = own.scheme;
  let found: (OwnFace | SourceProblem)[];
  if (own.annotations === "pts") found = await listPts(dir, points);
  else {
    const path = await resolveInside(dir, own.annotations, description);
    if (!path) throw new Deno.errors.NotFound(`Cannot find own points as '${dir}' has no ${own.annotations}`);
    const { size } = await Deno.stat(path);
    if (size > LARGEST_TABLE) {
      throw new RangeError(`Cannot read '${path}' as a table has ${LARGEST_TABLE} bytes at most: ${size}`);
    }
    const parse = /\.csv$/i.test(path) ? parseOwnCsv : parseOwnJson;
    found = parse(await Deno.readTextFile(path), path, points);
  }

  const problems: SourceProblem[] = [];
  const mine = found.filter((face): face is OwnFace => {
    if ("message" in face) problems.push(face);
    return "file" in face && splitOf(face, own.testShare) === split;
  });
  const nth = new Map<string, number>();
  const opened = await mapInFlight(mine, 16, async ({ file, landmarks }): Promise<SourceFace | SourceProblem> => {
    const stem = file.replace(/\.[^./]+$/, "");
    const number = (nth.get(stem) ?? 0) + 1;
    nth.set(stem, number);
    try {
      const path = await resolveInside(dir, file, own.annotations);
      if (!path) {
        throw new SyntaxError(`Cannot read face of '${own.annotations}' as there is no picture: ${printable(file)}`);
      }
      return {
        id: number === 1 ? stem : `${stem}#${number}`,
        image: await imageFile(path),
        landmarks: landmarks.map((value) => value - own.firstPixel),
        subsets: ["full"],
      };
    } catch (error) {
      return { where: file, message: messageOf(error) };
    }
  });
  const faces: SourceFace[] = [];
  for (const face of opened) "id" in face ? faces.push(face) : problems.push(face);
  const counts = [{ name: own.name, found: faces.length }];
  return { dataset: own.name, split, scheme: own.scheme, faces, counts, partial: "", problems };
}

/** Writes the template of `dataset.jsonc` into a folder; an existing one stays. */
export async function writeOwnTemplate(dir: string, name: string, points: number): Promise<string> {
  const path = join(dir, OWN_FILE);
  if (await exists(path)) throw new Error(`Cannot write '${path}' as it exists: delete it first`);
  const text = ownTemplate(name, points);
  // A name or number that cannot be used is refused now, not when it is read.
  parseOwnDataset(text, path);
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, text);
  return path;
}

/** Formats faces as the table that {@linkcode parseOwnCsv} reads. */
export function formatOwnCsv(faces: readonly OwnFace[]): string {
  const quote = (text: string) => /[",\s]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const points = (faces[0]?.landmarks.length ?? 0) / 2;
  const columns = Array.from({ length: points }, (_, m) => `x${m},y${m}`);
  const rows = faces.map(({ file, landmarks, split }) => [quote(file), ...landmarks, split ?? ""].join(","));
  return `${[["file", ...columns, "split"].join(","), ...rows].join("\n")}\n`;
}

/** Formats faces as the list that {@linkcode parseOwnJson} reads. */
export function formatOwnJson(faces: readonly OwnFace[]): string {
  const entries = faces.map(({ file, landmarks, split }) => {
    const points = Array.from({ length: landmarks.length / 2 }, (_, m) => [landmarks[2 * m], landmarks[2 * m + 1]]);
    return JSON.stringify({ file, points, ...(split ? { split } : {}) });
  });
  return `[\n${entries.join(",\n")}\n]\n`;
}
