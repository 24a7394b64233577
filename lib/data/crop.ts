import { nearest } from "@/errors.ts";
import type { CropBox } from "./resample.ts";

/** What a crop protocol may look at. */
export interface CropInput {
  /** `[2M]` in pixels of the picture, 0-based, pixel centers at whole numbers. */
  readonly landmarks: ArrayLike<number>;
  /** Size of the picture, in pixels. */
  readonly width: number;
  /** Of the picture, in pixels. */
  readonly height: number;
  /** The dataset's own face box, `[left, top, width, height]`, where it has one. */
  readonly box?: readonly [number, number, number, number];
}

/** A named rule that says which part of a picture a network sees. It is recorded with every number. */
export interface CropProtocol {
  /** As it is recorded, `acr-224`. */
  readonly name: string;
  /** Side of the crop in pixels, unless another is asked for. */
  readonly size: number;
  /** One sentence for people. */
  readonly description: string;
  /** Whether a circle stays a circle. */
  readonly keepsAspect: boolean;
  /** The part of the picture, by its edges. */
  box(input: CropInput): CropBox;
}

/** The tight box of the landmarks, by their pixel centers. */
function tightBox(landmarks: ArrayLike<number>): CropBox {
  let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
  for (let i = 0; i < landmarks.length; i += 2) {
    left = Math.min(left, landmarks[i]!);
    right = Math.max(right, landmarks[i]!);
    top = Math.min(top, landmarks[i + 1]!);
    bottom = Math.max(bottom, landmarks[i + 1]!);
  }
  return { left, top, right, bottom };
}

/** Whole pixels that cover a box of pixel centers, by their edges, no further than the picture. */
function clampToPixels({ left, top, right, bottom }: CropBox, { width, height }: CropInput): CropBox {
  return {
    left: Math.max(0, Math.floor(left)),
    top: Math.max(0, Math.floor(top)),
    right: Math.min(width, Math.ceil(right) + 1),
    bottom: Math.min(height, Math.ceil(bottom) + 1),
  };
}

/** A square around the middle of a box of pixel centers, `scale` times as long as its longer side. */
function squareAround({ left, top, right, bottom }: CropBox, scale: number): CropBox {
  const half = scale * Math.max(right - left, bottom - top) / 2;
  // The edge of a pixel lies half a pixel before its center.
  const x = (left + right) / 2 + 0.5, y = (top + bottom) / 2 + 0.5;
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

const PROTOCOLS: readonly CropProtocol[] = [
  {
    name: "acr-224",
    size: 224,
    description:
      "Tight box of the true landmarks and 5 pixels on each side (with a dataset box, as in COFW: that box, " +
      "enlarged to contain the landmarks), clamped to the picture, resized without keeping its aspect",
    keepsAspect: false,
    box(input) {
      const tight = tightBox(input.landmarks);
      if (!input.box) {
        const { left, top, right, bottom } = tight;
        return clampToPixels({ left: left - 5, top: top - 5, right: right + 5, bottom: bottom + 5 }, input);
      }
      const [left, top, width, height] = input.box;
      return clampToPixels({
        left: Math.min(tight.left, left),
        top: Math.min(tight.top, top),
        right: Math.max(tight.right, left + width - 1),
        bottom: Math.max(tight.bottom, top + height - 1),
      }, input);
    },
  },
  {
    name: "square-1.1",
    size: 224,
    description: "Square around the middle of the tight box of the true landmarks, 1.1 times its longer side, aspect " +
      "kept, black beyond the picture",
    keepsAspect: true,
    box: ({ landmarks }) => squareAround(tightBox(landmarks), 1.1),
  },
  {
    name: "pipnet-256",
    size: 256,
    description:
      "Tight box of the true landmarks, each side 1.1 times as long, clamped to the picture, resized without " +
      "keeping its aspect (PIPNet's crop of 300W)",
    keepsAspect: false,
    box(input) {
      const { left, top, right, bottom } = tightBox(input.landmarks);
      const x = 0.05 * (right - left), y = 0.05 * (bottom - top);
      return clampToPixels({ left: left - x, top: top - y, right: right + x, bottom: bottom + y }, input);
    },
  },
  {
    name: "hrnet-256",
    size: 256,
    description:
      "Square around the middle of the tight box of the true landmarks, 1.25 times its longer side, aspect " +
      "kept, black beyond the picture (HRNet's center and scale)",
    keepsAspect: true,
    box({ landmarks }) {
      const { left, top, right, bottom } = tightBox(landmarks);
      return squareAround(
        { left: Math.floor(left), top: Math.floor(top), right: Math.ceil(right), bottom: Math.ceil(bottom) },
        1.25,
      );
    },
  },
];

/** All crop protocols. */
export function cropProtocols(): readonly CropProtocol[] {
  return PROTOCOLS;
}

/**
 * The crop protocol of that name.
 *
 * @throws {RangeError} with the names that exist
 */
export function cropProtocol(name: string): CropProtocol {
  const protocol = PROTOCOLS.find((candidate) => candidate.name === name);
  if (protocol) return protocol;
  const names = PROTOCOLS.map((candidate) => candidate.name);
  const [guess] = nearest(name, names, 1);
  throw new RangeError(
    `Cannot crop as the protocol must be one of ${names.join(", ")}: ${name}${
      guess ? ` (did you mean ${guess}?)` : ""
    }`,
  );
}

/**
 * `[scaleX, scaleY, offsetX, offsetY]` of a crop that is resized edge to edge: crop = original * scale + offset, both by
 * pixel centers. Rounded to float32, as they are stored, so that landmarks made with them map back exactly.
 */
export function cropTransform(box: CropBox, size: number): Float32Array {
  const scaleX = Math.fround(size / (box.right - box.left));
  const scaleY = Math.fround(size / (box.bottom - box.top));
  // A center lies half a pixel after its edge, before and after.
  return Float32Array.of(scaleX, scaleY, (0.5 - box.left) * scaleX - 0.5, (0.5 - box.top) * scaleY - 0.5);
}

/** Maps landmarks from pixels of the original picture to crop pixels. */
export function applyTransform(transform: ArrayLike<number>, landmarks: ArrayLike<number>): Float32Array {
  const [scaleX, scaleY, offsetX, offsetY] = [transform[0]!, transform[1]!, transform[2]!, transform[3]!];
  const crop = new Float32Array(landmarks.length);
  for (let i = 0; i < landmarks.length; i += 2) {
    crop[i] = landmarks[i]! * scaleX + offsetX;
    crop[i + 1] = landmarks[i + 1]! * scaleY + offsetY;
  }
  return crop;
}
