import { clamp } from "./math.ts";
import type { Mesh } from "./mesh.ts";
import { createVisibility, rasterize } from "./raster.ts";
import type { Direction, FaceParameters } from "./parameters.ts";

/** Depths seen from the main light: where it does not reach, there is shadow. */
export class ShadowMap {
  readonly #depth: Float32Array;
  readonly #side = 176;
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
    const buffer = createVisibility(this.#side, this.#side);
    meshes.forEach((mesh, k) => {
      if (!mesh.casts) return;
      const { position } = mesh, seen = new Float64Array(position.length);
      for (let i = 0; i < position.length; i += 3) {
        const [u, v, d] = this.#place(position[i]!, position[i + 1]!, position[i + 2]!);
        seen[i] = u;
        seen[i + 1] = v;
        seen[i + 2] = d;
      }
      rasterize(buffer, mesh, k, seen, 1);
    });
    this.#depth = buffer.depth;
  }

  /** Texel and depth (growing towards the light, always positive) of a point. */
  #place(x: number, y: number, z: number): [number, number, number] {
    const py = y - 40, pz = z + 40, scale = this.#side / this.#span, half = this.#side / 2;
    return [
      (this.#x[0] * x + this.#x[1] * py + this.#x[2] * pz) * scale + half,
      (this.#y[0] * x + this.#y[1] * py + this.#y[2] * pz) * scale + half,
      1000 + this.#z[0] * x + this.#z[1] * py + this.#z[2] * pz,
    ];
  }

  /** How much of the main light arrives, 0 to 1, at a point with the given normal. */
  at(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    const facing = nx * this.#z[0] + ny * this.#z[1] + nz * this.#z[2];
    const [u, v, d] = this.#place(x + 2 * nx, y + 2 * ny, z + 2 * nz);
    const side = this.#side, step = 0.45 + 0.5 * this.#soft;
    // Surface that slopes away from the light must not shade itself: allow for its slope across the samples.
    const slope = Math.min(2.5, Math.sqrt(Math.max(0, 1 - facing * facing)) / Math.max(0.05, facing));
    const depth = d + 1 + slope * (step + 0.7) * this.#span / side;
    let lit = 0;
    for (let j = -1; j <= 1; j++) {
      for (let i = -1; i <= 1; i++) {
        const a = Math.floor(u + i * step + 0.5), b = Math.floor(v + j * step + 0.5);
        if (a < 0 || b < 0 || a >= side || b >= side) lit += 1;
        else lit += clamp(1 - (this.#depth[b * side + a]! - depth) * 0.5, 0, 1);
      }
    }
    return lit / 9;
  }
}
