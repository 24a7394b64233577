import assert from "node:assert/strict";
import { toOriginal } from "@/data/face_set.ts";
import { close, faceSet, sixFaces } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };
import { ERROR_SPACES, type ErrorSpace, faceErrors, type Normalizer, NORMALIZERS, pointErrors } from "./nme.ts";

/** Eye corners 40 px apart; box 40 wide, 30 high. */
const FACE = Float32Array.of(30, 40, 70, 40, 30, 70, 70, 70);

for (const normalizer of NORMALIZERS) {
  for (const space of ERROR_SPACES) {
    Deno.test(`faceErrors() equals NumPy with normalizer ${normalizer} in ${space} pixels`, () => {
      const { set, predictions } = sixFaces();
      close(faceErrors(set, predictions, { normalizer, space }), golden.nme[normalizer][space]);
    });
  }
}

Deno.test("faceErrors() equals a face computed by hand, with every normalizer", () => {
  // Errors of 3, 4, 5 (3-4-5 triangle) and 0 px: 3 on average.
  const predictions = FACE.map((value, i) => value + [3, 0, 0, -4, 3, 4, 0, 0][i]!);
  const set = faceSet(FACE);
  close(faceErrors(set, predictions), 3 / 40);
  close(faceErrors(set, predictions, { normalizer: "inter-pupil" }), 3 / 40);
  close(faceErrors(set, predictions, { normalizer: "box" }), 3 / Math.sqrt(1200));
  close(faceErrors(set, predictions, { normalizer: "diagonal" }), 3 / 50);
});

Deno.test("faceErrors() is in pixels of the original image, and in the crop's if told", () => {
  // A crop stretched to twice the width: an error of 4 px along x is 2 px of the original, whose eyes are 20 px apart.
  const set = faceSet(FACE, Float32Array.of(2, 1, -7, 13));
  const predictions = FACE.map((value, i) => value + [0, 4, 0, 4, 0, 4, 0, 4][i]!);
  close(faceErrors(set, predictions), 4 / 20);
  close(faceErrors(set, predictions, { space: "crop" }), 4 / 40);
});

Deno.test("faceErrors() agrees with distances of points that toOriginal() maps back", () => {
  const { set, predictions } = sixFaces();
  const errors = faceErrors(set, predictions);
  for (let face = 0; face < set.count; face++) {
    const truth = toOriginal(set, face, set.landmarks.subarray(8 * face, 8 * face + 8));
    const predicted = toOriginal(set, face, predictions.subarray(8 * face, 8 * face + 8));
    let sum = 0;
    for (let m = 0; m < 8; m += 2) sum += Math.hypot(predicted[m]! - truth[m]!, predicted[m + 1]! - truth[m + 1]!);
    close(errors[face]!, sum / 4 / Math.hypot(truth[0]! - truth[2]!, truth[1]! - truth[3]!), 1e-12);
  }
});

Deno.test("faceErrors() is 0 for perfect predictions", () => {
  const { set } = sixFaces();
  assert.deepEqual(faceErrors(set, set.landmarks), new Float64Array(6));
});

Deno.test("pointErrors() keeps the landmarks apart", () => {
  const predictions = FACE.map((value, i) => value + [3, 0, 0, -4, 3, 4, 0, 0][i]!);
  close(pointErrors(faceSet(FACE), predictions), [3 / 40, 4 / 40, 5 / 40, 0]);
});

Deno.test("faceErrors() names the face whose prediction or truth is not finite", () => {
  const { set, predictions } = sixFaces();
  for (const bad of [NaN, Infinity, -Infinity]) {
    const broken = predictions.slice();
    broken[8 * 4 + 5] = bad;
    assert.throws(() => faceErrors(set, broken), {
      name: "RangeError",
      message: `Cannot compute the error of face 'tiny/4' as y of landmark 2 of its prediction is not finite: ${bad}`,
    });
  }
  const landmarks = set.landmarks.slice();
  landmarks[0] = NaN;
  assert.throws(
    () => faceErrors({ ...set, landmarks }, predictions),
    /'tiny\/0' as x of landmark 0 of its ground truth/,
  );
});

Deno.test("faceErrors() names the face that cannot be normalized", () => {
  const set = faceSet(Float32Array.of(...FACE, ...new Float32Array(8)));
  for (const normalizer of NORMALIZERS) {
    assert.throws(() => faceErrors(set, new Float32Array(16), { normalizer }), {
      name: "RangeError",
      message: `Cannot compute the error of face 'tiny/1' as its ${normalizer} length is not positive: 0`,
    });
  }
  const transforms = Float32Array.of(1, 0, 0, 0);
  assert.throws(() => faceErrors(faceSet(FACE, transforms), FACE), /face 'tiny\/0' as its crop's scales .*: 1, 0$/);
});

Deno.test("faceErrors() refuses another number of predictions and unknown options", () => {
  const { set, predictions } = sixFaces();
  assert.throws(() => faceErrors(set, predictions.subarray(8)), {
    name: "TypeError",
    message: "Cannot compute errors as 6 faces of 4 landmarks need 48 numbers: 40 predicted, 48 true",
  });
  assert.throws(() => faceErrors(set, predictions, { normalizer: "eyes" as Normalizer }), {
    name: "RangeError",
    message: "Cannot compute errors as option 'normalizer' is none of inter-ocular, inter-pupil, box, diagonal: 'eyes'",
  });
  assert.throws(
    () => faceErrors(set, predictions, { space: "image" as ErrorSpace }),
    /none of original, crop: 'image'/,
  );
});
