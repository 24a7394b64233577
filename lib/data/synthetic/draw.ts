import { background } from "./background.ts";
import { type Camera, PIVOT, project } from "./camera.ts";
import { ShadowMap } from "./light.ts";
import type { Mesh } from "./mesh.ts";
import type { FaceParameters } from "./parameters.ts";
import {
  clearVisibility,
  createVisibility,
  interpolate,
  type Place,
  type Projected,
  rasterize,
  TRIANGLES,
  type Visibility,
} from "./raster.ts";
import type { Scene } from "./scene.ts";
import { Surface } from "./surface.ts";

/** Samples along each side of a pixel. */
export const SAMPLES = 2;

export interface Drawing {
  /** `[height, width, 3]` linear light. */
  readonly light: Float32Array;
  /** What each sample shows; valid until the next drawing. */
  readonly buffer: Visibility;
  /** The same for lenses, where there are any. */
  readonly glass: Visibility | undefined;
}

/** Buffers of the last size drawn, used again: they are large, and faces are many. */
const SCRATCH: (Visibility | undefined)[] = [];

function scratch(slot: number, width: number, height: number): Visibility {
  const kept = SCRATCH[slot];
  if (kept && kept.width === width && kept.height === height) {
    clearVisibility(kept);
    return kept;
  }
  return SCRATCH[slot] = createVisibility(width, height);
}

/** Draws a scene as the camera sees it. */
export function drawScene(
  parameters: FaceParameters,
  scene: Scene,
  camera: Camera,
  width: number,
  height: number,
): Drawing {
  const columns = width * SAMPLES, rows = height * SAMPLES;
  const layer = (slot: number, meshes: readonly Mesh[]): Layer => {
    const buffer = scratch(slot, columns, rows), projected = meshes.map((mesh) => project(camera, mesh.position));
    meshes.forEach((mesh, k) => rasterize(buffer, mesh, k, projected[k]!, SAMPLES));
    return { buffer, meshes, projected };
  };
  const solid = layer(0, scene.meshes), glass = scene.lenses.length > 0 ? layer(1, scene.lenses) : undefined;
  const light = shade(parameters, solid, glass, camera, width, height);
  return { light, buffer: solid.buffer, glass: glass?.buffer };
}

/** Meshes and what of them is seen. */
interface Layer {
  readonly buffer: Visibility;
  readonly meshes: readonly Mesh[];
  readonly projected: readonly Projected[];
}

/** Colors every pixel: `[height, width, 3]` linear light. */
function shade(
  parameters: FaceParameters,
  { buffer, meshes, projected }: Layer,
  glass: Layer | undefined,
  camera: Camera,
  width: number,
  height: number,
): Float32Array {
  const { depth, seen } = buffer, side = buffer.width, perFace = 1 / parameters.camera.facePixels;
  const surface = new Surface(parameters, new ShadowMap(meshes, parameters.light), camera.z);
  const light = new Float32Array(3 * width * height), color = new Float64Array(3), place = createPlace();
  for (let row = 0; row < height; row++) {
    // Where the pixel's center meets the plane at distance 1.
    const y = ((row - camera.offsetY) / camera.scaleY - camera.centerY) / camera.focal;
    for (let column = 0; column < width; column++) {
      const x = ((column - camera.offsetX) / camera.scaleX - camera.centerX) / camera.focal;
      const base = SAMPLES * (row * side + column), to = 3 * (row * width + column);
      // Samples that one color serves: of one mesh, without a jump of more than about 1.5 % in depth.
      for (let left = 15, k = 0; left !== 0; k++) {
        if ((left & 1 << k) === 0) continue;
        const at = base + (k & 1) + (k >> 1) * side, mark = seen[at]!, near = depth[at]!;
        const index = mark < 0 ? -1 : Math.floor(mark / TRIANGLES);
        let count = 0, sumX = 0, sumY = 0;
        for (let q = k; q < 4; q++) {
          if ((left & 1 << q) === 0) continue;
          const there = base + (q & 1) + (q >> 1) * side, other = seen[there]!;
          if (other !== mark) {
            if (mark < 0 || other < 0 || Math.floor(other / TRIANGLES) !== index) continue;
            if (Math.abs(depth[there]! - near) > 0.015 * near) continue;
          }
          left &= ~(1 << q);
          count++;
          sumX += q & 1;
          sumY += q >> 1;
        }
        if (index < 0) background(parameters, x * camera.focal * perFace, y * camera.focal * perFace, color);
        else {
          const mesh = meshes[index]!,
            centerX = SAMPLES * column + sumX / count,
            centerY = SAMPLES * row + sumY / count;
          interpolate(mesh, projected[index]!, mark - index * TRIANGLES, SAMPLES, centerX, centerY, place);
          const { nx, ny, nz } = place,
            away = 1 / place.inverse,
            n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
          surface.shade(
            mesh,
            place.a,
            place.b,
            place.c,
            nx * n,
            ny * n,
            nz * n,
            x * away,
            y * away + PIVOT[1],
            camera.z - away,
            color,
          );
        }
        const weight = count / 4;
        light[to] = light[to]! + weight * color[0]!;
        light[to + 1] = light[to + 1]! + weight * color[1]!;
        light[to + 2] = light[to + 2]! + weight * color[2]!;
      }
      if (glass) lookThrough(glass, buffer, surface, base, x, y, camera.z, light, to, color, place);
    }
  }
  return light;
}

const createPlace = (): Place => ({ a: 0, b: 0, c: 0, nx: 0, ny: 0, nz: 0, inverse: 0 });

/** Tints what lies behind a lens and adds what the lens mirrors. */
function lookThrough(
  { buffer, meshes, projected }: Layer,
  scene: Visibility,
  surface: Surface,
  base: number,
  x: number,
  y: number,
  cameraZ: number,
  light: Float32Array,
  to: number,
  color: Float64Array,
  place: Place,
): void {
  let covered = 0, mark = -1, sample = 0;
  for (let q = 0; q < 4; q++) {
    const at = base + (q & 1) + (q >> 1) * buffer.width;
    if (buffer.seen[at]! < 0 || buffer.depth[at]! <= scene.depth[at]!) continue;
    mark = buffer.seen[at]!;
    sample = at;
    covered++;
  }
  if (covered === 0) return;
  const index = Math.floor(mark / TRIANGLES), row = Math.floor(sample / buffer.width);
  interpolate(
    meshes[index]!,
    projected[index]!,
    mark - index * TRIANGLES,
    SAMPLES,
    sample - row * buffer.width,
    row,
    place,
  );
  const { nx, ny, nz } = place, away = 1 / place.inverse, n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
  surface.lens(light, to, covered / 4, nx * n, ny * n, nz * n, x * away, y * away + PIVOT[1], cameraZ - away, color);
}
