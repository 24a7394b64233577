import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { modelSummary, showModelsAsTables } from "./model_summary.ts";

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

Deno.test("showModelsAsTables() makes any LayersModel show as a line that opens to its layers", async () => {
  await tf.setBackend("cpu");
  const layers = [tf.layers.dense({ name: "only", units: 3, inputShape: [4] })];
  const model = tf.sequential({ name: "a<b", layers });
  const display = () => Reflect.get(model, Symbol.for("Jupyter.display"));
  try {
    showModelsAsTables();
    showModelsAsTables(); // Once more does no harm.
    const { "text/plain": text, "text/html": html } = display().call(model);
    assert.match(text, /^a<b: 1 layer, 15 parameters, of which 15 are trained\n/);
    assert.match(html, /^<details><summary>a&lt;b: 1 layer, .*<\/summary>\n<table/s);
  } finally {
    Reflect.deleteProperty(tf.LayersModel.prototype, Symbol.for("Jupyter.display"));
    model.dispose();
  }
  assert.equal(display(), undefined);
});
