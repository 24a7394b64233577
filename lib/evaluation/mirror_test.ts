import assert from "node:assert/strict";
import { faceSet, sixFaces } from "./evaluation_fixture.ts";
import { averageWithMirror, mirrorLandmarks } from "./mirror.ts";

Deno.test("mirrorLandmarks() mirrors x about the crop's middle, swaps sides, and undoes itself", () => {
  const set = faceSet(Float32Array.of(0, 1, 99, 2, 10, 3, 50, 4));
  const mirrored = mirrorLandmarks(set.landmarks, set);
  assert.deepEqual([...mirrored], [0, 2, 99, 1, 49, 4, 89, 3]);
  assert.deepEqual(mirrorLandmarks(mirrored, set), set.landmarks);
});

Deno.test("averageWithMirror() is the mean of both, and changes nothing if both agree", () => {
  const { set, predictions } = sixFaces();
  const agreed = averageWithMirror(set.landmarks, mirrorLandmarks(set.landmarks, set), set);
  agreed.forEach((value, i) => assert.ok(Math.abs(value - set.landmarks[i]!) < 1e-4));
  const mean = averageWithMirror(predictions, mirrorLandmarks(set.landmarks, set), set);
  mean.forEach((value, i) => assert.ok(Math.abs(value - (predictions[i]! + set.landmarks[i]!) / 2) < 1e-4));
});

Deno.test("averageWithMirror() refuses numbers that do not fit", () => {
  const set = faceSet(new Float32Array(8));
  assert.throws(() => averageWithMirror(new Float32Array(8), new Float32Array(16), set), {
    name: "TypeError",
    message: "Cannot average predictions as their numbers differ: 8 and 16 of mirrored faces",
  });
  assert.throws(() => mirrorLandmarks(new Float32Array(9), set), { name: "TypeError", message: /coordinates: 9$/ });
});
