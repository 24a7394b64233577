import assert from "node:assert/strict";
import { scheme68 } from "@/data/schemes.ts";
import { createRandom } from "@/random.ts";
import {
  constantDifficulty,
  difficulty,
  DIFFICULTY_VARIANTS,
  difficultyTable,
  type DifficultyVariant,
  difficultyVariant,
  flipDifficulty,
  invertDifficulty,
  meanDifficulty,
  percentOf,
  perLandmarkDifficulty,
  raiseDifficulty,
  shuffleDifficulty,
} from "./difficulty.ts";
import { ShapeModel } from "./shape_model.ts";

/** Faces `[count, 2M]` about a mean, with a few strong modes and much noise. */
function someFaces(count: number, points: number): Float32Array {
  const random = createRandom(5, "faces");
  const mean = Array.from({ length: 2 * points }, () => random.uniform(-0.5, 0.5));
  const strong = Array.from({ length: 3 }, () => mean.map(() => random.normal()));
  const faces = new Float32Array(count * 2 * points);
  for (let i = 0; i < count; i++) {
    const weights = strong.map((_, j) => 0.05 / (j + 1) * random.normal());
    for (let d = 0; d < 2 * points; d++) {
      faces[i * 2 * points + d] = mean[d]! + strong.reduce((sum, mode, j) => sum + weights[j]! * mode[d]!, 0) +
        0.005 * random.normal();
    }
  }
  return faces;
}

Deno.test("difficulty() divides each difference by the largest of x and y together", () => {
  assert.deepEqual(difficulty([0, 0, 1, 1], [0.1, -0.2, 1, 1.4]), Float32Array.of(0.25, 0.5, 0, 1));
});

Deno.test("difficulty() is 0, never NaN, where Face and Smooth-Face differ by rounding alone", () => {
  assert.deepEqual(difficulty([0, 0], [0, 0]), Float32Array.of(0, 0));
  assert.deepEqual(difficulty([0.3, -0.5], [0.3 + 1e-16, -0.5]), Float32Array.of(0, 0));
  assert.deepEqual(difficulty([0.3, -0.5], [Math.fround(0.3), -0.5]), Float32Array.of(0, 0));
});

Deno.test("difficulty() refuses lengths that differ and numbers that are not finite", () => {
  assert.throws(() => difficulty([0, 1], [0, 1, 2, 3]), { name: "TypeError", message: /face 2, smooth 4, output 2/ });
  assert.throws(() => difficulty([0, NaN], [0, 1]), { name: "RangeError", message: /coordinate 1 is not finite: NaN/ });
});

Deno.test("difficultyTable() equals Smooth-Face and difficulty() face by face, whatever the order of its fractions", () => {
  const faces = someFaces(60, 5);
  const model = ShapeModel.fit(faces, 60, 10);
  const table = difficultyTable(model, faces, 60, [0.97, 0.8, 0.9, 0.8]);
  assert.deepEqual([...table.keys()].sort(), [80, 90, 97]);
  for (const [percent, phi] of table) {
    for (let i = 0; i < 60; i++) {
      const face = faces.subarray(10 * i, 10 * i + 10);
      const expected = difficulty(face, model.smooth(face, model.modesFor(percent / 100)));
      expected.forEach((value, d) => assert.ok(Math.abs(phi[10 * i + d]! - value) < 1e-6));
      const row = phi.subarray(10 * i, 10 * i + 10);
      assert.equal(Math.max(...row), 1);
      assert.ok(row.every((value) => value >= 0 && value <= 1));
    }
  }
});

Deno.test("difficultyTable() is all zeros, never NaN, where every mode is kept", () => {
  const faces = someFaces(200, 5);
  const model = ShapeModel.fit(faces, 200, 10);
  assert.ok(difficultyTable(model, faces, 200, [1]).get(100)!.every((phi) => phi === 0));
  const { mean, eigenvalues } = model;
  const within = model.reconstruct(eigenvalues.map((value) => 2 * Math.sqrt(value)));
  assert.ok(difficulty(within, model.smooth(within, 10)).every((phi) => phi === 0));
  assert.ok(difficulty(mean, model.smooth(mean, 10)).every((phi) => phi === 0));
});

Deno.test("difficultyTable() refuses labels that do not fit and fractions out of range", () => {
  const faces = someFaces(20, 5);
  const model = ShapeModel.fit(faces, 20, 10);
  assert.throws(() => difficultyTable(model, faces, 21, [0.8]), {
    name: "TypeError",
    message: "Cannot compute difficulties as 21 faces of 10 coordinates need 210 numbers: 200",
  });
  assert.throws(() => difficultyTable(model, faces, 20, [80]), /fraction of variance must be in \(0, 1\]: 80/);
});

Deno.test("percentOf() is free of rounding", () => {
  assert.deepEqual([0.8, 0.85, 0.29, 0.57, 0.975, 1].map(percentOf), [80, 85, 29, 57, 97.5, 100]);
});

Deno.test("flipDifficulty() gives each landmark the difficulty of its mirror image, and undoes itself", () => {
  const phi = Float32Array.from({ length: 2 * 136 }, (_, i) => i / 272);
  const flipped = flipDifficulty(phi, scheme68);
  assert.equal(flipped[2 * 36], phi[2 * 45]);
  assert.equal(flipped[136 + 2 * 36 + 1], phi[136 + 2 * 45 + 1]);
  assert.equal(flipped[2 * 30], phi[2 * 30]);
  assert.deepEqual(flipDifficulty(flipped, scheme68), phi);
});

Deno.test("flipDifficulty() is the difficulty of the mirrored face where the model is symmetric", () => {
  const scheme = { points: 5, flip: [1, 0, 2, 4, 3] };
  const mirror = (faces: Float32Array) =>
    faces.map((_, i) => {
      const start = i - i % 10, m = Math.floor((i % 10) / 2), axis = i % 2;
      return (axis === 0 ? -1 : 1) * faces[start + 2 * scheme.flip[m]! + axis]!;
    });
  const faces = someFaces(50, 5);
  const model = ShapeModel.fit(Float32Array.of(...faces, ...mirror(faces)), 100, 10);
  const phi = difficultyTable(model, faces, 50, [0.8]).get(80)!;
  const mirrored = difficultyTable(model, mirror(faces), 50, [0.8]).get(80)!;
  flipDifficulty(phi, scheme).forEach((value, i) => assert.ok(Math.abs(value - mirrored[i]!) < 1e-5));
});

Deno.test("constantDifficulty() is one number everywhere, in [0, 1]", () => {
  assert.deepEqual(constantDifficulty(new Float32Array(2), 1), Float32Array.of(1, 1));
  assert.throws(() => constantDifficulty(new Float32Array(2), 1.5), /must be in \[0, 1\]: 1.5/);
});

Deno.test("shuffleDifficulty() moves landmarks within each face, x with y, by the seed alone", () => {
  const phi = Float32Array.from({ length: 3 * 20 }, (_, i) => i);
  const shuffled = shuffleDifficulty(phi, 10, 4);
  assert.deepEqual(shuffleDifficulty(phi, 10, 4), shuffled);
  assert.notDeepEqual(shuffleDifficulty(phi, 10, 5), shuffled);
  assert.notDeepEqual(shuffled, phi);
  const orders = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const row = [...shuffled.subarray(20 * i, 20 * i + 20)];
    for (let m = 0; m < 10; m++) assert.equal(row[2 * m + 1], row[2 * m]! + 1);
    assert.deepEqual(row.toSorted((a, b) => a - b), [...phi.subarray(20 * i, 20 * i + 20)]);
    orders.add(row.map((value) => value - 20 * i).join());
  }
  assert.equal(orders.size, 3, "every face has an order of its own");
});

Deno.test("perLandmarkDifficulty() follows the distance of each landmark, divided by the largest", () => {
  const face = [0, 0, 0.5, 0.5, 1, 1], smooth = [0.03, 0.04, 0.5, 0.4, 1, 1];
  const expected = [0.5, 0.5, 1, 1, 0, 0];
  perLandmarkDifficulty(difficulty(face, smooth), 3).forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 1e-6)
  );
  assert.deepEqual(perLandmarkDifficulty(new Float32Array(4), 2), new Float32Array(4));
  assert.throws(() => perLandmarkDifficulty(new Float32Array(5), 2), /2 landmarks do not divide their number: 5/);
});

Deno.test("difficultyVariant() names every variant, and refuses other names", () => {
  const phi = Float32Array.of(0.2, 1, 0.4, 0.1);
  const options = { points: 2, seed: 1, of: [0] };
  const byName = Object.fromEntries(DIFFICULTY_VARIANTS.map((name) => [name, difficultyVariant(phi, name, options)]));
  assert.deepEqual(byName, {
    coordinate: phi,
    landmark: perLandmarkDifficulty(phi, 2),
    mean: meanDifficulty(phi, 2, [0]),
    inverted: invertDifficulty(phi),
    shuffled: shuffleDifficulty(phi, 2, 1),
    zero: new Float32Array(4),
    one: new Float32Array(4).fill(1),
  });
  assert.throws(() => difficultyVariant(phi, "random" as DifficultyVariant, options), {
    name: "RangeError",
    message:
      "Cannot vary the difficulty as the variant is none of coordinate, landmark, mean, shuffled, inverted, zero, one: 'random'",
  });
});

Deno.test("meanDifficulty() gives every face the mean over the faces named, those alone", () => {
  const phi = Float32Array.of(0, 1, 0.5, 0.25, 1, 1);
  assert.deepEqual(meanDifficulty(phi, 1, [0, 1]), Float32Array.of(0.25, 0.625, 0.25, 0.625, 0.25, 0.625));
  assert.throws(() => meanDifficulty(phi, 1, []), /there are no faces: 0/);
});

Deno.test("invertDifficulty() and raiseDifficulty() stay in [0, 1]", () => {
  const phi = Float32Array.of(0, 0.25, 1);
  assert.deepEqual(invertDifficulty(phi), Float32Array.of(1, 0.75, 0));
  assert.deepEqual(raiseDifficulty(phi, 0.5), Float32Array.of(0.5, 0.625, 1));
  assert.deepEqual(raiseDifficulty(phi, 1), Float32Array.of(1, 1, 1));
  assert.equal(raiseDifficulty(phi, 0), phi);
  assert.throws(() => raiseDifficulty(phi, 1.1), { name: "RangeError", message: /must be in \[0, 1\]: 1.1$/ });
});
