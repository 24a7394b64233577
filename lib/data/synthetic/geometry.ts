import { hatMeshes } from "./accessories.ts";
import { EYE_RADIUS, LANDMARK_POINTS } from "./anatomy.ts";
import { hairMeshes } from "./hair.ts";
import { cos, exp, sin } from "./math.ts";
import { createMesh, Material, type Mesh, patch } from "./mesh.ts";
import { type DeformedHead, JAW_HINGE } from "./deform.ts";
import type { FaceParameters } from "./parameters.ts";
import { TEMPLATE } from "./template.ts";

type Point = readonly [number, number, number];

const TURN = 6.283185307179586;

/** Neighbors of every template vertex: those of `i` are `list[start[i]] ... list[start[i + 1] - 1]`. */
const NEIGHBORS = (() => {
  const sets: Set<number>[] = Array.from({ length: TEMPLATE.count }, () => new Set());
  const { triangles } = TEMPLATE;
  for (let k = 0; k < triangles.length; k += 3) {
    const [a, b, c] = [triangles[k]!, triangles[k + 1]!, triangles[k + 2]!];
    sets[a]!.add(b).add(c);
    sets[b]!.add(a).add(c);
    sets[c]!.add(a).add(b);
  }
  const start = new Int32Array(TEMPLATE.count + 1), list: number[] = [];
  sets.forEach((set, i) => {
    list.push(...[...set].sort((p, q) => p - q));
    start[i + 1] = list.length;
  });
  return { start, list: Int32Array.from(list) };
})();

/** How hollow the surface is at each vertex, smoothed: positive in creases, negative on ridges; about [-1, 1]. */
function hollowness(mesh: Mesh): Float64Array {
  const { position, normal } = mesh, count = position.length / 3;
  let hollow = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const from = NEIGHBORS.start[i]!, to = NEIGHBORS.start[i + 1]!;
    let sum = 0, length = 0;
    for (let k = from; k < to; k++) {
      const j = 3 * NEIGHBORS.list[k]!;
      const dx = position[j]! - position[3 * i]!,
        dy = position[j + 1]! - position[3 * i + 1]!,
        dz = position[j + 2]! - position[3 * i + 2]!;
      sum += dx * normal[3 * i]! + dy * normal[3 * i + 1]! + dz * normal[3 * i + 2]!;
      length += Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
    hollow[i] = sum / (length + 1e-6);
  }
  for (let pass = 0; pass < 2; pass++) {
    const next = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 2 * hollow[i]!, weight = 2;
      for (let k = NEIGHBORS.start[i]!; k < NEIGHBORS.start[i + 1]!; k++, weight++) sum += hollow[NEIGHBORS.list[k]!]!;
      next[i] = sum / weight;
    }
    hollow = next;
  }
  return hollow;
}

/** The head's skin, with chart coordinates and hollowness as attributes. */
function skinMesh(head: DeformedHead): Mesh {
  const attribute = new Float64Array(3 * TEMPLATE.count);
  const mesh = createMesh(Material.skin, head.position, attribute, TEMPLATE.triangles);
  const hollow = hollowness(mesh);
  for (let i = 0; i < TEMPLATE.count; i++) {
    attribute[3 * i] = TEMPLATE.chart[2 * i]!;
    attribute[3 * i + 1] = TEMPLATE.chart[2 * i + 1]!;
    attribute[3 * i + 2] = hollow[i]!;
  }
  return mesh;
}

/** The thickness of the lids: from each margin inwards to the eyeball. Attribute: depth 0-1, 1 on the upper lid, place along. */
function lidRim(head: DeformedHead, eye: 0 | 1): Mesh {
  const loop = TEMPLATE.eyes[eye], n = loop.length, [cx, cy, cz] = head.eyes[eye];
  const position = new Float64Array(6 * n), attribute = new Float64Array(6 * n), triangles: number[] = [];
  for (let i = 0; i < n; i++) {
    const v = 3 * loop[i]!, x = head.position[v]! - cx, y = head.position[v + 1]! - cy, z = head.position[v + 2]! - cz;
    const shrink = 0.985 * EYE_RADIUS / Math.sqrt(x * x + y * y + z * z), upper = i > 0 && i < n / 2 ? 1 : 0;
    position.set([cx + x, cy + y, cz + z], 6 * i);
    position.set([cx + x * shrink, cy + y * shrink, cz + z * shrink], 6 * i + 3);
    attribute.set([0, upper, i / n, 1, upper, i / n], 6 * i);
    const j = (i + 1) % n;
    triangles.push(2 * i, 2 * j, 2 * i + 1, 2 * i + 1, 2 * j, 2 * j + 1);
  }
  return createMesh(Material.lidRim, position, attribute, Int32Array.from(triangles), {
    open: true,
    variant: eye,
    casts: false,
  });
}

/** The visible part of an eyeball. Attribute: direction from its center in the frame of its gaze (the pupil is +z). */
function eyeball(center: Point, gaze: readonly [number, number], eye: 0 | 1): Mesh {
  const [gx, gy] = gaze, gz = Math.sqrt(Math.max(0.1, 1 - gx * gx - gy * gy));
  // Two axes across the gaze: horizontal first.
  const h = Math.sqrt(gx * gx + gz * gz), ax = gz / h, az = -gx / h;
  const bx = gy * az, by = gz * ax - gx * az, bz = -gy * ax;
  const direction = (u: number, v: number): Point => {
    const a = (u - 0.5) * 2.6, b = (v - 0.5) * 2.2;
    return [sin(a) * cos(b), sin(b), cos(a) * cos(b)];
  };
  return patch(Material.eye, 14, 10, (u, v) => {
    const [x, y, z] = direction(u, v);
    return [center[0] + EYE_RADIUS * x, center[1] + EYE_RADIUS * y, center[2] + EYE_RADIUS * z];
  }, {
    variant: eye,
    casts: false,
    inside: true,
    describe: (u, v) => {
      const [x, y, z] = direction(u, v);
      return [x * ax + z * az, -(x * bx + y * by + z * bz), x * gx + y * gy + z * gz];
    },
  });
}

function hinge(point: Point, angle: number, aside: number): Point {
  const c = cos(angle), s = sin(angle), y = point[1] - JAW_HINGE.y, z = point[2] - JAW_HINGE.z;
  return [point[0] + aside, JAW_HINGE.y + y * c + z * s, JAW_HINGE.z + z * c - y * s];
}

/** Teeth rows, the mouth's lining and the tongue. */
function mouthMeshes(head: DeformedHead, parameters: FaceParameters): Mesh[] {
  const { jaw, jawAside } = parameters.shape;
  // Teeth and tongue keep their place behind the lips of the face at rest.
  const inner = 3 * TEMPLATE.landmarks[62]!, [lipX, lipY, lipZ] = LANDMARK_POINTS[62]!;
  const dx = head.rest[inner]! - lipX, dy = head.rest[inner + 1]! - lipY, dz = head.rest[inner + 2]! - lipZ;
  const row = (top: number, bottom: number, front: number, width: number, turns: number, variant: number) =>
    patch(Material.teeth, 16, 3, (u, v) => {
      const x = (u - 0.5) * 2 * width, bulge = 1.2 * v * (1 - v) * 4;
      const point: Point = [x + dx, top + (bottom - top) * v + dy, front + bulge - x * x / (width * 1.55) + dz];
      return turns ? hinge(point, turns, jawAside) : point;
    }, { variant, open: true, casts: false, inside: true });
  const loop = TEMPLATE.mouth, n = loop.length;
  const position = new Float64Array(9 * n + 3), attribute = new Float64Array(9 * n + 3), triangles: number[] = [];
  let midX = 0, midY = 0, midZ = 0;
  for (let i = 0; i < n; i++) {
    midX += head.position[3 * loop[i]!]! / n;
    midY += head.position[3 * loop[i]! + 1]! / n;
    midZ += head.position[3 * loop[i]! + 2]! / n;
  }
  for (let i = 0; i < n; i++) {
    const v = 3 * loop[i]!, x = head.position[v]!, y = head.position[v + 1]!, z = head.position[v + 2]!;
    position.set([
      x,
      y,
      z,
      midX + (x - midX) * 1.04,
      midY + (y - midY) * 1.1,
      z - 4.5,
      midX + (x - midX) * 1.1,
      midY + (y - midY) * 1.5,
      z - 16,
    ], 9 * i);
    attribute.set([0, 0, i / n, 0.35, 0, i / n, 1, 0, i / n], 9 * i);
    const j = (i + 1) % n;
    for (const k of [0, 1]) {
      triangles.push(3 * i + k, 3 * j + k, 3 * i + k + 1, 3 * i + k + 1, 3 * j + k, 3 * j + k + 1);
    }
    triangles.push(3 * i + 2, 3 * j + 2, 3 * n);
  }
  position.set([midX, midY, midZ - 40], 9 * n);
  attribute.set([1, 0, 0], 9 * n);
  const lining = createMesh(Material.mouth, position, attribute, Int32Array.from(triangles), {
    open: true,
    casts: false,
    inside: true,
  });
  const tongue = patch(Material.tongue, 10, 8, (u, v) => {
    const a = (u - 0.5) * 3.1, b = v * 1.57;
    return hinge(
      [
        14.5 * sin(a) * sin(b * 0.9 + 0.15) + dx,
        77 - 4.5 * cos(a) * sin(b) + dy,
        lipZ - 29 + 19 * sin(b) * cos(a * 0.55) + dz,
      ],
      jaw,
      jawAside,
    );
  }, { open: true, casts: false, inside: true });
  return [row(57, 69, lipZ - 6.5, 24, 0, 0), row(68.8, 79, lipZ - 8.5, 22, jaw, 1), lining, tongue];
}

/** An ear: a shallow dish with a rolled rim. */
function ear(side: -1 | 1): Mesh {
  return patch(Material.skin, 14, 10, (u, v) => {
    // u runs around, v from the middle of the dish over the rim to the back.
    const angle = u * TURN, c = cos(angle), s = sin(angle);
    const r = v < 0.75 ? v / 0.75 : 1 - (v - 0.75) * 1.1;
    const rim = exp(-((v - 0.62) * (v - 0.62)) / 0.018);
    const width = 15 * (1 - 0.18 * s), height = 30;
    const a = r * width * c,
      b = r * height * s,
      out = 3.5 + 4.2 * rim - (v > 0.75 ? (v - 0.75) * 30 : 0) - 2.2 * (1 - r);
    // Leans back and stands off the head by about 25 degrees.
    const along = -a * 0.9 - 9, stand = 0.42 * (10 - a) * r + out;
    return [side * (70.5 + stand * 0.92), 14 + b + 0.12 * along, -74 + along + 0.2 * stand];
  }, {
    open: true,
    describe: (
      u,
      v,
    ) => [
      side * (148 + 8 * cos(u * TURN)),
      14 + 24 * v * sin(u * TURN),
      v < 0.5 ? 0.25 : -0.1,
    ],
    variant: 1,
  });
}

const EARS = [ear(-1), ear(1)];

/** Neck and shoulders, which stay with the body when the head turns. */
export const BODY: readonly Mesh[] = (() => {
  const neck = patch(Material.skin, 24, 8, (u, v) => {
    const a = (u - 0.5) * TURN, flare = v * v * v;
    return [(52 + 26 * flare) * sin(a), 70 + 130 * v, -82 - 14 * v + (50 + 20 * flare) * cos(a)];
  }, { describe: (u, v) => [300 + 200 * (u - 0.5), 130 + 80 * v, 0], variant: 2, casts: false });
  const shoulders = patch(Material.cloth, 28, 10, (u, v) => {
    const a = (u - 0.5) * TURN, w = v;
    const rx = 58 + 170 * sin(TURN / 4 * Math.min(1, w * 1.25)), rz = 54 + 60 * sin(TURN / 4 * Math.min(1, w * 1.3));
    return [
      rx * sin(a),
      172 + 260 * w * w + 26 * w - 24 * cos(a) * (w - 1) * (w - 1) + 30 * w * Math.abs(sin(a)),
      -98 + rz * cos(a),
    ];
  }, { describe: (u, v) => [u * 300, v * 200, 0], casts: false });
  return [neck, shoulders];
})();

/** The head and what is worn on it, but for glasses. The skin comes first. */
export function headMeshes(head: DeformedHead, parameters: FaceParameters): Mesh[] {
  const skin = skinMesh(head);
  return [
    skin,
    lidRim(head, 0),
    lidRim(head, 1),
    eyeball(head.eyes[0], parameters.gaze, 0),
    eyeball(head.eyes[1], parameters.gaze, 1),
    ...mouthMeshes(head, parameters),
    ...EARS,
    ...hairMeshes(head, skin, parameters),
    ...hatMeshes(head, skin, parameters),
  ];
}
