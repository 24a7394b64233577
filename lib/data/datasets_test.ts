import assert from "node:assert/strict";
import { join } from "node:path";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { exists } from "@/files.ts";
import { datasetHelp, datasets, identifySynthetic, loadDataset, loadSplit, startSplit } from "./datasets.ts";
import { closeFaces, wholeFaces } from "./face_set.ts";
import { OWN_FILE } from "./own_description.ts";
import { hashFaces } from "./prepared.ts";
import { dottedPicture, encodePicture, write300WFace } from "./test_fixtures.ts";

Deno.test("loadDataset() loads both splits of 300w, at most `limit` faces each, and keeps each limit apart", async () => {
  await withFolder(async (root) => {
    const dir = join(root, "raw"), cacheDir = join(root, "cache");
    for (let i = 0; i < 5; i++) await write300WFace(dir, "afw", `${i}`, { seed: i });
    for (let i = 0; i < 3; i++) await write300WFace(dir, "ibug", `${i}`, { seed: i });
    const all = await loadDataset("300w", { dir, cacheDir, size: 32, quiet: true });
    assert.deepEqual([all.train.count, all.test.count], [5, 3]);
    assert.deepEqual(all.test.subsets, { full: [0, 1, 2], challenging: [0, 1, 2] });
    const some = await loadDataset("300w", { dir, cacheDir, size: 32, quiet: true, limit: 2 });
    assert.deepEqual([some.train.ids, some.test.ids], [["afw/0", "afw/2"], ["ibug/0", "ibug/1"]]);
    assert.match(some.train.partial, /; limited to 2 of 5 faces$/);
    assert.notEqual(some.train.hash, all.train.hash);
    assert.equal([...Deno.readDirSync(cacheDir)].length, 4);
  });
});

Deno.test("loadSplit('synthetic') draws once, keeps the faces with what is hidden, and depends on seed and split", async () => {
  await withFolder(async (cacheDir) => {
    const options = { cacheDir, size: 48, quiet: true, synthetic: { train: 3, test: 3 } };
    const first = await loadSplit("synthetic", "train", { ...options, seed: 5 });
    assert.deepEqual([first.count, first.size, first.split, first.scheme.points], [3, 48, "train", 68]);
    assert.equal(first.hash, hashFaces(first));
    const again = await loadSplit("synthetic", "train", { ...options, seed: 5 });
    assert.deepEqual([again.hash, again.occluded, again.subsets, again.ids], [
      ...[first.hash, first.occluded, first.subsets, first.ids],
    ]);
    const test = await loadSplit("synthetic", "test", { ...options, seed: 5 });
    const other = await loadSplit("synthetic", "train", { ...options, seed: 6 });
    assert.equal(new Set([first.hash, test.hash, other.hash]).size, 3);
    assert.equal((await loadSplit("synthetic", "test", { ...options, limit: 2 })).count, 2);
    await assert.rejects(loadSplit("synthetic", "train", { ...options, seed: 5, protocol: "hrnet-256" }), {
      message: "Cannot crop synthetic faces as their protocol must be acr-224: hrnet-256",
    });
    await assert.rejects(loadSplit("synthetic", "train", { ...options, limit: 0 }), {
      message: "Cannot draw synthetic faces as their number must be a positive whole number: 0",
    });
  });
});

Deno.test("startSplit('synthetic') goes on drawing what loadSplit() draws, and keeps it when it is whole", async () => {
  await withFolder(async (root) => {
    const options = (cache: string) => ({
      ...{ cacheDir: join(root, cache), size: 32, quiet: true, seed: 5 },
      synthetic: { train: 60, test: 3 },
    });
    const expected = await loadSplit("synthetic", "train", options("a"));
    const started = await startSplit("synthetic", "train", options("b"));
    assert.ok("pending" in started && !("images" in started));
    assert.deepEqual(started.landmarks, expected.landmarks);
    const whole = await wholeFaces(started);
    assert.deepEqual([whole.hash, whole.recipe], [expected.hash, expected.recipe]);
    await closeFaces(started);
    assert.deepEqual(await loadSplit("synthetic", "train", options("b")), whole);

    const kept = await startSplit("synthetic", "train", options("b"));
    assert.ok("images" in kept);
    assert.deepEqual(kept, whole);
    for (const split of ["train", "test"] as const) {
      const { recipe, count, ...rest } = await identifySynthetic(split, options("b"));
      const set = await loadSplit("synthetic", split, options("b"));
      assert.deepEqual([recipe, count, rest], [set.recipe, set.count, { dataset: "synthetic", split, partial: "" }]);
    }
  });
});

Deno.test("startSplit('synthetic') leaves nothing behind when it is closed while it draws", async () => {
  await withFolder(async (root) => {
    const cacheDir = join(root, "prepared");
    const started = await startSplit("synthetic", "train", { cacheDir, size: 64, quiet: true });
    await closeFaces(started);
    await assert.rejects(wholeFaces(started), { message: /as drawing was given up: \d+ of 2000 are drawn$/ });
    assert.equal(await exists(cacheDir), false);
  });
});

Deno.test("loadDataset('own') loads a folder with its own scheme", async () => {
  await withFolder(async (root) => {
    const dir = join(root, "raw");
    await Deno.mkdir(dir);
    const scheme = { points: 2, flipPairs: [[0, 1]], interOcular: [[0], [1]], interPupil: [[0], [1]] };
    const description = { name: "cats", annotations: "p.csv", firstPixel: 0, ...scheme, regions: { eyes: [0, 1] } };
    await Deno.writeTextFile(join(dir, OWN_FILE), JSON.stringify(description));
    await Deno.writeTextFile(
      join(dir, "p.csv"),
      "file,x0,y0,x1,y1,split\na.png,10,12,40,13,train\na.png,9,9,30,9,test\n",
    );
    await Deno.writeFile(join(dir, "a.png"), await encodePicture(dottedPicture(60, 40, []), 60, 40));
    const { train, test } = await loadDataset("own", { dir, cacheDir: join(root, "cache"), size: 32, quiet: true });
    assert.deepEqual([train.dataset, train.scheme.name, train.count, test.count], ["cats", "cats-2", 1, 1]);
  });
});

Deno.test("loadDataset() names the datasets that exist, and each has help", async () => {
  await assert.rejects(loadDataset("wflv"), {
    name: "RangeError",
    message: "Cannot find dataset as it must be one of 300w, cofw, wflw, own, synthetic: wflv (did you mean wflw?)",
  });
  assert.deepEqual(Object.keys(datasets()), ["300w", "cofw", "wflw", "own", "synthetic"]);
  for (const name of ["300w", "cofw", "wflw", "own"]) {
    assert.match(datasetHelp(name, "/data/x"), new RegExp(`deno task data check ${name} --from '/data/x'`));
  }
  assert.throws(() => datasetHelp("constructor"), /Cannot find dataset/);
});

testWith(
  sharedData("cofw"),
  "no ../shared/data",
  "loadDataset('cofw') prepares the real faces, landmarks inside their crops",
  async (dir) => {
    await withFolder(async (cacheDir) => {
      const { train, test } = await loadDataset("cofw", { dir, cacheDir, size: 64, quiet: true });
      assert.deepEqual([train.count, test.count, train.scheme.name], [150, 70, "29"]);
      assert.ok(train.landmarks.every((value) => value > -1 && value < 64));
      assert.ok(train.occluded!.some((landmarks) => landmarks.length > 0));
    });
  },
);
