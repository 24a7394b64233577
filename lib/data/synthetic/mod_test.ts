import assert from "node:assert/strict";
import { toOriginal } from "@/data/face_set.ts";
import { generateFaces, startDrawing } from "./mod.ts";

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

Deno.test("startDrawing() knows all labels when it settles, of the faces that generateFaces() draws", async () => {
  for (const count of [3, 40]) {
    const options = { count, size: 32, seed: 4, workers: 2, quiet: true };
    const { labels, pending, whole } = await startDrawing(options);
    const early = { ...labels, landmarks: labels.landmarks.slice(), transforms: labels.transforms.slice() };
    const expected = await generateFaces(options), { images, visible, hash, ...rest } = expected;
    assert.deepEqual(early, rest);
    assert.deepEqual(await whole(), { ...labels, images, visible, hash });
    assert.ok(pending.ready.every((ready) => ready === 1));
    assert.equal(pending.images.buffer, (await whole()).images.buffer);
  }
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

Deno.test("generateFaces() with a margin shows the same faces smaller, unstretched and in the middle", async () => {
  const options = { count: 6, size: 64, seed: 3, quiet: true };
  const [tight, wide] = [await generateFaces(options), await generateFaces({ ...options, margin: 0.35 })];
  assert.deepEqual([tight.protocol, wide.protocol], ["acr-224", "margin-0.35"]);
  for (let i = 0; i < wide.count; i++) {
    const transform = wide.transforms.subarray(4 * i, 4 * i + 4), landmarks = wide.landmarks.subarray(136 * i);
    assert.equal(transform[0], transform[1]);
    const spans = [0, 1].map((axis) => {
      const values = Array.from({ length: 68 }, (_, m) => landmarks[2 * m + axis]!);
      return [Math.min(...values), Math.max(...values)] as const;
    });
    for (const [low, high] of spans) assert.ok(Math.abs((low + high) / 2 - 31.5) < 1, `${low} to ${high}`);
    const longest = Math.max(...spans.map(([low, high]) => high - low));
    assert.ok(longest < 64 / 1.7 && longest > 0.8 * 64 / 1.7, `${longest}`);
    toOriginal(wide, i, landmarks.slice(0, 136)).forEach((value, k) => {
      const same = toOriginal(tight, i, tight.landmarks.slice(136 * i, 136 * (i + 1)))[k]!;
      assert.ok(Math.abs(value - same) < 0.01, `${value} is not ${same}`);
    });
  }
  await assert.rejects(generateFaces({ ...options, margin: -1 }), {
    name: "RangeError",
    message: "Cannot draw synthetic faces as margin must be a number from 0 to 2: -1",
  });
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
