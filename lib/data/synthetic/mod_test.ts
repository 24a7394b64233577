import assert from "node:assert/strict";
import { generateFaces } from "./mod.ts";

Deno.test("generateFaces() gives the same bytes with one worker and with two, and a shorter set is a prefix", async () => {
  const options = { size: 48, seed: 5, split: "test", quiet: true };
  const alone = await generateFaces({ ...options, count: 26, workers: 1 });
  const shared = await generateFaces({ ...options, count: 26, workers: 2 });
  const shorter = await generateFaces({ ...options, count: 4 });
  assert.equal(shared.hash, alone.hash);
  assert.deepEqual(shared.visible, alone.visible);
  assert.deepEqual(shorter.images, alone.images.slice(0, shorter.images.length));
  assert.ok(alone.images.buffer instanceof SharedArrayBuffer);
});

Deno.test("generateFaces() draws other faces for another seed or split, and names subsets that add up", async () => {
  const make = (seed: number, split: string) => generateFaces({ count: 12, size: 32, seed, split, quiet: true });
  const [a, b, c] = [await make(1, "train"), await make(2, "train"), await make(1, "test")];
  assert.equal(new Set([a.hash, b.hash, c.hash]).size, 3);
  const { common, challenging, full } = a.subsets;
  assert.deepEqual([...common!, ...challenging!].sort((p, q) => p - q), full);
  assert.equal(full!.length, 12);
  assert.equal(new Set(a.ids).size, 12);
  const hard = await generateFaces({ count: 3, size: 32, seed: 1, subset: "challenging", quiet: true });
  assert.deepEqual(hard.subsets.challenging, [0, 1, 2]);
  assert.deepEqual(hard.subsets.common, []);
});

Deno.test("generateFaces() frames the landmarks 5 original pixels inside the crop", async () => {
  const set = await generateFaces({ count: 10, size: 64, seed: 3, quiet: true });
  for (let i = 0; i < set.count; i++) {
    const [scaleX, scaleY] = set.transforms.subarray(4 * i, 4 * i + 2);
    for (const [axis, scale] of [[0, scaleX!], [1, scaleY!]] as const) {
      const values = Array.from({ length: 68 }, (_, m) => set.landmarks[136 * i + 2 * m + axis]!);
      const low = Math.min(...values) + 0.5, high = 63.5 - Math.max(...values);
      assert.ok(low >= 5 * scale - 1e-3 && low <= 7 * scale, `${low} at scale ${scale}`);
      assert.ok(high >= 5 * scale - 1e-3 && high <= 7 * scale, `${high} at scale ${scale}`);
    }
  }
});

Deno.test("generateFaces() rejects counts, sizes, seeds and subsets that make no sense", async () => {
  await assert.rejects(generateFaces({ count: 0, quiet: true }), RangeError);
  await assert.rejects(generateFaces({ count: 1.5, quiet: true }), RangeError);
  await assert.rejects(generateFaces({ count: 1, size: 4, quiet: true }), RangeError);
  await assert.rejects(generateFaces({ count: 1, seed: 0.5, quiet: true }), RangeError);
  await assert.rejects(generateFaces({ count: 1, workers: 0, quiet: true }), RangeError);
  await assert.rejects(generateFaces({ count: 1, subset: "easy" as "common", quiet: true }), {
    name: "RangeError",
    message: "Cannot draw synthetic faces as subset must be 'common' or 'challenging': 'easy'",
  });
});
