/**
 * How threads share out the faces of a set, in shared memory: each takes the next face that is wanted, and nobody hands
 * anything to anybody.
 */
export interface Board {
  /** {@linkcode COUNT} counters. */
  readonly counts: Int32Array;
  /** `[N]`: faces in the order in which they are wanted, which may change at any time, and may lack some. */
  readonly order: Int32Array;
  /** `[N]`: 1 where a thread has taken the face. */
  readonly taken: Int32Array;
  /** `[N]`: 1 where the face is drawn. */
  readonly ready: Int32Array;
}

/** Places of the counters in {@linkcode Board.counts}: faces whose labels were begun, places of the order, faces drawn. */
export const COUNT = { labels: 0, places: 1, drawn: 2 } as const;

/** The board of `count` faces of which none is begun, wanted in the order of their numbers. */
export function createBoard(count: number): Board {
  const integers = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
  const order = integers(count);
  for (let index = 0; index < count; index++) order[index] = index;
  return {
    counts: integers(Object.keys(COUNT).length),
    order,
    taken: integers(count),
    ready: integers(count),
  };
}

/** Asks for these faces before all others, in this order. */
export function prefer({ counts, order }: Board, faces: Int32Array): void {
  order.set(faces);
  Atomics.store(counts, COUNT.places, 0);
}

/** Takes the next face whose labels are wanted; undefined if there is none. */
export function takeLabels({ counts, order }: Board): number | undefined {
  const index = Atomics.add(counts, COUNT.labels, 1);
  return index < order.length ? index : undefined;
}

/** Takes the next face that is to be drawn; undefined if there is none. */
export function takeFace({ counts, order, taken }: Board): number | undefined {
  for (;;) {
    const place = Atomics.add(counts, COUNT.places, 1);
    // After the order come all faces once more: those that it lacks, or that were passed over while it changed.
    const face = place < order.length ? order[place]! : place - order.length;
    if (face >= order.length) return undefined;
    if (Atomics.compareExchange(taken, face, 0, 1) === 0) return face;
  }
}

/** Tells everybody who waits for it that a face is drawn. */
export function showFace({ counts, ready }: Board, face: number): void {
  Atomics.add(counts, COUNT.drawn, 1);
  Atomics.store(ready, face, 1);
  Atomics.notify(ready, face);
}
