import { pixelLoops, SLACK } from "../pixels.ts";

/** The filters; all draw out the edge. */
export type BlurKind = "gaussian" | "box" | "median";

/**
 * Blurs square RGB pixels `[size, size, 3]` in place. Holds the buffers, so that blurring allocates nothing of the size of a
 * picture.
 */
export class Blur {
  readonly #size: number;
  readonly #halfway: Uint16Array;
  readonly #source: Uint8Array;
  readonly #sums: Int32Array;

  /** @param size Side of the pictures in pixels. */
  constructor(size: number) {
    this.#size = size;
    this.#halfway = new Uint16Array(size * size * 3);
    this.#source = new Uint8Array(size * size * 3);
    this.#sums = new Int32Array(3 * size);
  }

  /** @param strength The Gaussian's sigma in pixels; rounded up, the radius of the other two (radius 1 is 3 x 3). */
  apply(pixels: Uint8Array, kind: BlurKind, strength: number): void {
    const radius = Math.ceil(strength);
    if (kind === "gaussian") this.#gaussian(pixels, strength);
    else if (kind === "box") this.#box(pixels, radius);
    else if (radius === 1) this.#median3(pixels);
    else this.#median(pixels, radius);
  }

  #gaussian(pixels: Uint8Array, sigma: number): void {
    const size = this.#size, width = 3 * size, halfway = this.#halfway, sums = this.#sums;
    const weights = gaussianWeights(sigma);
    const radius = weights.length - 1, middle = weights[0]!;
    const row = new Uint8Array(width + 6 * radius);
    for (let y = 0; y < size; y++) {
      padRow(pixels, y * width, width, radius, row);
      for (let x = 0, at = 3 * radius; x < width; x++, at++) sums[x] = Math.imul(middle, row[at]!) + 32;
      for (let k = 1; k <= radius; k++) {
        const weight = weights[k]!;
        let before = 3 * (radius - k), after = 3 * (radius + k);
        for (let x = 0; x < width; x++) sums[x]! += Math.imul(weight, row[before++]! + row[after++]!);
      }
      for (let x = 0, at = y * width; x < width; x++, at++) halfway[at] = sums[x]! >> 6;
    }
    for (let y = 0; y < size; y++) {
      for (let x = 0, at = y * width; x < width; x++, at++) sums[x] = Math.imul(middle, halfway[at]!) + (1 << 21);
      for (let k = 1; k <= radius; k++) {
        const weight = weights[k]!;
        let above = Math.max(0, y - k) * width, below = Math.min(size - 1, y + k) * width;
        for (let x = 0; x < width; x++) sums[x]! += Math.imul(weight, halfway[above++]! + halfway[below++]!);
      }
      for (let x = 0, at = y * width; x < width; x++, at++) pixels[at] = sums[x]! >> 22;
    }
  }

  #box(pixels: Uint8Array, radius: number): void {
    const size = this.#size, width = 3 * size, halfway = this.#halfway, sums = this.#sums;
    const row = new Uint8Array(width + 6 * radius);
    const far = 3 * (2 * radius + 1);
    for (let y = 0; y < size; y++) {
      padRow(pixels, y * width, width, radius, row);
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let at = channel; at < far; at += 3) sum += row[at]!;
        for (let x = channel, at = y * width + channel; x < width; x += 3, at += 3) {
          halfway[at] = sum;
          sum += row[x + far]! - row[x]!;
        }
      }
    }
    const share = 1 / (2 * radius + 1) ** 2;
    sums.fill(0);
    const add = (y: number, sign: number) => {
      const clamped = Math.min(size - 1, Math.max(0, y));
      for (let x = 0, at = clamped * width; x < width; x++, at++) sums[x]! += sign * halfway[at]!;
    };
    for (let y = -radius; y <= radius; y++) add(y, 1);
    for (let y = 0; y < size; y++) {
      for (let x = 0, at = y * width; x < width; x++, at++) pixels[at] = sums[x]! * share + 0.5;
      add(y - radius, -1);
      add(y + radius + 1, 1);
    }
  }

  #median3(pixels: Uint8Array): void {
    const size = this.#size, width = 3 * size;
    const to = pixels.length + SLACK, scratch = to + pixels.length + SLACK;
    const { loops, memory } = pixelLoops(scratch + 3 * (width + SLACK));
    memory.set(pixels);
    for (let y = 0; y < size; y++) {
      const above = Math.max(0, y - 1) * width, below = Math.min(size - 1, y + 1) * width;
      loops.medianRow(above, y * width, below, width, to + y * width, scratch);
    }
    pixels.set(memory.subarray(to, to + pixels.length));
  }

  /** Any radius: a histogram that slides along the row (Huang, Yang and Tang 1979). */
  #median(pixels: Uint8Array, radius: number): void {
    const size = this.#size, width = 3 * size, source = this.#source, last = size - 1;
    source.set(pixels);
    const histogram = new Int32Array(256), rows = new Int32Array(2 * radius + 1);
    const half = ((2 * radius + 1) ** 2 - 1) / 2;
    for (let y = 0; y < size; y++) {
      for (let k = -radius; k <= radius; k++) rows[k + radius] = Math.min(last, Math.max(0, y + k)) * width;
      for (let channel = 0; channel < 3; channel++) {
        // `below` counts the window's levels under `level`, the median of the window before.
        let level = 0, below = 0;
        histogram.fill(0);
        for (let x = -radius; x <= radius; x++) {
          const column = 3 * Math.min(last, Math.max(0, x)) + channel;
          for (let k = 0; k < rows.length; k++) histogram[source[rows[k]! + column]!]!++;
        }
        for (let x = 0; x < size; x++) {
          while (below > half) below -= histogram[--level]!;
          while (below + histogram[level]! <= half) below += histogram[level++]!;
          pixels[y * width + 3 * x + channel] = level;
          const leaving = 3 * (x > radius ? x - radius : 0) + channel;
          const entering = 3 * (x + radius < last ? x + radius + 1 : last) + channel;
          for (let k = 0; k < rows.length; k++) {
            const old = source[rows[k]! + leaving]!, young = source[rows[k]! + entering]!;
            histogram[old]!--;
            histogram[young]!++;
            below += ((young - level) >>> 31) - ((old - level) >>> 31);
          }
        }
      }
    }
  }
}

/** Half of a Gaussian cut at three sigma, center first, in 1/16384; the whole kernel sums to 1. */
function gaussianWeights(sigma: number): Int32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const exact = Float64Array.from({ length: radius + 1 }, (_, k) => Math.exp(-k * k / (2 * sigma * sigma)));
  const sum = exact.reduce((total, weight, k) => total + (k ? 2 : 1) * weight, 0);
  const weights = Int32Array.from(exact, (weight) => Math.round(16384 * weight / sum));
  weights[0] = 16384 - 2 * weights.subarray(1).reduce((total, weight) => total + weight, 0);
  return weights;
}

/** Copies a row of RGB into the middle of `row`, its two end pixels drawn out by `radius`. */
function padRow(pixels: Uint8Array, start: number, width: number, radius: number, row: Uint8Array): void {
  for (let at = 0; at < 3 * radius; at++) row[at] = pixels[start + at % 3]!;
  for (let x = 0, at = 3 * radius; x < width; x++, at++) row[at] = pixels[start + x]!;
  for (let at = 0; at < 3 * radius; at++) row[3 * radius + width + at] = pixels[start + width - 3 + at % 3]!;
}
