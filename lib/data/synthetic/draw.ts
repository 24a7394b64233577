import { background } from "./background.ts";
import { type Camera, PIVOT, project } from "./camera.ts";
import { ShadowMap } from "./light.ts";
import type { Mesh } from "./mesh.ts";
import type { FaceParameters } from "./parameters.ts";
import { clearVisibility, createVisibility, rasterize, type Visibility } from "./raster.ts";
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
  const buffer = scratch(0, columns, rows), glass = scene.lenses.length > 0 ? scratch(1, columns, rows) : undefined;
  scene.meshes.forEach((mesh, k) => rasterize(buffer, mesh, k, project(camera, mesh.position), SAMPLES));
  if (glass) {
    scene.lenses.forEach((mesh, k) => rasterize(glass, mesh, k, project(camera, mesh.position), SAMPLES));
  }
  return { light: shade(parameters, scene, buffer, glass, camera), buffer, glass };
}

/** Whether the four samples of a pixel show the same triangle. */
function sameTriangle({ mesh, triangle }: Visibility, base: number, side: number): boolean {
  const m = mesh[base]!, t = triangle[base]!, below = base + side;
  return mesh[base + 1] === m && mesh[below] === m && mesh[below + 1] === m &&
    triangle[base + 1] === t && triangle[below] === t && triangle[below + 1] === t;
}

/** Colors every pixel: `[height, width, 3]` linear light. */
function shade(
  parameters: FaceParameters,
  { meshes, lenses }: Scene,
  buffer: Visibility,
  glass: Visibility | undefined,
  camera: Camera,
): Float32Array {
  const side = buffer.width, width = side / SAMPLES, height = buffer.height / SAMPLES;
  const shadows = new ShadowMap(meshes, parameters.light);
  const surface = new Surface(parameters, shadows, camera.z);
  const light = new Float32Array(3 * width * height);
  const perFace = 1 / parameters.camera.facePixels;
  const color = new Float64Array(3), taken = new Uint8Array(SAMPLES * SAMPLES);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const base = row * SAMPLES * side + column * SAMPLES, to = 3 * (row * width + column);
      let done = 0;
      taken.fill(0);
      for (let k = 0; k < 4; k++) {
        if (taken[k]) continue;
        const at = base + (k & 1) + (k >> 1) * side, index = buffer.mesh[at]!;
        let count = 0;
        if (index < 0) {
          for (let q = k; q < 4; q++) {
            if (!taken[q] && buffer.mesh[base + (q & 1) + (q >> 1) * side]! < 0) {
              taken[q] = 1;
              count++;
            }
          }
          background(
            parameters,
            ((column - camera.offsetX) / camera.scaleX - camera.centerX) * perFace,
            ((row - camera.offsetY) / camera.scaleY - camera.centerY) * perFace,
            color,
          );
        } else {
          const mesh = meshes[index]!, depth = buffer.depth[at]!;
          let a = 0, b = 0, c = 0, nx = 0, ny = 0, nz = 0, inverse = 0;
          // Most pixels lie within one triangle: its corners are then read once.
          const only = k === 0 && sameTriangle(buffer, base, side);
          for (let q = k; q < 4; q++) {
            const there = base + (q & 1) + (q >> 1) * side;
            // Samples of one surface share a color; a jump of more than about 1.5 % in depth starts another.
            if (taken[q] || buffer.mesh[there] !== index || Math.abs(buffer.depth[there]! - depth) > 0.015 * depth) {
              continue;
            }
            taken[q] = 1;
            count++;
            let u = buffer.first[there]!, v = buffer.second[there]!;
            if (only) {
              u = (u + buffer.first[base + 1]! + buffer.first[base + side]! + buffer.first[base + side + 1]!) / 4;
              v = (v + buffer.second[base + 1]! + buffer.second[base + side]! + buffer.second[base + side + 1]!) / 4;
              count = 1;
            }
            const t = buffer.triangle[there]!, w = 1 - u - v;
            const i = 3 * mesh.triangles[t]!, j = 3 * mesh.triangles[t + 1]!, l = 3 * mesh.triangles[t + 2]!;
            const { attribute, normal } = mesh;
            a += u * attribute[i]! + v * attribute[j]! + w * attribute[l]!;
            b += u * attribute[i + 1]! + v * attribute[j + 1]! + w * attribute[l + 1]!;
            c += u * attribute[i + 2]! + v * attribute[j + 2]! + w * attribute[l + 2]!;
            nx += u * normal[i]! + v * normal[j]! + w * normal[l]!;
            ny += u * normal[i + 1]! + v * normal[j + 1]! + w * normal[l + 1]!;
            nz += u * normal[i + 2]! + v * normal[j + 2]! + w * normal[l + 2]!;
            inverse += only
              ? 0.25 * (depth + buffer.depth[base + 1]! + buffer.depth[base + side]! + buffer.depth[base + side + 1]!)
              : buffer.depth[there]!;
            if (only) break;
          }
          // Back from the picture into space.
          const away = count / inverse,
            f = 1 / count,
            n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
          const px = ((column - camera.offsetX) / camera.scaleX - camera.centerX) * away / camera.focal;
          const py = ((row - camera.offsetY) / camera.scaleY - camera.centerY) * away / camera.focal + PIVOT[1];
          surface.shade(mesh, a * f, b * f, c * f, nx * n, ny * n, nz * n, px, py, camera.z - away, color);
          if (only) count = 4;
        }
        const weight = count / 4;
        light[to] = light[to]! + weight * color[0]!;
        light[to + 1] = light[to + 1]! + weight * color[1]!;
        light[to + 2] = light[to + 2]! + weight * color[2]!;
        done += count;
        if (done === 4) break;
      }
      if (glass) lookThrough(lenses, glass, buffer, surface, base, light, to, color);
    }
  }
  return light;
}

/** Tints what lies behind a lens and adds what the lens mirrors. */
function lookThrough(
  lenses: readonly Mesh[],
  buffer: Visibility,
  scene: Visibility,
  surface: Surface,
  base: number,
  light: Float32Array,
  to: number,
  color: Float64Array,
): void {
  let covered = 0, nx = 0, ny = 0, nz = 0, x = 0, y = 0, z = 0;
  for (let q = 0; q < 4; q++) {
    const at = base + (q & 1) + (q >> 1) * buffer.width;
    if (buffer.mesh[at]! < 0 || buffer.depth[at]! <= scene.depth[at]!) continue;
    const { normal, position, triangles } = lenses[buffer.mesh[at]!]!, t = buffer.triangle[at]!;
    const u = buffer.first[at]!, v = buffer.second[at]!, w = 1 - u - v;
    const i = 3 * triangles[t]!, j = 3 * triangles[t + 1]!, l = 3 * triangles[t + 2]!;
    nx += u * normal[i]! + v * normal[j]! + w * normal[l]!;
    ny += u * normal[i + 1]! + v * normal[j + 1]! + w * normal[l + 1]!;
    nz += u * normal[i + 2]! + v * normal[j + 2]! + w * normal[l + 2]!;
    x += u * position[i]! + v * position[j]! + w * position[l]!;
    y += u * position[i + 1]! + v * position[j + 1]! + w * position[l + 1]!;
    z += u * position[i + 2]! + v * position[j + 2]! + w * position[l + 2]!;
    covered++;
  }
  if (covered === 0) return;
  const n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12), f = 1 / covered;
  surface.lens(light, to, covered / 4, nx * n, ny * n, nz * n, x * f, y * f, z * f, color);
}
