import { EYE_RADIUS } from "./anatomy.ts";
import { overScalp } from "./hair.ts";
import { clamp, cos, mix, sin, smoothstep } from "./math.ts";
import { Material, type Mesh, patch, tube } from "./mesh.ts";
import type { DeformedHead } from "./deform.ts";
import { CLOUDS, sample } from "./noise.ts";
import type { FaceParameters } from "./parameters.ts";
import { TEMPLATE } from "./template.ts";

type Point = readonly [number, number, number];

const TURN = 6.283185307179586;

/** Cosines and sines around a thin tube. */
const RING = Array.from({ length: 6 }, (_, k) => [cos(TURN * k / 6), sin(TURN * k / 6)] as const);

/** Vertices that a rim might touch. */
const AROUND_EYES = Array.from({ length: TEMPLATE.count }, (_, i) => i).filter((i) => {
  const x = TEMPLATE.mean[3 * i]!, y = TEMPLATE.mean[3 * i + 1]!, z = TEMPLATE.mean[3 * i + 2]!;
  return Math.abs(x) < 72 && y > -42 && y < 46 && z > -15;
});

/** How much further forward a rim has to sit so that it touches neither cheek nor brow. */
function clearance(
  position: Float64Array,
  rim: (side: number, angle: number, scale: number) => Point,
  gap: number,
): number {
  let most = 0;
  for (const side of [-1, 1]) {
    for (let k = 0; k < 16; k++) {
      const [x, y, z] = rim(side, TURN * k / 16, 1);
      for (const vertex of AROUND_EYES) {
        const i = 3 * vertex, dx = position[i]! - x, dy = position[i + 1]! - y;
        if (dx * dx + dy * dy < 16) most = Math.max(most, position[i + 2]! + gap - z);
      }
    }
  }
  return Math.min(most, 16);
}

/** Rims, bridge and temples of a pair of glasses; the lenses are apart, as one looks through them. */
export function glassesMeshes(head: DeformedHead, parameters: FaceParameters): { frame: Mesh[]; lenses: Mesh[] } {
  const { glasses } = parameters;
  if (!glasses) return { frame: [], lenses: [] };
  const [left, right] = head.eyes, front = Math.max(left[2], right[2]) + EYE_RADIUS;
  let z = front + 8;
  const middle = (left[0] + right[0]) / 2, spread = (right[0] - left[0]) / 2 + glasses.apart;
  const height = (left[1] + right[1]) / 2 + glasses.drop;
  const { width, height: tall, square, thick } = glasses;
  // A ring between an ellipse and a rounded rectangle, a little narrower at its lower inner corner.
  const rim = (side: number, angle: number, scale: number): Point => {
    const c = cos(angle), s = sin(angle), c2 = c * c, s2 = s * s;
    const r = scale * mix(1, 1 / Math.sqrt(Math.sqrt(c2 * c2 + s2 * s2)), square);
    const x = side * spread + width * r * c * (1 - 0.08 * s), y = height + tall * r * s * (1 - 0.1 * c * side);
    return [middle + x, y, z - x * x / 620];
  };
  z += clearance(head.position, rim, thick + 1.5);
  const frame: Mesh[] = [], lenses: Mesh[] = [];
  for (const side of [-1, 1]) {
    if (thick > 0.35) {
      frame.push(tube(Material.frame, (u) => rim(side, TURN * u, 1), () => thick, 36, 6, RING));
    }
    lenses.push(patch(Material.lens, 14, 4, (u, v) => rim(side, TURN * u, v), { open: true, casts: false }));
    const [hx, hy, hz] = rim(side, side > 0 ? -0.25 : TURN / 2 + 0.25, 1);
    frame.push(tube(
      Material.frame,
      (u): Point => [
        mix(hx, side * 80, smoothstep(0, 0.25, u)),
        mix(hy, -3, u),
        mix(hz, -74, u),
      ],
      () => Math.max(0.8, thick),
      10,
      6,
      RING,
    ));
  }
  frame.push(tube(
    Material.frame,
    (u): Point => {
      const x = (u - 0.5) * 2 * Math.max(4, spread - width + 1);
      return [middle + x, height - 0.42 * tall - 2 * (1 - 4 * (u - 0.5) * (u - 0.5)), z + 1 - x * x / 620];
    },
    () => Math.max(0.9, 0.9 * thick),
    8,
    6,
    RING,
  ));
  return { frame, lenses };
}

/** Woolen caps, peaked caps, brimmed hats and headscarves. */
export function hatMeshes(head: DeformedHead, skin: Mesh, parameters: FaceParameters): Mesh[] {
  const { hat, texture } = parameters;
  if (!hat) return [];
  const dx = texture % 241, thickness = hat.kind === "scarf" ? 5 : hat.kind === "wool" ? 7 : 9;
  const line = (s: number) => {
    const a = Math.abs(s);
    if (hat.kind === "scarf") return mix(-56 + hat.line, 90, smoothstep(66, 92, a));
    return mix(-52 + hat.line, hat.kind === "wool" ? -6 : -30, smoothstep(50, 120, a)) + hat.tilt * s;
  };
  const meshes = [
    overScalp(
      head,
      skin,
      Material.cloth,
      (s, t) =>
        thickness * (1 + 0.12 * sample(CLOUDS, s + dx, t)) + (t < -85 && hat.kind !== "scarf" ? 8 : 0) +
        (hat.kind === "wool" && t > line(s) - 16 ? 2.5 : 0),
      { mask: (s, t) => t < line(s), variant: 1 },
    ),
  ];
  if (hat.kind === "peak" || hat.kind === "brim") {
    const reach = hat.kind === "peak" ? 68 : 62, spread = hat.kind === "peak" ? 1.05 : TURN / 2;
    meshes.push(patch(Material.cloth, 28, 6, (u, v) => {
      const a = (u - 0.5) * 2 * spread, edge = hat.kind === "peak" ? clamp(cos(a * 1.35), 0, 1) : 1;
      const r = 1 + v * reach * Math.sqrt(edge) / 90, s = a * 85, x = 76 * r * sin(a);
      return [
        x,
        line(s) - 2 + v * (hat.kind === "peak" ? 9 - 10 * a * a : 6 - 8 * a * a * v),
        -70 + (s > 130 || s < -130 ? 100 : 92) * r * cos(a),
      ];
    }, { open: true, variant: 1, describe: (u, v) => [u * 200, v * 50, 0] }));
  }
  if (hat.kind === "scarf") {
    for (const side of [-1, 1]) {
      meshes.push(patch(Material.cloth, 16, 14, (u, v) => {
        const a = 0.86 + 2.2 * u - 0.5 * smoothstep(0.2, 0.62, v) * (1 - u), drop = v * 190;
        const fold = 3 * sample(CLOUDS, a * 30 + dx + 50 * side, drop * 0.25),
          close = smoothstep(90, 150, drop) * (1 - u);
        const r = 82 + fold + 20 * smoothstep(120, 190, drop) - 14 * smoothstep(60, 118, drop) * (1 - u);
        return [side * r * sin(a) * (1 - 0.75 * close), -62 + drop + 8 * cos(a), -72 + (r + 4) * cos(a)];
      }, { open: true, variant: 1, describe: (u, v) => [u * 120 * side, v * 190, 0] }));
    }
  }
  return meshes;
}
