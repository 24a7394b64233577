import { cos, mix, sin } from "./math.ts";
import { Material, type Mesh, patch, tube } from "./mesh.ts";
import type { Occluder } from "./parameters.ts";

type Point = readonly [number, number, number];

const TURN = 6.283185307179586;
const RING = Array.from({ length: 10 }, (_, k) => [cos(TURN * k / 10), sin(TURN * k / 10)] as const);

function ellipsoid(material: Material, center: Point, a: Point, b: Point, c: Point, variant: number): Mesh {
  return patch(material, 16, 10, (u, v) => {
    const p = cos(TURN * u) * sin(TURN / 2 * v), q = cos(TURN / 2 * v), r = sin(TURN * u) * sin(TURN / 2 * v);
    return [
      center[0] + a[0] * p + b[0] * q + c[0] * r,
      center[1] + a[1] * p + b[1] * q + c[1] * r,
      center[2] + a[2] * p + b[2] * q + c[2] * r,
    ];
  }, { open: true, variant, describe: (u, v) => [90 * u, 60 * v, 0] });
}

/** Crowds the steps of a finger towards its tip, which is round. */
const bunch = (u: number) => 1 - (1 - u) * (1 - u);

/** Four fingers, a thumb and the back of a hand; `d` is where the fingers point, with their middles at `at`; `e` lies across them, both in the picture. */
function hand(o: Occluder, at: Point): Mesh[] {
  const dx = cos(o.angle), dy = sin(o.angle), ex = -dy, ey = dx, k = o.size;
  const point = (along: number, across: number, out: number): Point => [
    at[0] + k * (dx * (along - 40) + ex * across),
    at[1] + k * (dy * (along - 40) + ey * across),
    at[2] + k * out,
  ];
  const meshes: Mesh[] = [];
  const lengths = [54, 66, 70, 62],
    round = (u: number) => Math.sqrt(Math.max(0, 1 - Math.max(0, (u - 0.88) / 0.12) * Math.max(0, (u - 0.88) / 0.12)));
  for (let f = 0; f < 4; f++) {
    const across = (f - 1.5) * 17,
      length = lengths[f]! * (1 - 0.35 * o.curl),
      spread = (f - 1.5) * 5 * (o.tone * 3 % 1);
    meshes.push(tube(
      Material.hand,
      (u) => {
        const w = bunch(u);
        return point(length * w - 10, across + spread * w, 9 - 16 * o.curl * w * w - 5 * w);
      },
      (u) => k * 9.3 * (1 - 0.16 * bunch(u)) * Math.max(0.05, round(bunch(u))),
      14,
      10,
      RING,
      { variant: f },
    ));
  }
  meshes.push(tube(
    Material.hand,
    (u) => point(-52 + 58 * bunch(u), -34 - 16 * sin(2.6 * bunch(u)), 4 - 10 * bunch(u)),
    (u) => k * 10.5 * (1 - 0.25 * bunch(u)) * Math.max(0.05, round(bunch(u))),
    12,
    10,
    RING,
    { variant: 4 },
  ));
  const c = point(-44, 0, 2);
  meshes.push(
    ellipsoid(Material.hand, c, [ex * 40 * k, ey * 40 * k, 0], [dx * 52 * k, dy * 52 * k, 0], [0, 0, 15 * k], 5),
  );
  const wrist = (u: number) => point(-70 - 150 * u, 0, -2 - 30 * u);
  const sleeve = o.tone > 0.5;
  meshes.push(
    tube(sleeve ? Material.object : Material.hand, wrist, (u) => k * mix(27, 36, u), 6, 10, RING, { variant: 6 }),
  );
  return meshes;
}

/** Things in front of the face. `at` is where, in millimeters, in the space of the turned head. */
export function occluderMeshes(o: Occluder, at: Point): Mesh[] {
  const dx = cos(o.angle), dy = sin(o.angle), k = o.size;
  switch (o.kind) {
    case "hand":
      return hand(o, at);
    case "microphone":
      return [
        ellipsoid(Material.object, at, [22 * k, 0, 0], [0, 26 * k, 0], [0, 0, 22 * k], 1),
        tube(
          Material.object,
          (u) => [at[0] + dx * 150 * u * k, at[1] + Math.abs(dy) * 150 * u * k + 20 * k, at[2] + 10 * u],
          () => 12 * k,
          4,
          10,
          RING,
        ),
      ];
    case "board":
      // A book, a telephone, a sign, another person's shoulder: something flat with edges.
      return [patch(Material.object, 6, 6, (u, v) => {
        const a = (u - 0.5) * 2 * 62 * k, b = (v - 0.5) * 2 * 62 * k * (0.5 + o.tone);
        return [at[0] + dx * a - dy * b, at[1] + dy * a + dx * b, at[2] + 6 - 0.0015 * (a * a + b * b)];
      }, { open: true, describe: (u, v) => [u * 60, v * 60, 0] })];
    case "cup":
      return [
        tube(
          Material.object,
          (u) => [at[0] + dx * (u - 0.5) * 24, at[1] + (u - 0.25) * 110 * k, at[2] + 20 * k],
          (u) => (38 - 6 * u) * k,
          8,
          10,
          RING,
        ),
      ];
    case "ball":
      return [
        ellipsoid(
          Material.object,
          at,
          [46 * k * dx, 46 * k * dy, 0],
          [-38 * k * dy, 38 * k * dx, 0],
          [0, 0, 24 * k],
          0,
        ),
      ];
  }
}
