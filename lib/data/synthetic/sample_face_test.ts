import assert from "node:assert/strict";
import { EXPRESSION_NAMES, IDENTITY_NAMES } from "./modes.ts";
import { sampleFace } from "./sample_face.ts";

Deno.test("sampleFace() gives the same plain numbers for the same seed, index and difficulty only", () => {
  const face = sampleFace(3, 14);
  assert.deepEqual(sampleFace(3, 14), face);
  assert.deepEqual(JSON.parse(JSON.stringify(face)), face);
  assert.notDeepEqual(sampleFace(3, 15).shape, face.shape);
  assert.notDeepEqual(sampleFace(4, 14).shape, face.shape);
  assert.equal(sampleFace(3, 14, "challenging").difficulty, "challenging");
  assert.equal(face.shape.identity.length, IDENTITY_NAMES.length);
  assert.equal(face.shape.expression.length, EXPRESSION_NAMES.length);
});

Deno.test("sampleFace() keeps yaw within 60 degrees, and turns and hides challenging faces more", () => {
  const describe = (difficulty: "common" | "challenging") => {
    let yaw = 0, occluded = 0, widest = 0;
    for (let i = 0; i < 400; i++) {
      const { pose, occluders } = sampleFace(1, i, difficulty);
      yaw += Math.abs(pose.yaw) * 180 / Math.PI / 400;
      widest = Math.max(widest, Math.abs(pose.yaw) * 180 / Math.PI);
      occluded += occluders.length > 0 ? 1 / 400 : 0;
    }
    return { yaw, occluded, widest };
  };
  const common = describe("common"), hard = describe("challenging");
  assert.ok(common.widest <= 60 + 1e-9 && hard.widest <= 60 + 1e-9);
  assert.ok(hard.widest > 50);
  assert.ok(hard.yaw > 1.3 * common.yaw, `${hard.yaw} against ${common.yaw}`);
  assert.ok(hard.occluded > 0.3 && common.occluded < 0.15);
});

Deno.test("sampleFace() rejects an index that is not a whole number from 0", () => {
  assert.throws(() => sampleFace(0, -1), RangeError);
  assert.throws(() => sampleFace(0, 0.5), {
    name: "RangeError",
    message: "Cannot draw a synthetic face as its index must be a whole number from 0: 0.5",
  });
});
