import assert from "node:assert/strict";
import { join } from "node:path";
import { fromFileUrl } from "@/paths.ts";
import { read300W } from "./300w.ts";
import { cropProtocols } from "./crop.ts";
import { toOriginal } from "./face_set.ts";
import { preparedDirectory, prepareFaces } from "./prepare.ts";
import { hashFaces, loadPrepared } from "./prepared.ts";
import { dottedPicture, encodePicture, pythonWith, runPython, write300WFace } from "./test_fixtures.ts";
import type { SourceSet } from "./source.ts";
import { testWith, withFolder } from "@/testing.ts";

async function faces(root: string, count: number): Promise<SourceSet> {
  for (let i = 0; i < count; i++) {
    const format = i % 2 ? "jpeg" : "png";
    await write300WFace(root, i % 3 ? "afw" : "lfpw/trainset", `face_${i}`, { seed: i, format });
  }
  return await read300W(root, "train");
}

const quiet = { quiet: true, size: 64 };

Deno.test("prepareFaces() then toOriginal() gives back the landmarks, and the crop shows them, by every protocol", async () => {
  await withFolder(async (root) => {
    const source = await faces(join(root, "raw"), 4);
    for (const { name } of cropProtocols()) {
      const set = await prepareFaces(source, { cacheDir: join(root, "cache"), protocol: name, quiet: true, size: 128 });
      assert.deepEqual([set.count, set.size, set.protocol, set.ids.length], [4, 128, name, 4]);
      assert.deepEqual(set.subsets, { full: [0, 1, 2, 3] });
      assert.ok(set.images.buffer instanceof SharedArrayBuffer);
      for (const [i, face] of source.faces.entries()) {
        const crop = set.landmarks.subarray(136 * i, 136 * (i + 1));
        toOriginal(set, i, crop).forEach((value, j) => assert.ok(Math.abs(value - face.landmarks[j]!) < 0.01));
        for (let m = 0; m < 68; m++) {
          const [x, y] = [Math.round(crop[2 * m]!), Math.round(crop[2 * m + 1]!)];
          // White dots on a ground that is darker than 110.
          assert.ok(set.images[((i * 128 + y) * 128 + x) * 3]! > 170, `${name}, face ${i}, landmark ${m}`);
        }
      }
    }
  });
});

Deno.test("prepareFaces() puts the middle of a dot where the landmark is, to a tenth of a pixel", async () => {
  await withFolder(async (root) => {
    // Few, separate dots; the center of brightness of each must be its landmark.
    const landmarks = new Float64Array(136);
    for (let m = 0; m < 68; m++) landmarks.set([20 + 12 * (m % 10), 20 + 14 * Math.floor(m / 10)], 2 * m);
    await write300WFace(root, "afw", "dots", { landmarks });
    const data = dottedPicture(170, 140, landmarks).map((value) => value === 255 ? 255 : 0);
    await Deno.writeFile(join(root, "afw/dots.png"), await encodePicture(data, 170, 140));
    const source = await read300W(root, "train");
    for (const size of [256, 100]) {
      const set = await prepareFaces(source, {
        cacheDir: join(root, "cache"),
        quiet: true,
        size,
        protocol: "hrnet-256",
      });
      for (let m = 0; m < 68; m++) {
        const [x, y] = [set.landmarks[2 * m]!, set.landmarks[2 * m + 1]!];
        const reach = 6 * size / 170;
        let sum = 0, sumX = 0, sumY = 0;
        for (let v = Math.ceil(y - reach); v <= y + reach; v++) {
          for (let u = Math.ceil(x - reach); u <= x + reach; u++) {
            const value = set.images[(v * size + u) * 3]!;
            sum += value;
            sumX += value * u;
            sumY += value * v;
          }
        }
        assert.ok(Math.hypot(sumX / sum - x, sumY / sum - y) < 0.1, `landmark ${m}, size ${size}`);
      }
    }
  });
});

Deno.test("prepareFaces() loads the second time, and notices a changed picture or landmark", async () => {
  await withFolder(async (root) => {
    const raw = join(root, "raw"), cacheDir = join(root, "cache");
    const source = await faces(raw, 3);
    const first = await prepareFaces(source, { ...quiet, cacheDir });
    const again = await prepareFaces(await read300W(raw, "train"), { ...quiet, cacheDir });
    assert.equal(again.directory, first.directory);
    assert.equal(again.hash, first.hash);
    assert.equal(hashFaces(again), first.hash);
    assert.deepEqual([...again.images], [...first.images]);
    assert.deepEqual([again.ids, again.subsets, again.partial], [first.ids, first.subsets, first.partial]);
    assert.deepEqual([...Deno.readDirSync(cacheDir)].length, 1);

    await write300WFace(raw, "afw", "face_1", { seed: 9, format: "jpeg" });
    const changed = await prepareFaces(await read300W(raw, "train"), { ...quiet, cacheDir });
    assert.notEqual(changed.directory, first.directory);
    assert.notEqual(changed.hash, first.hash);
  });
});

Deno.test("prepareFaces() names the first face that it cannot read, counts the others, and keeps nothing", async () => {
  await withFolder(async (root) => {
    const raw = join(root, "raw"), cacheDir = join(root, "cache");
    await faces(raw, 5);
    const jpeg = await Deno.readFile(join(raw, "afw/face_1.jpg"));
    await Deno.writeFile(join(raw, "afw/face_1.jpg"), jpeg.subarray(0, 700));
    await Deno.writeFile(join(raw, "afw/face_2.png"), new Uint8Array(0));
    const source = await read300W(raw, "train");
    await assert.rejects(prepareFaces(source, { ...quiet, cacheDir }), {
      name: "SyntaxError",
      message: `Cannot decode image '${join(raw, "afw/face_1.jpg")}' as it is truncated: its JPEG data has no end in ` +
        "700 bytes (and 1 more: data check lists them)",
    });
    assert.deepEqual([...Deno.readDirSync(cacheDir)], []);
  });
});

Deno.test("prepareFaces() refuses what it cannot do with one clear sentence each", async () => {
  await withFolder(async (root) => {
    const source = await faces(join(root, "raw"), 1);
    const cacheDir = join(root, "cache");
    for (const size of [0, 7, 64.5, 2000, NaN]) {
      await assert.rejects(prepareFaces(source, { size, cacheDir }), {
        message: `Cannot prepare faces as the size must be a whole number from 8 to 1024: ${size}`,
      });
    }
    await assert.rejects(prepareFaces({ ...source, faces: [] }, { ...quiet, cacheDir }), {
      message: "Cannot prepare 300w train as it has no faces",
    });
    const [face] = source.faces;
    const outside = { ...source, faces: [{ ...face!, landmarks: new Float64Array(136).fill(5000) }] };
    await assert.rejects(prepareFaces(outside, { ...quiet, cacheDir }), {
      message: "Cannot crop face 'lfpw/trainset/face_0' as nothing of its box is in the picture: 4995 4995 170 140 " +
        "in 170 x 140",
    });
    await assert.rejects(prepareFaces(outside, { ...quiet, cacheDir, protocol: "square-1.1" }), {
      message: "Cannot crop face 'lfpw/trainset/face_0' as nothing of its box is in the picture: " +
        "5000.5 5000.5 5000.5 5000.5 in 170 x 140",
    });
    await Deno.writeTextFile(join(root, "file"), "");
    await assert.rejects(prepareFaces(source, { ...quiet, cacheDir: join(root, "file") }), {
      message: /^Cannot write prepared faces to '.*file\/300w-train-acr-224-64-[0-9a-f]{8}' as .+$/,
    });
  });
});

Deno.test("loadPrepared() notices damage, and says how to repair it", async () => {
  await withFolder(async (root) => {
    const source = await faces(join(root, "raw"), 2);
    const options = { ...quiet, cacheDir: join(root, "cache") };
    const { directory } = await prepareFaces(source, options);
    const path = join(directory, "images.npy");
    const bytes = await Deno.readFile(path);
    bytes[5000]! ^= 1;
    await Deno.writeFile(path, bytes);
    await assert.rejects(prepareFaces(source, options), {
      message: /^Cannot use prepared faces of '.*' as its content has changed, by its SHA-256 [0-9a-f]{8}: delete that/,
    });
    await Deno.writeFile(path, bytes.subarray(0, 5000));
    await assert.rejects(loadPrepared(directory), {
      name: "RangeError",
      message: `Cannot read array from '${path}' as u1 [2, 64, 64, 3] needs 24576 bytes of elements: found 4872`,
    });
    await Deno.writeTextFile(join(directory, "meta.json"), "{");
    await assert.rejects(loadPrepared(directory), { message: /^Cannot read '.*meta\.json' as it is not JSON: / });
    await Deno.writeTextFile(join(directory, "meta.json"), `{"format": "acr-lab-faces", "version": 99}`);
    await assert.rejects(loadPrepared(directory), {
      message: `Cannot use prepared faces of '${directory}' as its version must be 1: 99`,
    });
  });
});

/** A program that prepares a folder, printing a line per picture that it opens; after `most` of them it only waits. */
const PROGRAM = `
import { read300W } from ${JSON.stringify(new URL("./300w.ts", import.meta.url).href)};
import { prepareFaces } from ${JSON.stringify(new URL("./prepare.ts", import.meta.url).href)};
const [raw, cacheDir, most] = Deno.args;
const source = await read300W(raw, "train");
let opened = 0;
const slow = (image) => ({ ...image, open: async () => {
  if (opened++ >= Number(most)) await new Promise((never) => setInterval(() => never, 1000));
  await new Promise((done) => setTimeout(done, 1));
  console.log("open");
  return await image.open();
} });
const faces = source.faces.map((face) => ({ ...face, image: slow(face.image) }));
const set = await prepareFaces({ ...source, faces }, { cacheDir, size: 32, quiet: true });
console.log("hash " + set.hash);
`;

function start(raw: string, cacheDir: string, most = 1e9): Deno.ChildProcess {
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  const program = join(raw, "..", "program.ts");
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--config", config, program, raw, cacheDir, String(most)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

const lines = (text: string, word: string) => text.split("\n").filter((line) => line.startsWith(word));

Deno.test("prepareFaces() goes on after kill -9, and two processes at once do not harm each other", async () => {
  await withFolder(async (root) => {
    const raw = join(root, "raw");
    const landmarks = await write300WFace(raw, "afw", "face_0");
    for (let i = 1; i < 150; i++) {
      for (const ending of ["png", "pts"]) {
        await Deno.copyFile(join(raw, `afw/face_0.${ending}`), join(raw, `afw/face_${i}.${ending}`));
      }
    }
    assert.equal(landmarks.length, 136);
    const source = await read300W(raw, "train");
    const whole = await prepareFaces(source, { size: 32, quiet: true, cacheDir: join(root, "whole") });

    // Once: a process that starts while its program is written again may find it empty.
    await Deno.writeTextFile(join(root, "program.ts"), PROGRAM);
    // It comes to the end of the first two parts of 64 faces, and is killed there.
    const cacheDir = join(root, "cache");
    const parts = `${preparedDirectory(source, { size: 32, cacheDir })}.parts`;
    const victim = start(raw, cacheDir, 130);
    const victimOutput = victim.output();
    const done = () => {
      try {
        return [...Deno.readDirSync(parts)].filter(({ name }) => name.endsWith(".part")).length;
      } catch {
        return 0;
      }
    };
    for (let waited = 0; waited < 60_000 && done() < 2; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    victim.kill("SIGKILL");
    await victimOutput;
    const kept = done();
    assert.equal(kept, 2);

    // Two go on at once; neither opens a picture of a part that was kept.
    const outputs = await Promise.all(
      [start(raw, cacheDir), start(raw, cacheDir)].map((child) => child.output()),
    );
    for (const { success, stdout } of outputs) {
      const text = new TextDecoder().decode(stdout);
      assert.ok(success, text);
      assert.deepEqual(lines(text, "hash"), [`hash ${whole.hash}`]);
      assert.ok(lines(text, "open").length <= 150 - 64 * kept);
    }
    assert.deepEqual([...Deno.readDirSync(cacheDir)].map(({ name }) => join(cacheDir, name)), [parts.slice(0, -6)]);
    assert.equal((await loadPrepared(parts.slice(0, -6))).hash, whole.hash);
  });
});

testWith(
  pythonWith("numpy"),
  "no Python with numpy (set ACR_PYTHON)",
  "storePrepared() writes arrays that NumPy reads",
  async (python) => {
    await withFolder(async (root) => {
      const set = await prepareFaces(await faces(join(root, "raw"), 3), { ...quiet, cacheDir: join(root, "cache") });
      const theirs = await runPython(
        python,
        `import sys, json, numpy as np
load = lambda name: np.load(f"{sys.argv[1]}/{name}.npy", mmap_mode="r")
a, b, c = load("images"), load("landmarks"), load("transforms")
print(json.dumps([a.shape, str(a.dtype), int(a.astype("i8").sum()), b.shape, str(b.dtype), b[1].tolist(), c.tolist()]))`,
        set.directory,
      );
      assert.deepEqual(theirs, [
        ...[[3, 64, 64, 3], "uint8", set.images.reduce((sum, value) => sum + value, 0), [3, 136], "float32"],
        ...[
          [...set.landmarks.subarray(136, 272)],
          [0, 1, 2].map((i) => [...set.transforms.subarray(4 * i, 4 * i + 4)]),
        ],
      ]);
    });
  },
);
