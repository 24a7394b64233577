import type { Mesh } from "./mesh.ts";

/** Where each vertex of a mesh lands: `[V, 3]` as picture x, picture y (pixels), and one over the distance. */
export type Projected = Float64Array;

/** For every sample of the picture: which triangle is nearest, and where in it. */
export interface Visibility {
  readonly width: number;
  readonly height: number;
  /** One over the distance of what is seen; 0 where there is nothing. */
  readonly depth: Float32Array;
  /** Index into the list of meshes, or -1. */
  readonly mesh: Int16Array;
  readonly triangle: Int32Array;
  /** Weights of the triangle's first two vertices. */
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function createVisibility(width: number, height: number): Visibility {
  const n = width * height;
  return {
    width,
    height,
    depth: new Float32Array(n),
    mesh: new Int16Array(n).fill(-1),
    triangle: new Int32Array(n),
    first: new Float32Array(n),
    second: new Float32Array(n),
  };
}

/**
 * Draws a mesh into the visibility buffer.
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
  const { width, height, depth, triangle, first, second } = buffer;
  const { triangles, open, mask, attribute } = mesh;
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
    const dwa = (yb - yc) * inverse, dwb = (yc - ya) * inverse;
    for (let y = lowY; y <= highY; y++) {
      let wa = (xb - lowX) * (yc - y) - (yb - y) * (xc - lowX), wb = (xc - lowX) * (ya - y) - (yc - y) * (xa - lowX);
      wa *= inverse;
      wb *= inverse;
      let at = y * width + lowX;
      for (let x = lowX; x <= highX; x++, at++, wa += dwa, wb += dwb) {
        const wc = 1 - wa - wb;
        // A hair's breadth outside still counts, so that rounding leaves no pinholes between neighbors.
        if (wa < -1e-7 || wb < -1e-7 || wc < -1e-7) continue;
        const z = wa * za + wb * zb + wc * zc;
        if (z <= depth[at]!) continue;
        if (
          mask !== undefined &&
          !mask(
            wa * attribute[a]! + wb * attribute[b]! + wc * attribute[c]!,
            wa * attribute[a + 1]! + wb * attribute[b + 1]! + wc * attribute[c + 1]!,
            wa * attribute[a + 2]! + wb * attribute[b + 2]! + wc * attribute[c + 2]!,
          )
        ) continue;
        depth[at] = z;
        buffer.mesh[at] = index;
        triangle[at] = k;
        first[at] = wa;
        second[at] = wb;
      }
    }
  }
}
