import assert from "node:assert/strict";
import { join } from "node:path";
import * as h5 from "h5wasm/node";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { type CofwFace, readCofw, writeCofw } from "./cofw.ts";
import { prepareFaces } from "./prepare.ts";
import { pythonWith, runPython } from "./test_fixtures.ts";

function face(seed: number, gray = false): CofwFace {
  const [width, height] = [40 + seed, 30];
  const pixels = Uint8Array.from({ length: width * height * (gray ? 1 : 3) }, (_, i) => (i * 7 + seed) % 251);
  const landmarks = Float64Array.from({ length: 58 }, (_, i) => i % 2 ? 8 + i / 4 : 10 + seed + (i * 85) / 256);
  const occluded = Uint8Array.from({ length: 29 }, (_, m) => m % 5 === seed ? 1 : 0);
  return { width, height, pixels, landmarks, occluded, box: [9, 7, 20, 18] };
}

Deno.test("readCofw() reads back what writeCofw() wrote: colored and gray pictures, points, boxes and occlusion", async () => {
  await withFolder(async (root) => {
    const faces = [face(0), face(1, true), face(2)];
    await writeCofw(root, "train", faces);
    const set = await readCofw(root, "train");
    assert.deepEqual(set.faces.map(({ id }) => id), ["train/0001", "train/0002", "train/0003"]);
    assert.equal(set.partial, "partial: 3 of 1345 faces");
    assert.deepEqual(set.problems, []);
    for (const [i, { image, landmarks, occluded, box }] of set.faces.entries()) {
      const { width, height, pixels, ...wanted } = faces[i]!;
      assert.deepEqual([...landmarks], [...wanted.landmarks as Float64Array]);
      assert.deepEqual([...occluded!], [...wanted.occluded as Uint8Array]);
      assert.deepEqual(box, wanted.box);
      const open = await image.open();
      assert.deepEqual([open.width, open.height], [width, height]);
      const gray = pixels.length === width * height;
      const colored = gray
        ? Uint8Array.from({ length: 3 * pixels.length }, (_, k) => pixels[Math.floor(k / 3)]!)
        : pixels;
      assert.deepEqual((await open.read()).data, colored);
      const part = await open.read({ left: 3, top: 5, width: 2, height: 1 });
      assert.deepEqual([...part.data], [...colored.subarray((5 * width + 3) * 3, (5 * width + 5) * 3)]);
    }
  });
});

Deno.test("prepareFaces() keeps COFW's hidden landmarks and takes its box", async () => {
  await withFolder(async (root) => {
    await writeCofw(root, "test", [face(0), face(1)]);
    const set = await prepareFaces(await readCofw(root, "test"), { cacheDir: join(root, "c"), size: 32, quiet: true });
    assert.deepEqual(set.occluded, [[0, 5, 10, 15, 20, 25], [1, 6, 11, 16, 21, 26]]);
    // Box of face 0: pixels 9 to 28 and 7 to 24, enlarged to landmarks from (10, 8.25) to (28.6, 22.25).
    const [scaleX, scaleY] = set.transforms;
    assert.ok(
      Math.abs(32 / scaleX! - 21) < 1e-5 && Math.abs(32 / scaleY! - 18) < 1e-5,
      `${32 / scaleX!} ${32 / scaleY!}`,
    );
  });
});

Deno.test("readCofw() refuses malformed files with one clear sentence each", async () => {
  await withFolder(async (root) => {
    const path = join(root, "COFW_train_color.mat");
    const refuse = async (message: string | RegExp) => {
      await assert.rejects(readCofw(root, "train"), (error: Error) => {
        if (typeof message === "string") assert.equal(error.message, message);
        else assert.match(error.message, message);
        return true;
      });
    };
    await assert.rejects(
      readCofw(root, "test"),
      /^NotFound: Cannot find COFW's test faces as '.*' has no COFW_test_color/,
    );
    await Deno.writeFile(path, new Uint8Array(2000).fill(77));
    await refuse(`Cannot read '${path}' as it is not an HDF5 file (MATLAB writes one with save -v7.3)`);
    await writeCofw(root, "train", [face(0)]);
    const good = await Deno.readFile(path);
    await Deno.writeFile(path, good.subarray(0, 1500));
    await refuse(/^Cannot read '.*COFW_train_color\.mat' as HDF5 says: .+$/);

    const write = async (fill: (file: h5.File) => void) => {
      await Deno.remove(path);
      await h5.ready;
      const file = new h5.File(path, "w");
      fill(file);
      file.close();
    };
    await write((file) => file.create_dataset({ name: "x", data: new Float64Array(1) }));
    await refuse(`Cannot read IsTr of '${path}' as it must be reference [1, faces]: it is not there`);
    await write((file) => file.create_group("IsTr"));
    await refuse(`Cannot read IsTr of '${path}' as it must be reference [1, faces]: it is no dataset`);
    await write((file) => file.create_dataset({ name: "IsTr", data: new Float64Array(4), shape: [1, 4] }));
    await refuse(`Cannot read IsTr of '${path}' as it must be reference [1, faces]: <d [1, 4]`);
    const picture = (file: h5.File, shape: number[], data: Uint8Array | Float64Array = new Uint8Array(12)) => {
      file.create_dataset({ name: "p", data, shape });
      const reference = (file.get("p") as h5.Dataset).create_reference();
      file.create_dataset({ name: "IsTr", data: [reference], shape: [1, 1] });
    };
    await write((file) => picture(file, [12]));
    await refuse(`Cannot read phisTr of '${path}' as it must be float64 [87, 1]: it is not there`);
    await write((file) => {
      picture(file, [12]);
      file.create_dataset({ name: "phisTr", data: new Float64Array(58), shape: [58, 1] });
    });
    await refuse(`Cannot read phisTr of '${path}' as it must be float64 [87, 1]: <d [58, 1]`);

    const tables = (file: h5.File, phis: (row: number) => number, box = [1, 1, 5, 5]) => {
      file.create_dataset({
        name: "phisTr",
        data: Float64Array.from({ length: 87 }, (_, i) => phis(i)),
        shape: [87, 1],
      });
      file.create_dataset({ name: "bboxesTr", data: Float64Array.from(box), shape: [4, 1] });
    };
    const problem = async () => (await readCofw(root, "train")).problems.map(({ message }) => message);
    await write((file) => (picture(file, [3, 2, 2]), tables(file, (row) => row === 30 ? NaN : 1)));
    assert.deepEqual(await problem(), ["Cannot read face 'train/0001' as landmark 1 lies outside any picture: 1 NaN"]);
    await write((file) => (picture(file, [3, 2, 2]), tables(file, (row) => row === 60 ? 0.5 : 1)));
    assert.deepEqual(await problem(), ["Cannot read face 'train/0001' as landmark 2 must be hidden by 0 or 1: 0.5"]);
    await write((file) => (picture(file, [3, 2, 2]), tables(file, () => 1, [1, 1, 0, 5])));
    assert.deepEqual(await problem(), ["Cannot read face 'train/0001' as its box has no size: 1 1 0 5"]);

    for (
      const [shape, data, found] of [
        [[12], new Uint8Array(12), "<B [12]"],
        [[4, 3, 1], new Uint8Array(12), "<B [4, 3, 1]"],
        [[3, 2, 2], new Float64Array(12), "<d [3, 2, 2]"],
      ] as const
    ) {
      await write((file) => (picture(file, [...shape], data), tables(file, () => 1)));
      const set = await readCofw(root, "train");
      await assert.rejects(set.faces[0]!.image.open(), {
        message:
          `Cannot read picture 1 of '${path}' as it must be uint8 [3, width, height] or [width, height]: ${found}`,
      });
    }
  });
});

const data = sharedData("cofw");
testWith(data, "no ../shared/data", "readCofw() reads the files in COFW's own format", async (data) => {
  const train = await readCofw(data, "train");
  const test = await readCofw(data, "test");
  assert.deepEqual([train.faces.length, test.faces.length], [150, 70]);
  assert.equal(train.partial, "partial: 150 of 1345 faces");
  assert.deepEqual([...train.problems, ...test.problems], []);
  for (const { image, landmarks } of [train.faces[0]!, test.faces[69]!]) {
    const { width, height } = await image.open();
    landmarks.forEach((value, i) => assert.ok(value >= 0 && value < (i % 2 ? height : width)));
  }
});

const python = pythonWith("h5py", "numpy");
testWith(
  data && python ? { data, python } : undefined,
  data ? "no Python with h5py (set ACR_PYTHON)" : "no ../shared/data",
  "readCofw() agrees with h5py on pixels, points, boxes and occlusion",
  async ({ data, python }) => {
    const set = await readCofw(data, "test");
    const theirs = await runPython(
      python,
      `import sys, json, h5py, numpy as np
f = h5py.File(sys.argv[1]); refs = f["IsT"][()].ravel(); phis = f["phisT"][()]; boxes = f["bboxesT"][()]
faces = []
for i in (0, 33, 69):
    a = np.array(f[refs[i]]).T  # [H, W, C]
    faces.append([list(a.shape[:2]), a[::9, ::7].ravel().tolist(), phis[:, i].tolist(), boxes[:, i].tolist()])
print(json.dumps(faces))`,
      join(data, "COFW_test_color.mat"),
    ) as [number[], number[], number[], number[]][];
    for (const [k, index] of [0, 33, 69].entries()) {
      const [shape, pixels, phis, boxes] = theirs[k]!;
      const { image, landmarks, occluded, box } = set.faces[index]!;
      const { width, height, data } = await (await image.open()).read();
      assert.deepEqual([height, width], shape);
      const ours: number[] = [];
      for (let y = 0; y < height; y += 9) {
        for (let x = 0; x < width; x += 7) ours.push(...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));
      }
      assert.deepEqual(ours, pixels);
      for (let m = 0; m < 29; m++) {
        assert.deepEqual([landmarks[2 * m]! + 1, landmarks[2 * m + 1]! + 1, occluded![m]], [
          ...[phis[m], phis[29 + m], phis[58 + m]],
        ]);
      }
      assert.deepEqual([box![0] + 1, box![1] + 1, box![2], box![3]], boxes);
    }
  },
);
