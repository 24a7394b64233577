/**
 * Elementary functions from `+ - * /` and square roots alone. JavaScript lets every engine round `Math.sin` and its
 * relatives in its own way; these give the same bits everywhere, which is what makes a synthetic face the same picture
 * on every machine.
 */

const TWO_PI = 6.283185307179586;
const HALF_PI = 1.5707963267948966;
const LN2 = 0.6931471805599453;

/** Sine, to about 1e-9 for arguments of moderate size. */
export function sin(x: number): number {
  let r = x - TWO_PI * Math.floor(x / TWO_PI + 0.5);
  if (r > HALF_PI) r = TWO_PI / 2 - r;
  else if (r < -HALF_PI) r = -TWO_PI / 2 - r;
  const q = r * r;
  // Taylor's series; its next term is below 1e-10 on [-pi/2, pi/2].
  return r * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156))))));
}

/** Cosine, as accurate as {@linkcode sin}. */
export function cos(x: number): number {
  return sin(x + HALF_PI);
}

const POWERS_OF_TWO = Float64Array.from({ length: 257 }, (_, i) => {
  let value = 1;
  for (let k = 128; k < i; k++) value *= 2;
  for (let k = i; k < 128; k++) value /= 2;
  return value;
});

/** `e^x`, to about 1e-10 relative; arguments beyond +-88 are clamped. */
export function exp(x: number): number {
  const clamped = x < -88 ? -88 : x > 88 ? 88 : x;
  const k = Math.floor(clamped / LN2 + 0.5);
  const r = clamped - k * LN2;
  const series = 1 +
    r * (1 + r / 2 * (1 + r / 3 * (1 + r / 4 * (1 + r / 5 * (1 + r / 6 * (1 + r / 7 * (1 + r / 8)))))));
  return series * POWERS_OF_TWO[k + 128]!;
}

/** Natural logarithm of a positive number, to about 1e-10. */
export function log(x: number): number {
  if (!(x > 0)) return -Infinity;
  let m = x, k = 0;
  while (m > 1.4142135623730951) m /= 2, k++;
  while (m < 0.7071067811865476) m *= 2, k--;
  const u = (m - 1) / (m + 1), q = u * u;
  return k * LN2 + 2 * u * (1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q / 13))))));
}

/** `x^y` for `x >= 0`. */
export function pow(x: number, y: number): number {
  return x <= 0 ? (y === 0 ? 1 : 0) : exp(y * log(x));
}

/** The angle of `(x, y)` from the x axis in (-pi, pi], to about 1e-9. */
export function atan2(y: number, x: number): number {
  const ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
  if (ax === 0 && ay === 0) return 0;
  // Two half-angle steps bring the argument below tan(pi/16), where the series is short.
  let u = ay > ax ? ax / ay : ay / ax;
  u = u / (1 + Math.sqrt(1 + u * u));
  u = u / (1 + Math.sqrt(1 + u * u));
  const q = u * u;
  let angle = 4 * u * (1 - q * (1 / 3 - q * (1 / 5 - q * (1 / 7 - q * (1 / 9 - q / 11)))));
  if (ay > ax) angle = HALF_PI - angle;
  if (x < 0) angle = TWO_PI / 2 - angle;
  return y < 0 ? -angle : angle;
}

/** `x` limited to [low, high]. */
export function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x;
}

/** 0 below `from`, 1 above `to`, a cubic between; `from` may be above `to`. */
export function smoothstep(from: number, to: number, x: number): number {
  const u = clamp((x - from) / (to - from), 0, 1);
  return u * u * (3 - 2 * u);
}

/** `a` at 0, `b` at 1. */
export function mix(a: number, b: number, u: number): number {
  return a + (b - a) * u;
}

/** A smooth hill of height 1 at 0 that ends at +-1: `(1 - x^2)^2`. */
export function bump(x: number): number {
  const u = 1 - x * x;
  return u > 0 ? u * u : 0;
}
