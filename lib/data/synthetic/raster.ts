import type { Mesh } from "./mesh.ts";

/** Where each vertex of a mesh lands: `[V, 3]` as picture x, picture y (pixels), and one over the distance. */
export type Projected = Float64Array;

/** For every sample of the picture: which triangle is nearest. */
export interface Visibility {
  readonly width: number;
  readonly height: number;
  /** One over the distance of what is seen; 0 where there is nothing. */
  readonly depth: Float32Array;
  /** {@linkcode TRIANGLES} times the index of the mesh plus the index of the triangle, or -1. */
  readonly seen: Int32Array;
}

/** More than any mesh has. */
export const TRIANGLES = 65536;

export function createVisibility(width: number, height: number): Visibility {
  const n = width * height;
  return { width, height, depth: new Float32Array(n), seen: new Int32Array(n).fill(-1) };
}

/** Empties a buffer for the next picture. */
export function clearVisibility(buffer: Visibility): void {
  buffer.depth.fill(0);
  buffer.seen.fill(-1);
}

/**
 * Draws a mesh into the visibility buffer. Mesh 0 is the head's skin: what lies inside the head never shows through it.
 *
 * @param scale samples per picture pixel: sample `i` lies at picture coordinate `(i + 0.5) / scale - 0.5`.
 */
export function rasterize(
  buffer: Visibility,
  mesh: Mesh,
  index: number,
  projected: Projected,
  scale: number,
): void {
  const { width, height, depth, seen } = buffer, mark = index * TRIANGLES;
  const { triangles, open, mask, attribute, inside } = mesh;
  const shift = 0.5 * scale - 0.5;
  for (let k = 0; k < triangles.length; k += 3) {
    const a = 3 * triangles[k]!, b = 3 * triangles[k + 1]!, c = 3 * triangles[k + 2]!;
    const za = projected[a + 2]!, zb = projected[b + 2]!, zc = projected[c + 2]!;
    if (za <= 0 || zb <= 0 || zc <= 0) continue;
    const xa = projected[a]! * scale + shift, ya = projected[a + 1]! * scale + shift;
    const xb = projected[b]! * scale + shift, yb = projected[b + 1]! * scale + shift;
    const xc = projected[c]! * scale + shift, yc = projected[c + 1]! * scale + shift;
    const area = (xb - xa) * (yc - ya) - (yb - ya) * (xc - xa);
    if (area === 0 || !open && area < 0) continue;
    const lowX = Math.max(0, Math.ceil(Math.min(xa, xb, xc))),
      highX = Math.min(width - 1, Math.floor(Math.max(xa, xb, xc)));
    const lowY = Math.max(0, Math.ceil(Math.min(ya, yb, yc))),
      highY = Math.min(height - 1, Math.floor(Math.max(ya, yb, yc)));
    if (lowX > highX || lowY > highY) continue;
    const inverse = 1 / area;
    const dwa = (yb - yc) * inverse, dwb = (yc - ya) * inverse, dwc = -dwa - dwb;
    const dz = dwa * za + dwb * zb + dwc * zc;
    const pa = dwa === 0 ? 0 : 1 / dwa, pb = dwb === 0 ? 0 : 1 / dwb, pc = dwc === 0 ? 0 : 1 / dwc;
    for (let y = lowY; y <= highY; y++) {
      const wa0 = ((xb - lowX) * (yc - y) - (yb - y) * (xc - lowX)) * inverse;
      const wb0 = ((xc - lowX) * (ya - y) - (yc - y) * (xa - lowX)) * inverse;
      const wc0 = 1 - wa0 - wb0;
      // Where along the row all three weights are positive; a hair's breadth more, so that rounding leaves no pinholes.
      let from = 0, to = highX - lowX;
      const ea = -wa0 * pa, eb = -wb0 * pb, ec = -wc0 * pc;
      if (dwa > 0) from = ea > from ? ea : from;
      else if (dwa < 0) to = ea < to ? ea : to;
      else if (wa0 < 0) continue;
      if (dwb > 0) from = eb > from ? eb : from;
      else if (dwb < 0) to = eb < to ? eb : to;
      else if (wb0 < 0) continue;
      if (dwc > 0) from = ec > from ? ec : from;
      else if (dwc < 0) to = ec < to ? ec : to;
      else if (wc0 < 0) continue;
      const start = Math.ceil(from - 1e-6), end = Math.floor(to + 1e-6);
      let wa = wa0 + start * dwa, wb = wb0 + start * dwb, at = y * width + lowX + start;
      let z = wa * za + wb * zb + (1 - wa - wb) * zc;
      const last = at + end - start, number = mark + k / 3;
      for (; at <= last; at++, wa += dwa, wb += dwb, z += dz) {
        if (z <= depth[at]! || inside && seen[at]! >= 0 && seen[at]! < TRIANGLES) continue;
        if (mask !== undefined) {
          const wc = 1 - wa - wb;
          if (
            !mask(
              wa * attribute[a]! + wb * attribute[b]! + wc * attribute[c]!,
              wa * attribute[a + 1]! + wb * attribute[b + 1]! + wc * attribute[c + 1]!,
              wa * attribute[a + 2]! + wb * attribute[b + 2]! + wc * attribute[c + 2]!,
            )
          ) continue;
        }
        depth[at] = z;
        seen[at] = number;
      }
    }
  }
}

/** What a mesh is like at one place of the picture. */
export interface Place {
  /** Attributes. */
  a: number;
  b: number;
  c: number;
  /** Normal, not of unit length. */
  nx: number;
  ny: number;
  nz: number;
  /** One over the distance. */
  inverse: number;
}

/** Interpolates a triangle at sample coordinates `(x, y)`, or a little outside of it. */
export function interpolate(
  { triangles, attribute, normal }: Mesh,
  projected: Projected,
  triangle: number,
  scale: number,
  x: number,
  y: number,
  place: Place,
): void {
  const i = 3 * triangles[3 * triangle]!, j = 3 * triangles[3 * triangle + 1]!, k = 3 * triangles[3 * triangle + 2]!;
  const shift = 0.5 * scale - 0.5;
  const xa = projected[i]! * scale + shift - x, ya = projected[i + 1]! * scale + shift - y;
  const xb = projected[j]! * scale + shift - x, yb = projected[j + 1]! * scale + shift - y;
  const xc = projected[k]! * scale + shift - x, yc = projected[k + 1]! * scale + shift - y;
  const inverse = 1 / ((xb - xa) * (yc - ya) - (yb - ya) * (xc - xa));
  const u = (xb * yc - yb * xc) * inverse, v = (xc * ya - yc * xa) * inverse, w = 1 - u - v;
  place.a = u * attribute[i]! + v * attribute[j]! + w * attribute[k]!;
  place.b = u * attribute[i + 1]! + v * attribute[j + 1]! + w * attribute[k + 1]!;
  place.c = u * attribute[i + 2]! + v * attribute[j + 2]! + w * attribute[k + 2]!;
  place.nx = u * normal[i]! + v * normal[j]! + w * normal[k]!;
  place.ny = u * normal[i + 1]! + v * normal[j + 1]! + w * normal[k + 1]!;
  place.nz = u * normal[i + 2]! + v * normal[j + 2]! + w * normal[k + 2]!;
  place.inverse = u * projected[i + 2]! + v * projected[j + 2]! + w * projected[k + 2]!;
}
