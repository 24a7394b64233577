import type { Mesh } from "./mesh.ts";
import { clearVisibility, createVisibility, rasterize } from "./raster.ts";
import type { Direction, FaceParameters } from "./parameters.ts";

/** Where the map is read: the middle, the corners, the sides of a square. */
const TAPS_X = [0, -1, 1, -1, 1, 0, -1, 1, 0], TAPS_Y = [0, -1, -1, 1, 1, -1, 0, 0, 1];

/** Texels along each side of the map. */
const SIDE = 176;

/** One face is drawn at a time, so that one buffer serves all. */
const SCRATCH = createVisibility(SIDE, SIDE);

/** Depths seen from the main light: where it does not reach, there is shadow. */
export class ShadowMap {
  readonly #depth: Float32Array;
  readonly #span = 340;
  readonly #x: Direction;
  readonly #y: Direction;
  readonly #z: Direction;
  readonly #soft: number;

  constructor(meshes: readonly Mesh[], light: FaceParameters["light"]) {
    const [lx, ly, lz] = light.key;
    const h = Math.sqrt(lx * lx + lz * lz) || 1;
    this.#z = light.key;
    this.#x = [lz / h, 0, -lx / h];
    this.#y = [-lx * ly / h, h, -lz * ly / h];
    this.#soft = light.soft;
    const buffer = SCRATCH;
    clearVisibility(buffer);
    meshes.forEach((mesh, k) => {
      if (!mesh.casts) return;
      const { position } = mesh, seen = new Float64Array(position.length);
      const [xx, xy, xz] = this.#x, [yx, yy, yz] = this.#y, [zx, zy, zz] = this.#z;
      const scale = SIDE / this.#span;
      for (let i = 0; i < position.length; i += 3) {
        const x = position[i]!, y = position[i + 1]! - 40, z = position[i + 2]! + 40;
        seen[i] = (xx * x + xy * y + xz * z) * scale + SIDE / 2;
        seen[i + 1] = (yx * x + yy * y + yz * z) * scale + SIDE / 2;
        seen[i + 2] = 1000 + zx * x + zy * y + zz * z;
      }
      rasterize(buffer, mesh, k, seen, 1);
    });
    this.#depth = buffer.depth;
  }

  /** How much of the main light arrives, 0 to 1, at a point with the given normal. */
  at(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    const facing = nx * this.#z[0] + ny * this.#z[1] + nz * this.#z[2];
    const px = x + 2 * nx, py = y + 2 * ny - 40, pz = z + 2 * nz + 40, side = SIDE, scale = SIDE / this.#span;
    const u = (this.#x[0] * px + this.#x[1] * py + this.#x[2] * pz) * scale + SIDE / 2;
    const v = (this.#y[0] * px + this.#y[1] * py + this.#y[2] * pz) * scale + SIDE / 2;
    const d = 1000 + this.#z[0] * px + this.#z[1] * py + this.#z[2] * pz;
    const step = 0.45 + 0.5 * this.#soft;
    // Surface that slopes away from the light must not shade itself: allow for its slope across the samples.
    const slope = Math.min(2.5, Math.sqrt(Math.max(0, 1 - facing * facing)) / Math.max(0.05, facing));
    const depth = d + 1 + slope * (step + 0.7) * this.#span / side;
    const map = this.#depth;
    const reach = (k: number) => {
      const a = Math.floor(u + TAPS_X[k]! * step + 0.5), b = Math.floor(v + TAPS_Y[k]! * step + 0.5);
      const behind = a < 0 || b < 0 || a >= side || b >= side ? 0 : map[b * side + a]! - depth;
      return behind <= 0 ? 1 : behind < 2 ? 1 - 0.5 * behind : 0;
    };
    let lit = 0;
    for (let k = 0; k < 5; k++) lit += reach(k);
    // Where middle and corners agree, and that is nearly everywhere, so do the sides.
    if (lit === 0 || lit === 5) return lit / 5;
    for (let k = 5; k < 9; k++) lit += reach(k);
    return lit / 9;
  }
}
