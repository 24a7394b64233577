import type { RgbImage } from "./decode.ts";

/**
 * A part of a picture by its edges, in pixels: pixel `i` covers `[i, i + 1)`, so that the whole picture is
 * `0, 0, width, height`. Edges may lie between pixels, and beyond the picture.
 */
export interface CropBox {
  /** Left edge. */
  readonly left: number;
  /** Upper edge. */
  readonly top: number;
  /** Right edge. */
  readonly right: number;
  /** Lower edge. */
  readonly bottom: number;
}

/** The weights of one output pixel along one axis are `weights[first..first + count)`, for input pixels from `start`. */
interface Taps {
  readonly start: Int32Array;
  readonly count: Int32Array;
  readonly first: Int32Array;
  readonly weights: Int32Array;
  /** First and last + 1 input pixel that any output pixel needs. */
  readonly low: number;
  readonly high: number;
}

const PRECISION = 22;

/**
 * Weights of a triangle filter that is as wide as an output pixel, as whole numbers of 2^-22. An output pixel whose
 * center lies outside the picture gets no weights, and stays black.
 */
function tapsFor(low: number, high: number, inputs: number, outputs: number): Taps {
  const scale = (high - low) / outputs;
  const support = Math.max(scale, 1);
  const most = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outputs), count = new Int32Array(outputs), first = new Int32Array(outputs);
  const weights = new Int32Array(outputs * Math.min(most, inputs + 1));
  let used = 0, least = inputs, greatest = 0;
  for (let i = 0; i < outputs; i++) {
    const center = low + (i + 0.5) * scale;
    first[i] = used;
    if (center < 0 || center > inputs) continue;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(inputs, Math.trunc(center + support + 0.5));
    const weight = (at: number) => Math.max(0, 1 - Math.abs((at - center + 0.5) / support));
    let sum = 0;
    for (let at = from; at < to; at++) sum += weight(at);
    for (let at = from; at < to; at++) {
      weights[used++] = Math.trunc(0.5 + (weight(at) / sum) * 2 ** PRECISION);
    }
    start[i] = from;
    count[i] = to - from;
    least = Math.min(least, from);
    greatest = Math.max(greatest, to);
  }
  return { start, count, first, weights, low: least, high: Math.max(least, greatest) };
}

/** How a crop of one picture is made: which part of the picture it needs, and the crop from that part. */
export interface Resampler {
  /** The pixels that are needed; without width or height when the crop lies beyond the picture. */
  readonly part: { left: number; top: number; width: number; height: number };
  /** Writes the crop, `[size, size, 3]`, to `target`. */
  run(pixels: RgbImage, target: Uint8Array): void;
}

/**
 * Plans a crop of `box`, resized to `size` x `size` pixels edge to edge. What lies beyond the picture is black.
 *
 * The filter is a triangle as wide as an output pixel when it shrinks, and bilinear when it enlarges: Pillow's
 * `resize(reducing_gap=None, resample=BILINEAR, box=...)`, down to its rounding, and so the same on every machine.
 *
 * @param width width of the picture
 * @param height height of the picture
 */
export function planCrop(box: CropBox, width: number, height: number, size: number): Resampler {
  const columns = tapsFor(box.left, box.right, width, size);
  const rows = tapsFor(box.top, box.bottom, height, size);
  const part = {
    left: columns.low,
    top: rows.low,
    width: columns.high - columns.low,
    height: rows.high - rows.low,
  };
  return {
    part,
    run({ data, width: pitch }, target) {
      target.fill(0);
      if (part.width <= 0 || part.height <= 0) return;
      const between = new Uint8Array(part.height * size * 3);
      resampleRows(data, pitch, part, columns, between, size);
      resampleColumns(between, part.top, rows, target, size);
    },
  };
}

// The hot loops of preparation: whole numbers on locals, and two taps, which is all that an enlarged crop has, unrolled.
// Sums stay below 2^31, and within 255 after the shift but for the rounding of the weights.
const HALF = 1 << (PRECISION - 1);

/** Resizes each row of the part to `size` pixels. */
function resampleRows(
  data: Uint8Array,
  pitch: number,
  { left, height }: Resampler["part"],
  { start, count, first, weights }: Taps,
  out: Uint8Array,
  size: number,
): void {
  for (let y = 0; y < height; y++) {
    const origin = (y * pitch - left) * 3;
    let to = y * size * 3;
    for (let x = 0; x < size; x++, to += 3) {
      const taps = count[x]!;
      if (taps === 0) continue;
      let from = origin + 3 * start[x]!, k = first[x]!;
      let r = HALF, g = HALF, b = HALF;
      if (taps === 2) {
        const near = weights[k]!, far = weights[k + 1]!;
        r += Math.imul(data[from]!, near) + Math.imul(data[from + 3]!, far);
        g += Math.imul(data[from + 1]!, near) + Math.imul(data[from + 4]!, far);
        b += Math.imul(data[from + 2]!, near) + Math.imul(data[from + 5]!, far);
      } else {
        for (const end = k + taps; k < end; k++, from += 3) {
          const weight = weights[k]!;
          r = (r + Math.imul(data[from]!, weight)) | 0;
          g = (g + Math.imul(data[from + 1]!, weight)) | 0;
          b = (b + Math.imul(data[from + 2]!, weight)) | 0;
        }
      }
      r >>= PRECISION;
      g >>= PRECISION;
      b >>= PRECISION;
      out[to] = r > 255 ? 255 : r;
      out[to + 1] = g > 255 ? 255 : g;
      out[to + 2] = b > 255 ? 255 : b;
    }
  }
}

/** Resizes the columns of `size` pixels wide rows to `size` rows; the first row given is row `top` of the picture. */
function resampleColumns(
  rows: Uint8Array,
  top: number,
  { start, count, first, weights }: Taps,
  out: Uint8Array,
  size: number,
): void {
  const stride = size * 3;
  const sums = new Int32Array(stride);
  for (let y = 0; y < size; y++) {
    const taps = count[y]!;
    if (taps === 0) continue;
    const to = y * stride;
    let from = (start[y]! - top) * stride, k = first[y]!;
    if (taps === 2) {
      const near = weights[k]!, far = weights[k + 1]!;
      for (let i = 0; i < stride; i++, from++) {
        const sum = (HALF + Math.imul(rows[from]!, near) + Math.imul(rows[from + stride]!, far)) >> PRECISION;
        out[to + i] = sum > 255 ? 255 : sum;
      }
      continue;
    }
    sums.fill(HALF);
    for (const end = k + taps; k < end; k++) {
      const weight = weights[k]!;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i]! + Math.imul(rows[from++]!, weight)) | 0;
    }
    for (let i = 0; i < stride; i++) {
      const sum = sums[i]! >> PRECISION;
      out[to + i] = sum > 255 ? 255 : sum;
    }
  }
}
