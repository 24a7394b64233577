import { join } from "node:path";
import { maskedCrc32c } from "./crc32c.ts";

// Message and field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2, image: 4 };
const IMAGE = { height: 1, width: 2, colorspace: 3, encoded: 4 };
const SESSION_LOG = { status: 1, start: 1 };

/** A picture for TensorBoard, encoded. */
export interface EventImage {
  /** PNG or JPEG. */
  readonly bytes: Uint8Array;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

export interface EventWriterOptions {
  /**
   * The step at which a continued run goes on; TensorBoard then drops what earlier files hold from that step on, which
   * a crash left behind the last checkpoint.
   * @default 0
   */
  step?: number;
  /** Seconds since 1970, as a test fixes it. @default () => Date.now() / 1000 */
  clock?: () => number;
}

/**
 * Writes scalars and pictures for TensorBoard, one file per session of a run. Needs no TensorFlow.
 *
 * TensorBoard reads the files of a folder in the order of their names, so a new one always sorts behind those that lie
 * there, whatever happened to the clock.
 */
export class EventWriter {
  readonly #file: Deno.FsFile;
  readonly #clock: () => number;
  readonly #steps = new Map<string, number>();

  private constructor(readonly path: string, file: Deno.FsFile, clock: () => number) {
    this.#file = file;
    this.#clock = clock;
  }

  /** Starts a new file in `folder`, which is made where it is missing. */
  static open(folder: string, options: EventWriterOptions = {}): EventWriter {
    const { step = 0, clock = () => Date.now() / 1000 } = options;
    Deno.mkdirSync(folder, { recursive: true });
    let second = Math.floor(clock());
    let continued = false;
    for (const { name } of Deno.readDirSync(folder)) {
      const match = /^events\.out\.tfevents\.(\d{10})\./.exec(name);
      if (!match) continue;
      continued = true;
      second = Math.max(second, Number(match[1]) + 1);
    }
    const name = `events.out.tfevents.${String(second).padStart(10, "0")}.${Deno.hostname()}.${Deno.pid}`;
    const path = join(folder, name);
    const writer = new EventWriter(path, Deno.openSync(path, { write: true, createNew: true }), clock);
    writer.#write(0, bytesField(EVENT.fileVersion, new TextEncoder().encode("brain.Event:2")));
    if (continued) {
      writer.#write(step, bytesField(EVENT.sessionLog, varintField(SESSION_LOG.status, SESSION_LOG.start)));
    }
    return writer;
  }

  /**
   * Adds a point of the curve `tag`.
   *
   * @throws {RangeError} where the step does not follow the last one of that curve: it would overwrite it.
   */
  scalar(tag: string, value: number, step: number): void {
    this.#add(tag, step, floatField(VALUE.simpleValue, value));
  }

  /** Adds a picture under `tag`; steps follow each other as for {@linkcode scalar}. */
  image(tag: string, { bytes, width, height }: EventImage, step: number): void {
    const rgb = 3;
    const image = [
      varintField(IMAGE.height, height),
      varintField(IMAGE.width, width),
      varintField(IMAGE.colorspace, rgb),
      bytesField(IMAGE.encoded, bytes),
    ];
    this.#add(tag, step, bytesField(VALUE.image, concat(image)));
  }

  /** Flushes what was added to the disk. */
  flush(): void {
    this.#file.syncDataSync();
  }

  /** Flushes and closes the file. */
  close(): void {
    this.#file.close();
  }

  /** As `close()`: for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #add(tag: string, step: number, content: Uint8Array): void {
    const last = this.#steps.get(tag);
    if (!Number.isSafeInteger(step) || step < 0 || (last !== undefined && step <= last)) {
      throw new RangeError(
        `Cannot add '${tag}' to the events as its step must be a whole number after ${last ?? -1}: ${step}`,
      );
    }
    this.#steps.set(tag, step);
    const value = concat([bytesField(VALUE.tag, new TextEncoder().encode(tag)), content]);
    this.#write(step, bytesField(EVENT.summary, bytesField(SUMMARY.value, value)));
  }

  /** Writes one event as one TFRecord: length, its CRC, data, its CRC, all little-endian. */
  #write(step: number, content: Uint8Array): void {
    // proto3 leaves zeros out.
    const stepField = step === 0 ? new Uint8Array() : varintField(EVENT.step, step);
    const event = concat([doubleField(EVENT.wallTime, this.#clock()), stepField, content]);
    const record = new Uint8Array(event.length + 16);
    const view = new DataView(record.buffer);
    view.setBigUint64(0, BigInt(event.length), true);
    view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
    record.set(event, 12);
    view.setUint32(12 + event.length, maskedCrc32c(event), true);
    // In one call, so that a reader sees a whole record or a short one that it waits for.
    for (let offset = 0; offset < record.length;) offset += this.#file.writeSync(record.subarray(offset));
  }
}

// Protocol buffer wire types.
const VARINT = 0, FIXED64 = 1, LENGTH = 2, FIXED32 = 5;

function varint(value: number): number[] {
  const bytes: number[] = [];
  // Not by shifts, which stop at 32 bits: steps may be larger.
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([(field << 3) | VARINT, ...varint(value)]);
}

function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.from([(field << 3) | LENGTH, ...varint(bytes.length)]), bytes]);
}

function floatField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (field << 3) | FIXED32;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function doubleField(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = (field << 3) | FIXED64;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
