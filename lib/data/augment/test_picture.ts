/** A small RGB picture `[size, size, 3]` with ramps and texture, the one that the golden numbers were made from. */
export function testPicture(size: number): Uint8Array {
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      for (let k = 0; k < 3; k++, at++) {
        pixels[at] = Math.min(255, 40 + 60 * k + 6 * x + 3 * y + (7 * x * x + 13 * y + 5 * x * y * (k + 1)) % 31);
      }
    }
  }
  return pixels;
}

/** Mean and largest absolute difference. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): { mean: number; max: number } {
  let sum = 0, max = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    sum += gap;
    if (!(gap <= max)) max = gap;
  }
  return { mean: sum / expected.length, max };
}
