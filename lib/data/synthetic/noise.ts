import { createRandom } from "@/random.ts";

const SIDE = 256;
const MASK = SIDE - 1;

/** A square of `256 x 256` values that tiles the plane. */
export type NoiseMap = Float32Array;

/** Independent values, uniform in [0, 1). */
export const WHITE: NoiseMap = (() => {
  const random = createRandom(20220829, "noise");
  return Float32Array.from({ length: SIDE * SIDE }, () => random.next());
})();

/** Smooth value noise that repeats every `256 / step` cells; one lattice value per `step` texels. */
function valueNoise(step: number, shift: number): NoiseMap {
  const map = new Float32Array(SIDE * SIDE);
  const cells = SIDE / step;
  const at = (i: number, j: number) =>
    WHITE[((j % cells) * 7 + shift & MASK) * SIDE + ((i % cells) * 5 + shift * 3 & MASK)]!;
  for (let y = 0; y < SIDE; y++) {
    const j = Math.floor(y / step), v = y / step - j, b = v * v * (3 - 2 * v);
    for (let x = 0; x < SIDE; x++) {
      const i = Math.floor(x / step), u = x / step - i, a = u * u * (3 - 2 * u);
      const top = at(i, j) + (at(i + 1, j) - at(i, j)) * a;
      const low = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * a;
      map[y * SIDE + x] = top + (low - top) * b;
    }
  }
  return map;
}

/** Sum of octaves from cells of `coarse` down to `fine` texels, each half as strong as the one before, mean 0, sd 1. */
function cloud(coarse: number, fine: number, shift: number): NoiseMap {
  const map = new Float32Array(SIDE * SIDE);
  let weight = 1;
  for (let step = coarse; step >= fine; step /= 2, weight /= 2) {
    const octave = valueNoise(step, shift + step);
    for (let i = 0; i < map.length; i++) map[i] = map[i]! + weight * octave[i]!;
  }
  let sum = 0, squares = 0;
  for (const value of map) sum += value, squares += value * value;
  const mean = sum / map.length, scale = 1 / Math.sqrt(squares / map.length - mean * mean);
  for (let i = 0; i < map.length; i++) map[i] = (map[i]! - mean) * scale;
  return map;
}

/** Broad clouds: features of about 64 texels with detail down to 2. Mean 0, standard deviation 1. */
export const CLOUDS: NoiseMap = cloud(64, 2, 11);
/** Grain: features of 4 texels and less. Mean 0, standard deviation 1. */
export const GRAIN: NoiseMap = cloud(4, 1, 37);

/** Whole periods, added so that coordinates down to about minus a million are cut towards minus infinity. */
const FAR = 4096 * SIDE;

/** Bilinear look-up at `(x, y)` texels, repeating in both directions. */
export function sample(map: NoiseMap, x: number, y: number): number {
  const fx = x + FAR, fy = y + FAR, i = fx | 0, j = fy | 0, u = fx - i, v = fy - j;
  const i0 = i & MASK, i1 = i + 1 & MASK, j0 = (j & MASK) << 8, j1 = (j + 1 & MASK) << 8;
  const a = map[j0 + i0]!, b = map[j1 + i0]!, top = a + (map[j0 + i1]! - a) * u;
  return top + (b + (map[j1 + i1]! - b) * u - top) * v;
}
