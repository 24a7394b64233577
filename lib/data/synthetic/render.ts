import { cropProtocol, cropTransform } from "@/data/crop.ts";
import type { CropBox } from "@/data/resample.ts";
import { type Camera, project } from "./camera.ts";
import { type Drawing, drawScene, SAMPLES } from "./draw.ts";
import type { FaceParameters } from "./parameters.ts";
import { develop } from "./photo.ts";
import { buildScene, type PlacedFace, placeFace } from "./scene.ts";

/** A window onto the original picture: crop = original * scale + offset, in pixels. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** `scaleX, scaleY, offsetX, offsetY`. */
  readonly transform: ArrayLike<number>;
}

/** A picture, with where its landmarks are. */
export interface RenderedView {
  /** `[height, width, 3]` RGB. */
  readonly image: Uint8Array;
  /** `[136]` pixels of the view. */
  readonly landmarks: Float32Array;
  /** `[68]` 1 where the landmark is in sight, 0 where the head itself or something else hides it. */
  readonly visible: Uint8Array;
}

/** A crop of a face, with the picture that it was cut out of. */
export interface RenderedFace extends RenderedView {
  /** `scaleX, scaleY, offsetX, offsetY`: crop = original * scale + offset. */
  readonly transform: Float32Array;
}

/** What is known of a crop before it is drawn. */
export type FramedFace = Pick<RenderedFace, "landmarks" | "transform">;

/**
 * Draws one face, framed by the `acr-224` protocol: the box of its landmarks and 5 pixels of the original picture on
 * each side, as far as the picture reaches, stretched to a square.
 *
 * @param size side of the crop in pixels.
 * @param margin how much more to show on each side, as a share of the box's longer side: if not 0, nothing is stretched,
 * and what lies beyond the picture's edge is drawn as well.
 */
export function renderFace(parameters: FaceParameters, size: number, margin = 0): RenderedFace {
  const placed = placeFace(parameters), transform = frame(placed, size, margin);
  return { ...renderView(placed, { width: size, height: size, transform }), transform };
}

/** Landmarks and frame of the crop that {@linkcode renderFace} draws: a tenth of its time. */
export function frameFace(parameters: FaceParameters, size: number, margin = 0): FramedFace {
  const placed = placeFace(parameters), transform = frame(placed, size, margin);
  return { landmarks: inView(placed, transform).landmarks, transform };
}

function frame({ parameters, landmarks }: PlacedFace, size: number, margin: number): Float32Array {
  const { width, height } = parameters.camera;
  const tight = cropProtocol("acr-224").box({ landmarks, width, height });
  return cropTransform(margin === 0 ? tight : widen(tight, margin), size);
}

/** The square around the middle of a box whose side is the box's longer one and a margin at both ends. */
function widen({ left, top, right, bottom }: CropBox, margin: number): CropBox {
  const half = (0.5 + margin) * Math.max(right - left, bottom - top), x = (left + right) / 2, y = (top + bottom) / 2;
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

/** Draws the whole original picture, for writing a data set in a layout of photographs. */
export function renderPicture(parameters: FaceParameters): RenderedView & { width: number; height: number } {
  const { width, height } = parameters.camera;
  return { ...renderView(placeFace(parameters), { width, height, transform: [1, 1, 0, 0] }), width, height };
}

/** Where a window onto the original picture shows the landmarks: `[136]` in its pixels; and `[68, 3]` with distances. */
function inView(
  face: PlacedFace,
  transform: ArrayLike<number>,
): { camera: Camera; projected: Float64Array; landmarks: Float32Array } {
  const [scaleX, scaleY, offsetX, offsetY] = [transform[0]!, transform[1]!, transform[2]!, transform[3]!];
  const camera = { ...face.camera, scaleX, scaleY, offsetX, offsetY };
  const projected = project(camera, face.points), landmarks = new Float32Array(136);
  for (let m = 0; m < 68; m++) {
    landmarks[2 * m] = projected[3 * m]!;
    landmarks[2 * m + 1] = projected[3 * m + 1]!;
  }
  return { camera, projected, landmarks };
}

/** Draws what a window onto the original picture shows. */
export function renderView(face: PlacedFace, { width, height, transform }: View): RenderedView {
  const { parameters } = face, { camera, projected, landmarks } = inView(face, transform);
  const drawing = drawScene(parameters, buildScene(face), camera, width, height);
  const image = develop(drawing.light, width, height, parameters, camera.scaleX, camera.scaleY);

  const dark = (parameters.glasses?.tint[1] ?? 1) < 0.3, visible = new Uint8Array(68);
  for (let m = 0; m < 68; m++) {
    const [x, y, inverse] = projected.subarray(3 * m, 3 * m + 3);
    visible[m] = inSight(drawing, dark, x!, y!, inverse!) ? 1 : 0;
  }
  return { image, landmarks, visible };
}

/** Whether nothing, and no dark lens, lies more than 5 mm in front of a point of the picture. */
function inSight({ buffer, glass }: Drawing, dark: boolean, x: number, y: number, inverseDistance: number): boolean {
  const column = Math.round((x + 0.5) * SAMPLES - 0.5), row = Math.round((y + 0.5) * SAMPLES - 0.5);
  if (column < 0 || row < 0 || column >= buffer.width || row >= buffer.height) return false;
  const at = row * buffer.width + column, seen = buffer.depth[at]!;
  if (dark && glass && glass.depth[at]! > inverseDistance) return false;
  return seen === 0 || 1 / seen > 1 / inverseDistance - 5;
}
