/** 1024 values at equal steps of probability from the standard normal, of variance one: the noise is looked up, not computed. */
const NORMAL: Float64Array = (() => {
  const table = Float64Array.from({ length: 1024 }, (_, i) => quantile((i + 0.5) / 1024));
  const deviation = Math.sqrt(table.reduce((sum, value) => sum + value * value, 0) / table.length);
  return table.map((value) => value / deviation);
})();

/**
 * Adds Gaussian noise to every level, each channel its own, in place.
 *
 * @param deviation Standard deviation as a fraction of the full range.
 * @param seed 32 random bits.
 */
export function gaussianNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  // In 1/256 level, half a level added: the shift below rounds.
  const table = Int32Array.from(NORMAL, (value) => Math.round(value * deviation * 255 * 256) + 128);
  let state = seed | 0;
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    // splitmix32: a counter and a hash; ten of its bits for each channel.
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    bits ^= bits >>> 15;
    const r = pixels[i]! + (table[bits & 1023]! >> 8);
    const g = pixels[i + 1]! + (table[(bits >>> 10) & 1023]! >> 8);
    const b = pixels[i + 2]! + (table[(bits >>> 20) & 1023]! >> 8);
    pixels[i] = r < 0 ? 0 : r > 255 ? 255 : r;
    pixels[i + 1] = g < 0 ? 0 : g > 255 ? 255 : g;
    pixels[i + 2] = b < 0 ? 0 : b > 255 ? 255 : b;
  }
}

/** Turns `count` pixels, drawn with replacement, black or white, in place. */
export function saltAndPepper(pixels: Uint8Array, count: number, integer: (below: number) => number): void {
  for (let k = 0; k < count; k++) {
    const draw = integer(pixels.length / 3 * 2);
    const at = (draw >> 1) * 3;
    pixels[at] = pixels[at + 1] = pixels[at + 2] = draw & 1 ? 255 : 0;
  }
}

/** Inverse of the standard normal distribution, by bisection on its own integral: exact enough, and short. */
function quantile(probability: number): number {
  let low = -6, high = 6;
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The standard normal distribution function, by its power series (Abramowitz and Stegun 26.2.11). */
function cumulative(x: number): number {
  let term = x, sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum) && k < 200; k += 2) sum += term *= x * x / k;
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}
