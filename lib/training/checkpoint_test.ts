import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, readVariables, writeVariables } from "./checkpoint.ts";
import { CheckpointStore } from "./checkpoint_store.ts";

const EXAMPLE: Checkpoint<{ epoch: number; sum: number }> = {
  state: { epoch: 3, sum: 0.1 + 0.2 },
  arrays: [
    { name: "Conv1/kernel", shape: [2, 3], values: new Float32Array([1, -2.5, 3e-40, 4, Infinity, 0.1]) },
    { name: "iterations", shape: [], values: new Int32Array([123456789]) },
    { name: "empty", shape: [0, 4], values: new Float32Array(0) },
  ],
};

function withFolder(run: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await Deno.makeTempDir({ prefix: "acr-lab-checkpoint-" });
    try {
      await run(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

Deno.test("decodeCheckpoint() gives back what encodeCheckpoint() took, bit for bit", () => {
  assert.deepEqual(decodeCheckpoint(encodeCheckpoint(EXAMPLE), "x"), EXAMPLE);
});

Deno.test("decodeCheckpoint() refuses a file with any one byte changed or cut short", () => {
  const bytes = encodeCheckpoint(EXAMPLE);
  for (let index = 0; index < bytes.length; index++) {
    const damaged = bytes.slice();
    damaged[index]! ^= 0x10;
    assert.throws(() => decodeCheckpoint(damaged, "x.ckpt"), SyntaxError, `byte ${index}`);
    assert.throws(() => decodeCheckpoint(bytes.subarray(0, index), "x.ckpt"), SyntaxError, `length ${index}`);
  }
  const junk = new Uint8Array(200).fill(7);
  assert.throws(() => decodeCheckpoint(junk, "x.ckpt"), {
    message: /^Cannot read checkpoint 'x.ckpt' as it must start/,
  });
});

Deno.test("decodeCheckpoint() refuses a header that lies, even with a right checksum", () => {
  const bytes = encodeCheckpoint({ state: 0, arrays: [{ name: "a", shape: [2], values: new Float32Array(2) }] });
  const lies = [
    [`"shape":[2]`, `"shape":[9]`],
    [`"shape":[2]`, `"shape":"2"`],
    [`"name":"a"`, `"name":555`],
    [`"float32"`, `"float64"`],
    [`"offset":0`, `"offset":1`],
    [`"arrays"`, `"arrows"`],
    [`{"state"`, `["state"`],
  ] as const;
  for (const [from, to] of lies) {
    assert.throws(() => decodeCheckpoint(resign(bytes, from, to), "x"), SyntaxError, to);
  }
});

/** Changes text in the header and makes the checksum right again. */
function resign(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes).replace(from, to);
  const changed = Uint8Array.from(text, (character) => character.charCodeAt(0));
  changed.set(createHash("sha256").update(changed.subarray(40)).digest(), 8);
  return changed;
}

Deno.test("writeVariables() restores what readVariables() read and refuses another shape or a missing name", async () => {
  await tf.setBackend("cpu");
  const a = tf.variable(tf.tensor2d([[1, 2], [3, 4]])), b = tf.variable(tf.scalar(7, "int32"));
  const arrays = await readVariables([["a", a], ["b", b]]);
  a.assign(tf.zeros([2, 2]));
  b.assign(tf.scalar(0, "int32"));
  writeVariables([["a", a], ["b", b]], arrays);
  assert.deepEqual([[...a.dataSync()], [...b.dataSync()]], [[1, 2, 3, 4], [7]]);
  const other = tf.variable(tf.zeros([4]));
  assert.throws(() => writeVariables([["a", other]], arrays), { message: /'a' as its shape must be \[4\]: \[2,2\]/ });
  assert.throws(() => writeVariables([["c", other]], arrays), { message: /has no array: 'c'/ });
});

Deno.test(
  "CheckpointStore keeps the newest two and finds the newest",
  withFolder(async (folder) => {
    const store = new CheckpointStore<{ epoch: number }>(join(folder, "checkpoint"));
    assert.equal(await store.latest(), undefined);
    for (const step of [5, 10, 100_000_000, 20]) {
      await store.save(step, { state: { epoch: step }, arrays: EXAMPLE.arrays });
    }
    const names = (await Array.fromAsync(Deno.readDir(store.folder))).map((entry) => entry.name).sort();
    assert.deepEqual(names, ["step-00000020.ckpt", "step-100000000.ckpt"]);
    assert.equal((await store.latest())!.checkpoint.state.epoch, 100_000_000);
  }),
);

Deno.test(
  "CheckpointStore falls back to the one before a damaged one and says so",
  withFolder(async (folder) => {
    const store = new CheckpointStore<{ epoch: number; sum: number }>(folder);
    await store.save(1, EXAMPLE);
    const newest = await store.save(2, EXAMPLE);
    await Deno.truncate(newest, 100);
    const found = (await store.latest())!;
    assert.match(found.path, /step-00000001\.ckpt$/);
    assert.equal(found.damaged.length, 1);
    assert.match(found.damaged[0]!, /step-00000002\.ckpt' as its checksum is wrong/);
    await Deno.writeFile(found.path, new Uint8Array(3));
    await assert.rejects(store.latest(), /Cannot continue as no checkpoint can be read, remove/);
  }),
);

Deno.test(
  "CheckpointStore.clean() removes only what a killed process left half-written",
  withFolder(async (folder) => {
    const store = new CheckpointStore<unknown>(folder);
    const path = await store.save(1, EXAMPLE);
    await Deno.writeTextFile(`${path}.tmp-123-abcd`, "half");
    await Deno.writeTextFile(join(folder, "notes.txt"), "mine");
    await store.clean();
    const names = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
    assert.deepEqual(names, ["notes.txt", "step-00000001.ckpt"]);
  }),
);

Deno.test(
  "CheckpointStore.save() says which file could not be written",
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    const store = new CheckpointStore<unknown>(join(folder, "file", "checkpoint"));
    await assert.rejects(store.save(1, EXAMPLE), /^Error: Cannot write checkpoint '.*step-00000001\.ckpt'/);
  }),
);
