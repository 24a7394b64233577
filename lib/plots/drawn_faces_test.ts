import assert from "node:assert/strict";
import { generateFaces } from "@/data/synthetic/mod.ts";
import { drawnFaces, facePicture, rankFaces } from "./drawn_faces.ts";

Deno.test("drawnFaces() takes picture, truth and prediction of the face it is asked for", async () => {
  const set = await generateFaces({ count: 2, size: 16, workers: 1, quiet: true });
  const predictions = set.landmarks.map((value) => value + 1);
  const [face] = await drawnFaces(set, [1], { predictions, errors: [0.5, 0.0449] });
  assert.deepEqual(face!.truth, Array.from(set.landmarks.subarray(136)));
  assert.deepEqual(face!.prediction, Array.from(predictions.subarray(136)));
  assert.equal(face!.title, "NME 4.5 %");
  assert.deepEqual(face!.picture, await facePicture(set, 1));
  assert.notDeepEqual(face!.picture, await facePicture(set, 0));
  await assert.rejects(facePicture(set, 2), { message: "Cannot show face 2 as the set has 2 faces, numbered from 0" });
});

Deno.test("rankFaces() orders faces by error, and equal ones by place", () => {
  assert.deepEqual(rankFaces([0.2, 0.1, 0.2, 0.3], "worst", 3), [3, 0, 2]);
  assert.deepEqual(rankFaces([0.2, 0.1, 0.2, 0.3], "best", 2), [1, 0]);
});
