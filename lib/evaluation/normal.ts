/** The probability that a standard normal exceeds `z`, to about 1e-13 of itself, however small. */
export function normalSurvival(z: number): number {
  return z < 0 ? 1 - erfc(-z / Math.SQRT2) / 2 : erfc(z / Math.SQRT2) / 2;
}

/** The complementary error function for `x >= 0` (DLMF 7.6.2 near 0, the continued fraction 7.9.3 beyond). */
function erfc(x: number): number {
  const density = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x * density, sum = term;
    for (let n = 1; term > 1e-17 * sum; n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 1 - sum;
  }
  // Evaluated from its far end; 100 levels are enough for every x from 2 on.
  let fraction = x;
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction;
  return density / fraction;
}
