import { Buffer } from "node:buffer";
import sharp from "sharp";
import type { FaceSet } from "./face_set.ts";
import { planCrop } from "./resample.ts";

/** Cyan and yellow stand out from skin, and from each other for any eyes. */
export const FACE_COLORS = { truth: "#00e5ff", prediction: "#ffd400", middle: "#ffffff" } as const;

/** Points to draw on a picture. */
export interface DrawnShape {
  /** `[2M]` in pixels of the picture. */
  readonly points: ArrayLike<number>;
  /** One color, or one per landmark. */
  readonly color: string | readonly string[];
  /** Polylines through the landmarks. @default none */
  readonly lines?: readonly (readonly number[])[];
}

/** One picture of a sheet. */
export interface DrawnPicture {
  /** `[size, size, 3]` RGB. */
  readonly pixels: Uint8Array;
  readonly shapes: readonly DrawnShape[];
}

/** Options of {@linkcode drawFaceGrid}. */
export interface SheetOptions {
  /** Pictures in a row. @default 6 */
  columns?: number;
  /** Side of a picture as drawn, in pixels. @default 200 */
  side?: number;
}

/** The largest sheet, in pixels of a side. */
const LARGEST = 16_384;

/**
 * Draws pictures in rows, each with its points, without a letter: it looks the same on a machine without fonts.
 *
 * @param size side of each picture in pixels
 * @returns a PNG
 * @throws {RangeError} if there is nothing to draw, or too much
 */
export async function drawSheet(
  pictures: readonly DrawnPicture[],
  size: number,
  options: SheetOptions = {},
): Promise<Uint8Array> {
  const { columns = 6, side = 200 } = options;
  if (pictures.length === 0) throw new RangeError("Cannot draw a sheet of faces as there is none");
  const gap = 4;
  const across = Math.min(columns, pictures.length), rows = Math.ceil(pictures.length / columns);
  const width = across * (side + gap) + gap, height = rows * (side + gap) + gap;
  if (!(width > gap && width <= LARGEST && height <= LARGEST)) {
    throw new RangeError(`Cannot draw a sheet of faces as it may have ${LARGEST} pixels a side: ${width} x ${height}`);
  }
  const canvas = new Uint8Array(width * height * 3).fill(255);
  const plan = planCrop({ left: 0, top: 0, right: size, bottom: size }, size, size, side);
  const cell = new Uint8Array(side * side * 3);
  const scale = side / size;
  const marks: string[] = [];
  pictures.forEach(({ pixels, shapes }, i) => {
    const left = gap + (i % columns) * (side + gap), top = gap + Math.floor(i / columns) * (side + gap);
    plan.run({ width: size, height: size, data: pixels }, cell);
    for (let y = 0; y < side; y++) {
      canvas.set(cell.subarray(y * side * 3, (y + 1) * side * 3), ((top + y) * width + left) * 3);
    }
    // Points count by pixel centers, drawings by edges.
    const at = (value: number | undefined) => ((value! + 0.5) * scale).toFixed(2);
    const radius = Math.max(1, side / 130).toFixed(2), stroke = Math.max(0.5, side / 400).toFixed(2);
    // What lies beyond its picture must not be drawn on the neighbor.
    marks.push(`<svg x="${left}" y="${top}" width="${side}" height="${side}">`);
    for (const { points, color, lines = [] } of shapes) {
      const colorOf = (m: number) => typeof color === "string" ? color : color[m] ?? FACE_COLORS.middle;
      for (const line of lines) {
        const paths = new Map<string, string>();
        line.slice(1).forEach((m, k) => {
          const [from, to] = [line[k]!, m].map((n) => `${at(points[2 * n])} ${at(points[2 * n + 1])}`);
          // A line that crosses the middle belongs to no side.
          const stroked = colorOf(line[k]!) === colorOf(m) ? colorOf(m) : FACE_COLORS.middle;
          paths.set(stroked, `${paths.get(stroked) ?? ""}M${from}L${to}`);
        });
        for (const [stroked, path] of paths) {
          marks.push(
            `<path d="${path}" fill="none" stroke="${stroked}" stroke-width="${stroke}" stroke-opacity="0.6"/>`,
          );
        }
      }
      for (let m = 0; 2 * m < points.length; m++) {
        marks.push(`<circle cx="${at(points[2 * m])}" cy="${at(points[2 * m + 1])}" r="${radius}" `);
        marks.push(`fill="${colorOf(m)}" stroke="#000" stroke-width="${stroke}"/>`);
      }
    }
    marks.push("</svg>");
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join("")}</svg>`;
  const picture = sharp(canvas, { raw: { width, height, channels: 3 } }).composite([{ input: Buffer.from(svg) }]);
  return new Uint8Array(await picture.png().toBuffer());
}

/** The crop of one face of a set. */
export function cropOf(set: FaceSet, index: number): Uint8Array {
  const pixels = set.size * set.size * 3;
  return set.images.subarray(index * pixels, (index + 1) * pixels);
}

/** The landmarks of one face of a set, in crop pixels. */
export function landmarksOf(set: Pick<FaceSet, "landmarks" | "scheme">, index: number): Float32Array {
  const dims = 2 * set.scheme.points;
  return set.landmarks.subarray(index * dims, (index + 1) * dims);
}

/**
 * Draws faces of a set with their true points (cyan) and, where given, predicted ones (yellow).
 *
 * @param indices faces to draw, in this order
 * @param predictions `[N, 2M]` in crop pixels, for the whole set
 * @returns a PNG
 * @throws {RangeError} if the set has no such face
 */
export async function drawFaceGrid(
  set: FaceSet,
  indices: readonly number[],
  predictions?: ArrayLike<number> & { subarray(begin: number, end: number): ArrayLike<number> },
  options: SheetOptions = {},
): Promise<Uint8Array> {
  const dims = 2 * set.scheme.points;
  if (predictions && predictions.length !== set.count * dims) {
    throw new TypeError(
      `Cannot draw predictions as there must be ${set.count} x ${dims} of them: ${predictions.length}`,
    );
  }
  const pictures = indices.map((index) => {
    if (!(Number.isInteger(index) && index >= 0 && index < set.count)) {
      throw new RangeError(`Cannot draw face as the set has faces 0 to ${set.count - 1}: ${index}`);
    }
    const truth = { points: landmarksOf(set, index), color: FACE_COLORS.truth };
    const predicted = predictions?.subarray(index * dims, (index + 1) * dims);
    const shapes = predicted ? [truth, { points: predicted, color: FACE_COLORS.prediction }] : [truth];
    return { pixels: cropOf(set, index), shapes };
  });
  return await drawSheet(pictures, set.size, options);
}
