import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { modelSummary } from "./model_summary.ts";

Deno.test("modelSummary() lists layers, shapes and parameters", async () => {
  await tf.setBackend("cpu");
  const model = tf.sequential({
    name: "small",
    layers: [
      tf.layers.dense({ name: "first", units: 3, inputShape: [4] }),
      tf.layers.batchNormalization({ name: "norm" }),
    ],
  });
  const table = modelSummary(model);
  assert.deepEqual(table.rows.map(({ layer, output, parameters }) => [layer, output, parameters]), [
    ["first", "3", 15],
    ["norm", "3", 12],
  ]);
  assert.equal(table.caption, "small");
  // The moving mean and variance of batch norm are not trained.
  assert.deepEqual(table.notes, ["27 parameters, of which 21 are trained"]);
  model.dispose();
});
