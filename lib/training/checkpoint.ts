import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";

/** One array of a checkpoint: a weight, a moment, a counter. */
export interface CheckpointArray {
  /** Unique in the checkpoint. */
  readonly name: string;
  /** Length of every axis. */
  readonly shape: readonly number[];
  /** The elements, the last axis fastest. */
  readonly values: Float32Array | Int32Array;
}

/** What a checkpoint file holds: arrays, and anything else as JSON. */
export interface Checkpoint<State> {
  /** Weights and slots, by name. */
  readonly arrays: readonly CheckpointArray[];
  /** Everything else: plain JSON. */
  readonly state: State;
}

/*
 * The file, little endian:
 *
 *   8 bytes    "ACRCKPT1"
 *   32 bytes   SHA-256 of everything that follows
 *   8 bytes    length of the header, uint64
 *   ...        header: JSON { state, arrays: [{ name, shape, dtype, offset }] }, padded with spaces to a multiple of 8
 *   ...        body: the arrays, one after the other, 4 bytes per number
 */
const MAGIC = new TextEncoder().encode("ACRCKPT1");
const PREFIX = MAGIC.length + 32 + 8;

interface Header {
  readonly state: unknown;
  readonly arrays: readonly { name: string; shape: number[]; dtype: "float32" | "int32"; offset: number }[];
}

/** The bytes of a checkpoint file. */
export function encodeCheckpoint({ arrays, state }: Checkpoint<unknown>): Uint8Array {
  let offset = 0;
  const entries = arrays.map(({ name, shape, values }) => {
    const dtype = values instanceof Int32Array ? "int32" : "float32";
    const entry = { name, shape, dtype, offset };
    offset += values.byteLength;
    return entry;
  });
  const json = new TextEncoder().encode(JSON.stringify({ state, arrays: entries }));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(PREFIX + padded + offset);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setBigUint64(PREFIX - 8, BigInt(padded), true);
  bytes.fill(0x20, PREFIX + json.length, PREFIX + padded);
  bytes.set(json, PREFIX);
  let at = PREFIX + padded;
  for (const { values } of arrays) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  bytes.set(createHash("sha256").update(bytes.subarray(PREFIX - 8)).digest(), MAGIC.length);
  return bytes;
}

/**
 * Reads a checkpoint file's bytes; `source` names it in errors.
 *
 * @throws {SyntaxError} if it is not a checkpoint, is cut short or has a bit changed
 */
export function decodeCheckpoint<State>(bytes: Uint8Array, source: string): Checkpoint<State> {
  const fail = (reason: string) => new SyntaxError(`Cannot read checkpoint '${source}' as ${reason}`);
  if (bytes.length < PREFIX) throw fail(`it is shorter than its ${PREFIX} byte prefix: ${bytes.length}`);
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    const start = new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC.length));
    throw fail(`it must start with ACRCKPT1: ${JSON.stringify(start)}`);
  }
  const digest = createHash("sha256").update(bytes.subarray(PREFIX - 8)).digest();
  if (!digest.every((byte, index) => bytes[MAGIC.length + index] === byte)) {
    throw fail(`its checksum is wrong (cut short or damaged): ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(PREFIX - 8, true));
  if (headerLength > bytes.length - PREFIX) throw fail(`its header does not fit in the file: ${headerLength}`);
  const header = parseHeader(bytes.subarray(PREFIX, PREFIX + headerLength));
  if (header === undefined) throw fail("its header is not a list of arrays");
  const body = bytes.slice(PREFIX + headerLength).buffer;
  const arrays = header.arrays.map(({ name, shape, dtype, offset }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    if (offset + 4 * length > body.byteLength) {
      throw fail(`array '${name}' reaches beyond the end of the file: ${offset + 4 * length}`);
    }
    const values = dtype === "int32" ? new Int32Array(body, offset, length) : new Float32Array(body, offset, length);
    return { name, shape, values };
  });
  return { arrays, state: header.state as State };
}

function parseHeader(bytes: Uint8Array): Header | undefined {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const count = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const good = Array.isArray(header?.arrays) &&
    header.arrays.every((array) =>
      typeof array?.name === "string" && Array.isArray(array.shape) && array.shape.every(count) &&
      (array.dtype === "float32" || array.dtype === "int32") && count(array.offset) && array.offset % 4 === 0
    );
  return good ? header as Header : undefined;
}

/** Reads variables out, each under the name it is paired with. */
export async function readVariables(named: Iterable<readonly [string, tf.Variable]>): Promise<CheckpointArray[]> {
  const arrays: CheckpointArray[] = [];
  for (const [name, variable] of named) {
    const values = await variable.data() as Float32Array | Int32Array;
    arrays.push({ name, shape: variable.shape, values: values.slice() });
  }
  return arrays;
}

/**
 * Writes arrays back into the variables they came from.
 *
 * @throws {RangeError} if one is missing or has another shape; nothing is written then
 */
export function writeVariables(
  named: Iterable<readonly [string, tf.Variable]>,
  arrays: readonly CheckpointArray[],
): void {
  const byName = new Map(arrays.map((array) => [array.name, array]));
  const pairs = [...named].map(([name, variable]) => {
    const array = byName.get(name);
    if (array === undefined) throw new RangeError(`Cannot restore the run as its checkpoint has no array: '${name}'`);
    if (array.shape.join() !== variable.shape.join()) {
      throw new RangeError(`Cannot restore '${name}' as its shape must be [${variable.shape}]: [${array.shape}]`);
    }
    return [variable, array] as const;
  });
  for (const [variable, array] of pairs) {
    tf.tidy(() => variable.assign(tf.tensor(array.values.slice(), variable.shape, variable.dtype)));
  }
}
