import { LANDMARK_POINTS } from "./anatomy.ts";
import { bump, clamp, smoothstep } from "./math.ts";
import { TEMPLATE } from "./template.ts";

/** A vertex of the mean head, folded onto the half with `x >= 0`. */
export interface Place {
  /** Chart coordinates; `s >= 0`. */
  s: number;
  t: number;
  /** Mean position in millimeters; `x >= 0`. */
  x: number;
  y: number;
  z: number;
  /** 1 on the image's right, -1 on its left, 0 in the middle. */
  side: number;
  /** Upper-lid, lower-lid travel here: the lid opening in millimeters times how much this vertex follows. */
  upperLid: number;
  lowerLid: number;
  /** How much this vertex follows the jaw. */
  jaw: number;
}

export type Displacement = readonly [dx: number, dy: number, dz: number];

/** Round hill of height 1 and radii `rx`, `ry` about `(x, y)` of the mean face seen from the front. */
export const hill = (p: Place, x: number, y: number, rx: number, ry = rx): number => {
  const u = (p.x - x) / rx, v = (p.y - y) / ry, d = u * u + v * v;
  return d < 1 ? (1 - d) * (1 - d) : 0;
};

export const UPPER_LIP = 0, LOWER_LIP = 1;

/** How much a place belongs to one lip: 1 at its inner margin, 0 at `reach` chart millimeters and at the corners. */
export const lip = (p: Place, which: 0 | 1, reach: number): number => {
  const lower = p.t > 67.6;
  if (lower !== (which === LOWER_LIP)) return 0;
  const v = Math.abs(p.t - 67.6) / reach;
  return p.z < 0 ? 0 : bump(Math.max(0, v)) * smoothstep(25, 10, p.s);
};

/** 1 on the face, 0 at the back of the head. */
export const front = (p: Place): number => smoothstep(-95, -40, p.z);

/** The cubic through four `(x, y)` points. */
function cubic(points: readonly (readonly [number, number])[]): (x: number) => number {
  return (x) => {
    let y = 0;
    points.forEach(([xi, yi], i) => {
      let term = yi;
      points.forEach(([xj], j) => {
        if (j !== i) term *= (x - xj) / (xi - xj);
      });
      y += term;
    });
    return y;
  };
}
const margin = (...landmarks: number[]) =>
  cubic(landmarks.map((m) => [LANDMARK_POINTS[m]![0], LANDMARK_POINTS[m]![1]]));
const upperMargin = margin(42, 43, 44, 45);
const lowerMargin = margin(42, 47, 46, 45);

/** How much a place follows the jaw: all of the chin, none of the upper lip, half of the mouth's corners. */
function jawWeight(s: number, t: number): number {
  const line = 67.6 - 0.44 * Math.max(0, s - 23);
  const corner = smoothstep(8, 24, s), reach = 13 + 0.62 * Math.max(0, s - 24);
  const away = clamp((t - line) / reach, -1.4, 1.4);
  const near = (u: number) => u >= 1.4 ? 0 : (1 - u / 1.4) * (1 - u / 1.4);
  const weight = away > 0 ? 1 - 0.5 * corner * near(away) : 0.5 * corner * near(-away);
  return weight * smoothstep(128, 92, s) * smoothstep(150, 122, t);
}

/** Every vertex of the head. */
export const PLACES: readonly Place[] = Array.from({ length: TEMPLATE.count }, (_, i) => {
  const s = Math.abs(TEMPLATE.chart[2 * i]!), t = TEMPLATE.chart[2 * i + 1]!;
  const x = Math.abs(TEMPLATE.mean[3 * i]!), y = TEMPLATE.mean[3 * i + 1]!, z = TEMPLATE.mean[3 * i + 2]!;
  const inEye = x > LANDMARK_POINTS[42]![0] - 0.3 && x < LANDMARK_POINTS[45]![0] + 0.3,
    top = upperMargin(x),
    low = lowerMargin(x);
  const opening = inEye ? Math.max(0, low - top) : 0, middle = (top + low) / 2;
  return {
    s,
    t,
    x,
    y,
    z,
    side: TEMPLATE.chart[2 * i]! > 0 ? 1 : TEMPLATE.chart[2 * i]! < 0 ? -1 : 0,
    upperLid: y < middle ? opening * bump(clamp((top - y) / 10.5, 0, 1)) : 0,
    lowerLid: y > middle ? opening * bump(clamp((y - low) / 10.5, 0, 1)) : 0,
    jaw: jawWeight(s, t),
  };
});
