import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeNpy, encodeNpyHeader, expectNpy, parseNpy, readNpy, writeNpy } from "./npy.ts";

// Made by NumPy 2.4.6: `f = io.BytesIO(); np.save(f, a); base64.b64encode(f.getvalue())`, and for VERSION_2
// `np.lib.format.write_array(f, np.array([1, 2], "u2"), version=(2, 0))`.
const SPACES = (count: number) => "ICAg".repeat(count);
/** np.arange(6, dtype="<f4").reshape(2, 3) / 4 */
const FLOATS = `k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9${
  SPACES(19)
}IAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8=`;
/** np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4)) */
const FORTRAN = `k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0g${
  SPACES(18)
}IAoAAAAMAAQAEAAIABQAAQANAAUAEQAJABUAAgAOAAYAEgAKABYAAwAPAAcAEwALABc=`;
/** np.array([2**62, -1]) */
const BIG = `k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg${
  SPACES(19)
}IAoAAAAAAAAAQP//////////`;
/** np.float64(2.5) */
const SCALAR = `k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0g${
  SPACES(20)
}IAoAAAAAAAAEQA==`;
/** np.array([[True, False]]) */
const BOOLS = `k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIpLCB9${
  SPACES(19)
}IAoBAA==`;
const VERSION_2 = `k05VTVBZAgB0AAAAeydkZXNjcic6ICc8dTInLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9${
  SPACES(19)
}IAoBAAIA`;

const bytesOf = (base64: string) => Uint8Array.fromBase64(base64);

function npy(header: string, elements: number, version = 1): Uint8Array {
  const bytes = new Uint8Array(10 + header.length + elements);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  return bytes;
}

Deno.test("parseNpy() reads what NumPy wrote, in every order, version and rank", () => {
  const floats = parseNpy(bytesOf(FLOATS), "a.npy");
  assert.deepEqual([floats.shape, floats.dtype], [[2, 3], "f4"]);
  assert.deepEqual(floats.data, new Float32Array([0, 0.25, 0.5, 0.75, 1, 1.25]));
  const fortran = parseNpy(bytesOf(FORTRAN), "a.npy");
  assert.deepEqual(fortran.shape, [2, 3, 4]);
  assert.deepEqual(fortran.data, Int16Array.from({ length: 24 }, (_, i) => i));
  assert.deepEqual(parseNpy(bytesOf(BIG), "a.npy").data, new BigInt64Array([2n ** 62n, -1n]));
  assert.deepEqual(parseNpy(bytesOf(SCALAR), "a.npy"), { shape: [], dtype: "f8", data: new Float64Array([2.5]) });
  assert.deepEqual(parseNpy(bytesOf(BOOLS), "a.npy"), { shape: [1, 2], dtype: "b1", data: new Uint8Array([1, 0]) });
  assert.deepEqual(parseNpy(bytesOf(VERSION_2), "a.npy").data, new Uint16Array([1, 2]));
});

Deno.test("encodeNpy() writes the bytes that NumPy writes", () => {
  assert.equal(
    encodeNpy({ shape: [2, 3], data: new Float32Array([0, 0.25, 0.5, 0.75, 1, 1.25]) }).toBase64(),
    FLOATS,
  );
  assert.equal(encodeNpy({ shape: [2], data: new BigInt64Array([2n ** 62n, -1n]) }).toBase64(), BIG);
  assert.equal(encodeNpy({ shape: [], data: new Float64Array([2.5]) }).toBase64(), SCALAR);
  assert.equal(encodeNpyHeader("u1", [3148, 224, 224, 3]).length, 128);
});

Deno.test("writeNpy() and readNpy() round-trip every type, from and to shared memory", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "deep", "x.npy");
    for (
      const data of [
        Uint8Array.of(1, 255),
        Int8Array.of(-1, 1),
        Uint16Array.of(65535, 0),
        Int16Array.of(-5, 5),
        Uint32Array.of(4e9, 1),
        Int32Array.of(-7, 7),
        BigUint64Array.of(2n ** 63n, 1n),
        BigInt64Array.of(-1n, 1n),
        Float32Array.of(NaN, 1.5),
        Float64Array.of(Math.PI, -0),
      ]
    ) {
      await writeNpy(path, { shape: [2, 1], data });
      const back = await readNpy(path);
      assert.deepEqual(back.shape, [2, 1]);
      assert.deepEqual(back.data, data);
    }
    const shared = new Float32Array(new SharedArrayBuffer(40)).map((_, i) => i / 3);
    await writeNpy(path, { shape: [5, 2], data: shared });
    const back = await readNpy(path, { shared: true });
    assert.ok(back.data.buffer instanceof SharedArrayBuffer);
    assert.deepEqual([...back.data], [...shared]);
    assert.deepEqual([...Deno.readDirSync(join(folder, "deep"))].map((entry) => entry.name), ["x.npy"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("parseNpy() refuses damaged files with one clear sentence each", () => {
  const head = (shape: string, type = "'<f4'") => `{'descr': ${type}, 'fortran_order': False, 'shape': ${shape}, }\n`;
  const cases: [Uint8Array, ErrorConstructor, string][] = [
    [new Uint8Array(0), SyntaxError, "it does not start as a .npy file does: '\\x93NUMPY' is missing"],
    [new Uint8Array(500).fill(7), SyntaxError, "it does not start as a .npy file does: '\\x93NUMPY' is missing"],
    [npy(head("(1,)"), 4, 9), SyntaxError, "its format version must be 1, 2 or 3: 9"],
    [npy(head("(1,)"), 4).subarray(0, 40), SyntaxError, "it ends inside its header: 40 bytes"],
    [npy("\u0001junk", 4), SyntaxError, 'its header is not a dictionary: "\\u0001junk"'],
    [npy("{}\n", 4), SyntaxError, "its header lacks 'descr', 'fortran_order' or 'shape': \"{}\\n\""],
    [npy(head("(-3,)"), 4), SyntaxError, "its shape is not a list of whole numbers: (-3,)"],
    [npy(head("(1e9,)"), 4), SyntaxError, "its shape is not a list of whole numbers: (1e9,)"],
    [npy(head("(2,)"), 4), RangeError, "f4 [2] needs 8 bytes of elements: found 4"],
    [npy(head("(1,)"), 5), RangeError, "f4 [1] needs 4 bytes of elements: found 5"],
    [
      npy(head("(999999999, 999999999)"), 4),
      RangeError,
      "f4 [999999999, 999999999] needs 3999999992000000000 bytes of elements: found 4",
    ],
    [
      npy(head("(1,)", "'|O'"), 4),
      TypeError,
      "its element type is not one of b1, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8: |O",
    ],
    [
      npy(head("(1,)", "[('a', '<f4')]"), 4),
      TypeError,
      "its element type is not one of b1, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8: a record type",
    ],
  ];
  for (const [bytes, type, reason] of cases) {
    assert.throws(() => parseNpy(bytes, "x.npy"), (error: Error) => {
      assert.equal(error.message, `Cannot read array from 'x.npy' as ${reason}`);
      return error instanceof type;
    });
  }
});

Deno.test("expectNpy() names what it wanted and what it found", () => {
  const array = parseNpy(bytesOf(FLOATS), "a.npy");
  const floats: Float32Array = expectNpy(array, "a.npy", { dtype: "f4", shape: [-1, 3] }).data;
  assert.equal(floats.length, 6);
  assert.throws(() => expectNpy(array, "a.npy", { dtype: "f4", shape: [-1, 4] }), {
    name: "TypeError",
    message: "Cannot use array of 'a.npy' as it must be f4 [any, 4]: f4 [2, 3]",
  });
  assert.throws(() => expectNpy(array, "a.npy", { dtype: "f8", shape: [2, 3] }), {
    name: "TypeError",
    message: "Cannot use array of 'a.npy' as it must be f8 [2, 3]: f4 [2, 3]",
  });
});

Deno.test("encodeNpy() refuses a shape that does not hold its elements", () => {
  assert.throws(() => encodeNpy({ shape: [2, 2], data: new Float32Array(3) }), {
    name: "TypeError",
    message: "Cannot write array as shape [2, 2] does not hold its elements: 3",
  });
  assert.throws(() => encodeNpy({ shape: [3], data: [1, 2, 3] as unknown as Float32Array }), {
    name: "TypeError",
    message: "Cannot write array as it is of no numeric array type: [object Array]",
  });
});

Deno.test("readNpy() refuses a folder and leaves a missing file to its own error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(readNpy(folder));
    await assert.rejects(readNpy(join(folder, "none.npy")), Deno.errors.NotFound);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
