import assert from "node:assert/strict";
import { join } from "node:path";
import { loadDataset, loadSplit, readDataset } from "./datasets.ts";
import { convert68To29, convert68To98, LAYOUTS, writeLayout } from "./layouts.ts";
import { convert98To68, flipLandmarks, scheme29, scheme68, scheme98 } from "./schemes.ts";
import { roughFace, withFolder } from "./test_fixtures.ts";

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
    const options = { cacheDir, size: 96, quiet: true, synthetic: { train: 12, test: 10 } };
    const train = await loadSplit("synthetic", "train", options), test = await loadSplit("synthetic", "test", options);
    for (const layout of LAYOUTS) {
      const dir = join(root, layout);
      await writeLayout(train, layout, dir);
      await writeLayout(test, layout, dir);
      const source = await readDataset(layout, "train", dir);
      assert.deepEqual([source.faces.length, source.problems], [12, []], layout);
      const sets = await loadDataset(layout, { dir, cacheDir, size: 64, quiet: true });
      assert.deepEqual([sets.train.count, sets.test.count], [12, 10]);
      assert.ok(sets.train.landmarks.every((value) => value > -2 && value < 66), layout);
    }
    const back = await readDataset("300w", "train", join(root, "300w"));
    assert.deepEqual(back.counts.map(({ found }) => found), [1, 8, 3]);
    back.faces.forEach(({ landmarks }, i) =>
      landmarks.forEach((value, k) => assert.ok(Math.abs(value - train.landmarks[136 * i + k]!) < 1e-5))
    );
    const hard = (await readDataset("300w", "test", join(root, "300w"))).faces.filter(({ subsets }) =>
      subsets.includes("challenging")
    );
    assert.equal(hard.length, test.subsets["challenging"]!.length);
    assert.ok([...Deno.readDirSync(join(root, "300w/lfpw/trainset"))].some(({ name }) => name.endsWith(".png")));
    const cofw = await readDataset("cofw", "train", join(root, "cofw"));
    assert.ok(cofw.faces.some(({ occluded }) => occluded!.some((hidden) => hidden === 1)));
    const other = { ...train, scheme: scheme29 };
    await assert.rejects(writeLayout(other, "300w", join(root, "x")), {
      message: "Cannot write faces as 300w as they must have 68 landmarks: 29",
    });
  });
});
