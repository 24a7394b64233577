import { parseJsonc } from "./jsonc.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import { flipFromPairs, scheme29, scheme68, scheme98, validateScheme } from "./schemes.ts";
import { printable } from "./source.ts";

/** The file that describes a folder of own points. */
export const OWN_FILE = "dataset.jsonc";

/** Names under which results on your own faces would be taken for results on known ones. */
const TAKEN: readonly string[] = ["300w", "cofw", "wflw", "synthetic"];

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

/** Schemes that a template is filled with; `what` says whose they are. */
const KNOWN = [
  { scheme: scheme68, what: "300W (iBUG)" },
  { scheme: scheme29, what: "COFW" },
  { scheme: scheme98, what: "WFLW" },
] as const;

/** Lists in lines of at most 120 characters, two spaces further in than an entry. */
function wrap(items: readonly string[]): string {
  const lines = [""];
  for (const item of items) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = item;
    else if (last.length + item.length + 7 > 120) lines.push(item);
    else lines[lines.length - 1] = `${last}, ${item}`;
  }
  return lines.length === 1 ? `[${lines[0]}]` : `[\n    ${lines.join(",\n    ")}\n  ]`;
}

/** The commented file that `data new` writes; for 68, 29 and 98 points, filled with what is usual. */
export function ownTemplate(name: string, points: number): string {
  const known = KNOWN.find(({ scheme }) => scheme.points === points);
  const second = Math.min(1, points - 1);
  const { flip, interOcular, interPupil, regions, lines }: Pick<
    LandmarkScheme,
    "flip" | "interOcular" | "interPupil" | "regions" | "lines"
  > = known?.scheme ?? {
    flip: [],
    interOcular: [[0], [second]],
    interPupil: [[0], [second]],
    regions: { face: Array.from({ length: points }, (_, m) => m) },
    lines: [],
  };
  const pairs = flip.flatMap((other, m) => other > m ? [`[${m}, ${other}]`] : []);
  const list = (landmarks: readonly number[]) => `[${landmarks.join(", ")}]`;
  const groups = (two: readonly (readonly number[])[]) => `[${two.map(list).join(", ")}]`;
  const parts = Object.entries(regions).map(([region, landmarks]) =>
    `    ${JSON.stringify(region)}: ${list(landmarks)}`
  );
  const filled = known
    ? `  // From here on: the ${points} landmarks of ${known.what}, in their order. If yours are others, change all of it.

`
    : "";
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

${filled}  // Pairs of landmarks that change places when the picture is mirrored, as [[0, 1]]: left and right eye, ...
  // Landmarks on the middle of the face are not listed. A wrong pair ruins training: look at data check and data show.
  "flipPairs": ${wrap(pairs)},

  // The outer eye corners, between which an error is measured; each may be a group whose middle counts.
  "interOcular": ${groups(interOcular)},

  // The pupils, for the other usual measure.
  "interPupil": ${groups(interPupil)},

  // Every landmark in exactly one region: errors are also shown by region.
  "regions": {
${parts.join(",\n")}
  },

  // Polylines to draw through the landmarks, as [[0, 1, 2, 0]]. May be empty.
  "lines": ${wrap(lines.map(list))}
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
  if (TAKEN.includes(name)) throw fail(`name must be another than those of known datasets: ${show(name)}`);
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
