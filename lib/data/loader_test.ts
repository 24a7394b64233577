import assert from "node:assert/strict";
import { createRandom } from "@/random.ts";
import { Augmenter, resolveAugment } from "./augment.ts";
import type { FaceSet, PendingFaces } from "./face_set.ts";
import { decodeLabels, encodeLabels } from "./labels.ts";
import type { LandmarkScheme } from "./landmark_scheme.ts";
import { BatchLoader, type BatchLoaderOptions, defaultWorkers } from "./loader.ts";

const SIZE = 24;
const COUNT = 21;

const SCHEME: LandmarkScheme = {
  name: "4",
  points: 4,
  flip: [1, 0, 3, 2],
  interOcular: [[0], [1]],
  interPupil: [[0], [1]],
  regions: { all: [0, 1, 2, 3] },
  lines: [],
};

/** Faces of noise; images in plain memory, which the loader has to share by itself. */
function faces(count = COUNT): FaceSet {
  const random = createRandom(9, "faces");
  return {
    dataset: "noise",
    split: "train",
    scheme: SCHEME,
    protocol: "none",
    size: SIZE,
    count,
    images: Uint8Array.from({ length: count * SIZE * SIZE * 3 }, () => random.integer(256)),
    landmarks: Float32Array.from({ length: count * 8 }, (_, i) => random.uniform(2, 10) + (i % 4 > 1 ? 10 : 0)),
    transforms: new Float32Array(count * 4).fill(1),
    ids: Array.from({ length: count }, (_, i) => `face/${i}`),
    subsets: { full: Array.from({ length: count }, (_, i) => i) },
    partial: "",
    hash: "",
  };
}

const SET = faces();

/** Copies of all batches of an epoch. */
async function read(loader: BatchLoader, epoch: number, startBatch = 0) {
  const batches = [];
  for await (const { step, size, images, labels, indices, flipped } of loader.epoch(epoch, startBatch)) {
    batches.push({
      step,
      size,
      images: images.slice(),
      labels: labels.slice(),
      indices: [...indices],
      flipped: [...flipped],
    });
  }
  return batches;
}

async function readWith(options: Partial<BatchLoaderOptions>, epoch = 0, startBatch = 0) {
  const loader = new BatchLoader({ set: SET, batchSize: 4, augment: "strong", seed: 3, workers: 0, ...options });
  try {
    return await read(loader, epoch, startBatch);
  } finally {
    await loader.close();
  }
}

Deno.test("BatchLoader yields every face once, the last batch with what is left", async () => {
  const batches = await readWith({});
  assert.deepEqual(batches.map(({ step, size }) => [step, size]), [[0, 4], [1, 4], [2, 4], [3, 4], [4, 4], [5, 1]]);
  assert.deepEqual(batches.flatMap(({ indices }) => indices).sort((a, b) => a - b), SET.subsets.full);
  const last = batches[5]!;
  assert.deepEqual([last.images.length, last.labels.length, last.flipped.length], [SIZE * SIZE * 3, 8, 1]);
});

Deno.test("BatchLoader gives what Augmenter gives: pixels as fractions, labels encoded, flips marked", async () => {
  const augmenter = new Augmenter(resolveAugment("basic"), { size: SIZE, flip: SCHEME.flip, keepsAspect: true });
  for (const batch of await readWith({ augment: "basic" }, 2)) {
    batch.indices.forEach((index, row) => {
      const { flipped } = augmenter.apply(
        SET.images.subarray(index * SIZE * SIZE * 3, (index + 1) * SIZE * SIZE * 3),
        SET.landmarks.subarray(index * 8, (index + 1) * 8),
        { seed: 3, epoch: 2, index },
      );
      const image = batch.images.subarray(row * SIZE * SIZE * 3, (row + 1) * SIZE * SIZE * 3);
      assert.deepEqual(image, Float32Array.from(augmenter.pixels, (level) => level / 255));
      assert.deepEqual(batch.labels.slice(row * 8, row * 8 + 8), encodeLabels(augmenter.landmarks, SIZE));
      assert.equal(batch.flipped[row], flipped ? 1 : 0);
    });
  }
});

Deno.test("BatchLoader without augmentation and shuffling gives the set back in order, in either convention", async () => {
  for (const labelConvention of ["centered", "released"] as const) {
    const [batch] = await readWith({ augment: "none", shuffle: false, batchSize: COUNT, labelConvention });
    assert.deepEqual(batch!.indices, SET.subsets.full);
    assert.deepEqual(Uint8Array.from(batch!.images, (value) => Math.round(255 * value)), SET.images);
    const back = decodeLabels(batch!.labels, SIZE, labelConvention);
    assert.ok(back.every((value, i) => Math.abs(value - SET.landmarks[i]!) < 1e-5));
  }
});

Deno.test("BatchLoader gives the same batches with 0, 1 and 3 workers", async () => {
  const alone = await readWith({}, 5);
  assert.deepEqual(await readWith({ workers: 1 }, 5), alone);
  assert.deepEqual(await readWith({ workers: 3, prefetch: 2 }, 5), alone);
});

Deno.test("BatchLoader draws another order and other faces in another epoch and from another seed", async () => {
  const first = await readWith({});
  for (const other of [await readWith({}, 1), await readWith({ seed: 4 })]) {
    assert.notDeepEqual(other.map(({ indices }) => indices), first.map(({ indices }) => indices));
  }
  const unshuffled = await readWith({ shuffle: false }), later = await readWith({ shuffle: false }, 1);
  assert.deepEqual(unshuffled[0]!.indices, later[0]!.indices);
  assert.notDeepEqual(unshuffled[0]!.images, later[0]!.images);
});

Deno.test("BatchLoader goes on in the middle of an epoch with the same batches", async () => {
  for (const workers of [0, 2]) {
    const whole = await readWith({ workers }, 3);
    assert.deepEqual(await readWith({ workers }, 3, 2), whole.slice(2));
    assert.deepEqual(await readWith({ workers }, 3, 6), []);
  }
});

Deno.test("BatchLoader loads the faces that indices names and draws them as in the whole set", async () => {
  const indices = [20, 3, 7];
  const batches = await readWith({ indices, shuffle: false, workers: 1 });
  assert.deepEqual(batches.map((batch) => batch.indices), [indices]);
  const whole = await readWith({ shuffle: false });
  assert.deepEqual(batches[0]!.labels.subarray(8, 16), whole[0]!.labels.subarray(24, 32));
});

Deno.test("BatchLoader reads several epochs, and after a loop that was left early", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 4, augment: "strong", seed: 3, workers: 2 });
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const batch of loader.epoch(epoch)) if (batch.step === epoch) break;
    assert.deepEqual(await read(loader, epoch), await readWith({}, epoch));
  }
  await loader.close();
});

Deno.test("BatchLoader never writes to a batch in use, and goes on when it is released early", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 2, augment: "basic", workers: 2, prefetch: 1 });
  const expected = await readWith({ batchSize: 2, augment: "basic", seed: 0 });
  for await (const batch of loader.epoch(0)) {
    // Time for the workers to run ahead as far as they may.
    await new Promise((resolve) => setTimeout(resolve, 3));
    assert.deepEqual(batch.images, expected[batch.step]!.images);
    batch.release();
    batch.release();
  }
  await loader.close();
});

Deno.test("BatchLoader ignores the release of a batch of an earlier epoch", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 2, augment: "basic", workers: 1, prefetch: 1 });
  const stale = [];
  for await (const batch of loader.epoch(0)) stale.push(batch);
  const expected = await readWith({ batchSize: 2, augment: "basic", seed: 0 }, 1);
  for await (const batch of loader.epoch(1)) {
    stale.forEach((old) => old.release());
    await new Promise((resolve) => setTimeout(resolve, 3));
    assert.deepEqual(batch.images, expected[batch.step]!.images);
  }
  await loader.close();
});

Deno.test("BatchLoader refuses to read two epochs at once", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 4, workers: 0 });
  const first = loader.epoch(0);
  await first.next();
  await assert.rejects(loader.epoch(1).next(), {
    message: "Cannot read epoch 1 as another one is still being read: 0",
  });
  await first.return!();
  assert.equal((await read(loader, 1)).length, 6);
});

Deno.test("BatchLoader fails with the face's name when a face cannot be augmented, in a worker or not", async () => {
  const broken = { ...SET, landmarks: SET.landmarks.slice() };
  broken.landmarks[8 * 13 + 5] = NaN;
  for (const workers of [0, 2]) {
    const loader = new BatchLoader({ set: broken, batchSize: 4, workers });
    const expected = {
      message: "Cannot load epoch 2 as face 'face/13' is refused: " +
        "Cannot augment face 13 as landmark 2 is not a number or over 384 pixels away: NaN",
    };
    await assert.rejects(read(loader, 2), expected);
    // It does not recover: the next epoch tells the same.
    await assert.rejects(read(loader, 0), expected);
    await loader.close();
  }
});

Deno.test("BatchLoader fails a pending read when it is closed, and every later one", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 4, workers: 1 });
  const epoch = loader.epoch(0);
  const pending = epoch.next();
  const closing = loader.close();
  await assert.rejects(pending, { message: "Cannot load epoch 0 as the loader is closed" });
  await closing;
  await loader.close();
  await assert.rejects(read(loader, 1), /the loader is closed/);
});

/** The faces of {@linkcode SET} with no picture yet, and what brings them. */
function pendingFaces() {
  const { images: _images, hash: _hash, ...labels } = SET;
  const images = new Uint8Array(new SharedArrayBuffer(SET.images.length));
  const ready = new Int32Array(new SharedArrayBuffer(4 * COUNT));
  const preferred: number[][] = [], end = Promise.withResolvers<FaceSet>();
  const set: PendingFaces = {
    ...labels,
    recipe: "noise",
    pending: { images, ready, prefer: (faces) => void preferred.push([...faces]) },
    whole: () => end.promise,
    close: () => Promise.resolve(),
  };
  const bytes = SIZE * SIZE * 3;
  const bring = (face: number) => {
    images.set(SET.images.subarray(face * bytes, (face + 1) * bytes), face * bytes);
    Atomics.store(ready, face, 1);
    Atomics.notify(ready, face);
  };
  return { set, preferred, bring, end };
}

Deno.test("BatchLoader asks for the pictures that it wants, waits for each, and gives the same batches", async () => {
  const expected = await readWith({}, 3, 1);
  for (const workers of [1, 2]) {
    const { set, preferred, bring } = pendingFaces();
    const loader = new BatchLoader({ set, batchSize: 4, augment: "strong", seed: 3, workers });
    const batches = read(loader, 3, 1);
    while (preferred.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(preferred, [expected.flatMap(({ indices }) => indices)]);
    for (const face of preferred[0]!.toReversed()) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      bring(face);
    }
    assert.deepEqual(await batches, expected);
    await loader.close();
  }
});

Deno.test("BatchLoader without workers waits for all pictures", async () => {
  const { set, bring, end } = pendingFaces();
  const loader = new BatchLoader({ set, batchSize: 4, augment: "strong", seed: 3, workers: 0 });
  const batches = read(loader, 0);
  setTimeout(() => {
    for (let face = 0; face < COUNT; face++) bring(face);
    end.resolve(SET);
  }, 20);
  assert.deepEqual(await batches, await readWith({}));
});

Deno.test("BatchLoader that waits for a picture fails with what kept it from being made, and can be closed", async () => {
  for (const workers of [0, 1]) {
    const { set, preferred, end } = pendingFaces();
    const loader = new BatchLoader({ set, batchSize: 4, workers });
    const batches = read(loader, 0);
    while (preferred.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    end.reject(new Error("Cannot draw synthetic faces as a worker failed: no ink"));
    await assert.rejects(batches, { message: "Cannot draw synthetic faces as a worker failed: no ink" });
    await loader.close();
  }
  const { set } = pendingFaces();
  const loader = new BatchLoader({ set, batchSize: 4, workers: 1 });
  const pending = loader.epoch(0).next();
  setTimeout(() => loader.close(), 20);
  await assert.rejects(pending, { message: "Cannot load epoch 0 as the loader is closed" });
});

Deno.test("BatchLoader lets timers run between batches that are ready", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const loader = new BatchLoader({ set: SET, batchSize: 1, workers: 0 });
  for await (const _ of loader.epoch(0)) {
    const until = performance.now() + 2;
    while (performance.now() < until);
  }
  clearInterval(timer);
  assert.ok(ticks >= 5, `${ticks} ticks in 21 batches of 2 ms`);
});

Deno.test("BatchLoader measures how long its reader waited", async () => {
  const loader = new BatchLoader({ set: SET, batchSize: 4, augment: "strong", workers: 0 });
  const started = performance.now();
  for await (const _ of loader.epoch(0)) await new Promise((resolve) => setTimeout(resolve, 10));
  const elapsed = (performance.now() - started) / 1000;
  // Its own thread makes the samples here, so waiting and the pauses of 60 ms add up to the whole.
  assert.ok(loader.stallSeconds > 0 && loader.stallSeconds <= elapsed - 0.05, `${loader.stallSeconds} of ${elapsed}`);
});

Deno.test("BatchLoader lets the process end, closed or forgotten in the middle of an epoch", async () => {
  const url = new URL("./loader.ts", import.meta.url);
  const script = `import { BatchLoader } from ${JSON.stringify(url.href)};
    const set = { size: 8, count: 40, images: new Uint8Array(40 * 192), landmarks: new Float32Array(80),
      transforms: new Float32Array(160), scheme: { points: 1, flip: [0] }, ids: [], subsets: {} };
    const loader = new BatchLoader({ set, batchSize: 2, workers: 2 });
    await loader.epoch(0).next();
    if (Deno.args[0] === "close") await loader.close();
    console.log("end");`;
  for (const how of ["close", "forget"]) {
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    try {
      await Deno.writeTextFile(file, script);
      const config = new URL("../../deno.json", import.meta.url).pathname;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--config", config, file, how],
        signal: AbortSignal.timeout(60000),
      });
      const { success, stdout, stderr } = await child.output();
      assert.equal(new TextDecoder().decode(stdout), "end\n", new TextDecoder().decode(stderr));
      assert.ok(success, how);
    } finally {
      await Deno.remove(file);
    }
  }
});

Deno.test("BatchLoader refuses bad options in a sentence", () => {
  const refuse = (options: Partial<BatchLoaderOptions>, message: RegExp) =>
    assert.throws(() => new BatchLoader({ set: SET, batchSize: 4, workers: 0, ...options }), message);
  refuse({ batchSize: 0 }, /^RangeError: Cannot load batches as the batch size is not a whole number of 1 or more: 0$/);
  refuse({ workers: -1 }, /number of workers is not a whole number from 0 to 256: -1$/);
  refuse({ prefetch: 0.5 }, /batches made ahead is not a whole number of 1 or more: 0.5$/);
  refuse({ seed: NaN }, /seed is not a whole number: NaN$/);
  refuse({ indices: [] }, /as there are no faces: 0$/);
  refuse({ indices: [0, 21] }, /an index is not that of one of the 21 faces: 21$/);
  refuse({ labelConvention: "other" as "centered" }, /Cannot load batches as the label convention is none of/);
  refuse({ augment: "basics" as "basic" }, /preset is none of none, basic, acr, strong: "basics"$/);
  refuse(
    { set: { ...SET, images: SET.images.subarray(1) } },
    /^TypeError: .* are not 36288 bytes and 168 coordinates: 36287/,
  );
  const loader = new BatchLoader({ set: SET, batchSize: 4, workers: 0 });
  assert.throws(() => loader.epoch(-1), /the epoch is not a whole number: -1$/);
  assert.throws(() => loader.epoch(0, 7), /the first batch is not a whole number from 0 to 6: 7$/);
});

Deno.test("defaultWorkers() leaves a training step its cores", () => {
  assert.deepEqual([1, 2, 4, 8, 64].map(defaultWorkers), [1, 1, 2, 4, 8]);
});

Deno.test("BatchLoader starts its workers on a large set at once, without looking at every pixel", async () => {
  // 60 MB in shared memory, seen through a view that does not begin where the memory does.
  const count = 1000, size = 140, bytes = count * size * size * 3;
  const images = new Uint8Array(new SharedArrayBuffer(bytes + 5), 5);
  images.fill(51);
  const set = { ...faces(1), count, size, images, landmarks: new Float32Array(count * 8).fill(70), ids: [] };
  const started = performance.now();
  const loader = new BatchLoader({ set, batchSize: 8, workers: 1, shuffle: false });
  const first = await loader.epoch(0).next();
  assert.ok(performance.now() - started < 20000, "sending the set is slow");
  assert.ok(first.value!.images.every((value: number) => value === Math.fround(0.2)));
  await loader.close();
});
