import assert from "node:assert/strict";
import type { FaceSet } from "@/data/face_set.ts";
import { splitTraining, type TrainingSplit } from "./split.ts";

const faces = (count: number, split = "train") =>
  ({
    dataset: "toy",
    split,
    count,
    ids: Array.from({ length: count }, (_, index) => `face-${index}`),
  }) as unknown as FaceSet;

Deno.test("splitTraining() puts every face on one side, the share asked for in validation", () => {
  const { train, validation } = splitTraining(faces(50), 0.1, 1);
  assert.equal(validation.length, 5);
  assert.deepEqual([...train, ...validation].sort((a, b) => a - b), Array.from({ length: 50 }, (_, index) => index));
});

Deno.test("splitTraining() depends on the seed and the ids, not on the order of the faces", () => {
  const set = faces(40);
  const ids = (split: TrainingSplit) => Array.from(split.validation, (index) => split.set.ids[index]).sort();
  const first = ids(splitTraining(set, 0.25, 7));
  assert.deepEqual(ids(splitTraining(set, 0.25, 7)), first);
  assert.deepEqual(ids(splitTraining({ ...set, ids: [...set.ids].reverse() }, 0.25, 7)), first);
  assert.notDeepEqual(ids(splitTraining(set, 0.25, 8)), first);
});

Deno.test("splitTraining() refuses test faces, an impossible share and an empty rest", () => {
  assert.throws(() => splitTraining(faces(50, "test"), 0.1, 1), { message: /its split must be train: 'test'$/ });
  assert.throws(() => splitTraining(faces(50), 1, 1), RangeError);
  assert.throws(() => splitTraining(faces(1), 0.9, 1), { message: /no face is left/ });
  assert.equal(splitTraining(faces(3), 0, 1).validation.length, 0);
});

Deno.test("TrainingSplit cannot be made by hand", () => {
  // @ts-expect-error the mark is missing: only splitTraining() can set it
  const forged: TrainingSplit = { set: faces(3), train: new Int32Array(3), validation: new Int32Array(0) };
  assert.ok(forged);
});
