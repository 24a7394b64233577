import assert from "node:assert/strict";
import {
  about,
  type Affine,
  compose,
  IDENTITY,
  invert,
  mirroring,
  movePoints,
  rotation,
  scaling,
  shearing,
  sineCosine,
  translation,
} from "./warp_matrix.ts";

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance, `${[...Array.from(actual)]} is not ${expected}`);
  }
};

Deno.test("compose() applies its first argument first", () => {
  const map = compose(translation(1, 0), scaling(2));
  near(movePoints(map, [3, 4]), [8, 8]);
  near(compose(IDENTITY, map), map);
});

Deno.test("invert() undoes a map and refuses a singular one", () => {
  const map = compose(compose(rotation(0.7), shearing(0.3)), translation(-12, 5));
  near(compose(map, invert(map)), IDENTITY);
  assert.throws(() => invert([1, 2, 0, 2, 4, 0]), {
    name: "RangeError",
    message: /singular .*: \[1, 2, 0, 2, 4, 0\]$/,
  });
  assert.throws(() => invert([NaN, 0, 0, 0, 1, 0]), RangeError);
  assert.throws(() => invert([1, 0, Infinity, 0, 1, 0]), RangeError);
});

Deno.test("about() leaves its center where it is", () => {
  near(movePoints(about(111.5, 40, rotation(1.1)), [111.5, 40]), [111.5, 40], 1e-5);
  near(about(10, 20, scaling(2, 3)), [2, 0, -10, 0, 3, -40]);
});

Deno.test("rotation() turns the x axis towards the y axis", () => {
  near(movePoints(rotation(Math.PI / 2), [1, 0, 0, 1]), [0, 1, -1, 0], 1e-7);
});

Deno.test("mirroring() twice is the identity and exchanges the outermost pixel centers", () => {
  near(compose(mirroring(224), mirroring(224)), IDENTITY);
  near(movePoints(mirroring(224), [0, 3, 223, 3]), [223, 3, 0, 3]);
});

Deno.test("movePoints() may write over its input", () => {
  const points = new Float32Array([1, 2, 3, 4]);
  const map: Affine = [0, 1, 0, 1, 0, 0];
  assert.equal(movePoints(map, points, points), points);
  assert.deepEqual([...points], [2, 1, 4, 3]);
});

Deno.test("sineCosine() agrees with Math.sin and Math.cos to 1e-14 over three turns", () => {
  for (let angle = -9.5; angle < 9.5; angle += 0.0137) {
    near(sineCosine(angle), [Math.sin(angle), Math.cos(angle)], 1e-14);
  }
  assert.deepEqual(sineCosine(0), [0, 1]);
});
