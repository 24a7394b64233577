import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { loadDataset, loadSplit, readDataset } from "./datasets.ts";
import { convert68To29, convert68To98, LAYOUTS, writeLayout } from "./layouts.ts";
import { convert98To68, flipLandmarks, scheme29, scheme68, scheme98 } from "./schemes.ts";
import { roughFace } from "./test_fixtures.ts";

Deno.test("convert68To98() and convert68To29() give every landmark, commute with mirroring, and keep the 68", () => {
  const face = roughFace(100, 90, 120, 3);
  const mirrored = flipLandmarks(face, scheme68, 200);
  for (const [convert, scheme] of [[convert68To29, scheme29], [convert68To98, scheme98]] as const) {
    const ours = convert(face);
    assert.equal(ours.length, 2 * scheme.points);
    const flipped = flipLandmarks(ours, scheme, 200);
    convert(mirrored).forEach((value, i) =>
      assert.ok(Math.abs(value - flipped[i]!) < 1e-3, `${scheme.name} ${i >> 1}`)
    );
  }
  convert98To68(convert68To98(face)).forEach((value, i) => assert.ok(Math.abs(value - face[i]!) < 1e-4));
  assert.throws(() => convert68To29([1, 2]), { message: "Cannot convert landmarks as they must be 136 numbers: 2" });
});

Deno.test("writeLayout() writes synthetic faces that the readers of all three datasets read back", async () => {
  await withFolder(async (root) => {
    const cacheDir = join(root, "cache");
    const options = { cacheDir, size: 48, quiet: true, synthetic: { train: 6, test: 5 } };
    const drawn = await loadSplit("synthetic", "train", options);
    // The corner of an eye and the chin of one face.
    const train = { ...drawn, occluded: drawn.ids.map((_, i) => i === 3 ? [36, 8] : []) };
    const test = await loadSplit("synthetic", "test", options);
    for (const layout of LAYOUTS) {
      const dir = join(root, layout);
      await writeLayout(train, layout, dir);
      await writeLayout(test, layout, dir);
      const source = await readDataset(layout, "train", dir);
      assert.deepEqual([source.faces.length, source.problems], [6, []], layout);
      // Nobody shall take a number on these faces for one on the dataset.
      const mark = new RegExp(`^drawn faces in the layout of ${layout}, partial: 6 of `);
      assert.match(source.partial, mark);
      const sets = await loadDataset(layout, { dir, cacheDir, size: 48, quiet: true });
      assert.deepEqual([sets.train.count, sets.test.count], [6, 5]);
      assert.match(sets.train.partial, mark);
      assert.ok(sets.train.landmarks.every((value) => value > -2 && value < 50), layout);
    }
    const back = await readDataset("300w", "train", join(root, "300w"));
    assert.deepEqual(back.counts.map(({ found }) => found), [1, 3, 2]);
    back.faces.forEach(({ landmarks }, i) =>
      landmarks.forEach((value, k) => assert.ok(Math.abs(value - train.landmarks[136 * i + k]!) < 1e-5))
    );
    const hard = (await readDataset("300w", "test", join(root, "300w"))).faces.filter(({ subsets }) =>
      subsets.includes("challenging")
    );
    assert.equal(hard.length, test.subsets["challenging"]!.length);
    assert.ok([...Deno.readDirSync(join(root, "300w/lfpw/trainset"))].some(({ name }) => name.endsWith(".png")));
    const cofw = await readDataset("cofw", "train", join(root, "cofw"));
    // In COFW: the same corner, its pupil, and the chin.
    const hidden = cofw.faces.map(({ occluded }) => [...occluded!.keys()].filter((m) => occluded![m] === 1));
    assert.deepEqual(hidden, drawn.ids.map((_, i) => i === 3 ? [8, 16, 28] : []));
    const other = { ...train, scheme: scheme29 };
    await assert.rejects(writeLayout(other, "300w", join(root, "x")), {
      message: "Cannot write faces as 300w as they must have 68 landmarks: 29",
    });
  });
});
