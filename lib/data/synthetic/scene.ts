import { glassesMeshes } from "./accessories.ts";
import { type Camera, project, rotation, turn } from "./camera.ts";
import { deform, type DeformedHead } from "./deform.ts";
import { BODY, headMeshes } from "./geometry.ts";
import { locateLandmarks } from "./landmarks.ts";
import { cos, sin } from "./math.ts";
import { type Mesh, normals } from "./mesh.ts";
import { occluderMeshes } from "./occluders.ts";
import type { FaceParameters } from "./parameters.ts";

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

/** All that is to be drawn. */
export interface Scene {
  /** The skin of the head comes first. */
  readonly meshes: readonly Mesh[];
  /** What is looked through; apart, as it is drawn over what is behind it. */
  readonly lenses: readonly Mesh[];
}

/** Builds everything that a face's parameters ask for, in the space in which the head is turned. */
export function buildScene(face: PlacedFace): Scene {
  const { parameters, head, points, skin } = face, { pose } = parameters;
  const turned = rotation(pose.yaw, pose.pitch, pose.roll);
  const withHead = (mesh: Mesh): Mesh => {
    // The skin was turned when the landmarks were looked for.
    const position = mesh.position === head.position ? skin : turn(mesh.position, turned);
    return { ...mesh, position, normal: normals(position, mesh.triangles) };
  };
  const { frame, lenses } = glassesMeshes(head, parameters);
  const meshes = [...headMeshes(head, parameters), ...frame].map(withHead);
  meshes.push(...BODY);
  for (const occluder of parameters.occluders) {
    const p = 3 * occluder.near, [dx, dy, dz] = occluder.offset;
    // Beside the face a flat thing still passes in front of it, not through it.
    const front = Math.max(occluder.kind === "board" ? 25 : -20, points[p + 2]!);
    const at = [points[p]! + dx, points[p + 1]! + dy, front + dz + 14] as const;
    meshes.push(...occluderMeshes(occluder, at).map((mesh) => ({ ...mesh, color: occluder.color })));
  }
  return { meshes, lenses: lenses.map(withHead) };
}
