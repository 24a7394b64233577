import { dirname, join, relative, sep } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists, writeFileAtomic } from "@/files.ts";
import { hashSeed } from "@/random.ts";
import { imageFile } from "./decode.ts";
import { OWN_FILE, ownTemplate, parseOwnDataset } from "./own_description.ts";
import { type OwnFace, parseOwnCsv, parseOwnJson } from "./own_tables.ts";
import { readPts } from "./pts.ts";
import {
  compareNaturally,
  mapInFlight,
  printable,
  resolveInside,
  type SourceFace,
  type SourceProblem,
  type SourceSet,
} from "./source.ts";

const LARGEST_TABLE = 1 << 28;

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
  3. Check it: deno task data check own --from '${dir}'
  4. Train on it: deno task experiment own-mnv2 --data '${dir}'`;
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
