import { EYE_CENTER, EYE_RADIUS, LANDMARK_POINTS } from "./anatomy.ts";
import { bump, clamp, cos, sin, smoothstep } from "./math.ts";
import { TEMPLATE } from "./template.ts";

/** A vertex of the mean head, folded onto the half with `x >= 0`. */
interface Place {
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

type Displacement = readonly [dx: number, dy: number, dz: number];

/** Round hill of radius `r` about `(x, y)` of the mean face seen from the front. */
const hill = (p: Place, x: number, y: number, rx: number, ry = rx): number => {
  const u = (p.x - x) / rx, v = (p.y - y) / ry, d = u * u + v * v;
  return d < 1 ? (1 - d) * (1 - d) : 0;
};

const UPPER_LIP = 0, LOWER_LIP = 1;
/** How much a place belongs to one lip: 1 at its inner margin, 0 at `reach` chart millimeters and at the corners. */
const lip = (p: Place, which: 0 | 1, reach: number): number => {
  const lower = p.t > 67.6;
  if (lower !== (which === LOWER_LIP)) return 0;
  const v = Math.abs(p.t - 67.6) / reach;
  return p.z < 0 ? 0 : bump(Math.max(0, v)) * smoothstep(25, 10, p.s);
};
const front = (p: Place): number => smoothstep(-95, -40, p.z);

/**
 * One way in which heads differ: a displacement of every vertex, in millimeters, for a coefficient of 1. `even` modes
 * move both halves alike (mirrored), `odd` ones oppositely.
 */
interface Mode {
  readonly odd?: boolean;
  readonly move: (place: Place) => Displacement;
}

/** Identity: coefficients are standard normal. */
export const IDENTITY_MODES = {
  faceWidth: { move: (p) => [0.042 * p.x, 0, 0.01 * p.z] },
  lowerFace: { move: (p) => [0, 0.045 * Math.max(0, p.y - 44) * front(p), 0] },
  midFace: { move: (p) => [0, 0.04 * clamp(p.y, 0, 48) * front(p) + 0.02 * Math.max(0, p.y - 48), 0] },
  depth: { move: (p) => [0, 0, 0.05 * (p.z + 40)] },
  faceBreadth: { move: (p) => [2.6 * smoothstep(34, 70, p.x), 0, 0] },
  jawWidth: { move: (p) => [0.06 * p.x * smoothstep(30, 85, p.y), 0, 0] },
  jawAngle: { move: (p) => [0, 3.2 * hill(p, 52, 78, 40), -1.2 * hill(p, 52, 78, 40)] },
  chinLength: { move: (p) => [0, 3.2 * smoothstep(78, 112, p.y) * smoothstep(50, 10, p.x), 0] },
  chinForward: { move: (p) => [0, 0, 2.6 * smoothstep(78, 104, p.y) * smoothstep(52, 8, p.x)] },
  chinWidth: { move: (p) => [0.085 * p.x * smoothstep(78, 106, p.y), 0, 0] },
  chinPoint: { move: (p) => [-1.8 * hill(p, 18, 108, 24), 1.2 * hill(p, 0, 112, 20), 0] },
  cheekFull: { move: (p) => [2.2 * hill(p, 50, 52, 38), 0, 2.6 * hill(p, 40, 48, 32)] },
  cheekBone: { move: (p) => [1.8 * hill(p, 60, 20, 30), 0, 2.2 * hill(p, 46, 20, 28)] },
  noseLength: { move: (p) => [0, 2.4 * hill(p, 0, 40, 26, 30), 0] },
  noseWidth: { move: (p) => [2 * hill(p, 17, 41, 18, 18) + 0.9 * hill(p, 10, 22, 14, 22), 0, 0] },
  noseForward: { move: (p) => [0, 0, 2.8 * hill(p, 0, 34, 22, 26)] },
  noseBridge: { move: (p) => [0, 0, 2.3 * hill(p, 0, 8, 16, 24)] },
  noseTipUp: { move: (p) => [0, -2.1 * hill(p, 0, 38, 15, 14), 0.8 * hill(p, 0, 38, 15, 14)] },
  noseBulb: { move: (p) => [1.3 * hill(p, 7, 38, 9, 12), 0, 0.6 * hill(p, 6, 38, 10, 12)] },
  eyeSpacing: { move: (p) => [1.3 * hill(p, 31, 0, 26, 26), 0, 0] },
  eyeHeight: { move: (p) => [0, 1.4 * hill(p, 31, 0, 26, 24), 0] },
  eyeOpening: { move: (p) => [0, -0.11 * p.upperLid + 0.05 * p.lowerLid, 0] },
  eyeWidth: { move: (p) => [1.4 * hill(p, 46, 0, 12) - 1.1 * hill(p, 18, 2, 10), 0, 0] },
  eyeTilt: {
    move: (p) => [0, -0.085 * (p.x - 28) * bump(clamp((p.x - 31) / 26, -1, 1)) * bump(clamp(p.y / 20, -1, 1)), 0],
  },
  lidShape: { move: (p) => [0, 0.07 * (p.x - 30) / 6 * p.upperLid, 0] },
  eyeDepth: { move: (p) => [0, 0, -1.3 * hill(p, 31, -2, 24, 22)] },
  browHeight: { move: (p) => [0, -2.2 * hill(p, 35, -21, 42, 20), 0] },
  browArch: { move: (p) => [0, -1.8 * hill(p, 40, -22, 17, 17), 0] },
  browTilt: {
    move: (
      p,
    ) => [0, -0.075 * (p.x - 33) * bump(clamp((p.x - 33) / 36, -1, 1)) * bump(clamp((p.y + 18) / 19, -1, 1)), 0],
  },
  browInner: { move: (p) => [2.8 * hill(p, 13, -17, 17), 0, 0] },
  browInnerHeight: { move: (p) => [0, 2.4 * hill(p, 13, -17, 18), 0] },
  browOuter: { move: (p) => [2.2 * hill(p, 58, -13, 17), 2.9 * hill(p, 58, -13, 18), 0] },
  browRidge: { move: (p) => [0, 0, 1.9 * hill(p, 22, -18, 34, 16)] },
  forehead: { move: (p) => [0, 0.06 * Math.min(0, p.y + 30), 2 * hill(p, 0, -60, 60, 40)] },
  mouthWidth: { move: (p) => [2.2 * hill(p, 25, 67, 22, 24), 0, -0.8 * hill(p, 26, 67, 14)] },
  mouthHeight: { move: (p) => [0, 1.5 * hill(p, 0, 68, 46, 24), 0] },
  upperLip: {
    move: (
      p,
    ) => [
      0,
      -1.15 * bump(clamp((p.y - 62) / 7, -1, 1)) * smoothstep(25, 14, p.x) * (p.t < 67.6 ? 1 : 0),
      0.9 * hill(p, 0, 63, 22, 9),
    ],
  },
  lowerLip: {
    move: (
      p,
    ) => [
      0,
      1.5 * bump(clamp((p.y - 76) / 8.2, -1, 1)) * smoothstep(25, 12, p.x) * (p.t > 67.6 ? 1 : 0),
      1.1 * hill(p, 0, 74, 20, 10),
    ],
  },
  cupidsBow: { move: (p) => [0, 0.8 * hill(p, 0, 61.5, 3.5, 6) - 0.6 * hill(p, 6, 61, 5, 6), 0] },
  mouthForward: { move: (p) => [0, 0, 2.2 * hill(p, 0, 68, 34, 26)] },
  mouthCorner: { move: (p) => [0, -1.3 * hill(p, 26, 67, 15), 0] },
  lipCorner: { move: (p) => [1.2 * hill(p, 22, 67.4, 4, 5), 0, 0] },
  headWidth: { move: (p) => [0.05 * p.x * smoothstep(-20, -75, p.z), 0, 0] },
  skewBrows: { odd: true, move: (p) => [0, 1 * hill(p, 33, -23, 40, 20), 0] },
  skewMouth: { odd: true, move: (p) => [0, 1 * hill(p, 26, 68, 34, 26), 0] },
  skewJaw: { odd: true, move: (p) => [0, 1.1 * hill(p, 40, 90, 40), 0] },
} satisfies Record<string, Mode>;

/** Expression: coefficients mostly in [0, 1]; `jaw` is apart, as it turns (see {@linkcode JAW_HINGE}). */
export const EXPRESSION_MODES = {
  smile: {
    move: (p) => [
      6.5 * hill(p, 25.5, 67, 24, 22) + 2.2 * hill(p, 45, 45, 26) + 1.4 * hill(p, 17, 42, 14),
      -7 * hill(p, 26, 67, 24, 24) - 3.4 * hill(p, 40, 34, 26, 30) - 1.6 * lip(p, UPPER_LIP, 12) -
      0.9 * hill(p, 17, 43, 14) + 1 * hill(p, 0, 80, 16, 14) - 0.1 * p.lowerLid,
      -6 * hill(p, 26, 67, 22, 22) + 3.2 * hill(p, 40, 36, 24, 26) - 2.2 * hill(p, 0, 68, 26, 16),
    ],
  },
  teeth: {
    move: (p) => [
      0,
      -3.8 * lip(p, UPPER_LIP, 11) * smoothstep(26, 8, p.x) + 3.6 * lip(p, LOWER_LIP, 16) * smoothstep(26, 6, p.x),
      -1.2 * hill(p, 0, 68, 22, 10),
    ],
  },
  frown: {
    move: (
      p,
    ) => [
      1 * hill(p, 25, 68, 20),
      5.2 * hill(p, 26, 69, 20, 18) - 1.8 * lip(p, LOWER_LIP, 20) - 2 * hill(p, 0, 92, 22, 16),
      1.2 * hill(p, 0, 92, 20, 14),
    ],
  },
  pucker: {
    move: (p) => [
      -9 * hill(p, 26, 67, 26, 24) * smoothstep(0, 22, p.x),
      -1 * lip(p, UPPER_LIP, 9) + 1 * lip(p, LOWER_LIP, 12),
      6.5 * hill(p, 0, 68, 30, 20),
    ],
  },
  stretch: { move: (p) => [4.5 * hill(p, 26, 68, 24), 1.6 * hill(p, 26, 68, 20), -3 * hill(p, 26, 68, 22)] },
  press: {
    move: (p) => [
      0,
      2.6 * bump(clamp((p.y - 61.5) / 6.3, -1, 1)) * smoothstep(26, 16, p.x) * (p.t < 67.6 ? 1 : 0) -
      4 * bump(clamp((p.y - 78) / 10.2, -1, 1)) * smoothstep(26, 14, p.x) * (p.t > 67.6 ? 1 : 0),
      -2.4 * hill(p, 0, 69, 24, 10),
    ],
  },
  sneer: {
    move: (
      p,
    ) => [
      0.8 * hill(p, 17, 42, 16),
      -3 * hill(p, 15, 43, 16, 14) - 3 * lip(p, UPPER_LIP, 14),
      0.8 * hill(p, 20, 42, 14),
    ],
  },
  lowerLipDown: { move: (p) => [0, 4.6 * lip(p, LOWER_LIP, 20), 0.6 * lip(p, LOWER_LIP, 16)] },
  puff: { move: (p) => [7 * hill(p, 45, 62, 34), 0, 7 * hill(p, 36, 62, 26)] },
  browUp: { move: (p) => [0, -6.2 * hill(p, 32, -20, 46, 21) - 0.1 * p.upperLid, 0] },
  browInnerUp: { move: (p) => [-0.6 * hill(p, 12, -19, 18), -4.6 * hill(p, 11, -17, 20, 18), 0] },
  browDown: { move: (p) => [-2.6 * hill(p, 14, -17, 22), 5 * hill(p, 19, -18, 29, 14), 1 * hill(p, 10, -15, 16)] },
  browOneSide: { odd: true, move: (p) => [0, 3.2 * hill(p, 32, -22, 36, 20), 0] },
  squint: { move: (p) => [0, -0.3 * p.lowerLid + 0.16 * p.upperLid - 1 * hill(p, 35, 18, 24, 14), 0] },
  wide: { move: (p) => [0, -0.28 * p.upperLid + 0.06 * p.lowerLid, 0] },
  cornerUpOneSide: { odd: true, move: (p) => [2 * hill(p, 26, 67, 22), -3 * hill(p, 27, 67, 24), 0] },
} satisfies Record<string, Mode>;

export type IdentityName = keyof typeof IDENTITY_MODES;
export type ExpressionName = keyof typeof EXPRESSION_MODES;
export const IDENTITY_NAMES = Object.keys(IDENTITY_MODES) as IdentityName[];
export const EXPRESSION_NAMES = Object.keys(EXPRESSION_MODES) as ExpressionName[];

/** The axis, parallel to x, about which the lower jaw turns. */
export const JAW_HINGE = { y: 12, z: -62 };

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

const places: Place[] = Array.from({ length: TEMPLATE.count }, (_, i) => {
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

function basis(modes: Record<string, Mode>): Float32Array[] {
  return Object.values(modes).map(({ move, odd = false }) => {
    const result = new Float32Array(3 * TEMPLATE.count);
    places.forEach((place, i) => {
      const [dx, dy, dz] = move(place);
      const sign = odd ? place.side : 1;
      result[3 * i] = dx * place.side * sign;
      result[3 * i + 1] = dy * sign;
      result[3 * i + 2] = dz * sign;
    });
    return result;
  });
}

const IDENTITY_BASIS = basis(IDENTITY_MODES);
const EXPRESSION_BASIS = basis(EXPRESSION_MODES);

/** A local bulge or shift that belongs to one person only. */
export interface Quirk {
  /** Center on the chart and radius, in millimeters. */
  readonly s: number;
  readonly t: number;
  readonly radius: number;
  /** Displacement at the center, in millimeters. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export interface Shape {
  /** One coefficient per identity mode, in standard deviations. */
  readonly identity: readonly number[];
  readonly quirks: readonly Quirk[];
  /** One coefficient per expression mode. */
  readonly expression: readonly number[];
  /** Opening of the jaw in radians. */
  readonly jaw: number;
  /** Sideways shift of chin and mouth, and of the nose, in millimeters. */
  readonly jawAside: number;
  readonly noseAside: number;
  /** Closing of the lids [image left, image right]: 0 as the mean face, 1 shut. */
  readonly blink: readonly [number, number];
}

export interface DeformedHead {
  /** `[V, 3]` millimeters. */
  readonly position: Float64Array;
  /** `[V, 3]` the same person with a face at rest. */
  readonly rest: Float64Array;
  /** Eyeball centers, [image left, image right]. */
  readonly eyes: readonly [readonly [number, number, number], readonly [number, number, number]];
}

/** How far the lids stand open for these coefficients, as a multiple of the mean face's opening. */
function lidOpening(shape: Shape): number {
  const identity = (name: IdentityName) => shape.identity[IDENTITY_NAMES.indexOf(name)] ?? 0;
  const expression = (name: ExpressionName) => shape.expression[EXPRESSION_NAMES.indexOf(name)] ?? 0;
  return 1 + 0.16 * identity("eyeOpening") - 0.46 * expression("squint") + 0.34 * expression("wide") +
    0.1 * expression("browUp") - 0.1 * expression("smile");
}

/** Moves the mean head: identity, quirks, expression, jaw and lids in this order. */
export function deform(shape: Shape): DeformedHead {
  const position = Float64Array.from(TEMPLATE.mean), count = TEMPLATE.count;
  const apply = (bases: Float32Array[], coefficients: readonly number[]) =>
    bases.forEach((mode, k) => {
      const weight = coefficients[k] ?? 0;
      if (weight !== 0) { for (let i = 0; i < mode.length; i++) position[i] = position[i]! + weight * mode[i]!; }
    });
  apply(IDENTITY_BASIS, shape.identity);
  for (const quirk of shape.quirks) {
    for (let i = 0; i < count; i++) {
      const u = (TEMPLATE.chart[2 * i]! - quirk.s) / quirk.radius,
        v = (TEMPLATE.chart[2 * i + 1]! - quirk.t) / quirk.radius;
      const d = u * u + v * v;
      if (d >= 1) continue;
      const weight = (1 - d) * (1 - d);
      position[3 * i] = position[3 * i]! + weight * quirk.x;
      position[3 * i + 1] = position[3 * i + 1]! + weight * quirk.y;
      position[3 * i + 2] = position[3 * i + 2]! + weight * quirk.z;
    }
  }
  const rest = Float64Array.from(position);
  apply(EXPRESSION_BASIS, shape.expression);
  const opening = Math.max(0, lidOpening(shape));
  for (let i = 0; i < count; i++) {
    const { jaw, x, y, upperLid, lowerLid, side, t, s } = places[i]!;
    if (jaw > 0 && (shape.jaw !== 0 || shape.jawAside !== 0)) {
      const angle = shape.jaw * jaw, c = cos(angle), d = sin(angle);
      const py = position[3 * i + 1]! - JAW_HINGE.y, pz = position[3 * i + 2]! - JAW_HINGE.z;
      position[3 * i + 1] = JAW_HINGE.y + py * c + pz * d;
      position[3 * i + 2] = JAW_HINGE.z + pz * c - py * d;
      position[3 * i] = position[3 * i]! + shape.jawAside * jaw;
    }
    if (shape.jawAside !== 0 && t < 90) {
      position[3 * i] = position[3 * i]! +
        0.7 * shape.jawAside * bump(clamp((t - 67) / 16, -1, 1)) * smoothstep(60, 25, s) * (1 - jaw);
    }
    if (shape.noseAside !== 0) {
      position[3 * i] = position[3 * i]! +
        shape.noseAside * bump(clamp((y - 36) / 26, -1, 1)) * bump(clamp(x / 24, 0, 1));
    }
    const closing = opening * (side < 0 ? shape.blink[0] : shape.blink[1]);
    if (closing !== 0 && (upperLid > 0 || lowerLid > 0)) {
      position[3 * i + 1] = position[3 * i + 1]! + closing * (0.92 * upperLid - 0.08 * lowerLid);
    }
  }
  const eye = (inner: number, outer: number, side: number): [number, number, number] => {
    const center: [number, number, number] = [side * EYE_CENTER[0], EYE_CENTER[1], EYE_CENTER[2]];
    for (const landmark of [inner, outer]) {
      const v = 3 * TEMPLATE.landmarks[landmark]!;
      for (let k = 0; k < 3; k++) center[k]! += 0.5 * (rest[v + k]! - TEMPLATE.mean[v + k]!);
    }
    return center;
  };
  const eyes = [eye(39, 36, -1), eye(42, 45, 1)] as const;
  keepOutOfEyes(position, eyes);
  return { position, rest, eyes };
}

/** Lids lie on the eyeball: vertices near an eye that sank into it are pushed out along its radius. */
function keepOutOfEyes(position: Float64Array, eyes: DeformedHead["eyes"]): void {
  const least = EYE_RADIUS + 1.1;
  for (let i = 0; i < TEMPLATE.count; i++) {
    const place = places[i]!;
    if (place.x < 15 || place.x > 50 || Math.abs(place.y) > 16) continue;
    const [cx, cy, cz] = eyes[place.side < 0 ? 0 : 1];
    const dx = position[3 * i]! - cx, dy = position[3 * i + 1]! - cy, dz = position[3 * i + 2]! - cz;
    const across = dx * dx + dy * dy;
    if (dz <= 0 || across + dz * dz >= least * least || across > 0.95 * least * least) continue;
    position[3 * i + 2] = cz + Math.sqrt(least * least - across);
  }
}
