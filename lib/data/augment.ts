import { createRandom, type Random } from "@/random.ts";
import { Blur, type BlurKind } from "./augment/blur.ts";
import { type ColorMatrix, composeColors, hueMatrix, recolor, saturationMatrix, toneTable } from "./augment/color.ts";
import { drawGeometry, type Geometry } from "./augment/geometry.ts";
import { JpegArtifacts } from "./augment/jpeg.ts";
import { gaussianNoise, saltAndPepper } from "./augment/noise.ts";
import { cutout, occlude } from "./augment/occluders.ts";
import type { OperationName } from "./augment/operations.ts";
import type { AugmentSettings } from "./augment/options.ts";
import type { FaceSet } from "./face_set.ts";
import { type Border, warpImage } from "./warp.ts";
import { movePoints } from "./warp_matrix.ts";

export * from "./augment/options.ts";
export { OPERATION_NAMES, type OperationName, OPERATIONS, type Operations } from "./augment/operations.ts";
export { PRESET_NAMES, type PresetName, PRESETS } from "./augment/presets.ts";

/** Options of an {@linkcode Augmenter}. */
export interface AugmenterOptions {
  /** Side of the crops in pixels, at least 2. */
  size: number;
  /** The scheme's flip map: an involution of length `M`. */
  flip: readonly number[];
  /** Whether the crops were made without stretching; decides `recrop: "protocol"`. @default false */
  keepsAspect?: boolean;
}

/** What names one augmented face: whatever else was drawn before, the same key gives the same face. */
export interface FaceKey {
  /** Of the run. */
  readonly seed: number;
  /** 0-based. */
  readonly epoch: number;
  /** Index of the face in its set. */
  readonly index: number;
}

const BORDERS: Readonly<Record<AugmentSettings["fill"], Border>> = { edge: "edge", black: 0, gray: 128 };
const BLURS: readonly BlurKind[] = ["gaussian", "box", "median"];

/**
 * Augments faces of one size, one after the other, in buffers of its own: after {@linkcode apply}, `pixels` and `landmarks`
 * hold the result until the next call.
 *
 * Every operation draws from a stream of its own, seeded by seed, epoch, face and its name. A face thus looks the same
 * whatever worker makes it and in whatever order, and switching one operation off leaves the draws of the others alone.
 */
export class Augmenter {
  /** `[size, size, 3]` RGB of the last face. */
  readonly pixels: Uint8Array;
  /** `[2M]` in crop pixels, of the last face; may lie outside the crop. */
  readonly landmarks: Float32Array;
  readonly #settings: AugmentSettings;
  readonly #size: number;
  readonly #flip: readonly number[];
  readonly #keepsAspect: boolean;
  readonly #table = new Uint8Array(256);
  #blur: Blur | undefined;
  #jpeg: JpegArtifacts | undefined;

  /** Makes what `settings` need once for all faces of this size. */
  constructor(settings: AugmentSettings, { size, flip, keepsAspect = false }: AugmenterOptions) {
    if (!Number.isInteger(size) || size < 2 || size > 16384) {
      throw new RangeError(`Cannot augment faces as the side of a crop is not a whole number from 2 to 16384: ${size}`);
    }
    this.#settings = settings;
    this.#size = size;
    this.#flip = flip;
    this.#keepsAspect = keepsAspect;
    this.pixels = new Uint8Array(size * size * 3);
    this.landmarks = new Float32Array(2 * flip.length);
  }

  /**
   * Augments one face into {@linkcode pixels} and {@linkcode landmarks}.
   *
   * @param image `[size, size, 3]` RGB.
   * @param landmarks `[2M]` in crop pixels.
   * @returns Whether the face was mirrored, so that values by coordinate can follow with {@linkcode mirrorPairs}, and the map
   * from the crop's pixels to the augmented crop's (mirroring included, the exchange of landmarks not).
   * @throws {TypeError} If lengths differ from the options', or a landmark is NaN or more than 16 crop sides away.
   */
  apply(image: Uint8Array, landmarks: ArrayLike<number>, key: FaceKey): Geometry {
    this.#check(image, landmarks, key);
    const { operations, fill } = this.#settings;
    const draw = (name: OperationName): Random | undefined => {
      const operation = operations[name];
      if (!operation || operation.probability === 0) return undefined;
      const random = createRandom(key.seed, "augment", key.epoch, key.index, name);
      return random.chance(operation.probability) ? random : undefined;
    };
    const size = this.#size, pixels = this.pixels;
    const geometry = drawGeometry(this.#settings, draw, landmarks, size, this.#keepsAspect);
    warpImage(image, geometry.matrix, pixels, { width: size, height: size, border: BORDERS[fill] });
    movePoints(geometry.matrix, landmarks, this.landmarks);
    if (geometry.flipped) this.landmarks.set(mirrorPairs(this.landmarks, this.#flip));
    this.#occlude(draw);
    this.#filter(draw);
    this.#recolor(draw);
    this.#degrade(draw);
    return geometry;
  }

  #check(image: Uint8Array, landmarks: ArrayLike<number>, { index }: FaceKey): void {
    if (image.length !== this.pixels.length || landmarks.length !== this.landmarks.length) {
      throw new TypeError(
        `Cannot augment face ${index} as it is not ${this.pixels.length} bytes and ${this.landmarks.length} coordinates: ` +
          `${image.length} and ${landmarks.length}`,
      );
    }
    const far = 16 * this.#size;
    for (let i = 0; i < landmarks.length; i++) {
      if (!(Math.abs(landmarks[i]!) <= far)) {
        throw new TypeError(
          `Cannot augment face ${index} as landmark ${i >> 1} is not a number or over ${far} pixels away: ${
            landmarks[i]
          }`,
        );
      }
    }
  }

  #occlude(draw: (name: OperationName) => Random | undefined): void {
    const { occluders, cutout: square } = this.#settings.operations;
    const hide = draw("occluders");
    if (hide) occlude(this.pixels, this.#size, occluders!, hide);
    const cut = draw("cutout");
    if (cut) cutout(this.pixels, this.#size, Math.round(cut.uniform(square!.min, square!.max) * this.#size), cut);
  }

  #filter(draw: (name: OperationName) => Random | undefined): void {
    const random = draw("blur");
    if (!random) return;
    const { kind, min, max } = this.#settings.operations.blur!;
    const strength = random.uniform(min, max);
    this.#blur ??= new Blur(this.#size);
    this.#blur.apply(this.pixels, kind === "any" ? BLURS[random.integer(BLURS.length)]! : kind, strength);
  }

  /** All color operations as one matrix and one table: one pass over the picture. */
  #recolor(draw: (name: OperationName) => Random | undefined): void {
    const { hue, saturation, contrast, brightness, gamma } = this.#settings.operations;
    let matrix: ColorMatrix | undefined;
    const then = (next: ColorMatrix) => matrix = matrix ? composeColors(matrix, next) : next;
    const turn = draw("hue");
    if (turn) then(hueMatrix(turn.uniform(-hue!.degrees, hue!.degrees)));
    const saturate = draw("saturation");
    if (saturate) then(saturationMatrix(saturate.uniform(saturation!.min, saturation!.max)));
    if (draw("grayscale")) then(saturationMatrix(0));
    const stretch = draw("contrast"), lift = draw("brightness"), bend = draw("gamma");
    if (!matrix && !stretch && !lift && !bend) return;
    toneTable({
      contrast: stretch ? stretch.uniform(contrast!.min, contrast!.max) : 1,
      brightness: lift ? lift.uniform(-brightness!.amount, brightness!.amount) : 0,
      gamma: bend ? Math.exp(bend.uniform(Math.log(gamma!.min), Math.log(gamma!.max))) : 1,
    }, this.#table);
    recolor(this.pixels, matrix, this.#table);
  }

  #degrade(draw: (name: OperationName) => Random | undefined): void {
    const { noise, saltAndPepper: salt, jpeg } = this.#settings.operations;
    const grain = draw("noise");
    if (grain) gaussianNoise(this.pixels, grain.uniform(0, noise!.max), grain.integer(2 ** 32));
    const specks = draw("saltAndPepper");
    if (specks) {
      const share = specks.uniform(0, salt!.max);
      saltAndPepper(this.pixels, Math.round(share * this.#size ** 2), (below) => specks.integer(below));
    }
    const compress = draw("jpeg");
    if (compress) {
      this.#jpeg ??= new JpegArtifacts(this.#size);
      this.#jpeg.apply(this.pixels, Math.round(compress.uniform(jpeg!.min, jpeg!.max)));
    }
  }
}

/**
 * Exchanges the values of mirrored landmarks: `out[m] = values[flip[m]]`, pair by pair. For a face that came back `flipped`
 * this makes values by coordinate, such as the difficulty Phi, follow its landmarks.
 *
 * @param values `[2M]`, x and y of each landmark.
 * @param flip The scheme's flip map.
 * @param out `[2M]`, another array than `values`. @default a new array
 */
export function mirrorPairs(
  values: ArrayLike<number>,
  flip: readonly number[],
  out: Float32Array = new Float32Array(values.length),
): Float32Array {
  if (values.length !== 2 * flip.length || out.length !== values.length) {
    throw new TypeError(
      `Cannot mirror values as their number is not twice the flip map's ${flip.length}: ${values.length} into ${out.length}`,
    );
  }
  for (let m = 0; m < flip.length; m++) {
    out[2 * m] = values[2 * flip[m]!]!;
    out[2 * m + 1] = values[2 * flip[m]! + 1]!;
  }
  return out;
}

/** Whether every crop of the set was made with one scale for both axes. */
export function keepsAspect({ transforms }: Pick<FaceSet, "transforms">): boolean {
  for (let i = 0; i < transforms.length; i += 4) {
    const x = transforms[i]!, y = transforms[i + 1]!;
    if (Math.abs(x - y) > 1e-4 * Math.abs(y)) return false;
  }
  return true;
}
