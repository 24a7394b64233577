import type { Slot } from "./loader_sample.ts";

/**
 * How one epoch is shared out among workers, in shared memory. Samples are numbered through the epoch; a worker claims the
 * next one by counting up, waits until the slot of its batch is free and its picture is there, and makes it. All workers thus work on the batch
 * that is wanted next, and nobody hands anything to anybody. Batch `b` lies in slot `b % slots`.
 */
export interface Queue {
  readonly slots: readonly Slot[];
  /** `[n]`: the faces in the order of the epoch. */
  readonly order: Int32Array;
  readonly batchSize: number;
  /** {@linkcode CONTROL} counters, then per slot how many samples are done, then per slot which batch is ready, plus 1. */
  readonly control: Int32Array;
  /** `[N]`, by face of the set: 0 while its picture has to be waited for; all are there without it. */
  readonly ready?: Int32Array | undefined;
}

/** Places of the counters in {@linkcode Queue.control}. */
export const CONTROL = { stop: 0, next: 1, released: 2, first: 3 } as const;

/** What the loader sends to a worker: an epoch to work on. */
export interface EpochMessage {
  readonly epoch: number;
}

/** What a worker sends: a batch is ready, a sample failed, or it has no more to do in this epoch. */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly index: number; readonly message: string }
  | { readonly type: "idle" };

/** How long a worker sleeps at most before it looks whether it should stop: a thread that waits forever cannot be ended. */
const PATIENCE_MS = 50;

export function createQueue(
  slots: readonly Slot[],
  samples: number,
  batchSize: number,
  ready?: Int32Array,
): Queue {
  return {
    ready,
    slots,
    order: new Int32Array(new SharedArrayBuffer(4 * samples)),
    batchSize,
    control: new Int32Array(new SharedArrayBuffer(4 * (CONTROL.first + 2 * slots.length))),
  };
}

/** Readies the queue for an epoch that begins at batch `startBatch`. No worker may be at work. */
export function resetQueue({ control, order, batchSize }: Queue, startBatch: number, faces: Int32Array): void {
  order.set(faces);
  control.fill(0);
  control[CONTROL.next] = Math.min(startBatch * batchSize, order.length);
  Atomics.store(control, CONTROL.released, startBatch);
}

export function batchLength({ order, batchSize }: Queue, batch: number): number {
  return Math.min(batchSize, order.length - batch * batchSize);
}

export function isReady({ control, slots }: Queue, batch: number): boolean {
  return Atomics.load(control, CONTROL.first + slots.length + batch % slots.length) === batch + 1;
}

/** Gives the slot of `batch` back; batches are released in their order. */
export function release({ control }: Queue, batch: number): void {
  if (Atomics.compareExchange(control, CONTROL.released, batch, batch + 1) === batch) {
    Atomics.notify(control, CONTROL.released);
  }
}

/** Tells the workers to leave the epoch. */
export function stop({ control }: Queue): void {
  Atomics.store(control, CONTROL.stop, 1);
  Atomics.notify(control, CONTROL.released);
}

/**
 * Makes samples until the epoch has no more or is stopped: the whole life of a worker within an epoch.
 *
 * @param write Makes the sample of face `index` in row `row` of `slot`.
 * @param ready Called after the last sample of a batch.
 */
export function work(queue: Queue, write: (index: number, slot: Slot, row: number) => void, ready: () => void): void {
  const { slots, order, batchSize, control, ready: pictures } = queue;
  for (;;) {
    const sample = Atomics.add(control, CONTROL.next, 1);
    if (sample >= order.length) return;
    const batch = Math.floor(sample / batchSize), place = batch % slots.length, face = order[sample]!;
    for (;;) {
      if (Atomics.load(control, CONTROL.stop)) return;
      const released = Atomics.load(control, CONTROL.released);
      if (batch >= released + slots.length) Atomics.wait(control, CONTROL.released, released, PATIENCE_MS);
      else if (pictures && Atomics.load(pictures, face) === 0) Atomics.wait(pictures, face, 0, PATIENCE_MS);
      else break;
    }
    write(face, slots[place]!, sample - batch * batchSize);
    const done = CONTROL.first + place;
    if (Atomics.add(control, done, 1) + 1 === batchLength(queue, batch)) {
      Atomics.store(control, done, 0);
      Atomics.store(control, CONTROL.first + slots.length + place, batch + 1);
      ready();
    }
  }
}
