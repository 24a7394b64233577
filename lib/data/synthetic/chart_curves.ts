import { chartOf, LANDMARK_POINTS } from "./anatomy.ts";
import { clamp } from "./math.ts";

/** A curve `t(s)` on the chart through landmarks, looked up in steps of a quarter millimeter. */
export class ChartCurve {
  readonly low: number;
  readonly high: number;
  readonly #table: Float32Array;

  constructor(points: readonly (readonly [number, number])[]) {
    this.low = points[0]![0];
    this.high = points[points.length - 1]![0];
    const steps = Math.ceil((this.high - this.low) * 4);
    this.#table = new Float32Array(steps + 2);
    for (let k = 0; k <= steps; k++) {
      const s = this.low + (this.high - this.low) * k / steps;
      let i = 0;
      while (i + 2 < points.length && points[i + 1]![0] < s) i++;
      // Cubic Hermite pieces with finite-difference slopes.
      const p1 = points[i]!, p2 = points[i + 1]!, p0 = points[i - 1] ?? p1, p3 = points[i + 2] ?? p2;
      const h = p2[0] - p1[0], u = (s - p1[0]) / h;
      const m1 = (p2[1] - p0[1]) / (p2[0] - p0[0]) * h, m2 = (p3[1] - p1[1]) / (p3[0] - p1[0]) * h;
      const a = u * u, b = a * u;
      this.#table[k] = (2 * b - 3 * a + 1) * p1[1] + (b - 2 * a + u) * m1 + (3 * a - 2 * b) * p2[1] + (b - a) * m2;
    }
    this.#table[steps + 1] = this.#table[steps]!;
  }

  at(s: number): number {
    const u = clamp(
      (s - this.low) * 4 * (this.#table.length - 2) / Math.ceil((this.high - this.low) * 4),
      0,
      this.#table.length - 2,
    );
    const i = Math.floor(u);
    return this.#table[i]! + (this.#table[i + 1]! - this.#table[i]!) * (u - i);
  }
}

const through = (...landmarks: number[]) => new ChartCurve(landmarks.map((m) => chartOf(LANDMARK_POINTS[m]!)));
const mirrored = (landmarks: number[]) => {
  const half = landmarks.map((m) => chartOf(LANDMARK_POINTS[m]!));
  return new ChartCurve([...half.slice(1).reverse().map(([s, t]): [number, number] => [-s, t]), ...half]);
};
/** Outer edges of the lips, lid margins and brows of the mean face. */
export const UPPER_LIP_EDGE = mirrored([51, 52, 53, 54]);
export const LOWER_LIP_EDGE = mirrored([57, 56, 55, 54]);
export const UPPER_LID = through(42, 43, 44, 45);
export const LOWER_LID = through(42, 47, 46, 45);
export const BROW = through(22, 23, 24, 25, 26);
