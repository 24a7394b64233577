import { TEMPLATE } from "./template.ts";

/**
 * The 68 landmarks as points in space. Landmarks 17-67 are vertices of the head. Landmarks 0-16 are where the picture
 * shows the face's edge: each slides along its own curve on the head (see `CONTOUR`) to the place that projects
 * furthest outwards, as annotators of photographs mark a turned face.
 *
 * @param position `[V, 3]` vertices after the head was turned.
 * @param projected `[V, 3]` the same in the picture; only x and y are used.
 * @param roll of the head in the picture.
 * @returns `[68, 3]` millimeters.
 */
export function locateLandmarks(
  position: Float64Array,
  projected: Float64Array,
  roll: readonly [cos: number, sin: number],
): Float64Array {
  const points = new Float64Array(3 * 68);
  for (let m = 17; m < 68; m++) {
    const v = TEMPLATE.landmarks[m]!;
    points.set(position.subarray(3 * v, 3 * v + 3), 3 * m);
  }
  const [c, s] = roll;
  for (let m = 0; m < 17; m++) {
    const path = TEMPLATE.contours[m]!;
    const [ox, oy] = OUTWARD[m]!, dx = c * ox - s * oy, dy = s * ox + c * oy;
    const reach = (k: number) => projected[3 * path[k]!]! * dx + projected[3 * path[k]! + 1]! * dy;
    let best = 0;
    for (let k = 1; k < path.length; k++) if (reach(k) > reach(best)) best = k;
    // The vertex of the parabola through the best sample and its neighbors.
    let u = 0;
    if (best > 0 && best + 1 < path.length) {
      const before = reach(best - 1), here = reach(best), after = reach(best + 1);
      const bend = before - 2 * here + after;
      if (bend < 0) u = Math.max(-0.5, Math.min(0.5, 0.5 * (before - after) / bend));
    }
    const a = path[best]!, b = u === 0 ? a : path[u < 0 ? best - 1 : best + 1]!, w = Math.abs(u);
    for (let k = 0; k < 3; k++) points[3 * m + k] = position[3 * a + k]! * (1 - w) + position[3 * b + k]! * w;
  }
  return points;
}

/** Which way is out of the face at each contour landmark of an upright face, as unit vectors in the picture. */
const OUTWARD = Array.from({ length: 17 }, (_, m): [number, number] => {
  const half = m > 8 ? m : 16 - m;
  const [x, y] = [[0, 1], [0.3, 0.95], [0.55, 0.83], [0.77, 0.64], [0.9, 0.43], [0.97, 0.24], [1, 0.08], [1, 0], [
    1,
    0,
  ]][half - 8]!;
  return [m < 8 ? -x! : x!, y!];
});
