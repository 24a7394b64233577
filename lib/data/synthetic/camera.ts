import { cos, sin } from "./math.ts";
import type { Projected } from "./raster.ts";

/** Row-major rotation. */
export type Rotation = readonly number[];

/** Rotation for yaw (about y), then pitch (about x), then roll (in the picture), in radians. */
export function rotation(yaw: number, pitch: number, roll: number): Rotation {
  const cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch), cr = cos(roll), sr = sin(roll);
  // Yaw brings z to x, pitch brings z to y; y points down, so a positive pitch looks down.
  const a = [cy, 0, sy, -sp * sy, cp, sp * cy, -cp * sy, -sp, cp * cy];
  return [
    cr * a[0]! - sr * a[3]!,
    cr * a[1]! - sr * a[4]!,
    cr * a[2]! - sr * a[5]!,
    sr * a[0]! + cr * a[3]!,
    sr * a[1]! + cr * a[4]!,
    sr * a[2]! + cr * a[5]!,
    a[6]!,
    a[7]!,
    a[8]!,
  ];
}

/** The point about which heads turn: where the skull sits on the neck. */
export const PIVOT = [0, 45, -80] as const;

/** Turns `[V, 3]` points about the pivot; returns a new array. */
export function turn(points: Float64Array, r: Rotation): Float64Array {
  const result = new Float64Array(points.length);
  const [px, py, pz] = PIVOT;
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]! - px, y = points[i + 1]! - py, z = points[i + 2]! - pz;
    result[i] = r[0]! * x + r[1]! * y + r[2]! * z + px;
    result[i + 1] = r[3]! * x + r[4]! * y + r[5]! * z + py;
    result[i + 2] = r[6]! * x + r[7]! * y + r[8]! * z + pz;
  }
  return result;
}

/**
 * A pinhole camera in front of the face, looking along -z at the pivot's height, followed by a scaling of each picture
 * axis: `picture = (focal * x / distance + center) * scale + offset`.
 */
export interface Camera {
  /** z of the lens, in millimeters. */
  readonly z: number;
  readonly focal: number;
  readonly centerX: number;
  readonly centerY: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export function project(camera: Camera, points: ArrayLike<number>): Projected {
  const result = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const inverse = 1 / Math.max(1, camera.z - points[i + 2]!);
    result[i] = (camera.focal * points[i]! * inverse + camera.centerX) * camera.scaleX + camera.offsetX;
    result[i + 1] = (camera.focal * (points[i + 1]! - PIVOT[1]) * inverse + camera.centerY) * camera.scaleY +
      camera.offsetY;
    result[i + 2] = inverse;
  }
  return result;
}
