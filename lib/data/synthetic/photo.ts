import { clamp, exp, pow } from "./math.ts";
import { compress } from "./jpeg.ts";
import { WHITE } from "./noise.ts";
import type { FaceParameters } from "./parameters.ts";

/** Blurs `[height, width, 3]` in place by a bell curve of the given widths (standard deviations, pixels). */
export function blur(image: Float32Array, width: number, height: number, sigmaX: number, sigmaY: number): void {
  blurLines(image, sigmaX, width, height, 3, 3 * width);
  blurLines(image, sigmaY, height, width, 3 * width, 3);
}

/** Blurs each of `lines` lines of `length` pixels that lie `stride` apart. */
function blurLines(
  image: Float32Array,
  sigma: number,
  length: number,
  lines: number,
  stride: number,
  jump: number,
): void {
  if (sigma < 0.25) return;
  const reach = Math.min(length - 1, Math.ceil(2.4 * sigma)), kernel = new Float64Array(reach + 1);
  let total = 0;
  for (let k = 0; k <= reach; k++) {
    kernel[k] = exp(-k * k / (2 * sigma * sigma));
    total += k === 0 ? kernel[k]! : 2 * kernel[k]!;
  }
  for (let k = 0; k <= reach; k++) kernel[k] = kernel[k]! / total;
  // A copy of the line with its ends repeated, so that the inner loop asks nothing.
  const line = new Float64Array(3 * (length + 2 * reach));
  for (let l = 0; l < lines; l++) {
    const from = l * jump;
    for (let i = -reach; i < length + reach; i++) {
      const j = from + (i < 0 ? 0 : i >= length ? length - 1 : i) * stride, to = 3 * (i + reach);
      line[to] = image[j]!;
      line[to + 1] = image[j + 1]!;
      line[to + 2] = image[j + 2]!;
    }
    for (let i = 0; i < length; i++) {
      const middle = 3 * (i + reach), weight = kernel[0]!;
      let r = weight * line[middle]!, g = weight * line[middle + 1]!, b = weight * line[middle + 2]!;
      for (let k = 1; k <= reach; k++) {
        const p = middle - 3 * k, q = middle + 3 * k, w = kernel[k]!;
        r += w * (line[p]! + line[q]!);
        g += w * (line[p + 1]! + line[q + 1]!);
        b += w * (line[p + 2]! + line[q + 2]!);
      }
      const to = from + i * stride;
      image[to] = r;
      image[to + 1] = g;
      image[to + 2] = b;
    }
  }
}

/** Steps of the tone curve. */
const STEPS = 2048;

/**
 * Turns linear light into a photograph: exposure, tone curve, color, softness of the original's resolution, noise.
 *
 * @param light `[height, width, 3]` linear; overwritten.
 * @param scaleX,scaleY crop pixels per original pixel.
 */
export function develop(
  light: Float32Array,
  width: number,
  height: number,
  parameters: FaceParameters,
  scaleX: number,
  scaleY: number,
): Uint8Array {
  const { exposure, gamma, saturation, tint, blur: soft, noise, jpeg, contrast } = parameters.photo;
  // An original pixel is a square of crop pixels; a picture is also never sharper than its own.
  const sigma = (scale: number) => {
    const own = Math.max(0, 0.42 * scale - 0.25), defocus = soft * scale;
    return Math.sqrt(own * own + defocus * defocus);
  };
  blur(light, width, height, sigma(scaleX), sigma(scaleY));

  const curve = new Float32Array(STEPS + 1);
  for (let i = 0; i <= STEPS; i++) {
    const v = 2.2 * i / STEPS, shoulder = v < 0.6 ? v : 0.6 + 0.5 * (1 - exp(-(v - 0.6) / 0.5));
    const bright = pow(Math.min(1, shoulder), gamma / 2.2);
    curve[i] = 255 * (bright + contrast * bright * (1 - bright) * (2 * bright - 1));
  }
  const tone = (v: number) => {
    const u = clamp(v * STEPS / 2.2, 0, STEPS - 1e-3), i = Math.floor(u);
    return curve[i]! + (curve[i + 1]! - curve[i]!) * (u - i);
  };
  for (let i = 0; i < light.length; i += 3) {
    const r = tone(light[i]! * exposure * tint[0]),
      g = tone(light[i + 1]! * exposure * tint[1]),
      b = tone(light[i + 2]! * exposure * tint[2]);
    const gray = 0.3 * r + 0.59 * g + 0.11 * b;
    light[i] = saturation === 0 ? gray * tint[0] : gray + (r - gray) * saturation;
    light[i + 1] = saturation === 0 ? gray * tint[1] : gray + (g - gray) * saturation;
    light[i + 2] = saturation === 0 ? gray * tint[2] : gray + (b - gray) * saturation;
  }
  if (noise > 0.3) addNoise(light, width, height, parameters.texture, noise, saturation === 0, scaleX, scaleY);
  if (jpeg > 0) compress(light, width, height, jpeg);
  const result = new Uint8Array(light.length);
  for (let i = 0; i < light.length; i++) result[i] = clamp(Math.floor(light[i]! + 0.5), 0, 255);
  return result;
}

/** Adds grain of about one original pixel's size. */
function addNoise(
  image: Float32Array,
  width: number,
  height: number,
  shift: number,
  level: number,
  gray: boolean,
  scaleX: number,
  scaleY: number,
): void {
  // One grain per original pixel where those are larger than crop pixels, spread bilinearly.
  const stepX = Math.min(1, 1 / scaleX), stepY = Math.min(1, 1 / scaleY);
  const common = 3.4 * level * (gray ? 1 : 0.7), single = gray ? 0 : 2.4 * level;
  for (let y = 0, to = 0; y < height; y++) {
    const v = y * stepY + (shift & 255), j = Math.floor(v), fy = v - j;
    const row = (j & 255) * 256, under = (j + 1 & 255) * 256;
    for (let x = 0; x < width; x++, to += 3) {
      const u = x * stepX + (shift >> 8 & 255), i = Math.floor(u), fx = u - i, a = i & 255, b = i + 1 & 255;
      const top = WHITE[row + a]! * (1 - fx) + WHITE[row + b]! * fx;
      const low = WHITE[under + a]! * (1 - fx) + WHITE[under + b]! * fx;
      const grain = common * (top + (low - top) * fy - 0.5);
      // Channels read the same table elsewhere.
      const c = a + 61 & 255, d = a + 139 & 255, e = a + 211 & 255;
      image[to] = image[to]! + grain + single * (WHITE[row + c]! - 0.5);
      image[to + 1] = image[to + 1]! + grain + single * (WHITE[row + d]! - 0.5);
      image[to + 2] = image[to + 2]! + grain + single * (WHITE[row + e]! - 0.5);
    }
  }
}
