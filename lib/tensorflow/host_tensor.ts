import { DataType } from "./c_api.ts";
import type { Pointer, Runtime } from "./runtime.ts";

/** Values that tfjs hands to a backend: numbers in a typed or plain array, booleans, or strings as bytes. */
export type HostValues = ArrayLike<number> | ArrayLike<boolean> | readonly (string | Uint8Array)[] | ArrayBufferView;

const STRING_BYTES = 24; // sizeof(TF_TString)

function toBytes(values: HostValues, dtype: number): Uint8Array {
  if (ArrayBuffer.isView(values)) {
    const wants = dtype === DataType.FLOAT || dtype === DataType.COMPLEX64
      ? Float32Array
      : dtype === DataType.INT32
      ? Int32Array
      : undefined;
    const bool = dtype === DataType.BOOL && values.constructor !== Uint8Array;
    if ((wants === undefined && !bool) || values.constructor === wants) {
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    }
  }
  const numbers = values as ArrayLike<number>;
  if (dtype === DataType.FLOAT || dtype === DataType.COMPLEX64) {
    return new Uint8Array(Float32Array.from(numbers).buffer);
  }
  if (dtype === DataType.INT32) return new Uint8Array(Int32Array.from(numbers).buffer);
  return Uint8Array.from(numbers, Number);
}

function fillStrings(runtime: Runtime, tensor: Pointer, values: readonly (string | Uint8Array)[]): void {
  const c = runtime.symbols;
  const data = Deno.UnsafePointer.value(c.TF_TensorData(tensor));
  values.forEach((value, i) => {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
    const slot = Deno.UnsafePointer.create(data + BigInt(i * STRING_BYTES));
    c.TF_StringInit(slot);
    c.TF_StringCopy(slot, bytes, BigInt(bytes.length));
  });
}

const WIDTHS: Readonly<Record<number, number>> = {
  [DataType.FLOAT]: 4,
  [DataType.INT32]: 4,
  [DataType.INT64]: 8,
  [DataType.COMPLEX64]: 8,
  [DataType.STRING]: STRING_BYTES,
};

/**
 * Copies host values into a new `TF_Tensor`; the caller deletes it.
 *
 * @throws {TypeError} when they are more or fewer than the shape has.
 */
export function newTensor(runtime: Runtime, shape: readonly number[], dtype: number, values: HostValues): Pointer {
  const c = runtime.symbols;
  const strings = dtype === DataType.STRING ? values as readonly (string | Uint8Array)[] : undefined;
  const bytes = strings ? new Uint8Array(0) : toBytes(values, dtype);
  const width = WIDTHS[dtype] ?? 1;
  const wanted = shape.reduce((product, side) => product * side, 1) * width;
  const given = strings ? strings.length * STRING_BYTES : bytes.length;
  if (given !== wanted) {
    throw new TypeError(
      `Cannot make a tensor of shape [${shape}] as it wants ${wanted / width} values: ${given / width} given`,
    );
  }
  const tensor = c.TF_AllocateTensor(dtype, BigInt64Array.from(shape, BigInt), shape.length, BigInt(wanted))!;
  if (strings) fillStrings(runtime, tensor, strings);
  else if (wanted > 0) {
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(c.TF_TensorData(tensor)!, wanted)).set(bytes);
  }
  return tensor;
}

/** Copies a `TF_Tensor` to the host, as the array type that tfjs expects for its data type. */
// deno-lint-ignore no-explicit-any -- tfjs types it as three arrays, but strings and int64 come as others
export function readTensor(runtime: Runtime, tensor: Pointer): any {
  const c = runtime.symbols;
  const dtype = c.TF_TensorType(tensor);
  if (dtype === DataType.STRING) {
    const data = Deno.UnsafePointer.value(c.TF_TensorData(tensor));
    return Array.from({ length: Number(c.TF_TensorElementCount(tensor)) }, (_, i) => {
      const slot = Deno.UnsafePointer.create(data + BigInt(i * STRING_BYTES));
      const length = Number(c.TF_StringGetSize(slot));
      if (length === 0) return new Uint8Array(0);
      return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(c.TF_StringGetDataPointer(slot)!, length).slice(0));
    });
  }
  const length = Number(c.TF_TensorByteSize(tensor));
  // Copied: TensorFlow frees the memory when the tensor is deleted.
  const bytes = length === 0
    ? new ArrayBuffer(0)
    : Deno.UnsafePointerView.getArrayBuffer(c.TF_TensorData(tensor)!, length).slice(0);
  switch (dtype) {
    case DataType.FLOAT:
    case DataType.COMPLEX64:
      return new Float32Array(bytes);
    case DataType.INT32:
      return new Int32Array(bytes);
    case DataType.INT64:
      return new BigInt64Array(bytes);
    case DataType.BOOL:
    case DataType.UINT8:
      return new Uint8Array(bytes);
    default:
      throw new TypeError(`Cannot read a tensor of TensorFlow's data type ${dtype}: tfjs has no such type`);
  }
}
