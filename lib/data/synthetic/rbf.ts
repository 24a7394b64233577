/** Solves `A x = b` for several right-hand sides by elimination with row pivots. `a` is `[n, n]`, `b` is `[n, m]`; both are overwritten. */
export function solve(a: Float64Array, b: Float64Array, n: number, m: number): Float64Array {
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = row;
    }
    if (a[pivot * n + column] === 0) throw new RangeError("Cannot solve the linear system as it is singular");
    if (pivot !== column) {
      for (let k = 0; k < n; k++) {
        const held = a[column * n + k]!;
        a[column * n + k] = a[pivot * n + k]!;
        a[pivot * n + k] = held;
      }
      for (let k = 0; k < m; k++) {
        const held = b[column * m + k]!;
        b[column * m + k] = b[pivot * m + k]!;
        b[pivot * m + k] = held;
      }
    }
    for (let row = column + 1; row < n; row++) {
      const factor = a[row * n + column]! / a[column * n + column]!;
      if (factor === 0) continue;
      for (let k = column; k < n; k++) a[row * n + k] = a[row * n + k]! - factor * a[column * n + k]!;
      for (let k = 0; k < m; k++) b[row * m + k] = b[row * m + k]! - factor * b[column * m + k]!;
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = 0; k < m; k++) {
      let sum = b[row * m + k]!;
      for (let column = row + 1; column < n; column++) sum -= a[row * n + column]! * b[column * m + k]!;
      b[row * m + k] = sum / a[row * n + row]!;
    }
  }
  return b;
}

const cube = (s: number, t: number) => {
  const r2 = s * s + t * t;
  return r2 * Math.sqrt(r2);
};

/**
 * A smooth mirror-symmetric surface through control points: cubic radial basis functions on a chart `(s, t)`.
 *
 * `x` is odd in `s`, `y` and `z` are even, exactly, as only the half `s >= 0` is given and every basis function is
 * added to, or taken from, its own mirror image.
 *
 * @param chart `[n, 2]` chart coordinates with `s >= 0`.
 * @param points `[n, 3]` positions.
 * @param smoothing added to the diagonal: 0 interpolates.
 */
export function symmetricSurface(
  chart: Float64Array,
  points: Float64Array,
  smoothing: number,
): (s: number, t: number, out: Float64Array) => void {
  const n = chart.length / 2;
  const odd: number[] = [];
  for (let i = 0; i < n; i++) if (chart[2 * i]! > 1e-9) odd.push(i);

  const evenSize = n + 2, even = new Float64Array(evenSize * evenSize), evenRight = new Float64Array(evenSize * 2);
  for (let i = 0; i < n; i++) {
    const s = chart[2 * i]!, t = chart[2 * i + 1]!;
    for (let j = 0; j < n; j++) {
      const dt = t - chart[2 * j + 1]!;
      even[i * evenSize + j] = cube(s - chart[2 * j]!, dt) + cube(s + chart[2 * j]!, dt) + (i === j ? smoothing : 0);
    }
    even[i * evenSize + n] = even[n * evenSize + i] = 1;
    even[i * evenSize + n + 1] = even[(n + 1) * evenSize + i] = t;
    evenRight[2 * i] = points[3 * i + 1]!;
    evenRight[2 * i + 1] = points[3 * i + 2]!;
  }
  const yz = solve(even, evenRight, evenSize, 2);

  const m = odd.length,
    oddSize = m + 1,
    matrix = new Float64Array(oddSize * oddSize),
    right = new Float64Array(oddSize);
  odd.forEach((i, row) => {
    const s = chart[2 * i]!, t = chart[2 * i + 1]!;
    odd.forEach((j, column) => {
      const dt = t - chart[2 * j + 1]!;
      matrix[row * oddSize + column] = cube(s - chart[2 * j]!, dt) - cube(s + chart[2 * j]!, dt) +
        (row === column ? smoothing : 0);
    });
    matrix[row * oddSize + m] = matrix[m * oddSize + row] = s;
    right[row] = points[3 * i]!;
  });
  const x = solve(matrix, right, oddSize, 1);

  return (s, t, out) => {
    let sumX = x[m]! * s, sumY = yz[2 * n]! + yz[2 * n + 2]! * t, sumZ = yz[2 * n + 1]! + yz[2 * n + 3]! * t;
    for (let j = 0; j < n; j++) {
      const dt = t - chart[2 * j + 1]!;
      const k = cube(s - chart[2 * j]!, dt) + cube(s + chart[2 * j]!, dt);
      sumY += yz[2 * j]! * k;
      sumZ += yz[2 * j + 1]! * k;
    }
    for (let row = 0; row < m; row++) {
      const j = odd[row]!, dt = t - chart[2 * j + 1]!;
      sumX += x[row]! * (cube(s - chart[2 * j]!, dt) - cube(s + chart[2 * j]!, dt));
    }
    out[0] = sumX;
    out[1] = sumY;
    out[2] = sumZ;
  };
}
