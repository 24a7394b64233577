import { clamp, cos } from "./math.ts";

/** `[8, 8]` cosines of the block transform, orthonormal. */
const BASIS = Float64Array.from({ length: 64 }, (_, k) => {
  const frequency = k >> 3, place = k & 7;
  return cos((2 * place + 1) * frequency * 0.19634954084936207) * (frequency === 0 ? 0.3535533905932738 : 0.5);
});

/** Steps of brightness as JPEG's example table gives them (ITU-T T.81, table K.1), by rows of rising vertical frequency. */
// deno-fmt-ignore
const STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61,
  12, 12, 14, 19, 26, 58, 60, 55,
  14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62,
  18, 22, 37, 56, 68, 109, 103, 77,
  24, 35, 55, 64, 81, 104, 113, 92,
  49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/**
 * Gives a picture the marks of JPEG: brightness is rounded in 8 x 8 blocks of cosines, color is kept per 2 x 2 pixels.
 *
 * @param image `[height, width, 3]` gray levels 0-255; changed in place.
 * @param strength 0 hardly visible (about quality 90) to 1 (about quality 25).
 */
export function compress(image: Float32Array, width: number, height: number, strength: number): void {
  const scale = 0.25 + 1.75 * strength * strength;
  const block = new Float64Array(64),
    half = new Float64Array(64),
    red = new Float64Array(16),
    blue = new Float64Array(16);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      red.fill(0);
      blue.fill(0);
      for (let k = 0; k < 64; k++) {
        // Beyond the edge the last pixel repeats.
        const y = Math.min(height - 1, top + (k >> 3)),
          x = Math.min(width - 1, left + (k & 7)),
          at = 3 * (y * width + x);
        const r = image[at]!, g = image[at + 1]!, b = image[at + 2]!, gray = 0.299 * r + 0.587 * g + 0.114 * b;
        const quarter = (k >> 4) * 4 + ((k & 7) >> 1);
        block[k] = gray - 128;
        red[quarter] = red[quarter]! + 0.25 * (r - gray);
        blue[quarter] = blue[quarter]! + 0.25 * (b - gray);
      }
      toFrequencies(block, half);
      for (let k = 0; k < 64; k++) {
        const step = Math.max(1, STEPS[k]! * scale);
        block[k] = Math.floor(block[k]! / step + 0.5) * step;
      }
      toPixels(block, half);
      for (let k = 0; k < 64; k++) {
        const y = top + (k >> 3), x = left + (k & 7);
        if (y >= height || x >= width) continue;
        const at = 3 * (y * width + x), gray = block[k]! + 128, quarter = (k >> 4) * 4 + ((k & 7) >> 1);
        const r = gray + red[quarter]!, b = gray + blue[quarter]!;
        image[at] = clamp(r, 0, 255);
        image[at + 1] = clamp((gray - 0.299 * r - 0.114 * b) / 0.587, 0, 255);
        image[at + 2] = clamp(b, 0, 255);
      }
    }
  }
}

/** Transforms a block in place; `half` is scratch. */
function toFrequencies(block: Float64Array, half: Float64Array): void {
  for (let y = 0; y < 8; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < 8; x++) sum += BASIS[8 * u + x]! * block[8 * y + x]!;
      half[8 * y + u] = sum;
    }
  }
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let y = 0; y < 8; y++) sum += BASIS[8 * v + y]! * half[8 * y + u]!;
      block[8 * v + u] = sum;
    }
  }
}

/** The inverse of {@linkcode toFrequencies}. */
function toPixels(block: Float64Array, half: Float64Array): void {
  for (let y = 0; y < 8; y++) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let v = 0; v < 8; v++) sum += BASIS[8 * v + y]! * block[8 * v + u]!;
      half[8 * y + u] = sum;
    }
  }
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) {
      let sum = 0;
      for (let u = 0; u < 8; u++) sum += BASIS[8 * u + x]! * half[8 * y + u]!;
      block[8 * y + x] = sum;
    }
  }
}
