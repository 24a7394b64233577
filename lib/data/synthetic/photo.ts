import { createRandom } from "@/random.ts";
import { clamp, exp, pow } from "./math.ts";
import type { FaceParameters } from "./parameters.ts";

/** Blurs `[height, width, 3]` in place by a bell curve of the given widths (standard deviations, pixels). */
export function blur(image: Float32Array, width: number, height: number, sigmaX: number, sigmaY: number): void {
  const line = new Float32Array(3 * Math.max(width, height));
  const pass = (sigma: number, length: number, lines: number, stride: number, jump: number) => {
    if (sigma < 0.2) return;
    const reach = Math.min(length - 1, Math.ceil(2.6 * sigma)), kernel: number[] = [];
    let total = 0;
    for (let k = -reach; k <= reach; k++) {
      const weight = exp(-k * k / (2 * sigma * sigma));
      kernel.push(weight);
      total += weight;
    }
    for (let l = 0; l < lines; l++) {
      const from = l * jump;
      for (let i = 0; i < length; i++) {
        let r = 0, g = 0, b = 0;
        for (let k = -reach; k <= reach; k++) {
          const j = from + Math.min(length - 1, Math.max(0, i + k)) * stride, weight = kernel[k + reach]!;
          r += weight * image[j]!;
          g += weight * image[j + 1]!;
          b += weight * image[j + 2]!;
        }
        line[3 * i] = r / total;
        line[3 * i + 1] = g / total;
        line[3 * i + 2] = b / total;
      }
      for (let i = 0; i < length; i++) {
        const j = from + i * stride;
        image[j] = line[3 * i]!;
        image[j + 1] = line[3 * i + 1]!;
        image[j + 2] = line[3 * i + 2]!;
      }
    }
  };
  pass(sigmaX, width, height, 3, 3 * width);
  pass(sigmaY, height, width, 3 * width, 3);
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
  const { exposure, gamma, saturation, tint, blur: soft, noise, jpeg } = parameters.photo;
  // An original pixel is a square of crop pixels; a picture is also never sharper than its own.
  const sigma = (scale: number) => {
    const own = Math.max(0, 0.42 * scale - 0.25), defocus = soft * scale;
    return Math.sqrt(own * own + defocus * defocus);
  };
  blur(light, width, height, sigma(scaleX), sigma(scaleY));

  const curve = new Float32Array(STEPS + 1);
  for (let i = 0; i <= STEPS; i++) {
    const v = 2.2 * i / STEPS, shoulder = v < 0.6 ? v : 0.6 + 0.5 * (1 - exp(-(v - 0.6) / 0.5));
    curve[i] = 255 * pow(Math.min(1, shoulder), gamma / 2.2);
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
  const random = createRandom(parameters.texture, "noise");
  if (noise > 0.3) addNoise(light, width, height, random.next, noise, saturation === 0, scaleX, scaleY);
  void jpeg;
  const result = new Uint8Array(light.length);
  for (let i = 0; i < light.length; i++) result[i] = clamp(Math.floor(light[i]! + 0.5), 0, 255);
  return result;
}

/** Adds grain of about one original pixel's size. */
function addNoise(
  image: Float32Array,
  width: number,
  height: number,
  next: () => number,
  level: number,
  gray: boolean,
  scaleX: number,
  scaleY: number,
): void {
  // One grain per original pixel where those are larger than crop pixels, spread bilinearly.
  const columns = Math.max(2, Math.min(width, Math.ceil(width / scaleX))),
    rows = Math.max(2, Math.min(height, Math.ceil(height / scaleY)));
  const grain = new Float32Array(3 * columns * rows);
  for (let i = 0; i < grain.length; i += 3) {
    const common = (next() + next() - 1) * 2.45 * level;
    for (let c = 0; c < 3; c++) grain[i + c] = gray ? common : 0.7 * common + (next() - 0.5) * 2.4 * level;
  }
  const stepX = (columns - 1) / (width - 1), stepY = (rows - 1) / (height - 1);
  for (let y = 0; y < height; y++) {
    const v = y * stepY, j = Math.min(rows - 2, Math.floor(v)), fy = v - j;
    for (let x = 0; x < width; x++) {
      const u = x * stepX, i = Math.min(columns - 2, Math.floor(u)), fx = u - i;
      const at = 3 * (j * columns + i), under = at + 3 * columns, to = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        const top = grain[at + c]! * (1 - fx) + grain[at + 3 + c]! * fx,
          low = grain[under + c]! * (1 - fx) + grain[under + 3 + c]! * fx;
        image[to + c] = image[to + c]! + top * (1 - fy) + low * fy;
      }
    }
  }
}
