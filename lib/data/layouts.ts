import { Buffer } from "node:buffer";
import { join } from "node:path";
import sharp from "sharp";
import { writeFileAtomic } from "@/files.ts";
import { type CofwFace, writeCofw } from "./cofw.ts";
import type { FaceSet } from "./face_set.ts";
import { cropOf, landmarksOf } from "./face_picture.ts";
import { formatPts } from "./pts.ts";
import { map98To68 } from "./schemes.ts";
import { mapInFlight } from "./source.ts";
import { type WflwLine, writeWflwList } from "./wflw.ts";

/** Datasets whose folders {@linkcode writeLayout} can imitate. */
export type Layout = "300w" | "cofw" | "wflw";

/** All layouts. */
export const LAYOUTS: readonly Layout[] = ["300w", "cofw", "wflw"];

/** The file that tells drawn faces in a dataset's layout from that dataset. */
export const SYNTHETIC_FILE = "SYNTHETIC.txt";

/** A face set that may know which landmarks are hidden. */
export type LayoutSet = FaceSet & { readonly occluded?: readonly (readonly number[])[] };

/** The middle of some of 68 landmarks, with weights that sum to 1. */
type Mix = readonly (readonly [landmark: number, weight: number])[];

const mean = (...landmarks: number[]): Mix => landmarks.map((m) => [m, 1 / landmarks.length]);
/** A point on the lower edge of a brow: a fifth of the way from the upper edge to the eye. */
const below = (brow: number, ...eye: number[]): Mix => [[brow, 0.8], ...eye.map((m) => [m, 0.2 / eye.length] as const)];

const MIX_29: readonly Mix[] = [
  ...[mean(17), mean(26), mean(21), mean(22), mean(19), below(19, 37, 38), mean(24), below(24, 43, 44)],
  ...[mean(36), mean(45), mean(39), mean(42), mean(37, 38), mean(40, 41), mean(43, 44), mean(46, 47)],
  ...[mean(36, 37, 38, 39, 40, 41), mean(42, 43, 44, 45, 46, 47), mean(31), mean(35), mean(30), mean(33)],
  ...[mean(48), mean(54), mean(51), mean(62), mean(66), mean(57), mean(8)],
];

const MIX_98: readonly Mix[] = Array.from({ length: 98 }, (_, m): Mix => {
  const same = map98To68.indexOf(m);
  if (same >= 0) return mean(same);
  if (m < 33) return mean((m - 1) / 2, (m + 1) / 2);
  const rest: Record<number, Mix> = {
    ...{ 38: below(21, 38, 39), 39: below(20, 38), 40: below(19, 37), 41: below(18, 36, 37) },
    ...{ 47: below(25, 44, 45), 48: below(24, 44), 49: below(23, 43), 50: below(22, 42, 43) },
    ...{ 62: mean(37, 38), 66: mean(40, 41), 70: mean(43, 44), 74: mean(46, 47) },
    ...{ 96: mean(36, 37, 38, 39, 40, 41), 97: mean(42, 43, 44, 45, 46, 47) },
  };
  return rest[m]!;
});

function blend(landmarks: ArrayLike<number>, mixes: readonly Mix[]): Float64Array {
  if (landmarks.length !== 136) {
    throw new TypeError(`Cannot convert landmarks as they must be 136 numbers: ${landmarks.length}`);
  }
  return Float64Array.from(
    { length: 2 * mixes.length },
    (_, i) => mixes[i >> 1]!.reduce((sum, [m, weight]) => sum + weight * landmarks[2 * m + i % 2]!, 0),
  );
}

/** 29 landmarks near where COFW's are, `[58]` from `[136]`: to test COFW's road, not to measure on it. */
export function convert68To29(landmarks: ArrayLike<number>): Float64Array {
  return blend(landmarks, MIX_29);
}

/** 98 landmarks near where WFLW's are, `[196]` from `[136]`: to test WFLW's road, not to measure on it. */
export function convert68To98(landmarks: ArrayLike<number>): Float64Array {
  return blend(landmarks, MIX_98);
}

async function encode(pixels: Uint8Array, size: number, format: "jpg" | "png"): Promise<Uint8Array> {
  const pipeline = sharp(Buffer.from(pixels), { raw: { width: size, height: size, channels: 3 } });
  return new Uint8Array(await (format === "png" ? pipeline.png() : pipeline.jpeg({ quality: 95 })).toBuffer());
}

/** Folders of 300W that receive faces, as `[share, folder, format]`, shares adding up to 1. */
type Share = readonly [share: number, folder: string, format: "jpg" | "png"];
const TRAIN: readonly Share[] = [
  [337 / 3148, "afw", "jpg"],
  [2000 / 3148, "helen/trainset", "jpg"],
  [811 / 3148, "lfpw/trainset", "png"],
];
const COMMON: readonly Share[] = [[330 / 554, "helen/testset", "jpg"], [224 / 554, "lfpw/testset", "png"]];
const CHALLENGING: readonly Share[] = [[1, "ibug", "jpg"]];

/** Gives each of `items` to a folder, in order, as near to the shares as whole numbers allow. */
function distribute<Item>(items: readonly Item[], shares: readonly Share[]): [Item, Share][] {
  let sum = 0;
  const ends = shares.map(([share]) => Math.round((sum += share) * items.length));
  return items.map((item, i) => [item, shares[ends.findIndex((end) => i < end)] ?? shares.at(-1)!]);
}

async function write300W(set: LayoutSet, dir: string): Promise<void> {
  const all = Array.from({ length: set.count }, (_, i) => i);
  const hard = new Set(set.subsets["challenging"] ?? []);
  const plan = set.split === "train"
    ? distribute(all, TRAIN)
    : [...distribute(all.filter((i) => !hard.has(i)), COMMON), ...distribute([...hard], CHALLENGING)];
  await mapInFlight(plan, 8, async ([index, [, folder, format]]) => {
    const path = join(dir, folder, `synthetic_${String(index).padStart(6, "0")}`);
    await writeFileAtomic(`${path}.${format}`, await encode(cropOf(set, index), set.size, format));
    await writeFileAtomic(`${path}.pts`, formatPts(landmarksOf(set, index)));
  });
}

/** The tight box of landmarks, `[left, top, width, height]`, and 4 pixels on each side. */
function boxOf(landmarks: ArrayLike<number>): [number, number, number, number] {
  const axis = (first: number) => {
    const values = Array.from(landmarks).filter((_, i) => i % 2 === first);
    return [Math.floor(Math.min(...values)) - 4, Math.ceil(Math.max(...values)) + 4] as const;
  };
  const [[left, right], [top, bottom]] = [axis(0), axis(1)];
  return [left, top, right - left + 1, bottom - top + 1];
}

async function writeCofwLayout(set: LayoutSet, dir: string): Promise<void> {
  const faces = set.ids.map((_, index): CofwFace => {
    const hidden = new Set(set.occluded?.[index]);
    const rgb = cropOf(set, index);
    // Some of COFW's pictures are gray.
    const gray = index % 5 === 4;
    return {
      width: set.size,
      height: set.size,
      pixels: gray ? Uint8Array.from({ length: rgb.length / 3 }, (_, i) => rgb[3 * i + 1]!) : rgb.slice(),
      landmarks: convert68To29(landmarksOf(set, index)),
      box: boxOf(convert68To29(landmarksOf(set, index))),
      occluded: Uint8Array.from(MIX_29, (mix) => mix.some(([m]) => hidden.has(m)) ? 1 : 0),
    };
  });
  await writeCofw(dir, set.split === "train" ? "train" : "test", faces);
}

async function writeWflwLayout(set: LayoutSet, dir: string): Promise<void> {
  const hard = new Set(set.subsets["challenging"] ?? []);
  const lines = await mapInFlight(set.ids, 8, async (_, index): Promise<WflwLine> => {
    const file = `0--Synthetic/${set.split}_${String(index).padStart(6, "0")}.jpg`;
    await writeFileAtomic(join(dir, "WFLW_images", file), await encode(cropOf(set, index), set.size, "jpg"));
    const landmarks = convert68To98(landmarksOf(set, index));
    const [left, top, width, height] = boxOf(landmarks);
    const attributes = [...hard.has(index) ? ["pose"] : [], ...set.occluded?.[index]?.length ? ["occlusion"] : []];
    return { landmarks, rectangle: [left, top, left + width, top + height], attributes, file };
  });
  await writeWflwList(dir, set.split === "train" ? "train" : "test", lines);
}

/**
 * Writes a set of 68-point faces as another dataset is laid out, so that the whole road of that dataset, from its folder
 * to a result, can be tested without it. Pictures are the set's crops; 29 and 98 landmarks are blends of the 68. A file
 * {@linkcode SYNTHETIC_FILE} marks the folder, so that every result on it says what these faces are.
 *
 * @throws {TypeError} if the set does not have 68 landmarks
 */
export async function writeLayout(set: LayoutSet, layout: Layout, dir: string): Promise<void> {
  if (set.scheme.points !== 68) {
    throw new TypeError(`Cannot write faces as ${layout} as they must have 68 landmarks: ${set.scheme.points}`);
  }
  // First: however this ends, no part of it can be taken for the dataset.
  await writeFileAtomic(
    join(dir, SYNTHETIC_FILE),
    `Faces drawn by acr-lab, in the layout of ${layout}. They are not ${layout}: results say so while this file is here.\n`,
  );
  if (layout === "300w") await write300W(set, dir);
  else if (layout === "cofw") await writeCofwLayout(set, dir);
  else await writeWflwLayout(set, dir);
}
