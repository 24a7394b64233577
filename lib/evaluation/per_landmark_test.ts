import assert from "node:assert/strict";
import { close, sixFaces } from "./evaluation_fixture.ts";
import golden from "./evaluation_golden.json" with { type: "json" };
import { faceErrors } from "./nme.ts";
import { landmarkErrors } from "./per_landmark.ts";

Deno.test("landmarkErrors() equals NumPy, and its regions are means of their landmarks", () => {
  const { set, predictions } = sixFaces();
  const { count, landmarks, regions } = landmarkErrors(set, predictions);
  assert.equal(count, 6);
  close(landmarks, golden.landmarks);
  assert.deepEqual(Object.keys(regions), ["top", "left", "right"]);
  close(regions.top!, (landmarks[0]! + landmarks[1]!) / 2);
  close(regions.right!, landmarks[3]!);
});

Deno.test("landmarkErrors() has the faces' mean NME as its mean, over any choice of faces", () => {
  const { set, predictions } = sixFaces();
  const errors = faceErrors(set, predictions, { normalizer: "box" });
  const { count, landmarks } = landmarkErrors(set, predictions, { normalizer: "box", faces: [1, 4] });
  assert.equal(count, 2);
  close(landmarks.reduce((sum, error) => sum + error, 0) / 4, (errors[1]! + errors[4]!) / 2);
});

Deno.test("landmarkErrors() refuses no faces and faces that are not there", () => {
  const { set, predictions } = sixFaces();
  assert.throws(() => landmarkErrors(set, predictions, { faces: [] }), { name: "RangeError", message: /no faces: 0/ });
  assert.throws(() => landmarkErrors(set, predictions, { faces: [6] }), /a face must be 0 to 5: 6/);
});
