import assert from "node:assert/strict";
import { bytesField, integerField, readFields } from "./proto.ts";

Deno.test("integerField() and bytesField() follow the examples of the protocol buffers' encoding guide", () => {
  // https://protobuf.dev/programming-guides/encoding: field 1 = 150, field 2 = "testing"
  assert.deepEqual(integerField(1, 150), [0x08, 0x96, 0x01]);
  assert.deepEqual(bytesField(2, new TextEncoder().encode("testing")), [
    0x12,
    7,
    0x74,
    0x65,
    0x73,
    0x74,
    0x69,
    0x6e,
    0x67,
  ]);
  assert.deepEqual(integerField(16, 0), [0x80, 0x01, 0]);
});

Deno.test("readFields() gives back what was written, numbers up to the largest safe one", () => {
  const message = [
    ...integerField(1, 0),
    ...integerField(300, Number.MAX_SAFE_INTEGER),
    ...bytesField(2, []),
    ...bytesField(15, integerField(1, 2 ** 32)),
  ];
  const fields = [...readFields(Uint8Array.from(message))];
  assert.deepEqual(fields.map(({ field, value }) => [field, typeof value === "number" ? value : [...value]]), [
    [1, 0],
    [300, Number.MAX_SAFE_INTEGER],
    [2, []],
    [15, integerField(1, 2 ** 32)],
  ]);
});

Deno.test("readFields() steps over numbers of fixed width", () => {
  const message = Uint8Array.of(0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 9, 0, 0, 0, ...integerField(3, 7));
  assert.deepEqual([...readFields(message)], [
    { field: 1, value: 1 },
    { field: 2, value: 9 },
    { field: 3, value: 7 },
  ]);
});

Deno.test("readFields() refuses a message that ends early or has an unknown wire type", () => {
  const read = (...bytes: number[]) => () => [...readFields(Uint8Array.from(bytes))];
  assert.throws(read(0x08, 0x96), { name: "SyntaxError", message: /ends within a number$/ });
  assert.throws(read(0x12, 3, 1, 2), { name: "SyntaxError", message: /ends within a field of 3 bytes: 4$/ });
  assert.throws(read(0x09, 1, 2), { name: "SyntaxError", message: /ends within a field of 8 bytes: 3$/ });
  assert.throws(read(0x0b), { name: "SyntaxError", message: /field 1 has an unknown wire type: 3$/ });
});
