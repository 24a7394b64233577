import { cropProtocol, cropTransform } from "@/data/crop.ts";
import { background } from "./background.ts";
import { type Camera, PIVOT, project, rotation, turn } from "./camera.ts";
import { glassesMeshes } from "./accessories.ts";
import { bodyMeshes, headMeshes } from "./geometry.ts";
import { locateLandmarks } from "./landmarks.ts";
import { ShadowMap } from "./light.ts";
import { cos, sin } from "./math.ts";
import { type Mesh, normals } from "./mesh.ts";
import { deform, type DeformedHead } from "./modes.ts";
import { occluderMeshes } from "./occluders.ts";
import type { FaceParameters } from "./parameters.ts";
import { develop } from "./photo.ts";
import { clearVisibility, createVisibility, rasterize, type Visibility } from "./raster.ts";
import { Surface } from "./surface.ts";

/** Where a face's parts are, before anything is drawn. */
export interface PlacedFace {
  readonly parameters: FaceParameters;
  readonly head: DeformedHead;
  /** `[V, 3]` the head's vertices after the head was turned, in millimeters. */
  readonly skin: Float64Array;
  /** `[68, 3]` the landmarks in space. */
  readonly points: Float64Array;
  /** `[136]` the landmarks in pixels of the original picture. */
  readonly landmarks: Float64Array;
  /** Maps space to the original picture. */
  readonly camera: Camera;
}

/** A window onto the original picture: crop = original * scale + offset, in pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** `scaleX, scaleY, offsetX, offsetY`. */
  readonly transform: ArrayLike<number>;
}

export interface RenderedView {
  /** `[height, width, 3]` RGB. */
  readonly image: Uint8Array;
  /** `[136]` pixels of the view. */
  readonly landmarks: Float32Array;
  /** `[68]` 1 where the landmark is in sight, 0 where the head itself or something else hides it. */
  readonly visible: Uint8Array;
}

export interface RenderedFace extends RenderedView {
  /** `scaleX, scaleY, offsetX, offsetY`: crop = original * scale + offset. */
  readonly transform: Float32Array;
}

/** Samples along each side of a pixel. */
const SAMPLES = 2;

/** Puts head and landmarks in their places; takes a small part of the time of drawing. */
export function placeFace(parameters: FaceParameters): PlacedFace {
  const { pose, camera: { distance, facePixels, x, y } } = parameters;
  const head = deform(parameters.shape);
  const skin = turn(head.position, rotation(pose.yaw, pose.pitch, pose.roll));
  const camera: Camera = {
    z: distance + 30,
    focal: facePixels * distance / 138,
    centerX: x,
    centerY: y,
    scaleX: 1,
    scaleY: 1,
    offsetX: 0,
    offsetY: 0,
  };
  const points = locateLandmarks(skin, project(camera, skin), [cos(pose.roll), sin(pose.roll)]);
  const projected = project(camera, points), landmarks = new Float64Array(136);
  for (let m = 0; m < 68; m++) {
    landmarks[2 * m] = projected[3 * m]!;
    landmarks[2 * m + 1] = projected[3 * m + 1]!;
  }
  return { parameters, head, skin, points, landmarks, camera };
}

/**
 * Draws one face, framed by the `acr-224` protocol: the box of its landmarks and 5 pixels of the original picture on
 * each side, as far as the picture reaches, stretched to a square.
 *
 * @param size side of the crop in pixels.
 */
export function renderFace(parameters: FaceParameters, size: number): RenderedFace {
  const placed = placeFace(parameters), { width, height } = parameters.camera;
  const box = cropProtocol("acr-224").box({ landmarks: placed.landmarks, width, height });
  const transform = cropTransform(box, size);
  return { ...renderView(placed, { width: size, height: size, transform }), transform };
}

/** Draws the whole original picture, for writing a data set in a layout of photographs. */
export function renderPicture(parameters: FaceParameters): RenderedView & { width: number; height: number } {
  const { width, height } = parameters.camera;
  return { ...renderView(placeFace(parameters), { width, height, transform: [1, 1, 0, 0] }), width, height };
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

/** Draws what a window onto the original picture shows. */
export function renderView(face: PlacedFace, { width, height, transform }: View): RenderedView {
  const { parameters } = face, { pose } = parameters, turned = rotation(pose.yaw, pose.pitch, pose.roll);
  const [scaleX, scaleY, offsetX, offsetY] = [transform[0]!, transform[1]!, transform[2]!, transform[3]!];
  const camera: Camera = { ...face.camera, scaleX, scaleY, offsetX, offsetY };
  const meshes: Mesh[] = headMeshes(face.head, parameters).map((mesh, k) => {
    const position = k === 0 ? face.skin : turn(mesh.position, turned);
    return { ...mesh, position, normal: normals(position, mesh.triangles) };
  });
  meshes.push(...bodyMeshes());
  for (const occluder of parameters.occluders) {
    const p = 3 * occluder.near, [dx, dy, dz] = occluder.offset;
    const at = [face.points[p]! + dx, face.points[p + 1]! + dy, Math.max(-20, face.points[p + 2]!) + dz + 14] as const;
    meshes.push(...occluderMeshes(occluder, at).map((mesh) => ({ ...mesh, color: occluder.color })));
  }
  // Lenses are looked through: they are drawn apart, in front of what is behind them.
  const lenses = glassesMeshes(face.head, parameters).lenses.map((mesh) => {
    const position = turn(mesh.position, turned);
    return { ...mesh, position, normal: normals(position, mesh.triangles) };
  });
  const glass = lenses.length > 0 ? scratch(1, width * SAMPLES, height * SAMPLES) : undefined;
  if (glass) lenses.forEach((mesh, k) => rasterize(glass, mesh, k, project(camera, mesh.position), SAMPLES));

  const buffer = scratch(0, width * SAMPLES, height * SAMPLES);
  meshes.forEach((mesh, k) => rasterize(buffer, mesh, k, project(camera, mesh.position), SAMPLES));
  const light = shade(face, meshes, buffer, camera, width, height, glass && { lenses, buffer: glass });
  const image = develop(light, width, height, parameters, scaleX, scaleY);

  const projected = project(camera, face.points), landmarks = new Float32Array(136), visible = new Uint8Array(68);
  for (let m = 0; m < 68; m++) {
    landmarks[2 * m] = projected[3 * m]!;
    landmarks[2 * m + 1] = projected[3 * m + 1]!;
    visible[m] = inSight(buffer, projected[3 * m]!, projected[3 * m + 1]!, projected[3 * m + 2]!) ? 1 : 0;
  }
  return { image, landmarks, visible };
}

/** Whether the four samples of a pixel show the same triangle. */
function sameTriangle({ mesh, triangle }: Visibility, base: number, side: number): boolean {
  const m = mesh[base]!, t = triangle[base]!, below = base + side;
  return mesh[base + 1] === m && mesh[below] === m && mesh[below + 1] === m &&
    triangle[base + 1] === t && triangle[below] === t && triangle[below + 1] === t;
}

/** Whether nothing lies more than 5 mm in front of a point of the picture. */
function inSight(buffer: Visibility, x: number, y: number, inverseDistance: number): boolean {
  const column = Math.round((x + 0.5) * SAMPLES - 0.5), row = Math.round((y + 0.5) * SAMPLES - 0.5);
  if (column < 0 || row < 0 || column >= buffer.width || row >= buffer.height) return false;
  const seen = buffer.depth[row * buffer.width + column]!;
  return seen === 0 || 1 / seen > 1 / inverseDistance - 5;
}

/** Colors every pixel: `[height, width, 3]` linear light. */
function shade(
  face: PlacedFace,
  meshes: readonly Mesh[],
  buffer: Visibility,
  camera: Camera,
  width: number,
  height: number,
  glasses?: { readonly lenses: readonly Mesh[]; readonly buffer: Visibility },
): Float32Array {
  const { parameters } = face, side = buffer.width;
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
          const away = count / inverse, f = 1 / count, n = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
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
      if (glasses) lookThrough(glasses, buffer, surface, base, light, to, color);
    }
  }
  return light;
}

/** Tints what lies behind a lens and adds what the lens mirrors. */
function lookThrough(
  { lenses, buffer }: { readonly lenses: readonly Mesh[]; readonly buffer: Visibility },
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
