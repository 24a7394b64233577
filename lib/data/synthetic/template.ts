import { scheme68 } from "@/data/schemes.ts";
import { chartOf, CONTOUR, CONTROL_POINTS, type ControlPoint, LANDMARK_POINTS } from "./anatomy.ts";
import { delaunay } from "./delaunay.ts";
import { clamp, smoothstep } from "./math.ts";
import { symmetricSurface } from "./rbf.ts";

/**
 * The head as a mesh: where its vertices lie on the unrolled chart, how they are joined, and which of them bound the
 * eyes and the mouth. Vertex `i` has the mirror image `mirror[i]`.
 */
export interface Template {
  /** Number of vertices. */
  readonly count: number;
  /** `[V, 2]` chart coordinates in millimeters. */
  readonly chart: Float64Array;
  /** `[V, 3]` mean positions in millimeters. */
  readonly mean: Float64Array;
  /** `[T, 3]` triangles, outward side turning clockwise in a picture with y down. */
  readonly triangles: Int32Array;
  readonly mirror: Int32Array;
  /** Vertex of each of landmarks 17-67; landmarks 0-16 are -1, as they slide (see `contours`). */
  readonly landmarks: Int32Array;
  /** For each of landmarks 0-16, vertices along the curve on which it slides, from the outside in. */
  readonly contours: readonly Int32Array[];
  /** Lid margins, [image left, image right], each a closed loop of vertices from inner corner over the upper lid. */
  readonly eyes: readonly [Int32Array, Int32Array];
  /** Inner lip margin, a closed loop from the image's left corner over the upper lip. */
  readonly mouth: Int32Array;
}

type Pair = [s: number, t: number];

/** Points along straight pieces through `path`, about `spacing` apart, ends included. */
function along(path: readonly Pair[], spacing: number): Pair[] {
  const result: Pair[] = [path[0]!];
  for (let i = 1; i < path.length; i++) {
    const [s0, t0] = path[i - 1]!, [s1, t1] = path[i]!;
    const pieces = Math.max(1, Math.ceil(Math.sqrt((s1 - s0) * (s1 - s0) + (t1 - t0) * (t1 - t0)) / spacing - 1e-9));
    for (let k = 1; k <= pieces; k++) result.push([s0 + (s1 - s0) * k / pieces, t0 + (t1 - t0) * k / pieces]);
  }
  return result;
}

/** A cubic through four points, as `t` of `s`, at `pieces + 1` places crowded towards both ends. */
function arc(points: readonly Pair[], pieces: number): Pair[] {
  const [p, q] = [points[0]!, points[points.length - 1]!];
  const result: Pair[] = [];
  for (let k = 0; k <= pieces; k++) {
    const u = k / pieces, s = p[0] + (q[0] - p[0]) * (0.6 * u + 0.4 * u * u * (3 - 2 * u));
    let t = 0;
    points.forEach(([si, ti], i) => {
      let term = ti;
      points.forEach(([sj], j) => {
        if (j !== i) term *= (s - sj) / (si - sj);
      });
      t += term;
    });
    result.push([s, t]);
  }
  return result;
}

/** Smooth curve through points by Catmull-Rom pieces, `pieces` to a span. */
function curve(points: readonly Pair[], pieces: number): Pair[] {
  const result: Pair[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const p1 = points[i]!, p2 = points[i + 1]!;
    const p0 = points[i - 1] ?? p1, p3 = points[i + 2] ?? p2;
    for (let k = 0; k < pieces; k++) {
      const u = k / pieces, a = u * u, b = a * u;
      const at = (c: 0 | 1) =>
        0.5 * (2 * p1[c] + (p2[c] - p0[c]) * u + (2 * p0[c] - 5 * p1[c] + 4 * p2[c] - p3[c]) * a +
          (3 * p1[c] - p0[c] - 3 * p2[c] + p3[c]) * b);
      result.push([at(0), at(1)]);
    }
  }
  result.push(points[points.length - 1]!);
  return result;
}

/** Where the chart ends: at the back and at the crown. */
const CROWN_S = 262, CROWN_T = -113, CROWN = [0, -125, -72];

/** How far apart vertices lie near a place of the chart, in millimeters. */
function spacingAt(s: number, t: number): number {
  const inFace = smoothstep(95, 62, s) * smoothstep(-60, -30, t) * smoothstep(135, 112, t);
  const nose = smoothstep(26, 16, s) * smoothstep(14, 26, t) * smoothstep(56, 48, t);
  const mouth = smoothstep(42, 28, s) * smoothstep(50, 56, t) * smoothstep(94, 84, t);
  const eye = smoothstep(26, 18, Math.abs(s - 33)) * smoothstep(20, 12, Math.abs(t));
  return 11 - 6.2 * inFace - 2.6 * Math.max(nose, mouth, eye) * inFace;
}

function inside(loop: readonly Pair[], s: number, t: number): boolean {
  let odd = false;
  for (let i = 0, j = loop.length - 1; i < loop.length; j = i++) {
    const [si, ti] = loop[i]!, [sj, tj] = loop[j]!;
    if (ti > t !== tj > t && s < (sj - si) * (t - ti) / (tj - ti) + si) odd = !odd;
  }
  return odd;
}

export function buildTemplate(): Template {
  const half: Pair[] = [];
  const cell = 3, grid = new Map<number, number[]>();
  const key = (s: number, t: number) => Math.floor(s / cell + 1000) * 10000 + Math.floor(t / cell + 1000);
  /** Whether a point lies within `reach`. Asked 80,000 times at the start of every thread: it stops at the first. */
  const crowded = (s: number, t: number, reach: number) => {
    const steps = Math.ceil(reach / cell);
    for (let i = -steps; i <= steps; i++) {
      for (let j = -steps; j <= steps; j++) {
        const points = grid.get(key(s + i * cell, t + j * cell));
        if (points === undefined) continue;
        for (const k of points) {
          const ds = half[k]![0] - s, dt = half[k]![1] - t;
          if (Math.sqrt(ds * ds + dt * dt) < reach) return true;
        }
      }
    }
    return false;
  };
  /** Adds a point, or finds the one that is there already. */
  const add = (s: number, t: number): number => {
    if (Math.abs(s) < 1e-6) s = 0;
    const place = key(s, t);
    for (const k of grid.get(place) ?? []) {
      if (Math.abs(half[k]![0] - s) + Math.abs(half[k]![1] - t) < 1e-6) return k;
    }
    half.push([s, t]);
    grid.set(place, [...(grid.get(place) ?? []), half.length - 1]);
    return half.length - 1;
  };

  const of = (index: number): Pair => chartOf(LANDMARK_POINTS[index]!);
  const upperLid = arc([of(42), of(43), of(44), of(45)], 13);
  const lowerLid = arc([of(45), of(46), of(47), of(42)], 13);
  // The landmarks themselves are vertices: each takes the place of the sample nearest to it.
  const pin = (path: Pair[], index: number) => {
    const [s, t] = of(index);
    let best = 0;
    path.forEach(([si, ti], i) => {
      const [sb, tb] = path[best]!;
      if ((si - s) * (si - s) + (ti - t) * (ti - t) < (sb - s) * (sb - s) + (tb - t) * (tb - t)) best = i;
    });
    path[best] = [s, t];
  };
  for (const index of [43, 44]) pin(upperLid, index);
  for (const index of [46, 47]) pin(lowerLid, index);
  const eyeLoop = [...upperLid, ...lowerLid.slice(1, -1)];
  const eye = eyeLoop.map(([s, t]) => add(s, t));

  const outerLip = [
    ...curve([of(51), of(52), of(53), of(54)], 5).slice(0, -1),
    ...curve([of(54), of(55), of(56), of(57)], 5),
  ];
  outerLip.forEach(([s, t]) => add(s, t));
  const lipGap = (points: Pair[]) => curve(points, 1);
  const [c62, c63, c64, c65, c66] = [of(62), of(63), of(64), of(65), of(66)];
  // Between landmarks 63 and 64 the margin keeps open in the chart as a rounded slit.
  const side = (near: Pair, sign: number) => {
    const result: Pair[] = [];
    for (let k = 0; k <= 12; k++) {
      const u = k / 12, s = near[0] + (c64[0] - near[0]) * u;
      const base = near[1] - sign * 2.1 + (c64[1] - (near[1] - sign * 2.1)) * u;
      result.push([s, base + sign * 2.1 * Math.sqrt(1 - u * u)]);
    }
    return result;
  };
  const upperInner = [...along(lipGap([c62, c63]), 1.4).slice(0, -1), ...side(c63, -1)];
  const lowerInner = [...along(lipGap([c66, c65]), 1.4).slice(0, -1), ...side(c65, 1)];
  const upperIndices = upperInner.map(([s, t]) => add(s, t));
  const lowerIndices = lowerInner.map(([s, t]) => add(s, t));

  const landmarkHalf = new Map<number, number>();
  for (const index of Object.keys(LANDMARK_POINTS).map(Number)) landmarkHalf.set(index, add(...of(index)));
  const contourHalf = new Map<number, number[]>();
  for (const [index, points] of Object.entries(CONTOUR)) {
    const path = along(curve(points.map((point) => chartOf(point)), 4), 4);
    contourHalf.set(Number(index), path.map(([s, t]) => add(s, t)));
  }

  // The row along the crown, from which a fan closes the top of the head.
  for (let k = 0; k <= 14; k++) add(CROWN_S * k / 14, CROWN_T);
  const onAxis = (t: number, reach: number) => {
    if (t > 65.6 && t < 70) return;
    if (!half.some(([s, other]) => s === 0 && Math.abs(other - t) < reach)) add(0, t);
  };
  for (let t = -112; t < 150; t += clamp(0.35 * spacingAt(0, t), 1.2, 3)) onAxis(t, 0.8);
  // A step along the middle is sure to be an edge when no vertex lies within the circle on it.
  for (const [s, t] of [...half]) if (s > 0 && s < 3) onAxis(t, 0.25);
  // The plane's golden-ratio sequence spreads candidates evenly without a grid's ties.
  for (const scale of [1, 0.82]) {
    for (let k = 0; k < 40000; k++) {
      const u = k * 0.7548776662466927 % 1, v = k * 0.5698402909980532 % 1;
      const s = u * CROWN_S, t = CROWN_T + v * (150 - CROWN_T);
      const spacing = scale * spacingAt(s, t);
      if (s < Math.max(1.6, 0.55 * spacing) || crowded(s, t, spacing)) continue;
      if (inside(eyeLoop, s, t) || inside([...upperInner, ...[...lowerInner].reverse()], s, t)) continue;
      add(s, t);
    }
  }

  // A guard row on the other side makes every step along the middle an edge.
  const guards = half.filter(([s]) => s > 0 && s < 14).map(([s, t]): Pair => [-s, t]);
  const flat = Float64Array.from([...half, ...guards].flat());
  const slit = [...upperInner, ...[...lowerInner].reverse()];
  const halfTriangles: number[] = [];
  const all = delaunay(flat);
  for (let i = 0; i < all.length; i += 3) {
    const [a, b, c] = [all[i]!, all[i + 1]!, all[i + 2]!];
    if (a >= half.length || b >= half.length || c >= half.length) continue;
    const s = (half[a]![0] + half[b]![0] + half[c]![0]) / 3, t = (half[a]![1] + half[b]![1] + half[c]![1]) / 3;
    if (inside(eyeLoop, s, t) || inside(slit, s, t)) continue;
    halfTriangles.push(a, b, c);
  }

  const crown = half.flatMap(([s, t], i) => Math.abs(t - CROWN_T) < 1e-9 ? [{ s, i }] : []).sort((a, b) => a.s - b.s);
  const apex = add(0, CROWN_T - 30);
  for (let k = 0; k + 1 < crown.length; k++) halfTriangles.push(crown[k]!.i, apex, crown[k + 1]!.i);

  const surface = symmetricSurface(
    Float64Array.from(CONTROL_POINTS.flatMap((point: ControlPoint) => chartOf(point))),
    Float64Array.from(CONTROL_POINTS.flatMap(([x, y, z]) => [x, y, z])),
    6,
  );
  const other = new Int32Array(half.length);
  let count = half.length;
  half.forEach(([s], i) => other[i] = s === 0 ? i : count++);
  const chart = new Float64Array(2 * count), mean = new Float64Array(3 * count), mirror = new Int32Array(count);
  const position = new Float64Array(3);
  half.forEach(([s, t], i) => {
    surface(s, t, position);
    const j = other[i]!;
    chart.set([-s, t], 2 * j);
    chart.set([s, t], 2 * i);
    mean.set([-position[0]!, position[1]!, position[2]!], 3 * j);
    mean.set([s === 0 ? 0 : position[0]!, position[1]!, position[2]!], 3 * i);
    mirror[i] = j;
    mirror[j] = i;
  });
  mean.set(CROWN, 3 * apex);
  // Lips that touch: each pair across the slit shares one place.
  upperIndices.forEach((upper, k) => {
    const lower = lowerIndices[k]!;
    for (const [a, b] of [[upper, lower], [other[upper]!, other[lower]!]] as const) {
      for (let c = 0; c < 3; c++) {
        const middle = (mean[3 * a + c]! + mean[3 * b + c]!) / 2;
        mean[3 * a + c] = middle;
        mean[3 * b + c] = middle;
      }
    }
  });
  const triangles = new Int32Array(2 * halfTriangles.length);
  for (let i = 0; i < halfTriangles.length; i += 3) {
    const [a, b, c] = [halfTriangles[i]!, halfTriangles[i + 1]!, halfTriangles[i + 2]!];
    triangles.set([a, b, c], 2 * i);
    triangles.set([other[a]!, other[c]!, other[b]!], 2 * i + 3);
  }

  const landmarks = new Int32Array(68).fill(-1);
  for (const [index, vertex] of landmarkHalf) {
    landmarks[index] = vertex;
    landmarks[scheme68.flip[index]!] = other[vertex]!;
  }
  const contours: Int32Array[] = [];
  for (let index = 0; index <= 16; index++) {
    const path = contourHalf.get(index < 8 ? 16 - index : index)!;
    contours.push(Int32Array.from(path, (vertex) => index < 8 ? other[vertex]! : vertex));
  }
  const upperLeft = upperIndices.map((vertex) => other[vertex]!).reverse();
  const lowerLeft = lowerIndices.map((vertex) => other[vertex]!);
  return {
    count,
    chart,
    mean,
    triangles,
    mirror,
    landmarks,
    contours,
    eyes: [Int32Array.from(eye, (vertex) => other[vertex]!), Int32Array.from(eye)],
    // The two middle vertices belong to both halves, the corners to one: each is listed once.
    mouth: Int32Array.from([
      ...upperLeft,
      ...upperIndices.slice(1),
      ...[...lowerIndices].reverse().slice(1),
      ...lowerLeft.slice(1, -1),
    ]),
  };
}

/** The template, built once per thread (a fraction of a second). */
export const TEMPLATE: Template = buildTemplate();
