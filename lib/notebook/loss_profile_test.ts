import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { createLoss } from "@/losses/registry.ts";
import { lossProfile } from "./loss_profile.ts";

Deno.test("lossProfile() gives value and slope of one coordinate", async () => {
  await tf.setBackend("cpu");
  const { loss, gradient } = lossProfile(createLoss("acr", {}, { size: 224 }), [0, 0.5, 2], 1);
  // ln(1 + 0.5) and 1 / (1 + 0.5); beyond 1: Delta^2 + ln 2 - 1 and 2 Delta.
  const expected = [[0, 0], [Math.log(1.5), 1 / 1.5], [4 + Math.LN2 - 1, 4]];
  expected.forEach(([value, slope], i) => {
    assert.ok(Math.abs(loss[i]! - value!) < 1e-6, `${loss[i]}`);
    assert.ok(Math.abs(gradient[i]! - slope!) < 1e-6, `${gradient[i]}`);
  });
});

Deno.test("lossProfile() takes a loss without difficulty and leaves no tensor behind", async () => {
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const { gradient } = lossProfile(createLoss("l2", {}, { size: 224 }), [-1, 1]);
  assert.ok(gradient[0]! < 0 && gradient[1]! === -gradient[0]!);
  assert.equal(tf.memory().numTensors, before);
});
