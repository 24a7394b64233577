import { background } from "./background.ts";
import { type Camera, project, rotation, turn } from "./camera.ts";
import { bodyMeshes, headMeshes } from "./geometry.ts";
import { locateLandmarks } from "./landmarks.ts";
import { ShadowMap } from "./light.ts";
import { cos, sin } from "./math.ts";
import { type Mesh, normals } from "./mesh.ts";
import { deform } from "./modes.ts";
import type { FaceParameters } from "./parameters.ts";
import { develop } from "./photo.ts";
import { createVisibility, type Projected, rasterize } from "./raster.ts";
import { Surface } from "./surface.ts";

export interface RenderedFace {
  /** `[size, size, 3]` RGB. */
  readonly image: Uint8Array;
  /** `[136]` crop pixels. */
  readonly landmarks: Float32Array;
  /** `[68]` 1 where the landmark is in sight, 0 where the head itself or something else hides it. */
  readonly visible: Uint8Array;
  /** `scaleX, scaleY, offsetX, offsetY`: crop = original * scale + offset. */
  readonly transform: Float32Array;
}

/** Samples along each side of a pixel. */
const SAMPLES = 2;

/** Margin of the `acr-224` crop, in pixels of the original picture. */
const MARGIN = 5;

/**
 * Draws one face, framed as the `acr-224` protocol frames photographs: the box of its landmarks and 5 pixels of the
 * original picture on each side, stretched to a square.
 */
export function renderFace(parameters: FaceParameters, size: number): RenderedFace {
  const { pose, camera: { distance, facePixels, x, y } } = parameters;
  const head = deform(parameters.shape), turned = rotation(pose.yaw, pose.pitch, pose.roll);
  const meshes: Mesh[] = [...headMeshes(head, parameters), ...bodyMeshes()];
  const body = meshes.length - 2;
  const placed = meshes.map((mesh, k) => {
    if (k >= body) return mesh;
    const position = turn(mesh.position, turned);
    return { ...mesh, position, normal: normals(position, mesh.triangles) };
  });

  const z = distance + 30, focal = facePixels * distance / 138;
  const original: Camera = { z, focal, centerX: x, centerY: y, scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 0 };
  const roll = [cos(pose.roll), sin(pose.roll)] as const;
  const skin = placed[0]!.position;
  const { points } = locateLandmarks(skin, project(original, skin), roll);
  const inOriginal = project(original, points);
  let lowX = Infinity, lowY = Infinity, highX = -Infinity, highY = -Infinity;
  for (let m = 0; m < 68; m++) {
    lowX = Math.min(lowX, inOriginal[3 * m]!);
    highX = Math.max(highX, inOriginal[3 * m]!);
    lowY = Math.min(lowY, inOriginal[3 * m + 1]!);
    highY = Math.max(highY, inOriginal[3 * m + 1]!);
  }
  // Edges of the crop lie at whole pixels minus a half, as a pixel covers half a unit on each side of its center.
  const left = Math.floor(lowX - MARGIN), top = Math.floor(lowY - MARGIN);
  const width = Math.ceil(highX + MARGIN) + 1 - left, height = Math.ceil(highY + MARGIN) + 1 - top;
  const scaleX = size / width, scaleY = size / height;
  const offsetX = (0.5 - left) * scaleX - 0.5, offsetY = (0.5 - top) * scaleY - 0.5;
  const camera: Camera = { ...original, scaleX, scaleY, offsetX, offsetY };

  const buffer = createVisibility(size * SAMPLES);
  const projections: Projected[] = placed.map((mesh) => project(camera, mesh.position));
  placed.forEach((mesh, k) => rasterize(buffer, mesh, k, projections[k]!, SAMPLES));

  const shadows = new ShadowMap(placed, placed.map((mesh) => mesh.position), parameters.light);
  const surface = new Surface(parameters, shadows, z);
  const light = new Float32Array(3 * size * size);
  const perFaceX = 1 / (scaleX * facePixels), perFaceY = 1 / (scaleY * facePixels);
  const color = new Float64Array(3), side = size * SAMPLES;
  const taken = new Uint8Array(4);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const base = row * SAMPLES * side + column * SAMPLES, to = 3 * (row * size + column);
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
          background(parameters, (column - size / 2) * perFaceX, (row - size / 2) * perFaceY, color);
        } else {
          const mesh = placed[index]!, depth = buffer.depth[at]!;
          let a = 0, b = 0, c = 0, nx = 0, ny = 0, nz = 0, px = 0, py = 0, pz = 0;
          for (let q = k; q < 4; q++) {
            const there = base + (q & 1) + (q >> 1) * side;
            // Samples of one surface share a color; a jump of more than about 1.5 % in depth starts another.
            if (taken[q] || buffer.mesh[there] !== index || Math.abs(buffer.depth[there]! - depth) > 0.015 * depth) {
              continue;
            }
            taken[q] = 1;
            count++;
            const t = buffer.triangle[there]!, u = buffer.first[there]!, v = buffer.second[there]!, w = 1 - u - v;
            const i = 3 * mesh.triangles[t]!, j = 3 * mesh.triangles[t + 1]!, l = 3 * mesh.triangles[t + 2]!;
            const { attribute, normal, position } = mesh;
            a += u * attribute[i]! + v * attribute[j]! + w * attribute[l]!;
            b += u * attribute[i + 1]! + v * attribute[j + 1]! + w * attribute[l + 1]!;
            c += u * attribute[i + 2]! + v * attribute[j + 2]! + w * attribute[l + 2]!;
            nx += u * normal[i]! + v * normal[j]! + w * normal[l]!;
            ny += u * normal[i + 1]! + v * normal[j + 1]! + w * normal[l + 1]!;
            nz += u * normal[i + 2]! + v * normal[j + 2]! + w * normal[l + 2]!;
            px += u * position[i]! + v * position[j]! + w * position[l]!;
            py += u * position[i + 1]! + v * position[j + 1]! + w * position[l + 1]!;
            pz += u * position[i + 2]! + v * position[j + 2]! + w * position[l + 2]!;
          }
          const f = 1 / count, n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
          surface.shade(mesh, a * f, b * f, c * f, nx * n, ny * n, nz * n, px * f, py * f, pz * f, color);
        }
        const weight = count / 4;
        light[to] = light[to]! + weight * color[0]!;
        light[to + 1] = light[to + 1]! + weight * color[1]!;
        light[to + 2] = light[to + 2]! + weight * color[2]!;
        done += count;
        if (done === 4) break;
      }
    }
  }
  const image = develop(light, size, parameters, scaleX, scaleY);

  const inCrop = project(camera, points), landmarks = new Float32Array(136), visible = new Uint8Array(68);
  for (let m = 0; m < 68; m++) {
    const cx = inCrop[3 * m]!, cy = inCrop[3 * m + 1]!;
    landmarks[2 * m] = cx;
    landmarks[2 * m + 1] = cy;
    const column = Math.min(side - 1, Math.max(0, Math.round((cx + 0.5) * SAMPLES - 0.5)));
    const row = Math.min(side - 1, Math.max(0, Math.round((cy + 0.5) * SAMPLES - 0.5)));
    const seen = buffer.depth[row * side + column]!;
    // In sight if nothing lies more than 5 mm in front of it.
    visible[m] = seen === 0 || 1 / seen > 1 / inCrop[3 * m + 2]! - 5 ? 1 : 0;
  }
  return { image, landmarks, visible, transform: Float32Array.of(scaleX, scaleY, offsetX, offsetY) };
}
