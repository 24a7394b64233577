import assert from "node:assert/strict";
import { join } from "node:path";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { FOLDERS_300W, read300W } from "./300w.ts";
import { compareNaturally, describePartial, limitSource, requireSound } from "./source.ts";
import { write300WFace } from "./test_fixtures.ts";

Deno.test("read300W() reads any subset of the folders, in natural order, and says what is missing", async () => {
  await withFolder(async (root) => {
    await write300WFace(root, "afw", "image_10");
    const landmarks = await write300WFace(root, "afw", "image_2", { format: "jpeg", seed: 5 });
    await write300WFace(root, "helen/trainset", "7_1");
    await write300WFace(root, "ibug", "image_003_1");
    await write300WFace(root, "01_Indoor", "indoor_001");
    const train = await read300W(root, "train");
    assert.deepEqual(train.faces.map(({ id }) => id), ["afw/image_2", "afw/image_10", "helen/trainset/7_1"]);
    assert.equal(
      train.partial,
      "partial: 3 of 3148 faces (afw 2 of 337, helen/trainset 1 of 2000, lfpw/trainset 0 of 811)",
    );
    assert.deepEqual(train.problems, []);
    train.faces[0]!.landmarks.forEach((value, i) => assert.ok(Math.abs(value - landmarks[i]!) < 1e-6));

    const test = await read300W(root, "test");
    assert.deepEqual(test.faces.map(({ id, subsets }) => [id, subsets]), [
      ["ibug/image_003_1", ["full", "challenging"]],
      ["01_Indoor/indoor_001", ["private"]],
    ]);
    // The private set is listed when it is begun, and not missed when it is not.
    assert.equal(
      test.partial,
      "partial: 2 of 989 faces (helen/testset 0 of 330, lfpw/testset 0 of 224, ibug 1 of 135, 01_Indoor 1 of 300)",
    );
  });
});

Deno.test("FOLDERS_300W adds up to the published counts", () => {
  const sum = (test: (folder: typeof FOLDERS_300W[number]) => boolean) =>
    FOLDERS_300W.filter(test).reduce((total, { expected }) => total + expected, 0);
  assert.equal(sum(({ split }) => split === "train"), 3148);
  assert.equal(sum(({ subsets }) => subsets.includes("common")), 554);
  assert.equal(sum(({ subsets }) => subsets.includes("challenging")), 135);
  assert.equal(sum(({ split, subsets }) => split === "test" && subsets.includes("full")), 689);
  assert.equal(sum(({ subsets }) => subsets.includes("private")), 600);
});

Deno.test("read300W() finds the one picture of several faces", async () => {
  await withFolder(async (root) => {
    await write300WFace(root, "afw", "group");
    await Deno.rename(join(root, "afw/group.pts"), join(root, "afw/group_1.pts"));
    await Deno.copyFile(join(root, "afw/group_1.pts"), join(root, "afw/group_2.pts"));
    const { faces, problems } = await read300W(root, "train");
    assert.deepEqual(problems, []);
    assert.deepEqual(faces.map(({ id }) => id), ["afw/group_1", "afw/group_2"]);
    for (const { image } of faces) assert.ok(image.name.endsWith("group.png"));
  });
});

Deno.test("read300W() reports every face that it cannot read, and requireSound() refuses to go on", async () => {
  await withFolder(async (root) => {
    for (const name of ["a", "b", "c", "d"]) await write300WFace(root, "afw", name);
    await Deno.remove(join(root, "afw/a.png"));
    await Deno.writeTextFile(join(root, "afw/b.pts"), "version: 1\nn_points: 67\n{\n");
    await Deno.copyFile(join(root, "afw/c.png"), join(root, "afw/c.jpg"));
    const set = await read300W(root, "train");
    assert.deepEqual(set.faces.map(({ id }) => id), ["afw/d"]);
    assert.deepEqual(set.problems, [
      { where: "afw/a.pts", message: "Cannot read face 'afw/a.pts' as there is no a.jpg or a.png beside it" },
      {
        where: "afw/b.pts",
        message: `Cannot read landmarks from '${
          join(root, "afw/b.pts")
        }' as it has another number of points than 68: 67`,
      },
      {
        where: "afw/c.pts",
        message: "Cannot read face 'afw/c.pts' as it could belong to several pictures: c.jpg, c.png",
      },
    ]);
    assert.throws(() => requireSound(set), {
      name: "SyntaxError",
      message:
        "Cannot read face 'afw/a.pts' as there is no a.jpg or a.png beside it (and 2 more: data check lists them)",
    });
  });
});

Deno.test("read300W() says what to download when there is nothing", async () => {
  await withFolder(async (root) => {
    await assert.rejects(read300W(join(root, "none"), "train"), (error: Error) => {
      assert.ok(error instanceof Deno.errors.NotFound);
      assert.ok(error.message.startsWith(`Cannot find 300W's train faces as '${join(root, "none")}' has none of`));
      assert.match(error.message, /ibug\.doc\.ic\.ac\.uk\/resources\/300-W\//);
      for (const { folder, expected } of FOLDERS_300W) {
        assert.match(error.message, new RegExp(`${folder} +${expected} faces`));
      }
      return true;
    });
  });
});

Deno.test("limitSource() spreads the faces that it keeps evenly, and says so", async () => {
  await withFolder(async (root) => {
    for (let i = 0; i < 4; i++) await write300WFace(root, "afw", `${i}`);
    for (let i = 0; i < 4; i++) await write300WFace(root, "lfpw/trainset", `${i}`);
    const set = await read300W(root, "train");
    const some = limitSource(set, 4);
    assert.deepEqual(some.faces.map(({ id }) => id), ["afw/0", "afw/2", "lfpw/trainset/0", "lfpw/trainset/2"]);
    assert.equal(some.partial, `${set.partial}; limited to 4 of 8 faces`);
    assert.equal(limitSource({ ...set, partial: "" }, 3).partial, "partial: limited to 3 of 8 faces");
    assert.equal(limitSource(set, 8), set);
    assert.throws(() => limitSource(set, 1.5), {
      message: "Cannot limit faces as the limit must be a positive whole number: 1.5",
    });
  });
});

Deno.test("describePartial() is empty for a complete set and tells too many from too few", () => {
  assert.equal(describePartial([{ name: "a", found: 3, expected: 3 }, { name: "b", found: 1 }]), "");
  assert.equal(describePartial([{ name: "a", found: 2, expected: 3 }]), "partial: 2 of 3 faces");
  assert.equal(
    describePartial([{ name: "a", found: 4, expected: 3 }, { name: "b", found: 1, expected: 1 }]),
    "differs: 5 of 4 faces (a 4 of 3)",
  );
});

Deno.test("compareNaturally() orders by number, then by name, and is a total order", () => {
  const names = ["image_10", "image_2", "image_02", "Image_1", "image_2_1", "image_", "10", "9", "image_2a"];
  assert.deepEqual(names.sort(compareNaturally), [
    ...["9", "10", "Image_1", "image_", "image_2", "image_2_1", "image_2a", "image_02", "image_10"],
  ]);
  for (const a of names) for (const b of names) assert.equal(compareNaturally(a, b) === 0, a === b);
});

testWith(sharedData("300w"), "no ../shared/data", "read300W() counts the real faces that are there", async (dir) => {
  const train = await read300W(dir, "train");
  assert.equal(train.faces.length, 2012);
  assert.equal(
    train.partial,
    "partial: 2012 of 3148 faces (helen/trainset 870 of 2000, lfpw/trainset 805 of 811)",
  );
  const test = await read300W(dir, "test");
  assert.equal(test.faces.length, 330);
  assert.equal(test.partial, "partial: 330 of 689 faces (lfpw/testset 0 of 224, ibug 0 of 135)");
  assert.deepEqual([...train.problems, ...test.problems], []);
});
