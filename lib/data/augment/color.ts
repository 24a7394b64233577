import { pixelLoops, SLACK } from "../pixels.ts";
import { sineCosine } from "../warp_matrix.ts";

/** A 3 x 3 matrix on RGB, row by row. */
export type ColorMatrix = readonly [number, number, number, number, number, number, number, number, number];

/** Rec. 601 luma, as Pillow's and OpenCV's gray. */
const LUMA = [0.299, 0.587, 0.114] as const;

/** Moves colors from their gray (`factor` above 1) or to it (below 1; 0 is gray): Pillow's `ImageEnhance.Color`. */
export function saturationMatrix(factor: number): ColorMatrix {
  const [r, g, b] = LUMA, rest = 1 - factor;
  return [
    factor + rest * r,
    rest * g,
    rest * b,
    rest * r,
    factor + rest * g,
    rest * b,
    rest * r,
    rest * g,
    factor + rest * b,
  ];
}

/**
 * Turns all hues by `degrees` and keeps luma: a rotation of the two chroma axes of YIQ. Unlike a turn in HSV it is linear,
 * so that it costs nothing beside a change of saturation, and has no seams.
 */
export function hueMatrix(degrees: number): ColorMatrix {
  const [sine, cosine] = sineCosine(degrees * Math.PI / 180);
  // The rows of RGB -> YIQ (FCC 1953) without Y, and the columns of its exact inverse.
  const toI = [0.596, -0.274, -0.322] as const, toQ = [0.211, -0.523, 0.312] as const;
  const [fromI, fromQ] = chromaColumns(toI, toQ);
  const row = (k: 0 | 1 | 2, j: 0 | 1 | 2) => {
    const i = cosine * toI[j] - sine * toQ[j], q = sine * toI[j] + cosine * toQ[j];
    return LUMA[j] + fromI[k] * i + fromQ[k] * q;
  };
  return [row(0, 0), row(0, 1), row(0, 2), row(1, 0), row(1, 1), row(1, 2), row(2, 0), row(2, 1), row(2, 2)];
}

type Triple = readonly [number, number, number];

/** The second and third column of the inverse of the matrix with rows luma, `i`, `q`. */
function chromaColumns(i: Triple, q: Triple): [Triple, Triple] {
  const cross = (a: Triple, b: Triple): Triple => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const first = cross(i, q);
  const determinant = LUMA[0] * first[0] + LUMA[1] * first[1] + LUMA[2] * first[2];
  const scaled = (v: Triple): Triple => [v[0] / determinant, v[1] / determinant, v[2] / determinant];
  return [scaled(cross(q, LUMA)), scaled(cross(LUMA, i))];
}

/** The matrix that does `first`, then `second`. */
export function composeColors(first: ColorMatrix, second: ColorMatrix): ColorMatrix {
  const at = (row: number, column: number) =>
    second[3 * row]! * first[column]! + second[3 * row + 1]! * first[3 + column]! +
    second[3 * row + 2]! * first[6 + column]!;
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

export interface Tone {
  /** Factor about middle gray. @default 1 */
  contrast?: number;
  /** Added, as a fraction of the full range. @default 0 */
  brightness?: number;
  /** Exponent, applied last. @default 1 */
  gamma?: number;
}

/** Writes what each of the 256 levels becomes under contrast, then brightness, then gamma. */
export function toneTable({ contrast = 1, brightness = 0, gamma = 1 }: Tone, table: Uint8Array): void {
  for (let level = 0; level < 256; level++) {
    const value = Math.min(1, Math.max(0, (level / 255 - 0.5) * contrast + 0.5 + brightness));
    table[level] = Math.round(255 * value ** gamma);
  }
}

/** Recolors RGB pixels in place: each pixel by `matrix` (if given), then each level by `table` (256 entries). */
export function recolor(pixels: Uint8Array, matrix: ColorMatrix | undefined, table: Uint8Array): void {
  if (!matrix) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]!]!;
    return;
  }
  // 14 fractional bits: three products of a byte and a factor below 100 stay within 31 bits.
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = matrix.map((value) =>
    Math.round(value * 16384)
  ) as unknown as ColorMatrix;
  const columns = Int32Array.of(m0, m3, m6, 0, m1, m4, m7, 0, m2, m5, m8, 0);
  const numbers = pixels.length + SLACK, levels = numbers + columns.byteLength;
  const { loops, memory } = pixelLoops(levels + table.length);
  memory.set(pixels);
  memory.set(new Uint8Array(columns.buffer), numbers);
  memory.set(table, levels);
  loops.recolor(0, pixels.length, numbers, levels);
  pixels.set(memory.subarray(0, pixels.length));
}
