import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { imageFile } from "./decode.ts";
import { readPts } from "./pts.ts";
import { scheme68 } from "./schemes.ts";
import {
  compareNaturally,
  describePartial,
  mapInFlight,
  type SourceCount,
  type SourceFace,
  type SourceProblem,
  type SourceSet,
} from "./source.ts";

/** A folder of 300W, and how many faces its makers put there. */
export interface Folder300W {
  readonly folder: string;
  readonly split: "train" | "test";
  readonly expected: number;
  /** Subsets that its faces belong to. */
  readonly subsets: readonly string[];
  /** Absent without being missed, as few have it. */
  readonly optional?: boolean;
}

/** The folders of 300W, in the order in which their faces are numbered. */
export const FOLDERS_300W: readonly Folder300W[] = [
  { folder: "afw", split: "train", expected: 337, subsets: ["full"] },
  { folder: "helen/trainset", split: "train", expected: 2000, subsets: ["full"] },
  { folder: "lfpw/trainset", split: "train", expected: 811, subsets: ["full"] },
  { folder: "helen/testset", split: "test", expected: 330, subsets: ["full", "common"] },
  { folder: "lfpw/testset", split: "test", expected: 224, subsets: ["full", "common"] },
  { folder: "ibug", split: "test", expected: 135, subsets: ["full", "challenging"] },
  { folder: "01_Indoor", split: "test", expected: 300, subsets: ["private"], optional: true },
  { folder: "02_Outdoor", split: "test", expected: 300, subsets: ["private"], optional: true },
];

/** What to download for 300W, and where to put it. */
export function help300W(dir: string): string {
  const rows = FOLDERS_300W.map(({ folder, split, expected, optional }) =>
    `    ${folder.padEnd(16)} ${String(expected).padStart(4)} faces  ${split}${
      optional ? ", private test: optional" : ""
    }`
  );
  return `300W cannot be downloaded by a program: its makers ask each user to accept their terms (research only).

  1. Download afw.zip, helen.zip, ibug.zip and lfpw.zip (pictures with their .pts files) from
     https://ibug.doc.ic.ac.uk/resources/facial-point-annotations/
     and, if you want the private test set, 300w.zip (four parts) from
     https://ibug.doc.ic.ac.uk/resources/300-W/
  2. Unpack them into '${dir}', so that these folders hold X.jpg or X.png beside each X.pts:

${rows.join("\n")}

     Any subset of them will do: results then say that the set is partial.
  3. Check it: deno task data check 300w --from '${dir}'`;
}

async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(path)) if (!entry.isDirectory) names.push(entry.name);
    return names.sort(compareNaturally);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/** The pictures of a folder by lower-case name without ending, which several may share. */
function picturesByStem(names: readonly string[]): Map<string, string[]> {
  const pictures = new Map<string, string[]>();
  for (const name of names) {
    const stem = /^(.*)\.(?:jpe?g|png)$/i.exec(name)?.[1]?.toLowerCase();
    if (stem !== undefined) pictures.set(stem, [...pictures.get(stem) ?? [], name]);
  }
  return pictures;
}

/**
 * Reads the list of faces of 300W from its official folders, any of which may be absent. Pictures stay unopened.
 *
 * Each `X.pts` belongs to `X.jpg` or `X.png`; where that is absent and X ends in `_2` or the like, to the picture named
 * without it, as a picture may show several faces.
 *
 * @returns faces by folder, then by name; a `.pts` file that is damaged or has no picture is among its problems
 * @throws {Deno.errors.NotFound} with {@linkcode help300W} if no folder of that split is there
 */
export async function read300W(dir: string, split: "train" | "test"): Promise<SourceSet> {
  const faces: SourceFace[] = [];
  const problems: SourceProblem[] = [];
  const counts: SourceCount[] = [];
  let present = false;
  for (const { folder, split: folderSplit, expected, subsets, optional } of FOLDERS_300W) {
    if (folderSplit !== split) continue;
    const path = join(dir, folder);
    const names = await listFolder(path);
    if (names === undefined) {
      if (!optional) counts.push({ name: folder, found: 0, expected });
      continue;
    }
    present = true;
    const pictures = picturesByStem(names);
    const annotations = names.filter((name) => /\.pts$/i.test(name));
    const found = await mapInFlight(annotations, 16, async (name): Promise<SourceFace | SourceProblem> => {
      const stem = name.slice(0, -4);
      const where = `${folder}/${name}`;
      try {
        const key = stem.toLowerCase();
        const candidates = pictures.get(key) ?? pictures.get(key.replace(/_\d+$/, "")) ?? [];
        if (candidates.length !== 1) {
          const reason = candidates.length === 0
            ? `there is no ${stem}.jpg or ${stem}.png beside it`
            : `it could belong to several pictures: ${candidates.join(", ")}`;
          throw new SyntaxError(`Cannot read face '${where}' as ${reason}`);
        }
        const landmarks = await readPts(join(path, name), { points: scheme68.points });
        const image = await imageFile(join(path, candidates[0]!));
        return { id: `${folder}/${stem}`, image, landmarks, subsets };
      } catch (error) {
        return { where, message: messageOf(error) };
      }
    });
    for (const item of found) "where" in item ? problems.push(item) : faces.push(item);
    counts.push({ name: folder, found: found.filter((item) => !("where" in item)).length, expected });
  }
  if (!present) {
    throw new Deno.errors.NotFound(
      `Cannot find 300W's ${split} faces as '${dir}' has none of their folders.\n\n${help300W(dir)}`,
    );
  }
  const expectedSubsets: Record<string, number> = {};
  for (const { split: folderSplit, expected, subsets } of FOLDERS_300W) {
    if (folderSplit !== split) continue;
    for (const name of subsets) expectedSubsets[name] = (expectedSubsets[name] ?? 0) + expected;
  }
  return {
    ...{ dataset: "300w", split, scheme: scheme68, faces, counts, partial: describePartial(counts), problems },
    expectedSubsets,
  };
}
