import { join } from "node:path";
import { messageOf } from "@/errors.ts";
import { exists, writeFileAtomic } from "@/files.ts";
import { imageFile } from "./decode.ts";
import { scheme98 } from "./schemes.ts";
import {
  describePartial,
  mapInFlight,
  printable,
  resolveInside,
  type SourceFace,
  type SourceProblem,
  type SourceSet,
} from "./source.ts";

const POINTS = scheme98.points;
/** Landmarks, rectangle and attributes; then the picture's name. */
const NUMBERS = 2 * POINTS + 4 + 6;
const LARGEST_LIST = 1 << 27;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** The six attributes of a line, in its order, by the names of their test subsets. */
export const WFLW_ATTRIBUTES = ["pose", "expression", "illumination", "makeup", "occlusion", "blur"] as const;

/** How many test faces of WFLW have each attribute, as its makers counted. */
export const WFLW_TEST_COUNTS: Readonly<Record<typeof WFLW_ATTRIBUTES[number], number>> = {
  ...{ pose: 326, expression: 314, illumination: 698, makeup: 206, occlusion: 736, blur: 773 },
};

const LISTS = { train: "list_98pt_rect_attr_train.txt", test: "list_98pt_rect_attr_test.txt" } as const;
const LIST_FOLDER = join("WFLW_annotations", "list_98pt_rect_attr_train_test");
const EXPECTED = { train: 7500, test: 2500 } as const;

/** What to download for WFLW, and where to put it. */
export function helpWflw(dir: string): string {
  return `WFLW is not part of this project: each user downloads it.

  1. Download WFLW_images.tar.gz and WFLW_annotations.tar.gz from
     https://wywu.github.io/projects/LAB/WFLW.html
  2. Unpack them into '${dir}', so that it holds

    WFLW_images/                                                      the pictures, in 61 folders
    ${LIST_FOLDER}/${LISTS.train}   7500 faces  train
    ${LIST_FOLDER}/${LISTS.test}    2500 faces  test

  3. Check it: deno task data check wflw --from '${dir}'`;
}

/** One line of a list. */
export interface WflwLine {
  /** `[196]` in pixels. */
  readonly landmarks: Float64Array;
  /** The face rectangle: `[left, top, right, bottom]`. */
  readonly rectangle: readonly [number, number, number, number];
  /** Those of {@linkcode WFLW_ATTRIBUTES} that it has. */
  readonly attributes: readonly string[];
  /** The picture, below `WFLW_images`. */
  readonly file: string;
}

/**
 * Parses one line of WFLW's lists: 196 coordinates, 4 of a rectangle, 6 attributes that are 0 or 1, and a name.
 *
 * @param source what to call the line in an error
 * @throws {SyntaxError} if it is not of that form
 */
export function parseWflwLine(line: string, source: string): WflwLine {
  const fail = (reason: string) => new SyntaxError(`Cannot read face from ${source} as ${reason}`);
  const words = line.trim().split(/\s+/);
  if (words.length < NUMBERS + 1) {
    throw fail(`it has ${words.length} fields: expected ${NUMBERS + 1}`);
  }
  const numbers = words.slice(0, NUMBERS).map((word, i) => {
    if (!NUMBER.test(word)) throw fail(`field ${i + 1} is no number: ${JSON.stringify(word.slice(0, 40))}`);
    const value = parseFloat(word);
    if (!(Math.abs(value) <= 1e6)) throw fail(`field ${i + 1} lies outside any picture: ${word}`);
    return value;
  });
  const flags = numbers.slice(2 * POINTS + 4);
  flags.forEach((flag, i) => {
    if (flag !== 0 && flag !== 1) throw fail(`attribute '${WFLW_ATTRIBUTES[i]}' must be 0 or 1: ${flag}`);
  });
  return {
    landmarks: Float64Array.from(numbers.slice(0, 2 * POINTS)),
    rectangle: numbers.slice(2 * POINTS, 2 * POINTS + 4) as [number, number, number, number],
    attributes: WFLW_ATTRIBUTES.filter((_, i) => flags[i] === 1),
    file: words.slice(NUMBERS).join(" "),
  };
}

/** Formats a line as {@linkcode parseWflwLine} reads it. */
export function formatWflwLine({ landmarks, rectangle, attributes, file }: WflwLine): string {
  const flags = WFLW_ATTRIBUTES.map((name) => attributes.includes(name) ? 1 : 0);
  return [...[...landmarks].map((value) => value.toFixed(6)), ...rectangle, ...flags, file].join(" ");
}

/**
 * Reads the list of faces of WFLW from its official folders; pictures stay unopened.
 *
 * Coordinates are taken as they stand, as by all who publish numbers on WFLW: its makers do not say whether they count
 * from 0 or 1. The face rectangle is read and not used: published crops come from the landmarks.
 *
 * @returns faces in the list's order; a line that is damaged, or whose picture is missing or lies outside `WFLW_images`,
 * is among its problems
 * @throws {Deno.errors.NotFound} with {@linkcode helpWflw} if the list is not there
 */
export async function readWflw(dir: string, split: "train" | "test"): Promise<SourceSet> {
  const list = [join(dir, LIST_FOLDER, LISTS[split]), join(dir, LISTS[split])];
  const path = await exists(list[0]!) ? list[0]! : list[1]!;
  if (!await exists(path)) {
    throw new Deno.errors.NotFound(
      `Cannot find WFLW's ${split} faces as '${dir}' has no ${join(LIST_FOLDER, LISTS[split])}.\n\n${helpWflw(dir)}`,
    );
  }
  const { size } = await Deno.stat(path);
  if (size > LARGEST_LIST) {
    throw new RangeError(`Cannot read '${path}' as a list has ${LARGEST_LIST} bytes at most: ${size}`);
  }
  const root = join(dir, "WFLW_images");
  if (!await exists(root)) {
    throw new Deno.errors.NotFound(`Cannot find WFLW's pictures as '${dir}' has no WFLW_images.\n\n${helpWflw(dir)}`);
  }
  const lines = (await Deno.readTextFile(path)).split(/\r?\n/).map((text, i) => ({ text, number: i + 1 }))
    .filter(({ text }) => text.trim() !== "");
  type Found = { file: string; face: Omit<SourceFace, "id"> };
  const results = await mapInFlight(lines, 16, async ({ text, number }): Promise<Found | SourceProblem> => {
    const where = `line ${number} of ${LISTS[split]}`;
    try {
      const { landmarks, attributes, file } = parseWflwLine(text, `line ${number} of '${path}'`);
      const picture = await resolveInside(root, file, path);
      if (!picture) {
        throw new SyntaxError(
          `Cannot read face from ${where} as there is no picture in WFLW_images: ${printable(file)}`,
        );
      }
      return { file, face: { image: await imageFile(picture), landmarks, subsets: ["full", ...attributes] } };
    } catch (error) {
      return { where, message: messageOf(error) };
    }
  });

  const faces: SourceFace[] = [];
  const problems: SourceProblem[] = [];
  const seen = new Map<string, number>();
  for (const result of results) {
    if ("message" in result) {
      problems.push(result);
      continue;
    }
    // A picture may show several faces: the second is named `...#2`.
    const stem = result.file.replace(/\.[^./]+$/, "");
    const nth = (seen.get(stem) ?? 0) + 1;
    seen.set(stem, nth);
    faces.push({ id: nth === 1 ? stem : `${stem}#${nth}`, ...result.face });
  }
  const counts = [{ name: LISTS[split], found: faces.length, expected: EXPECTED[split] }];
  return {
    ...{ dataset: "wflw", split, scheme: scheme98, faces, counts, partial: describePartial(counts), problems },
    ...(split === "test" ? { expectedSubsets: { full: EXPECTED.test, ...WFLW_TEST_COUNTS } } : {}),
  };
}

/** Writes a list of faces where {@linkcode readWflw} looks for it. The pictures are the caller's to write. */
export async function writeWflwList(dir: string, split: "train" | "test", lines: readonly WflwLine[]): Promise<string> {
  const path = join(dir, LIST_FOLDER, LISTS[split]);
  await writeFileAtomic(path, lines.map((line) => `${formatWflwLine(line)}\n`).join(""));
  return path;
}
