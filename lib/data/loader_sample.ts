import { Augmenter, type AugmentSettings } from "./augment.ts";
import { encodeLabels, type LabelConvention } from "./labels.ts";

/** What it takes to make samples; the same object serves in this thread and, cloned, in a worker. */
export interface SampleSource {
  /** `[N, size, size, 3]` RGB; shared memory where workers read it. */
  readonly images: Uint8Array;
  /** `[N, 2M]` in crop pixels. */
  readonly landmarks: Float32Array;
  readonly size: number;
  readonly flip: readonly number[];
  readonly keepsAspect: boolean;
  readonly augment: AugmentSettings;
  readonly seed: number;
  readonly labelConvention: LabelConvention;
}

/** The place of one batch of up to `B` samples. */
export interface Slot {
  /** `[B, size, size, 3]` RGB in 0..1. */
  readonly images: Float32Array;
  /** `[B, 2M]`, normalized. */
  readonly labels: Float32Array;
  /** `[B]`: which face of the set. */
  readonly indices: Int32Array;
  /** `[B]`: 1 where the face is mirrored. */
  readonly flipped: Uint8Array;
}

/** `level / 255` as float32, the number that NumPy makes of `np.float32(level) / 255`. */
const FRACTIONS = Float32Array.from({ length: 256 }, (_, level) => level / 255);

/** Makes a slot for `rows` samples in shared memory. */
export function createSlot(rows: number, size: number, points: number): Slot {
  return {
    images: new Float32Array(new SharedArrayBuffer(rows * size * size * 3 * 4)),
    labels: new Float32Array(new SharedArrayBuffer(rows * points * 2 * 4)),
    indices: new Int32Array(new SharedArrayBuffer(rows * 4)),
    flipped: new Uint8Array(new SharedArrayBuffer(rows)),
  };
}

/** Makes a writer of augmented samples: `write(epoch, index, slot, row)` puts face `index` into row `row`. */
export function createSampleWriter(
  source: SampleSource,
): (epoch: number, index: number, slot: Slot, row: number) => void {
  const { images, landmarks, size, seed, labelConvention } = source;
  const augmenter = new Augmenter(source.augment, source);
  const bytes = size * size * 3, coordinates = 2 * source.flip.length;
  return (epoch, index, slot, row) => {
    const { flipped } = augmenter.apply(
      images.subarray(index * bytes, (index + 1) * bytes),
      landmarks.subarray(index * coordinates, (index + 1) * coordinates),
      { seed, epoch, index },
    );
    const { pixels } = augmenter, out = slot.images;
    for (let i = 0, at = row * bytes; i < bytes; i++, at++) out[at] = FRACTIONS[pixels[i]!]!;
    const labels = slot.labels.subarray(row * coordinates, (row + 1) * coordinates);
    encodeLabels(augmenter.landmarks, size, labelConvention, labels);
    slot.indices[row] = index;
    slot.flipped[row] = flipped ? 1 : 0;
  };
}
