import assert from "node:assert/strict";
import { join } from "node:path";
import { createRandom } from "@/random.ts";
import { sharedData, testWith, withFolder } from "@/testing.ts";
import { read300W } from "./300w.ts";
import { checkDataset } from "./check.ts";
import { findDoubtfulFlips, findExchanged, findNearDuplicates, THUMBNAIL, thumbnailOf } from "./check_faces.ts";
import { convert68To29, convert68To98 } from "./layouts.ts";
import { prepareFaces } from "./prepare.ts";
import { formatPts } from "./pts.ts";
import { flipFromPairs, flipLandmarks, scheme29, scheme68, scheme98 } from "./schemes.ts";
import { dottedPicture, encodePicture, roughFace, write300WFace } from "./test_fixtures.ts";

/** The landmarks of each pair exchanged, in place. */
function exchange(landmarks: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: 136 }, (_, i) => landmarks[2 * scheme68.flip[i >> 1]! + i % 2]!);
}

Deno.test("findExchanged() finds exchanged faces however they are turned, and spares mirrored ones", () => {
  const random = createRandom(11);
  const shapes: ArrayLike<number>[] = [];
  for (let i = 0; i < 40; i++) shapes.push(roughFace(100, 80, 90, i));
  const turned = (shape: ArrayLike<number>, [c, s]: readonly [number, number]) =>
    Float64Array.from(
      shape,
      (_, i) => i % 2 ? 500 + 3 * (s * shape[i - 1]! + c * shape[i]!) : 40 + 3 * (c * shape[i]! - s * shape[i + 1]!),
    );
  shapes.push(turned(roughFace(0, 0, 80, 50), [0, 1])); // 40: on its side
  shapes.push(turned(roughFace(0, 0, 80, 51), [-1, 0])); // 41: upside down
  shapes.push(turned(exchange(roughFace(0, 0, 80, 52)), [0.8, -0.6])); // 42: exchanged
  shapes.push(exchange(roughFace(70, 70, 60, 53))); // 43: exchanged
  shapes.push(flipLandmarks(roughFace(70, 70, 60, 54), scheme68, 200)); // 44: mirrored as it should be
  shapes.push(new Float64Array(136).fill(7)); // 45: no size
  // 46: nearly seen from the side.
  shapes.push(roughFace(0, 0, 80, 55).map((value, i) => i % 2 ? value : 0.25 * value + random.uniform(-1, 1)));
  assert.deepEqual(findExchanged(shapes, scheme68), [42, 43]);
  assert.deepEqual(findExchanged([], scheme68), []);
  assert.deepEqual(findExchanged([new Float64Array(136)], scheme68), []);
});

Deno.test("findNearDuplicates() ignores brightness and contrast, and keeps different pictures apart", () => {
  const random = createRandom(2);
  const picture = () => Uint8Array.from({ length: THUMBNAIL ** 2 * 3 }, () => 60 + random.integer(100));
  const [a, b, c] = [picture(), picture(), picture()];
  const brighter = a.map((value) => 0.5 * value + 100);
  const plain = new Uint8Array(THUMBNAIL ** 2 * 3).fill(128);
  const left = [a, b, plain].map(thumbnailOf), right = [c, brighter, plain].map(thumbnailOf);
  assert.deepEqual(findNearDuplicates(left, right).map(({ a, b }) => [a, b]), [[0, 1]]);
  assert.deepEqual(findNearDuplicates([...left, ...right]).map(({ a, b }) => [a, b]), [[0, 4]]);
  // Every pair that all pixels make alike is found, however alike, though few numbers are looked at first.
  const base = picture(),
    mixed = Array.from({ length: 40 }, (_, i) => {
      const other = picture();
      return thumbnailOf(base.map((value, k) => (i * value + (40 - i) * other[k]!) / 40));
    });
  const alike = (p: Float32Array, q: Float32Array) => p.reduce((sum, value, k) => sum + value * q[k]!, 0);
  for (const least of [0.5, 0.8, 0.95]) {
    const expected = mixed.flatMap((p, i) =>
      mixed.flatMap((q, j) => j > i && alike(p, q) >= least ? [`${i} ${j}`] : [])
    );
    assert.ok(expected.length > 3);
    assert.deepEqual(
      findNearDuplicates(mixed, undefined, least).map(({ a, b }) => `${a} ${b}`).sort(),
      expected.sort(),
    );
  }
});

Deno.test("findDoubtfulFlips() finds pairs that a flip map lacks or mixes up, and trusts the built-in maps", () => {
  const faces = Array.from({ length: 24 }, (_, i) => roughFace(100, 80, 90, i));
  const sets = [[scheme68, faces], [scheme29, faces.map(convert68To29)], [scheme98, faces.map(convert68To98)]] as const;
  for (const [scheme, shapes] of sets) {
    assert.deepEqual(findDoubtfulFlips(shapes, scheme), [], scheme.name);
    const none = findDoubtfulFlips(shapes, { ...scheme, flip: flipFromPairs(scheme.points, []) });
    assert.deepEqual(
      none.map(({ landmark, nearest }) => [landmark, nearest]),
      scheme.flip.map((partner, m) => [m, partner]).filter(([m, partner]) => m !== partner),
    );
  }
  // Mouth corners with the wrong partners, on heads that lie on their side.
  const flip = scheme68.flip.slice();
  for (const [a, b] of [[48, 45], [54, 36]] as const) [flip[a], flip[b]] = [b, a];
  const lying = faces.map((face) => face.map((_, i) => i % 2 ? face[i - 1]! : -face[i + 1]!));
  assert.deepEqual(findDoubtfulFlips(lying, { ...scheme68, flip }), [
    { landmark: 36, partner: 54, nearest: 45 },
    { landmark: 45, partner: 48, nearest: 36 },
    { landmark: 48, partner: 45, nearest: 54 },
    { landmark: 54, partner: 36, nearest: 48 },
  ]);
  // Too few; and a shape that is no mirror image of itself.
  assert.deepEqual(findDoubtfulFlips(faces.slice(0, 19), { ...scheme68, flip }), []);
  const random = createRandom(5), lopsided = Float64Array.from({ length: 136 }, () => random.uniform(0, 100));
  assert.deepEqual(findDoubtfulFlips(faces.map(() => lopsided), { ...scheme68, flip }), []);
});

/** A picture that is like no other. */
async function noisyFace(root: string, folder: string, name: string, seed: number, landmarks?: Float64Array) {
  landmarks ??= roughFace(80, 70, 90, seed);
  await write300WFace(root, folder, name, { landmarks });
  const random = createRandom(seed, "noise");
  const data = dottedPicture(170, 140, []);
  for (let y = 0; y < 140; y += 20) {
    for (let x = 0; x < 170; x += 17) {
      const level = random.integer(200);
      for (let v = y; v < y + 20; v++) data.fill(level, (v * 170 + x) * 3, (v * 170 + x + 17) * 3);
    }
  }
  await Deno.writeFile(join(root, folder, `${name}.png`), await encodePicture(data, 170, 140));
}

Deno.test("checkDataset() lists what is unreadable, outside, of no size, exchanged or repeated, and verifies what was prepared", async () => {
  await withFolder(async (parent) => {
    const root = join(parent, "raw"), cacheDir = join(parent, "cache");
    for (let i = 0; i < 8; i++) await noisyFace(root, "afw", `good_${i}`, i);
    await noisyFace(root, "helen/testset", "good", 100);
    const options = { size: 32, quiet: true, cacheDir };
    const sound = await prepareFaces(await read300W(root, "train"), options);
    const damaged = await prepareFaces(await read300W(root, "test"), options);
    const path = join(damaged.directory, "images.npy");
    await Deno.writeFile(path, (await Deno.readFile(path)).fill(0, 500));

    await noisyFace(root, "afw", "exchanged", 20, exchange(roughFace(80, 70, 90, 20)));
    await noisyFace(root, "afw", "outside", 21, roughFace(10, 70, 90, 21));
    await noisyFace(root, "afw", "point", 22, new Float64Array(136).fill(50));
    await noisyFace(root, "afw", "truncated", 23);
    await Deno.truncate(join(root, "afw/truncated.png"), 400);
    await Deno.writeTextFile(join(root, "afw/alone.pts"), formatPts(roughFace(80, 70, 90, 1)));
    for (const ending of ["png", "pts"]) {
      await Deno.copyFile(join(root, `afw/good_3.${ending}`), join(root, `afw/again.${ending}`));
      await Deno.copyFile(join(root, `afw/good_4.${ending}`), join(root, `helen/testset/known.${ending}`));
    }
    const report = await checkDataset("300w", { dir: root, cacheDir, quiet: true });
    const found = report.problems.map(({ kind, where, message }) => [kind, where, message]);
    const count = `partial: 12 of 3148 faces (afw 12 of 337, helen/trainset 0 of 2000, lfpw/trainset 0 of 811)`;
    assert.deepEqual(report.splits.map(({ split, faces, partial, subsets }) => [split, faces, partial, subsets]), [
      ["train", 13, count.replaceAll("12 of", "13 of"), { full: 13 }],
      [
        ...["test", 2, "partial: 2 of 689 faces (helen/testset 2 of 330, lfpw/testset 0 of 224, ibug 0 of 135)"],
        { full: 2, common: 2 },
      ],
    ]);
    assert.deepEqual(report.prepared, [sound.directory]);
    const [png] = found.filter(([, where]) => where === "train afw/outside");
    assert.match(png![2]!, /^\d+ of 68 points lie outside the picture of 170 x 140, by 3\d\.\d pixels at most$/);
    assert.deepEqual(found.filter(([kind]) => kind !== "outside"), [
      [
        "unreadable",
        "train afw/alone.pts",
        "Cannot read face 'afw/alone.pts' as there is no alone.jpg or alone.png beside it",
      ],
      [
        ...["unreadable", "train afw/truncated"],
        `Cannot decode image '${
          join(root, "afw/truncated.png")
        }' as it is truncated: its PNG data has no end in 400 bytes`,
      ],
      [
        ...["damaged", damaged.directory],
        found.find(([kind]) => kind === "damaged")![2],
      ],
      ["no size", "train afw/point", "all its landmarks are in one place"],
      ["exchanged", "train afw/exchanged", "left and right landmarks seem to be exchanged"],
      ["in both splits", "train afw/good_4", "has the same picture and face as test helen/testset/known"],
      ["repeated", "train afw/again", "has the same picture and face as train afw/good_3"],
    ]);
    assert.match(found.find(([kind]) => kind === "damaged")![2]!, /its content has changed/);
  });
});

Deno.test("checkDataset() checks the split that is there, and says what to download when there is none", async () => {
  await withFolder(async (root) => {
    await assert.rejects(checkDataset("300w", { dir: root, quiet: true }), /Cannot find 300W's train faces/);
    await write300WFace(root, "ibug", "a");
    const { splits } = await checkDataset("300w", { dir: root, cacheDir: join(root, "none"), quiet: true });
    assert.deepEqual(splits.map(({ split }) => split), ["test"]);
    await assert.rejects(checkDataset("300v", { dir: root }), {
      message: "Cannot find dataset as it must be one of 300w, cofw, wflw, own, synthetic: 300v (did you mean 300w?)",
    });
  });
});

testWith(
  sharedData("cofw"),
  "no ../shared/data",
  "checkDataset() finds nothing wrong with the real COFW-format faces but repeated photographs",
  async (dir) => {
    await withFolder(async (cacheDir) => {
      const { splits, problems } = await checkDataset("cofw", { dir, cacheDir, quiet: true });
      assert.deepEqual(splits.map(({ faces }) => faces), [150, 70]);
      assert.deepEqual(problems.map(({ kind, where }) => [kind, where]), [
        ["repeated", "train train/0052"],
        ["repeated", "train train/0145"],
      ]);
    });
  },
);
