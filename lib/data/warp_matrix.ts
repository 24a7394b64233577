/**
 * A plane affine map, row by row: `x' = a x + b y + c` and `y' = d x + e y + f`, in pixels with pixel centers at whole
 * numbers. One such matrix moves both the picture ({@linkcode warpImage}) and its landmarks ({@linkcode movePoints}).
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The map that moves nothing. */
export const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

/** The map that does `first`, then `second`. */
export function compose(first: Affine, second: Affine): Affine {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = second;
  return [A * a + B * d, A * b + B * e, A * c + B * f + C, D * a + E * d, D * b + E * e, D * c + E * f + F];
}

/**
 * The inverse map.
 *
 * @throws {RangeError} If the matrix is singular or not finite.
 */
export function invert(matrix: Affine): Affine {
  const [a, b, c, d, e, f] = matrix;
  const determinant = a * e - b * d;
  if (!Number.isFinite(determinant) || !Number.isFinite(c + f) || Math.abs(determinant) < 1e-12) {
    throw new RangeError(`Cannot invert the affine map as it is singular or not finite: [${matrix.join(", ")}]`);
  }
  const A = e / determinant, B = -b / determinant, D = -d / determinant, E = a / determinant;
  return [A, B, -(A * c + B * f), D, E, -(D * c + E * f)];
}

/** Does `map` about `(x, y)` instead of about the origin: that point stays where it is. */
export function about(x: number, y: number, [a, b, c, d, e, f]: Affine): Affine {
  return [a, b, c + x - a * x - b * y, d, e, f + y - d * x - e * y];
}

/** Turns by `radians` about the origin: from the x axis towards the y axis, so clockwise as pictures are drawn. */
export function rotation(radians: number): Affine {
  const [sine, cosine] = sineCosine(radians);
  return [cosine, -sine, 0, sine, cosine, 0];
}

/** Scales each axis about the origin. */
export function scaling(x: number, y: number = x): Affine {
  return [x, 0, 0, 0, y, 0];
}

/** Slants: `x' = x + amount * y`. */
export function shearing(amount: number): Affine {
  return [1, amount, 0, 0, 1, 0];
}

/** Shifts by pixels. */
export function translation(x: number, y: number): Affine {
  return [1, 0, x, 0, 1, y];
}

/** Mirrors a picture of `width` pixels left to right. */
export function mirroring(width: number): Affine {
  return [-1, 0, width - 1, 0, 1, 0];
}

/** Moves points `[2M]` (x0, y0, x1, y1, ...) by the map, into `out`, which may be `points` itself. */
export function movePoints(
  [a, b, c, d, e, f]: Affine,
  points: ArrayLike<number>,
  out: Float32Array = new Float32Array(points.length),
): Float32Array {
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i]!, y = points[i + 1]!;
    out[i] = a * x + b * y + c;
    out[i + 1] = d * x + e * y + f;
  }
  return out;
}

/**
 * Sine and cosine by sums and products alone, exact to 1e-15. `Math.sin` may differ in its last bit between machines, and an
 * augmented face must not.
 */
export function sineCosine(radians: number): [sine: number, cosine: number] {
  // One turn less until the angle is within half a turn, then a quarter of it: the series ends soon, and doubling twice
  // costs two bits.
  const angle = (radians - 2 * Math.PI * Math.round(radians / (2 * Math.PI))) / 4;
  const square = angle * angle;
  let sine = 0, cosine = 0;
  for (let k = 19; k >= 1; k -= 2) sine = 1 - (square / ((k + 1) * (k + 2))) * sine;
  for (let k = 18; k >= 0; k -= 2) cosine = 1 - (square / ((k + 1) * (k + 2))) * cosine;
  sine *= angle;
  for (let k = 0; k < 2; k++) [sine, cosine] = [2 * sine * cosine, cosine * cosine - sine * sine];
  return [sine, cosine];
}
