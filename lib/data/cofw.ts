import { basename, dirname, join } from "node:path";
import * as h5 from "h5wasm/node";
import { messageOf } from "@/errors.ts";
import { exists } from "@/files.ts";
import { readHdf5, withHdf5 } from "./hdf5.ts";
import { scheme29 } from "./schemes.ts";
import {
  describePartial,
  type OpenImage,
  type Rect,
  type SourceFace,
  type SourceImage,
  type SourceProblem,
  type SourceSet,
} from "./source.ts";

const POINTS = scheme29.points;
const MOST_FACES = 100_000;

/** File and variable names of COFW's two splits, and how many faces its makers counted. */
const SPLITS = {
  train: {
    files: ["COFW_train_color.mat", "COFW_train.mat"],
    ...{ images: "IsTr", landmarks: "phisTr", boxes: "bboxesTr", expected: 1345 },
  },
  test: {
    files: ["COFW_test_color.mat", "COFW_test.mat"],
    ...{ images: "IsT", landmarks: "phisT", boxes: "bboxesT", expected: 507 },
  },
} as const;

/** What to download for COFW, and where to put it. */
export function helpCofw(dir: string): string {
  return `COFW is not part of this project: each user downloads it.

  1. Download the color pictures, COFW_color.zip, from https://data.caltech.edu/records/20099
  2. Unpack these two files into '${dir}':

    COFW_train_color.mat  1345 faces  train
    COFW_test_color.mat    507 faces  test

     The gray ones, COFW_train.mat and COFW_test.mat, will do as well.
  3. Check it: deno task data check cofw --from '${dir}'`;
}

/** MATLAB stores columns first: `[channels, width, height]`, or `[width, height]` where the picture is gray. */
function pixelsOf(shape: readonly number[], data: Uint8Array): OpenImage {
  const [channels, width, height] = shape.length === 3 ? shape as [number, number, number] : [1, shape[0]!, shape[1]!];
  return {
    width,
    height,
    // deno-lint-ignore require-await -- the interface is for pictures that are decoded elsewhere
    async read(part: Rect = { left: 0, top: 0, width, height }) {
      const target = new Uint8Array(part.width * part.height * 3);
      for (let c = 0; c < 3; c++) {
        const plane = channels === 3 ? c : 0;
        for (let x = 0; x < part.width; x++) {
          let from = (plane * width + part.left + x) * height + part.top;
          for (let to = x * 3 + c; to < target.length; to += part.width * 3) target[to] = data[from++]!;
        }
      }
      return { width: part.width, height: part.height, data: target };
    },
  };
}

function cofwImage(path: string, stamp: string, variable: string, index: number, reference: h5.Reference): SourceImage {
  const name = `${path}:${variable}{${index + 1}}`;
  const read = () =>
    withHdf5(path, (file) =>
      readHdf5(file.dereference(reference), `picture ${index + 1} of '${path}'`, {
        type: "uint8",
        shape: ([first, ...rest]) => rest.length === 1 || (rest.length === 2 && (first === 3 || first === 1)),
        shapeName: "[3, width, height] or [width, height]",
      }));
  return {
    name,
    stamp: `${stamp} ${index}`,
    async open() {
      const { shape, data } = await read();
      return pixelsOf(shape, data);
    },
    bytes: async () => (await read()).data,
  };
}

/**
 * Reads the list of faces of COFW from MATLAB files of version 7.3 (HDF5), colored or gray; pictures stay in the file.
 *
 * Landmarks and boxes count pixels from 1 in the file, and from 0 in what is returned.
 *
 * @returns faces in the file's order, named `train/0001` and so on
 * @throws {Deno.errors.NotFound} with {@linkcode helpCofw} if the file is not there
 * @throws {SyntaxError} if it is damaged or no HDF5
 * @throws {TypeError} if it lacks an array, or one is of another type or shape
 */
export async function readCofw(dir: string, split: "train" | "test"): Promise<SourceSet> {
  const { files, images, landmarks, boxes, expected } = SPLITS[split];
  let path: string | undefined;
  for (const file of files) if (!path && await exists(join(dir, file))) path = join(dir, file);
  if (!path) {
    throw new Deno.errors.NotFound(
      `Cannot find COFW's ${split} faces as '${dir}' has no ${files[0]}.\n\n${helpCofw(dir)}`,
    );
  }
  const { size, mtime } = await Deno.stat(path);
  const stamp = `${size} ${mtime?.getTime() ?? 0}`;
  const arrays = await withHdf5(path, (file) => {
    const cells = readHdf5(file.get(images), `${images} of '${path}'`, {
      type: "reference",
      shape: (shape) => shape.length <= 2 && Math.max(...shape) === shape.reduce((a, b) => a * b, 1),
      shapeName: "[1, faces]",
    });
    const count = cells.data.length;
    if (count > MOST_FACES) {
      throw new RangeError(`Cannot read '${path}' as it has more than ${MOST_FACES} faces: ${count}`);
    }
    const table = (name: string, rows: number) =>
      readHdf5(file.get(name), `${name} of '${path}'`, {
        type: "float64",
        shape: (shape) => shape.length === 2 && shape[0] === rows && shape[1] === count,
        shapeName: `[${rows}, ${count}]`,
      }).data;
    return { references: cells.data, count, landmarks: table(landmarks, 3 * POINTS), boxes: table(boxes, 4) };
  });

  const { count } = arrays;
  const faces: SourceFace[] = [];
  const problems: SourceProblem[] = [];
  for (let i = 0; i < count; i++) {
    const id = `${split}/${String(i + 1).padStart(4, "0")}`;
    try {
      const value = (row: number) => arrays.landmarks[row * count + i]!;
      const points = new Float64Array(2 * POINTS);
      const occluded = new Uint8Array(POINTS);
      for (let m = 0; m < POINTS; m++) {
        const [x, y, hidden] = [value(m), value(POINTS + m), value(2 * POINTS + m)];
        if (!(Math.abs(x) <= 1e6 && Math.abs(y) <= 1e6)) {
          throw new RangeError(`Cannot read face '${id}' as landmark ${m} lies outside any picture: ${x} ${y}`);
        }
        if (hidden !== 0 && hidden !== 1) {
          throw new RangeError(`Cannot read face '${id}' as landmark ${m} must be hidden by 0 or 1: ${hidden}`);
        }
        points.set([x - 1, y - 1], 2 * m);
        occluded[m] = hidden;
      }
      const [left, top, width, height] = [0, 1, 2, 3].map((row) => arrays.boxes[row * count + i]!);
      const box = [left! - 1, top! - 1, width!, height!] as const;
      if (!box.every((value) => Math.abs(value) <= 1e6) || !(box[2] > 0 && box[3] > 0)) {
        throw new RangeError(
          `Cannot read face '${id}' as its box has no size: ${[left, top, width, height].join(" ")}`,
        );
      }
      const image = cofwImage(path, stamp, images, i, arrays.references[i]!);
      faces.push({ id, image, landmarks: points, box, occluded, subsets: ["full"] });
    } catch (error) {
      problems.push({ where: id, message: messageOf(error) });
    }
  }
  const counts = [{ name: basename(path), found: faces.length, expected }];
  return { dataset: "cofw", split, scheme: scheme29, faces, counts, partial: describePartial(counts), problems };
}

/** A face to be written into a file like COFW's. */
export interface CofwFace {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` RGB, or `[height, width]` gray. */
  readonly pixels: Uint8Array;
  /** `[58]` in pixels counted from 0. */
  readonly landmarks: ArrayLike<number>;
  /** `[left, top, width, height]` in pixels counted from 0. */
  readonly box: readonly [number, number, number, number];
  /** `[29]`, 1 where hidden. @default nothing is hidden */
  readonly occluded?: ArrayLike<number>;
}

/** Writes faces as `COFW_train_color.mat` or `COFW_test_color.mat` in a folder, as COFW's own files are laid out. */
export async function writeCofw(dir: string, split: "train" | "test", faces: readonly CofwFace[]): Promise<string> {
  const names = SPLITS[split];
  const path = join(dir, names.files[0]);
  await Deno.mkdir(dirname(path), { recursive: true });
  await h5.ready;
  const count = faces.length;
  const phis = new Float64Array(3 * POINTS * count), boxes = new Float64Array(4 * count);
  const temporary = `${path}.tmp-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  const file = new h5.File(temporary, "w");
  let closed = false;
  try {
    const group = file.create_group("#refs#");
    const references = faces.map((face, i) => {
      const { width, height, pixels } = face;
      const channels = pixels.length === width * height ? 1 : 3;
      if (pixels.length !== width * height * channels || face.landmarks.length !== 2 * POINTS) {
        throw new TypeError(`Cannot write face ${i} as its pixels or landmarks do not fit: ${width} x ${height}`);
      }
      const data = new Uint8Array(pixels.length);
      for (let y = 0, from = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let c = 0; c < channels; c++) data[(c * width + x) * height + y] = pixels[from++]!;
        }
      }
      for (let m = 0; m < POINTS; m++) {
        phis[m * count + i] = face.landmarks[2 * m]! + 1;
        phis[(POINTS + m) * count + i] = face.landmarks[2 * m + 1]! + 1;
        phis[(2 * POINTS + m) * count + i] = face.occluded?.[m] ?? 0;
      }
      face.box.forEach((value, row) => boxes[row * count + i] = row < 2 ? value + 1 : value);
      const shape = channels === 3 ? [3, width, height] : [width, height];
      group.create_dataset({ name: `r${i}`, data, shape, dtype: "<B", chunks: shape, compression: 3 });
      const dataset = group.get(`r${i}`) as h5.Dataset;
      dataset.create_attribute("MATLAB_class", "uint8");
      return dataset.create_reference();
    });
    file.create_dataset({ name: names.images, data: references, shape: [1, count] });
    (file.get(names.images) as h5.Dataset).create_attribute("MATLAB_class", "cell");
    file.create_dataset({ name: names.landmarks, data: phis, shape: [3 * POINTS, count], dtype: "<d" });
    file.create_dataset({ name: names.boxes, data: boxes, shape: [4, count], dtype: "<d" });
    file.close();
    closed = true;
    await Deno.rename(temporary, path);
  } catch (error) {
    if (!closed) file.close();
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  return path;
}
