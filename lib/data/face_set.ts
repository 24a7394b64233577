import { sha256 } from "@/files.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";

/**
 * All that is known of the faces of one split beside their pictures.
 *
 * Coordinates are 0-based pixels with pixel *centres* at whole numbers, x to the right and y down, interleaved
 * `x0, y0, x1, y1, ...`.
 */
export interface FaceLabels {
  /** Dataset name, as `300w`, `cofw` or `synthetic`. */
  readonly dataset: string;
  /** Split name, as `train` or `test`. */
  readonly split: string;
  /** What the landmarks mean. */
  readonly scheme: LandmarkScheme;
  /** Name of the crop protocol that made these crops, as `acr-224`. */
  readonly protocol: string;
  /** Side of the square crops, in pixels. */
  readonly size: number;
  /** Number of faces, `N`. */
  readonly count: number;
  /** `[N, 2M]` in crop pixels. */
  readonly landmarks: Float32Array;
  /**
   * `[N, 4]` as `scaleX, scaleY, offsetX, offsetY`: crop = original * scale + offset, both in pixels.
   * Inverting it maps a prediction back to pixels of the original image.
   */
  readonly transforms: Float32Array;
  /** One stable name per face, as `helen/testset/232194_1`. */
  readonly ids: readonly string[];
  /** Named subsets as face indices, as `{ common: [...], challenging: [...], full: [...] }`. Always holds `full`. */
  readonly subsets: Readonly<Record<string, readonly number[]>>;
  /** Empty when the set is complete, else what it lacks, as `partial: 2012 of 3148 faces`. */
  readonly partial: string;
  /** SHA-256 (hex) of all that decides what drawn faces look like, known before they are drawn; absent for others. */
  readonly recipe?: string;
}

/** Prepared faces of one split, ready to train on or to evaluate: every dataset, real or synthetic, ends as this. */
export interface FaceSet extends FaceLabels {
  /** `[N, size, size, 3]` RGB; backed by a `SharedArrayBuffer`, so that workers read it without a copy. */
  readonly images: Uint8Array;
  /** SHA-256 (hex) of images, landmarks and transforms: goes into every result. */
  readonly hash: string;
}

/** Pictures that are being made in the background, in shared memory. */
export interface PendingPictures {
  /** `[N, size, size, 3]` RGB. */
  readonly images: Uint8Array;
  /** `[N]`, shared: 1 where the picture is there, 0 where it is not yet; who waits on one is notified. */
  readonly ready: Int32Array;
  /** Asks for these faces before all others, in this order. */
  prefer(faces: Int32Array): void;
}

/** Faces whose labels are known while their pictures are still being made. Training on them may begin. */
export interface PendingFaces extends FaceLabels {
  /** SHA-256 (hex) of all that decides what the faces look like: there is no hash of their content yet. */
  readonly recipe: string;
  /** For the loader, which waits for each picture; whoever wants all of them asks {@linkcode wholeFaces}. */
  readonly pending: PendingPictures;
  /**
   * Waits for the last picture.
   *
   * @param options `quiet: false` shows how far the pictures are
   * @throws what kept them from being made
   */
  whole(options?: { quiet?: boolean }): Promise<FaceSet>;
  /** Gives up what is not there yet; settles when nothing is made or written any more. */
  close(): Promise<void>;
}

/** Faces to train on, whether their pictures are all there or not. */
export type TrainingFaces = FaceSet | PendingFaces;

/**
 * The faces with all of their pictures, which may have to be waited for.
 *
 * @throws what kept a picture from being made
 */
export async function wholeFaces(set: TrainingFaces, options: { quiet?: boolean } = {}): Promise<FaceSet> {
  return "pending" in set ? await set.whole(options) : set;
}

/** Ends what is being made in the background, if anything is. */
export async function closeFaces(set: TrainingFaces): Promise<void> {
  if ("pending" in set) await set.close();
}

/** Maps crop pixels of face `index` to pixels of its original image. Returns a new `[2M]` array. */
export function toOriginal(set: FaceSet, index: number, crop: ArrayLike<number>): Float64Array {
  const [scaleX, scaleY, offsetX, offsetY] = set.transforms.subarray(4 * index, 4 * index + 4);
  const original = new Float64Array(crop.length);
  for (let i = 0; i < crop.length; i += 2) {
    original[i] = (crop[i]! - offsetX!) / scaleX!;
    original[i + 1] = (crop[i + 1]! - offsetY!) / scaleY!;
  }
  return original;
}

/** The hash of some faces, in their order, of a set with this hash. */
export function pickedHash(hash: string, faces: Int32Array): string {
  return sha256(`${hash} ${faces.join(" ")}`);
}

/**
 * Some faces of a set, in the order of their indices: their pictures copied, their subsets kept.
 *
 * @param split name of the new set's split
 */
export function pickFaces(set: FaceSet, faces: Int32Array, split: string = set.split): FaceSet {
  const { images, landmarks, transforms, ids, recipe, hash } = set;
  const places = new Map(Array.from(faces, (face, row) => [face, row]));
  const rows = <T extends Uint8Array | Float32Array>(values: T): T => {
    const width = values.length / set.count;
    const picked = new (values.constructor as { new (length: number): T })(faces.length * width);
    faces.forEach((face, row) => picked.set(values.subarray(face * width, (face + 1) * width), row * width));
    return picked;
  };
  const subsets = Object.entries(set.subsets).map(([name, members]) => [
    name,
    members.flatMap((face) => places.get(face) ?? []).sort((a, b) => a - b),
  ]);
  return {
    ...set,
    split,
    count: faces.length,
    images: rows(images),
    landmarks: rows(landmarks),
    transforms: rows(transforms),
    ids: Array.from(faces, (face) => ids[face]!),
    subsets: Object.fromEntries(subsets),
    ...(recipe === undefined ? {} : { recipe: pickedHash(recipe, faces) }),
    hash: pickedHash(hash, faces),
  };
}
