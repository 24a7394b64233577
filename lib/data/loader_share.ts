import type { Queue } from "./loader_queue.ts";
import type { SampleSource, Slot } from "./loader_sample.ts";

/**
 * A view on shared memory as it travels to a worker: `node:worker_threads` of Deno 2.9 looks at every element of a typed
 * array that is sent (minutes and gigabytes for a face set), and at none of a bare `SharedArrayBuffer`.
 */
interface SharedView {
  readonly buffer: SharedArrayBuffer;
  readonly byteOffset: number;
  readonly length: number;
}

/** What a worker starts with, ready to be sent. */
export interface WorkerStart {
  readonly source: Omit<SampleSource, "images" | "landmarks">;
  readonly images: SharedView;
  readonly landmarks: SharedView;
  readonly batchSize: number;
  readonly slots: readonly { readonly [Part in keyof Slot]: SharedView }[];
  readonly order: SharedView;
  readonly control: SharedView;
  readonly ready: SharedView | undefined;
}

/** The numbers in shared memory: themselves, or one copy. */
export function shared<T extends Uint8Array | Float32Array>(numbers: T): T {
  if (numbers.buffer instanceof SharedArrayBuffer) return numbers;
  const bytes = new Uint8Array(new SharedArrayBuffer(numbers.byteLength));
  bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  return (numbers instanceof Float32Array ? new Float32Array(bytes.buffer) : bytes) as T;
}

/** Prepares a source and a queue, both in shared memory, for sending. */
export function packStart({ images, landmarks, ...source }: SampleSource, queue: Queue): WorkerStart {
  return {
    source,
    images: pack(images),
    landmarks: pack(landmarks),
    batchSize: queue.batchSize,
    slots: queue.slots.map((slot) => ({
      images: pack(slot.images),
      labels: pack(slot.labels),
      indices: pack(slot.indices),
      flipped: pack(slot.flipped),
    })),
    order: pack(queue.order),
    control: pack(queue.control),
    ready: queue.ready && pack(queue.ready),
  };
}

/** The same source and queue on the other side. */
export function unpackStart(start: WorkerStart): { source: SampleSource; queue: Queue } {
  return {
    source: {
      ...start.source,
      images: bytes(start.images),
      landmarks: floats(start.landmarks),
    },
    queue: {
      batchSize: start.batchSize,
      slots: start.slots.map((slot) => ({
        images: floats(slot.images),
        labels: floats(slot.labels),
        indices: integers(slot.indices),
        flipped: bytes(slot.flipped),
      })),
      order: integers(start.order),
      control: integers(start.control),
      ready: start.ready && integers(start.ready),
    },
  };
}

function pack({ buffer, byteOffset, length }: Uint8Array | Float32Array | Int32Array): SharedView {
  return { buffer: buffer as SharedArrayBuffer, byteOffset, length };
}

const bytes = ({ buffer, byteOffset, length }: SharedView) => new Uint8Array(buffer, byteOffset, length);
const floats = ({ buffer, byteOffset, length }: SharedView) => new Float32Array(buffer, byteOffset, length);
const integers = ({ buffer, byteOffset, length }: SharedView) => new Int32Array(buffer, byteOffset, length);
