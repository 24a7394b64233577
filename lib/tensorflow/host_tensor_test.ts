import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { useBackend } from "./backend.ts";
import { DataType } from "./c_api.ts";
import { type HostValues, newTensor, readTensor } from "./host_tensor.ts";
import type { NodeBackend } from "./node_backend.ts";

await useBackend({ quiet: true });
const { runtime } = (tf.backend() as unknown as NodeBackend).binding;

function roundTrip(shape: number[], dtype: number, values: HostValues): unknown {
  const tensor = newTensor(runtime, shape, dtype, values);
  try {
    return readTensor(runtime, tensor);
  } finally {
    runtime.symbols.TF_DeleteTensor(tensor);
  }
}

Deno.test("newTensor() and readTensor() keep the values of every type that tfjs has", () => {
  const { FLOAT, INT32, INT64, BOOL, COMPLEX64, UINT8 } = DataType;
  const floats = Float32Array.of(1.5, -0, NaN, Infinity, 1e-45, 3e38);
  assert.deepEqual(roundTrip([2, 3], FLOAT, floats), floats);
  assert.deepEqual(
    roundTrip([2], INT32, Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
    Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  );
  assert.deepEqual(roundTrip([2], INT64, BigInt64Array.of(-1n, 2n ** 62n)), BigInt64Array.of(-1n, 2n ** 62n));
  // tfjs-node gives a 64-bit number as two halves.
  assert.deepEqual(roundTrip([], INT64, Int32Array.of(-2, -1)), BigInt64Array.of(-2n));
  assert.deepEqual(roundTrip([3], BOOL, Uint8Array.of(1, 0, 1)), Uint8Array.of(1, 0, 1));
  assert.deepEqual(roundTrip([2], UINT8, Uint8Array.of(7, 255)), Uint8Array.of(7, 255));
  assert.deepEqual(roundTrip([1], COMPLEX64, Float32Array.of(1, -2)), Float32Array.of(1, -2));
});

Deno.test("newTensor() converts plain arrays and other number types to the tensor's own", () => {
  const { FLOAT, INT32, BOOL } = DataType;
  assert.deepEqual(roundTrip([2], FLOAT, [1, 2.5]), Float32Array.of(1, 2.5));
  assert.deepEqual(roundTrip([2], FLOAT, Int32Array.of(3, 4)), Float32Array.of(3, 4));
  assert.deepEqual(roundTrip([2], FLOAT, Float64Array.of(0.1, 4)), Float32Array.of(0.1, 4));
  assert.deepEqual(roundTrip([2], INT32, Float32Array.of(3.9, -4.9)), Int32Array.of(3, -4));
  assert.deepEqual(roundTrip([2], BOOL, [true, false]), Uint8Array.of(1, 0));
  assert.deepEqual(roundTrip([2], BOOL, Int32Array.of(1, 0)), Uint8Array.of(1, 0));
});

Deno.test("newTensor() takes the part of a buffer that a view shows, and shared memory", () => {
  const buffer = Float32Array.of(1, 2, 3, 4, 5);
  assert.deepEqual(roundTrip([2], DataType.FLOAT, buffer.subarray(2, 4)), Float32Array.of(3, 4));
  const shared = new Float32Array(new SharedArrayBuffer(8));
  shared.set([6, 7]);
  assert.deepEqual(roundTrip([2], DataType.FLOAT, shared), Float32Array.of(6, 7));
});

Deno.test("newTensor() and readTensor() keep empty tensors and strings of any bytes and length", () => {
  assert.deepEqual(roundTrip([0], DataType.FLOAT, new Float32Array(0)), new Float32Array(0));
  assert.deepEqual(roundTrip([2, 0, 3], DataType.INT32, []), new Int32Array(0));
  assert.deepEqual(roundTrip([0], DataType.STRING, []), []);
  const encode = (text: string) => new TextEncoder().encode(text);
  // TensorFlow keeps up to 22 bytes within its 24-byte string, and longer ones elsewhere.
  const strings = ["", "é", "x".repeat(22), "y".repeat(23), "z".repeat(100_000)];
  assert.deepEqual(roundTrip([5], DataType.STRING, strings), strings.map(encode));
  assert.deepEqual(roundTrip([1], DataType.STRING, [Uint8Array.of(0, 255, 0)]), [Uint8Array.of(0, 255, 0)]);
});

Deno.test("readTensor() gives a copy that outlives its tensor", () => {
  const tensor = newTensor(runtime, [2], DataType.FLOAT, [1, 2]);
  const values = readTensor(runtime, tensor);
  runtime.symbols.TF_DeleteTensor(tensor);
  for (let i = 0; i < 100; i++) runtime.symbols.TF_DeleteTensor(newTensor(runtime, [2], DataType.FLOAT, [9, 9]));
  assert.deepEqual(values, Float32Array.of(1, 2));
});

Deno.test("newTensor() refuses values that are more or fewer than the shape has", () => {
  const refuse = (shape: number[], dtype: number, values: HostValues, message: RegExp) =>
    assert.throws(() => newTensor(runtime, shape, dtype, values), { name: "TypeError", message });
  refuse([2, 2], DataType.FLOAT, [1, 2, 3], /^Cannot make a tensor of shape \[2,2\] as it wants 4 values: 3 given$/);
  refuse([], DataType.INT32, [], /shape \[\] as it wants 1 values: 0 given$/);
  refuse([3], DataType.STRING, ["one"], /shape \[3\] as it wants 3 values: 1 given$/);
  refuse([1], DataType.COMPLEX64, [1, 2, 3, 4], /shape \[1\] as it wants 1 values: 2 given$/);
});
