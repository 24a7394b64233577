import { setImmediate } from "node:timers";
import { Worker } from "node:worker_threads";
import { messageOf } from "@/errors.ts";
import { createRandom } from "@/random.ts";
import { type AugmentOptions, type AugmentSettings, keepsAspect, type PresetName, resolveAugment } from "./augment.ts";
import { type TrainingFaces, wholeFaces } from "./face_set.ts";
import { checkLabelOptions, type LabelConvention } from "./labels.ts";
import {
  batchLength,
  CONTROL,
  createQueue,
  isReady,
  type Queue,
  release,
  resetQueue,
  stop,
  work,
  type WorkerMessage,
} from "./loader_queue.ts";
import { createSampleWriter, createSlot, type SampleSource } from "./loader_sample.ts";
import { packStart, shared } from "./loader_share.ts";

/** Options of {@linkcode BatchLoader}. */
export interface BatchLoaderOptions {
  /** The faces; a batch waits for pictures that are still being made. */
  set: TrainingFaces;
  /** The faces to load, as of a training split. @default all of the set */
  indices?: ArrayLike<number>;
  /** `B`; the last batch of an epoch holds what is left. */
  batchSize: number;
  /** A preset by name, or settings of one's own. @default "none" */
  augment?: PresetName | AugmentOptions;
  /** Drives order and augmentation. @default 0 */
  seed?: number;
  /** Whether each epoch has an order of its own. @default true */
  shuffle?: boolean;
  /** Threads that make samples; 0 makes them in this one, when asked. @default defaultWorkers() */
  workers?: number;
  /** Batches made ahead of the one in use. @default 3 */
  prefetch?: number;
  /** How landmarks become labels. @default "centered" */
  labelConvention?: LabelConvention;
}

/**
 * One batch of `size` samples. The arrays are views on memory that the workers write again: they hold until
 * {@linkcode release} or the next step of the iteration, whichever comes first. A `tf.Tensor` made from them may keep the
 * reference until it is first used (on the `cpu` backend for ever): use the batch up before going on, or copy.
 */
export interface Batch {
  /** Number of the batch within its epoch, from 0. */
  readonly step: number;
  /** Samples in it. */
  readonly size: number;
  /** `[size, S, S, 3]` RGB in 0..1. */
  readonly images: Float32Array;
  /** `[size, 2M]`, normalized as of the label convention. */
  readonly labels: Float32Array;
  /** `[size]`: indices of the faces in the set. */
  readonly indices: Int32Array;
  /** `[size]`: 1 where the face is mirrored, so that values by coordinate can follow by `mirrorPairs`. */
  readonly flipped: Uint8Array;
  /** Gives the memory back to the workers before the next step of the iteration does. */
  release(): void;
}

/**
 * How many workers leave a training step its cores: one on 1 or 2 cores (it makes over 1000 images of 224 px a second), then
 * one to each two cores, 8 at most.
 */
export function defaultWorkers(cores: number = navigator.hardwareConcurrency): number {
  return Math.min(8, Math.max(1, Math.floor(cores / 2)));
}

/**
 * Serves the batches of a face set, augmented in worker threads ahead of time.
 *
 * A batch depends on set, options, epoch and step alone: not on the number of workers, nor on what was read before, so
 * training that stopped in the middle of an epoch goes on with `epoch(e, step)`. Close the loader when done; `using` does.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BatchLoader, generateFaces } from "@/mod.ts";
 *
 * const set = await generateFaces({ count: 20, size: 64, quiet: true });
 * using loader = new BatchLoader({ set, batchSize: 16, augment: "basic", seed: 1 });
 * const sizes = [];
 * for await (const { images, labels, size } of loader.epoch(0)) {
 *   assert.deepEqual([images.length, labels.length], [size * 64 * 64 * 3, size * 136]);
 *   sizes.push(size);
 * }
 * assert.deepEqual(sizes, [16, 4]);
 * ```
 */
export class BatchLoader {
  /** Batches in a whole epoch. */
  readonly batches: number;
  /** Threads that make samples. */
  readonly workers: number;
  /** The resolved augmentation, for the record of a run. */
  readonly augment: AugmentSettings;
  readonly #options: { set: TrainingFaces; seed: number; shuffle: boolean };
  readonly #faces: Int32Array;
  readonly #queue: Queue;
  readonly #source: SampleSource;
  readonly #threads: Worker[];
  /** Workers that are at work on an epoch. */
  #busy = 0;
  #reading = false;
  /** How many iterations have begun: a batch of an earlier one must not release the memory of this one's. */
  #iteration = 0;
  #epoch = 0;
  #closed = false;
  #failure: Error | undefined;
  #wake = () => {};
  #stall = 0;
  #write: ReturnType<typeof createSampleWriter> | undefined;

  /** Starts the worker threads; they idle until an epoch is asked for. */
  constructor(options: BatchLoaderOptions) {
    const { set, batchSize, augment = "none", seed = 0, shuffle = true, labelConvention = "centered" } = options;
    const { workers = defaultWorkers(), prefetch = 3 } = options;
    const { images, ready } = "pending" in set ? set.pending : { images: set.images, ready: undefined };
    checkSet(set, images);
    whole("batch size", batchSize, 1);
    whole("number of workers", workers, 0, 256);
    whole("number of batches made ahead", prefetch, 1);
    whole("seed", seed, Number.MIN_SAFE_INTEGER);
    checkLabelOptions("Cannot load batches", set.size, labelConvention);
    this.#faces = checkedIndices(options.indices, set.count);
    this.#options = { set, seed, shuffle };
    this.workers = workers;
    this.augment = resolveAugment(augment);
    this.batches = Math.ceil(this.#faces.length / batchSize);
    this.#source = {
      images: workers > 0 ? shared(images) : images,
      landmarks: workers > 0 ? shared(set.landmarks) : set.landmarks,
      size: set.size,
      flip: set.scheme.flip,
      keepsAspect: keepsAspect(set),
      augment: this.augment,
      seed,
      labelConvention,
    };
    const rows = Math.min(batchSize, this.#faces.length);
    const slots = workers > 0 ? Math.min(prefetch + 1, this.batches) : 1;
    this.#queue = createQueue(
      Array.from({ length: slots }, () => createSlot(rows, set.size, set.scheme.points)),
      this.#faces.length,
      batchSize,
      ready,
    );
    // Who waits for a picture that will not come learns why.
    wholeFaces(set).catch((error) => this.#end(error));
    this.#threads = Array.from({ length: workers }, () => this.#startWorker());
  }

  /** Seconds that readers waited for batches in the current or last epoch, the first batch included. */
  get stallSeconds(): number {
    return this.#stall;
  }

  /**
   * The batches of one epoch, from `startBatch` on. Only one epoch can be read at a time; leaving the loop early ends it.
   * Between batches the event loop turns once, so that timers and signals are heard even if no batch has to be waited for.
   *
   * @throws {RangeError} At once, if `epoch` or `startBatch` is not a whole number in range.
   * @throws {Error} While iterating, if a face cannot be augmented, a worker ends, or the loader is closed; and what kept
   * a picture from being made.
   */
  epoch(epoch: number, startBatch = 0): AsyncIterableIterator<Batch> {
    whole("epoch", epoch, 0);
    whole("first batch", startBatch, 0, this.batches);
    return this.#iterate(epoch, startBatch);
  }

  /** Ends the workers; an epoch that is being read fails. The promise settles when they are gone, and need not be awaited. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    stop(this.#queue);
    this.#wake();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  /** As `close()`: for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As `close()`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#iterate(epoch: number, startBatch: number): AsyncGenerator<Batch, void> {
    if (this.#reading) {
      throw new Error(`Cannot read epoch ${epoch} as another one is still being read: ${this.#epoch}`);
    }
    this.#reading = true;
    this.#iteration++;
    this.#epoch = epoch;
    this.#stall = 0;
    try {
      // A worker may still finish a sample of an epoch that was left early.
      await this.#until(() => this.#busy === 0);
      const order = this.#faces.slice();
      if (this.#options.shuffle) createRandom(this.#options.seed, "shuffle", epoch).shuffle(order);
      const { set } = this.#options;
      if ("pending" in set) set.pending.prefer(order.subarray(startBatch * this.#queue.batchSize));
      // This thread cannot wait for each.
      if (this.workers === 0) await wholeFaces(set);
      resetQueue(this.#queue, startBatch, order);
      this.#busy = this.#threads.length;
      for (const thread of this.#threads) thread.postMessage({ epoch });
      const make = this.workers === 0 ? this.#maker(epoch) : undefined;
      for (let step = startBatch; step < this.batches; step++) {
        const since = performance.now();
        make?.(step);
        await this.#until(() => isReady(this.#queue, step));
        this.#stall += (performance.now() - since) / 1000;
        yield this.#batch(step);
        release(this.#queue, step);
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    } finally {
      stop(this.#queue);
      this.#reading = false;
    }
  }

  #batch(step: number): Batch {
    const queue = this.#queue, size = batchLength(queue, step);
    const { images, labels, indices, flipped } = queue.slots[step % queue.slots.length]!;
    const { size: side, scheme } = this.#options.set;
    const iteration = this.#iteration;
    return {
      step,
      size,
      images: images.subarray(0, size * side * side * 3),
      labels: labels.subarray(0, size * scheme.points * 2),
      indices: indices.subarray(0, size),
      flipped: flipped.subarray(0, size),
      release: () => {
        if (this.#reading && this.#iteration === iteration) release(queue, step);
      },
    };
  }

  /** Makes whole batches in this thread. */
  #maker(epoch: number): (step: number) => void {
    const write = this.#write ??= createSampleWriter(this.#source);
    const queue = this.#queue;
    return (step) => {
      let current = -1;
      const end = (step + 1) * queue.batchSize;
      try {
        work({ ...queue, order: queue.order.subarray(0, end) }, (index, slot, row) => {
          write(epoch, current = index, slot, row);
        }, () => {});
      } catch (error) {
        this.#fail(current, messageOf(error));
      }
      // It counted once past the last sample, to learn that there is no more.
      queue.control[CONTROL.next] = end;
    };
  }

  #startWorker(): Worker {
    const workerData = packStart(this.#source, this.#queue);
    const thread = new Worker(new URL("./loader_worker.ts", import.meta.url), { workerData });
    // A loader that was forgotten must not keep the process alive.
    thread.unref();
    thread.on("message", (message: WorkerMessage) => {
      if (message.type === "failed") this.#fail(message.index, message.message);
      if (message.type === "idle") this.#busy--;
      this.#wake();
    });
    thread.on("error", (error: unknown) => this.#fail(-1, messageOf(error)));
    thread.on("exit", () => this.#fail(-1, "it ended by itself"));
    return thread;
  }

  #fail(index: number, message: string): void {
    if (this.#closed) return;
    const what = index < 0 ? "a worker failed" : `face '${this.#options.set.ids[index] ?? index}' is refused`;
    this.#end(new Error(`Cannot load epoch ${this.#epoch} as ${what}: ${message}`));
  }

  #end(failure: Error): void {
    if (this.#closed) return;
    this.#failure ??= failure;
    stop(this.#queue);
    this.#wake();
  }

  /** Waits until the condition holds; workers wake it up, and it looks by itself twice a second. */
  async #until(condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#closed) throw new Error(`Cannot load epoch ${this.#epoch} as the loader is closed`);
      if (condition()) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

function whole(what: string, value: number, low: number, high = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  const range = high < Number.MAX_SAFE_INTEGER ? ` from ${low} to ${high}` : low > 0 ? ` of ${low} or more` : "";
  throw new RangeError(`Cannot load batches as the ${what} is not a whole number${range}: ${value}`);
}

function checkSet({ landmarks, count, size, scheme }: TrainingFaces, images: Uint8Array): void {
  const bytes = count * size * size * 3, coordinates = count * scheme.points * 2;
  if (images.length !== bytes || landmarks.length !== coordinates || scheme.flip.length !== scheme.points) {
    throw new TypeError(
      `Cannot load batches as the set's ${count} faces of side ${size} are not ${bytes} bytes and ${coordinates} coordinates: ` +
        `${images.length} and ${landmarks.length}`,
    );
  }
}

function checkedIndices(indices: ArrayLike<number> | undefined, count: number): Int32Array {
  const faces = indices ? Array.from(indices) : Array.from({ length: count }, (_, i) => i);
  if (faces.length === 0) throw new RangeError("Cannot load batches as there are no faces: 0");
  const bad = faces.find((face) => !(Number.isInteger(face) && face >= 0 && face < count));
  if (bad !== undefined) {
    throw new RangeError(`Cannot load batches as an index is not that of one of the ${count} faces: ${bad}`);
  }
  return Int32Array.from(faces);
}
