import type { Random } from "@/random.ts";
import {
  about,
  type Affine,
  compose,
  IDENTITY,
  mirroring,
  movePoints,
  rotation,
  scaling,
  shearing,
  translation,
} from "../warp_matrix.ts";
import type { AugmentSettings } from "./options.ts";
import type { Operations } from "./operations.ts";

/** The random stream of an operation, or undefined where it does not strike this face. */
export type Draw = (name: keyof Operations) => Random | undefined;

/** How one face is moved. */
export interface Geometry {
  /** Maps pixels of the crop to pixels of the augmented crop, the mirror image included. */
  readonly matrix: Affine;
  /** Whether it is mirrored. */
  readonly flipped: boolean;
}

/**
 * Draws where a face goes: flip, rotation, shear, the crop made again, scale, shift, each about the middle of the crop.
 *
 * @param landmarks `[2M]` in crop pixels.
 * @param size Side of the crop in pixels.
 * @param keepsAspect Whether the crops of the set were made without stretching: what `recrop: "protocol"` follows.
 */
export function drawGeometry(
  { operations, recrop }: AugmentSettings,
  draw: Draw,
  landmarks: ArrayLike<number>,
  size: number,
  keepsAspect: boolean,
): Geometry {
  const middle = (size - 1) / 2;
  const flipped = draw("flip") !== undefined;
  let matrix = flipped ? mirroring(size) : IDENTITY;
  const then = (map: Affine) => matrix = compose(matrix, about(middle, middle, map));

  const turn = draw("rotation");
  if (turn) then(rotation(symmetric(turn, operations.rotation!.degrees) * Math.PI / 180));
  const slant = draw("shear");
  if (slant) then(shearing(symmetric(slant, operations.shear!.amount)));
  if ((turn || slant) && recrop !== "none") {
    const square = recrop === "square" || (recrop === "protocol" && keepsAspect);
    matrix = compose(matrix, boxBack(landmarks, matrix, flipped ? size - 1 : undefined, square));
  }
  const zoom = draw("scale");
  if (zoom) then(scaling(zoom.uniform(operations.scale!.min, operations.scale!.max)));
  const move = draw("shift");
  if (move) {
    const reach = operations.shift!.amount * size;
    then(translation(symmetric(move, reach), symmetric(move, reach)));
  }
  return { matrix, flipped };
}

function symmetric(random: Random, reach: number): number {
  return random.uniform(-reach, reach);
}

/**
 * The map, without rotation, that brings the box of the moved landmarks back to where their box was (mirrored at `mirror`
 * when the picture was): the whole box, or with one factor its middle and its longer side.
 */
function boxBack(landmarks: ArrayLike<number>, matrix: Affine, mirror: number | undefined, square: boolean): Affine {
  const from = box(movePoints(matrix, landmarks));
  const to = box(landmarks);
  if (mirror !== undefined) [to.left, to.right] = [mirror - to.right, mirror - to.left];
  const ratio = (a: number, b: number) => a > 1e-3 && b > 1e-3 ? a / b : 1;
  let x = ratio(to.right - to.left, from.right - from.left);
  let y = ratio(to.bottom - to.top, from.bottom - from.top);
  if (square) {
    x = y = ratio(
      Math.max(to.right - to.left, to.bottom - to.top),
      Math.max(from.right - from.left, from.bottom - from.top),
    );
  }
  const shiftX = (to.left + to.right) / 2 - x * (from.left + from.right) / 2;
  const shiftY = (to.top + to.bottom) / 2 - y * (from.top + from.bottom) / 2;
  return [x, 0, shiftX, 0, y, shiftY];
}

function box(points: ArrayLike<number>): { left: number; right: number; top: number; bottom: number } {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!), right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!), bottom = Math.max(bottom, points[i + 1]!);
  }
  return { left, right, top, bottom };
}
