import { EYE_CENTER, EYE_RADIUS } from "./anatomy.ts";
import { bump, clamp, cos, sin, smoothstep } from "./math.ts";
import {
  EXPRESSION_MODES,
  EXPRESSION_NAMES,
  type ExpressionName,
  IDENTITY_MODES,
  IDENTITY_NAMES,
  type IdentityName,
  type Mode,
} from "./modes.ts";
import { PLACES } from "./place.ts";
import { TEMPLATE } from "./template.ts";

/** The axis, parallel to x, about which the lower jaw turns. */
export const JAW_HINGE = { y: 12, z: -62 };

function basis(modes: Record<string, Mode>): Float32Array[] {
  return Object.values(modes).map(({ move, odd = false }) => {
    const result = new Float32Array(3 * TEMPLATE.count);
    PLACES.forEach((place, i) => {
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
  /** Center on the chart, down. */
  readonly t: number;
  /** Where it has faded, in millimeters. */
  readonly radius: number;
  /** Displacement at the center, in millimeters. */
  readonly x: number;
  /** The same, downwards. */
  readonly y: number;
  /** The same, towards the camera. */
  readonly z: number;
}

/** The form and expression of one head. */
export interface Shape {
  /** One coefficient per identity mode, in standard deviations. */
  readonly identity: readonly number[];
  /** Bumps and dents that no mode has. */
  readonly quirks: readonly Quirk[];
  /** One coefficient per expression mode. */
  readonly expression: readonly number[];
  /** Opening of the jaw in radians. */
  readonly jaw: number;
  /** Sideways shift of chin and mouth, and of the nose, in millimeters. */
  readonly jawAside: number;
  /** Sideways shift of the nose, in millimeters. */
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
    const { jaw, x, y, upperLid, lowerLid, side, t, s } = PLACES[i]!;
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
    const place = PLACES[i]!;
    if (place.x < 15 || place.x > 50 || Math.abs(place.y) > 16) continue;
    const [cx, cy, cz] = eyes[place.side < 0 ? 0 : 1];
    const dx = position[3 * i]! - cx, dy = position[3 * i + 1]! - cy, dz = position[3 * i + 2]! - cz;
    const across = dx * dx + dy * dy;
    if (dz <= 0 || across + dz * dz >= least * least || across > 0.95 * least * least) continue;
    position[3 * i + 2] = cz + Math.sqrt(least * least - across);
  }
}
