import { bump, clamp, cos, mix, sin, smoothstep } from "./math.ts";
import { createMesh, type Mask, Material, type Mesh, patch } from "./mesh.ts";
import type { DeformedHead } from "./deform.ts";
import { CLOUDS, GRAIN, sample } from "./noise.ts";
import type { FaceParameters } from "./parameters.ts";
import { TEMPLATE } from "./template.ts";

/** Chart height down to which hair grows, by distance from the middle of the forehead: over the ear, then the nape. */
function hairline(s: number, line: number, peak: number): number {
  const a = s < 0 ? -s : s;
  const forehead = -66 + line + 9 * peak * bump(clamp(a / 26, 0, 1)) - 8 * peak * bump(clamp((a - 44) / 24, -1, 1));
  const temple = mix(forehead, -34 + 0.4 * line, smoothstep(50, 84, a));
  const sideburn = mix(temple, 16, smoothstep(92, 108, a));
  const overEar = mix(sideburn, -22, smoothstep(122, 130, a));
  return mix(overEar, 66, smoothstep(150, 190, a));
}

/** Vertices and triangles of the head on which hair or a hat can sit. */
const SCALP = (() => {
  const { triangles, chart, count } = TEMPLATE, index = new Int32Array(count).fill(-1), vertices: number[] = [];
  const kept: number[] = [];
  const near = (v: number) => {
    const s = Math.abs(chart[2 * v]!), t = chart[2 * v + 1]!;
    return t < -8 || s > 84 && t < 82;
  };
  for (let k = 0; k < triangles.length; k += 3) {
    const corners = [triangles[k]!, triangles[k + 1]!, triangles[k + 2]!];
    if (!corners.every(near)) continue;
    for (const v of corners) {
      if (index[v]! < 0) {
        index[v] = vertices.length;
        vertices.push(v);
      }
      kept.push(index[v]!);
    }
  }
  return { vertices: Int32Array.from(vertices), triangles: Int32Array.from(kept) };
})();

/** A layer `thickness(s, t)` millimeters outside the scalp with chart coordinates and thickness as attributes. */
export function overScalp(
  head: DeformedHead,
  skin: Mesh,
  material: Material,
  thickness: (s: number, t: number) => number,
  options: { mask: Mask; variant?: number },
): Mesh {
  const n = SCALP.vertices.length, position = new Float64Array(3 * n), attribute = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const v = SCALP.vertices[i]!, s = TEMPLATE.chart[2 * v]!, t = TEMPLATE.chart[2 * v + 1]!, d = thickness(s, t);
    for (let k = 0; k < 3; k++) position[3 * i + k] = head.position[3 * v + k]! + d * skin.normal[3 * v + k]!;
    attribute.set([s, t, d], 3 * i);
  }
  return createMesh(material, position, attribute, SCALP.triangles, {
    variant: options.variant ?? 0,
    mask: options.mask,
    open: true,
  });
}

/** Hair on the head: a cap with a ragged line, a fringe, and curtains that hang at the sides. */
export function hairMeshes(head: DeformedHead, skin: Mesh, parameters: FaceParameters): Mesh[] {
  const { hair, texture } = parameters, dx = texture % 253, dy = Math.floor(texture / 253) % 253;
  if (hair.bald || parameters.hat?.kind === "scarf" || parameters.hat && hair.length === 0) return [];
  const meshes: Mesh[] = [];
  const ragged = (s: number, t: number) =>
    3.2 * sample(GRAIN, s * 1.7 + dx, t * 0.35 + dy) + 3 * sample(CLOUDS, s * 0.9 + dy, dx);
  const fringe = (s: number) => {
    if (hair.fringe <= 0 || parameters.hat) return 0;
    const side = (s / 75) * hair.part;
    return hair.fringe * smoothstep(88, 66, Math.abs(s)) * clamp(1 - 0.55 * side, 0.1, 1.25);
  };
  // Asked for at every sample of the picture: kept in steps of a millimeter.
  const lines = Float32Array.from({ length: 541 }, (_, k) => hairline(k - 270, hair.line, hair.peak) + fringe(k - 270));
  const line = (s: number) => lines[clamp(Math.floor(s + 270.5), 0, 540)]!;
  // A hat presses the hair down.
  const thickness = parameters.hat ? Math.min(3, hair.thickness) : hair.thickness;
  const volume = (s: number, t: number) => {
    const puff = 1 + (0.25 + 0.3 * hair.curl) * sample(CLOUDS, s * (0.6 + hair.curl) + dx, t * (0.6 + hair.curl) + dy);
    const edge = smoothstep(0, 30, line(s) - t + 6);
    return Math.max(
      0.6,
      thickness * puff * (0.25 + 0.75 * edge) *
        mix(1, 0.55, smoothstep(90, 120, Math.abs(s)) * smoothstep(-30, 0, t)),
    );
  };
  meshes.push(overScalp(head, skin, Material.hair, volume, {
    mask: (s, t) => t + ragged(s, t) < line(s) && !(Math.abs(s) < 84 && t > -6),
  }));
  if (hair.length > 0) {
    for (const side of [-1, 1] as const) {
      const start = hair.front * (1 + 0.12 * side * hair.part);
      meshes.push(patch(Material.hair, 18, 14, (u, v) => {
        // u runs from the front edge to the back of the head, v down.
        const angle = start + (3.1 - start) * u, drop = v * (60 + hair.length);
        const wave = (1 + 2.2 * hair.curl) *
          sample(CLOUDS, angle * 26 + dx + side * 40, drop * (0.3 + 0.5 * hair.curl) + dy);
        const swell = hair.thickness * (0.9 + 0.5 * sin(Math.min(1, drop / 150) * 3.1)) + wave * 1.6;
        const tuck = 14 * smoothstep(70, 170, drop) * (1 - 0.5 * u);
        const rx = 76 + swell - tuck,
          rz = mix(78, 102, smoothstep(1.2, 2.6, angle)) + swell - 8 * smoothstep(60, 150, drop);
        const y = -48 + drop + 6 * cos(angle * 3);
        return [side * rx * sin(angle) * (1 - 0.05 * smoothstep(0, 0.3, 0.3 - v)), y, -72 + rz * cos(angle)];
      }, {
        open: true,
        variant: 1,
        describe: (u, v) => [side * (start + (3.1 - start) * u) * 85, v * (60 + hair.length), u],
        mask: (s, t, u) =>
          u > 0.02 + 0.025 * sample(GRAIN, t * 0.25 + dx, s * 0.1 + dy) &&
          t < 60 + hair.length - 10 - 9 * sample(GRAIN, s * 1.6 + dx, 3),
      }));
    }
  }
  return meshes;
}
