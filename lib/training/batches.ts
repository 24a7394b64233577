/** One batch as the loader delivers it. */
export interface Batch {
  /** `[B, S, S, 3]` RGB in 0..1. */
  readonly images: Float32Array;
  /** `[B, 2M]`, normalised. */
  readonly labels: Float32Array;
  /** `[B]`, which face of the set each row is. */
  readonly indices: Int32Array;
  /** `[B]`, 1 where the face was mirrored. */
  readonly flipped: Uint8Array;
  /** `B`. */
  readonly size: number;
}

/**
 * Where batches come from. What a batch holds must depend on the seed, the epoch and its place in the epoch alone, so
 * that a run can go on in the middle of an epoch.
 */
export interface BatchSource {
  /** Number of batches in an epoch, the last partial one included. */
  readonly batches: number;
  /** The batches of an epoch (0-based) from batch `from` on. Closing the iteration early must be possible. */
  epoch(epoch: number, from: number): AsyncIterable<Batch>;
}
