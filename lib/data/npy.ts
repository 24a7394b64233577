import { dirname } from "node:path";

/** The element types that are read and written, by NumPy's own short names (`b1` is a bool, kept as 0 and 1). */
export type NpyDtype = "b1" | "u1" | "i1" | "u2" | "i2" | "u4" | "i4" | "u8" | "i8" | "f4" | "f8";

/** What the elements of an array lie in; 8-byte integers are big integers, as nothing else holds them exactly. */
export type NpyData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** One array, in C order, as NumPy's `.npy` format holds it. */
export interface NpyArray<Data extends NpyData = NpyData> {
  /** Length of every axis; empty for a scalar. */
  readonly shape: readonly number[];
  /** Type of the elements, as `f4`. */
  readonly dtype: NpyDtype;
  /** All elements, the last axis fastest. */
  readonly data: Data;
}

/** The arrays that are read with a known element type. */
export interface NpyTypes {
  /** Booleans, a byte each. */
  b1: Uint8Array;
  /** Unsigned bytes. */
  u1: Uint8Array;
  /** Signed bytes. */
  i1: Int8Array;
  /** Unsigned 16-bit integers. */
  u2: Uint16Array;
  /** Signed 16-bit integers. */
  i2: Int16Array;
  /** Unsigned 32-bit integers. */
  u4: Uint32Array;
  /** Signed 32-bit integers. */
  i4: Int32Array;
  /** Unsigned 64-bit integers. */
  u8: BigUint64Array;
  /** Signed 64-bit integers. */
  i8: BigInt64Array;
  /** Single precision. */
  f4: Float32Array;
  /** Double precision. */
  f8: Float64Array;
}

/** The part of a `.npy` file before its elements. */
export interface NpyHeader {
  /** Length of every axis; empty for a scalar. */
  readonly shape: readonly number[];
  /** Type of the elements, as `f4`. */
  readonly dtype: NpyDtype;
  /** Whether bytes have to be swapped. */
  readonly bigEndian: boolean;
  /** Whether the first axis runs fastest. */
  readonly fortranOrder: boolean;
  /** Number of elements: the product of the shape. */
  readonly length: number;
  /** Where the elements begin, in bytes. */
  readonly offset: number;
  /** Size of the elements, in bytes. */
  readonly byteLength: number;
}

/** What {@linkcode expectNpy} demands of an array. */
export interface NpyExpectation<Type extends NpyDtype = NpyDtype> {
  /** Type of the elements, as `f4`. */
  readonly dtype: Type;
  /** Length of every axis; -1 for an axis of any length. */
  readonly shape: readonly number[];
}

/** Options of {@linkcode readNpy}. */
export interface ReadNpyOptions {
  /** Puts the elements in a `SharedArrayBuffer`, so that workers see them without a copy. @default false */
  shared?: boolean;
}

const CONSTRUCTORS = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** A header of a plain array is under 200 bytes; one that claims more than this is not one. */
const LONGEST_HEADER = 1 << 16;

/** Names an array for people, as `f4 [3, 136]`. */
export function describeNpy({ dtype, shape }: Pick<NpyArray, "dtype" | "shape">): string {
  return `${dtype} [${shape.join(", ")}]`;
}

/**
 * Parses the header of a `.npy` file, of format version 1, 2 or 3.
 *
 * @param bytes the file, or its first 64 kB
 * @param source what to call the file in an error
 * @param fileSize size of the whole file, to hold the claimed shape against, before anything is allocated
 * @throws {SyntaxError} if this is no `.npy` file or its header is damaged
 * @throws {TypeError} if its element type is none of {@linkcode NpyDtype}
 * @throws {RangeError} if the file is not as long as its header says
 */
export function parseNpyHeader(bytes: Uint8Array, source: string, fileSize: number = bytes.length): NpyHeader {
  const fail = (reason: string) => new SyntaxError(`Cannot read array from '${source}' as ${reason}`);
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw fail(`it does not start as a .npy file does: '\\x93NUMPY' is missing`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw fail(`its format version must be 1, 2 or 3: ${version}`);
  const wide = version > 1;
  if (wide && bytes.length < 12) throw fail(`it ends inside its header: ${bytes.length} bytes`);
  const headerLength = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = wide ? 12 : 10;
  if (headerLength > LONGEST_HEADER) throw fail(`its header is too long: ${headerLength} bytes`);
  if (start + headerLength > bytes.length) throw fail(`it ends inside its header: ${bytes.length} bytes`);
  const text = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerLength));
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);

  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1];
  if (body === undefined) throw fail(`its header is not a dictionary: ${shown}`);
  const order = /'fortran_order':\s*(True|False)\s*(?:,|$)/.exec(body)?.[1];
  const tuple = /'shape':\s*\(([^()]*)\)/.exec(body)?.[1];
  const descr = /'descr':\s*(?:'([^']*)'|(\[))/.exec(body);
  if (order === undefined || tuple === undefined || descr === null) {
    throw fail(`its header lacks 'descr', 'fortran_order' or 'shape': ${shown}`);
  }
  const axes = tuple.split(",").map((axis) => axis.trim());
  if (axes.at(-1) === "") axes.pop();
  if (axes.some((axis) => !/^\d{1,15}L?$/.test(axis)) || axes.length > 32) {
    throw fail(`its shape is not a list of whole numbers: (${tuple.slice(0, 80)})`);
  }
  const shape = axes.map((axis) => parseInt(axis));

  const typeName = descr[1] ?? "a record type";
  const type = /^([<>|=])(b1|[ui][1248]|f[48])$/.exec(typeName);
  if (!type) {
    throw new TypeError(
      `Cannot read array from '${source}' as its element type is not one of ${
        Object.keys(CONSTRUCTORS).join(", ")
      }: ${typeName}`,
    );
  }
  const dtype = type[2] as NpyDtype;
  const length = shape.reduce((product, axis) => product * axis, 1);
  const byteLength = length * CONSTRUCTORS[dtype].BYTES_PER_ELEMENT;
  const offset = start + headerLength;
  if (offset + byteLength !== fileSize) {
    throw new RangeError(
      `Cannot read array from '${source}' as ${
        describeNpy({ dtype, shape })
      } needs ${byteLength} bytes of elements: found ${fileSize - offset}`,
    );
  }
  return { shape, dtype, bigEndian: type[1] === ">", fortranOrder: order === "True", length, offset, byteLength };
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}

/** Reorders elements whose first axis is fastest to the last axis fastest. */
function fromFortranOrder<Data extends NpyData>(data: Data, shape: readonly number[]): Data {
  const result = data.slice() as Data;
  const index = new Array<number>(shape.length).fill(0);
  const strides: number[] = [];
  shape.reduce((stride, axis) => (strides.push(stride), stride * axis), 1);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function assemble(header: NpyHeader, elements: Uint8Array): NpyArray {
  const Constructor = CONSTRUCTORS[header.dtype];
  if (header.bigEndian) swapBytes(elements, Constructor.BYTES_PER_ELEMENT);
  let data: NpyData = new Constructor(elements.buffer as ArrayBuffer, elements.byteOffset, header.length);
  if (header.fortranOrder && header.shape.length > 1) data = fromFortranOrder(data, header.shape);
  return { shape: header.shape, dtype: header.dtype, data };
}

/**
 * Parses a whole `.npy` file that is in memory. Elements are copied, big-endian and Fortran-ordered ones turned.
 *
 * @param source what to call the file in an error
 * @throws as {@linkcode parseNpyHeader}
 */
export function parseNpy(bytes: Uint8Array, source: string): NpyArray {
  const header = parseNpyHeader(bytes, source);
  return assemble(header, bytes.slice(header.offset));
}

/**
 * Reads a `.npy` file. Memory is allocated only once the file is known to be as long as its header claims.
 *
 * @throws as {@linkcode parseNpyHeader}, and `Deno.errors.NotFound` and its like if the file cannot be opened
 */
export async function readNpy(path: string, options: ReadNpyOptions = {}): Promise<NpyArray> {
  const { shared = false } = options;
  using file = await Deno.open(path);
  const { size, isFile } = await file.stat();
  if (!isFile) throw new TypeError(`Cannot read array from '${path}' as it is not a file`);
  const head = new Uint8Array(Math.min(size, LONGEST_HEADER + 12));
  await fill(file, head, path);
  const header = parseNpyHeader(head, path, size);
  if (shared && header.fortranOrder && header.shape.length > 1) {
    throw new TypeError(`Cannot share array of '${path}' as it is stored in Fortran order`);
  }
  await file.seek(header.offset, Deno.SeekMode.Start);
  const elements = new Uint8Array(
    shared ? new SharedArrayBuffer(header.byteLength) : new ArrayBuffer(header.byteLength),
  );
  await fill(file, elements, path);
  return assemble(header, elements);
}

async function fill(file: Deno.FsFile, bytes: Uint8Array, path: string): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const count = await file.read(bytes.subarray(at));
    if (count === null) throw new RangeError(`Cannot read array from '${path}' as it became shorter: ${at} bytes`);
    at += count;
  }
}

/**
 * Checks that an array is of the element type and shape that its reader needs, and narrows its type.
 *
 * @param source what to call the array in an error
 * @throws {TypeError} if it is not
 */
export function expectNpy<Type extends NpyDtype>(
  array: NpyArray,
  source: string,
  expected: NpyExpectation<Type>,
): NpyArray<NpyTypes[Type]> {
  const { dtype, shape } = expected;
  const fits = array.dtype === dtype && array.shape.length === shape.length &&
    shape.every((axis, i) => axis === -1 || axis === array.shape[i]);
  if (!fits) {
    const wanted = `${dtype} [${shape.map((axis) => axis === -1 ? "any" : axis).join(", ")}]`;
    throw new TypeError(`Cannot use array of '${source}' as it must be ${wanted}: ${describeNpy(array)}`);
  }
  return array as NpyArray<NpyTypes[Type]>;
}

function dtypeOf(data: NpyData): NpyDtype {
  const found = (Object.keys(CONSTRUCTORS) as NpyDtype[]).find((name) =>
    name !== "b1" && data instanceof CONSTRUCTORS[name]
  );
  if (!found) {
    throw new TypeError(
      `Cannot write array as it is of no numeric array type: ${Object.prototype.toString.call(data)}`,
    );
  }
  return found;
}

/** The header of a `.npy` file, byte for byte as NumPy writes it. */
export function encodeNpyHeader(dtype: NpyDtype, shape: readonly number[]): Uint8Array {
  const order = CONSTRUCTORS[dtype].BYTES_PER_ELEMENT === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${order}${dtype}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // NumPy leaves room for the first axis to grow to 21 digits, then pads elements to begin at a multiple of 64 bytes.
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const length = Math.ceil((10 + text.length + room + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(MAGIC);
  bytes[6] = 1;
  bytes[7] = 0;
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

function checkShape({ shape, data }: { shape: readonly number[]; data: NpyData }): void {
  const length = shape.reduce((product, axis) => product * axis, 1);
  if (shape.some((axis) => !Number.isSafeInteger(axis) || axis < 0) || length !== data.length) {
    throw new TypeError(`Cannot write array as shape [${shape.join(", ")}] does not hold its elements: ${data.length}`);
  }
}

/**
 * Encodes an array as a `.npy` file in memory.
 *
 * @throws {TypeError} if the shape does not match the number of elements
 */
export function encodeNpy(array: { shape: readonly number[]; data: NpyData }): Uint8Array {
  checkShape(array);
  const header = encodeNpyHeader(dtypeOf(array.data), array.shape);
  const elements = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const bytes = new Uint8Array(header.length + elements.length);
  bytes.set(header);
  bytes.set(elements, header.length);
  return bytes;
}

/**
 * Writes an array as a `.npy` file, whole or not at all, without a second copy of it in memory. Makes missing parent
 * folders.
 *
 * @throws {TypeError} if the shape does not match the number of elements
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readNpy, writeNpy } from "@/mod.ts";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await writeNpy(path, { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
 * const { shape, dtype, data } = await readNpy(path); // numpy.load(path) reads it too
 * assert.deepEqual([shape, dtype, data[5]], [[2, 3], "f4", 6]);
 * await Deno.remove(path);
 * ```
 */
export async function writeNpy(path: string, array: { shape: readonly number[]; data: NpyData }): Promise<void> {
  checkShape(array);
  const header = encodeNpyHeader(dtypeOf(array.data), array.shape);
  const elements = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp-${Deno.pid}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    await writeAll(file, header);
    await writeAll(file, elements);
    await file.sync();
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await Deno.rename(temporary, path);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
