/**
 * One set of drawn faces, written in every layout: this library's readers and plain Python (NumPy, h5py, Pillow, csv,
 * json), which knows nothing of it, must find the same points and pixels.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inProject } from "@/paths.ts";
import { testWith, withFolder } from "@/testing.ts";
import { drawSynthetic, loadSplit, readDataset, type Split } from "./datasets.ts";
import { convert68To29, convert68To98, LAYOUTS, writeLayout } from "./layouts.ts";
import { ownTemplate } from "./own_description.ts";
import { formatOwnCsv, formatOwnJson } from "./own_tables.ts";
import type { SourceFace } from "./source.ts";
import { pythonWith, runPython } from "./test_fixtures.ts";

const SIZE = 64;
const FACES = 5;

/** Prints, per layout, the faces that it finds: name, size, points from 0, and every 97th byte of the picture. */
const PROGRAM = `
import sys, json, csv, glob, os, h5py, numpy as np
from PIL import Image
root = sys.argv[1]
def face(name, pixels, points):
    points = np.asarray(points, "f8").reshape(-1, 2)
    return [name, list(pixels.shape[:2]), points.ravel().tolist(), pixels.ravel()[::97].tolist()]
def picture(path): return np.asarray(Image.open(path).convert("RGB"))
found = {"300w": [], "cofw": [], "wflw": [], "csv": [], "json": []}
for path in sorted(glob.glob(root + "/300w/**/*.pts", recursive=True)):
    stem = path[:-4]
    image = next(p for p in (stem + ".jpg", stem + ".png") if os.path.exists(p))
    found["300w"].append(face(os.path.relpath(stem, root + "/300w"), picture(image),
        np.loadtxt(path, skiprows=3, max_rows=68) - 1))
with h5py.File(root + "/cofw/COFW_train_color.mat") as f:
    phis = f["phisTr"][()]
    for i, reference in enumerate(f["IsTr"][()].ravel()):
        pixels = f[reference][()].T
        if pixels.ndim == 2: pixels = np.stack([pixels] * 3, 2)
        found["cofw"].append(face("train/%04d" % (i + 1), pixels, np.stack([phis[:29, i], phis[29:58, i]], 1) - 1))
with open(root + "/wflw/WFLW_annotations/list_98pt_rect_attr_train_test/list_98pt_rect_attr_train.txt") as f:
    for line in f:
        *numbers, name = line.split()
        found["wflw"].append(face(name[:-4], picture(root + "/wflw/WFLW_images/" + name), numbers[:196]))
with open(root + "/own/points.csv", newline="") as f:
    for row in csv.DictReader(f):
        points = [float(row["xy"[k % 2] + str(k // 2)]) for k in range(136)]
        found["csv"].append(face(row["file"][:-4], picture(root + "/own/" + row["file"]), points))
for entry in json.load(open(root + "/own/points.json")):
    found["json"].append(face(entry["file"][:-4], picture(root + "/own/" + entry["file"]), entry["points"]))
print(json.dumps(found))`;

type Found = [name: string, shape: number[], points: number[], bytes: number[]];

/** What {@linkcode PROGRAM} prints, as our readers see it. */
async function describe({ id, image, landmarks }: SourceFace): Promise<Found> {
  const { width, height, data } = await (await image.open()).read();
  return [id, [height, width], [...landmarks], [...data.filter((_, i) => i % 97 === 0)]];
}

function assertSame(ours: Found[], theirs: Found[], tolerance: number, what: string): void {
  const names = (faces: Found[]) => faces.map(([name]) => name).sort();
  assert.deepEqual(names(ours), names(theirs), what);
  for (const [name, shape, points, bytes] of ours) {
    const [, otherShape, otherPoints, otherBytes] = theirs.find(([other]) => other === name)!;
    assert.deepEqual(shape, otherShape, `${what} ${name}`);
    assert.equal(points.length, otherPoints.length);
    points.forEach((value, i) =>
      assert.ok(Math.abs(value - otherPoints[i]!) < 1e-9, `${what} ${name} landmark ${i >> 1}`)
    );
    const worst = Math.max(...bytes.map((value, i) => Math.abs(value - otherBytes[i]!)));
    assert.ok(bytes.length === otherBytes.length && worst <= tolerance, `${what} ${name}: ${worst} levels apart`);
  }
}

testWith(
  pythonWith("numpy", "h5py", "PIL"),
  "no Python with numpy, h5py and PIL (set ACR_PYTHON)",
  "readDataset() and Python find the same points and pixels in every layout that is written",
  async (python) => {
    await withFolder(async (root) => {
      const draw = (split: Split) => drawSynthetic({ count: FACES, size: SIZE, seed: 3, split, quiet: true });
      const train = await draw("train");
      for (const layout of LAYOUTS) await writeLayout(train, layout, join(root, layout));
      // Own points: pictures of another layout, a table of each kind.
      const own = join(root, "own"), pictures = join(root, "wflw/WFLW_images/0--Synthetic");
      await Deno.mkdir(own);
      const rows = train.ids.map((_, i) => ({
        file: `train_${String(i).padStart(6, "0")}.jpg`,
        landmarks: Float64Array.from(train.landmarks.subarray(136 * i, 136 * (i + 1))),
        split: "train" as const,
      }));
      for (const { file } of rows) await Deno.copyFile(join(pictures, file), join(own, file));
      await Deno.writeTextFile(join(own, "points.csv"), formatOwnCsv(rows));
      await Deno.writeTextFile(join(own, "points.json"), formatOwnJson(rows));

      const theirs = await runPython(python, PROGRAM, root) as Record<string, Found[]>;
      for (const layout of LAYOUTS) {
        const { faces, problems } = await readDataset(layout, "train", join(root, layout));
        assert.deepEqual(problems, []);
        // JPEG decoders may differ in the last bit of the color transform; COFW's pixels are stored as they are.
        assertSame(await Promise.all(faces.map(describe)), theirs[layout]!, layout === "cofw" ? 0 : 3, layout);
      }
      for (const table of ["csv", "json"] as const) {
        const description = ownTemplate("mine", 68)
          .replace('"annotations": "pts"', `"annotations": "points.${table}"`)
          .replace('"firstPixel": 1', '"firstPixel": 0');
        await Deno.writeTextFile(join(own, "dataset.jsonc"), description);
        const { faces } = await readDataset("own", "train", own);
        assertSame(await Promise.all(faces.map(describe)), theirs[table]!, 3, table);
      }
      // And what was written is what was drawn.
      const points = (name: string, m: number) =>
        theirs[name]!.map(([, , landmarks]) => landmarks.slice(2 * m, 2 * m + 2));
      const drawn = (convert: (face: Float32Array) => Float64Array, m: number) =>
        train.ids.map((_, i) => [...convert(train.landmarks.subarray(136 * i, 136 * (i + 1))).slice(2 * m, 2 * m + 2)]);
      for (const [name, convert] of [["cofw", convert68To29], ["wflw", convert68To98]] as const) {
        points(name, 8).flat().forEach((value, i) => {
          assert.ok(Math.abs(value - drawn(convert, 8).flat()[i]!) < 1e-5, `${name} ${i}`);
        });
      }
    });
  },
);

testWith(
  pythonWith("numpy"),
  "no Python with numpy (set ACR_PYTHON)",
  "the Python of data/README.md gives the points of the original pictures back, to 0.01 pixels",
  async (python) => {
    await withFolder(async (root) => {
      const set = await drawSynthetic({ count: FACES, size: SIZE, seed: 4, split: "train", quiet: true });
      await writeLayout(set, "300w", root);
      const source = await readDataset("300w", "train", root);
      const text = await Deno.readTextFile(inProject("data", "README.md"));
      const snippet = /```python\n([\s\S]*?)```/.exec(text)![1]!;
      for (const protocol of ["acr-224", "square-1.1", "pipnet-256", "hrnet-256"]) {
        const options = { dir: root, cacheDir: join(root, "cache"), protocol, size: 48, quiet: true };
        const { directory, count } = await loadSplit("300w", "train", options);
        const program = `import sys\nfolder = sys.argv[1]\n${snippet}\nprint(json.dumps([original.tolist(), subsets]))`;
        const [original, subsets] = await runPython(python, program, directory) as [number[][][], object];
        assert.deepEqual(subsets, { full: [0, 1, 2, 3, 4] });
        assert.equal(original.length, count);
        source.faces.forEach(({ landmarks }, i) =>
          original[i]!.flat().forEach((value, k) =>
            assert.ok(Math.abs(value - landmarks[k]!) < 0.01, `${protocol} ${i}`)
          )
        );
      }
    });
  },
);
