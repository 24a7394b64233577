import assert from "node:assert/strict";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { BatchNormalization } from "@/models/layers/mod.ts";
import { useBackend } from "@/tensorflow/mod.ts";
import { createExperimentModel } from "./model.ts";
import { defineExperiment } from "./page.ts";
import { parseOverride, resolveExperiment } from "./resolve.ts";
import { loadTrainedModel, loadWeights, saveWeights, WEIGHTS_FILE } from "./weights.ts";

const PAGE = defineExperiment({
  summary: "",
  dataset: "synthetic",
  architecture: "mnv2",
  size: 32,
  model: { alpha: 0.35 },
  epochs: 1,
});
const { settings } = resolveExperiment(PAGE);
const values = (model: tf.LayersModel) => model.weights.map((weight) => [...weight.read().dataSync()]);

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-weights-" });
  try {
    await useBackend({ backend: "cpu" });
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadTrainedModel() makes a run's network again, with its weights", () =>
  withFolder(async (run) => {
    const trained = createExperimentModel(settings, { points: 68, seed: 1 });
    await saveWeights(join(run, WEIGHTS_FILE), trained, { epoch: 3 });
    await assert.rejects(loadTrainedModel(run), Deno.errors.NotFound);
    const config = {
      version: 1,
      experiment: "toy",
      variant: "acr",
      seed: 1,
      backend: "cpu",
      data: {},
      environment: {},
      settings: { ...settings, protocol: "acr-224", scheme: "68" },
    };
    await Deno.writeTextFile(join(run, "config.json"), JSON.stringify(config));
    const { model, config: read } = await loadTrainedModel(run);
    assert.equal(read.experiment, "toy");
    assert.deepEqual(values(model), values(trained));

    // Points of one's own: the scheme's name ends in their number.
    for (const [scheme, outcome] of [["my-faces-68", 68], ["mine", undefined]] as const) {
      await Deno.writeTextFile(
        join(run, "config.json"),
        JSON.stringify({ ...config, settings: { ...config.settings, scheme } }),
      );
      if (outcome) assert.deepEqual(values((await loadTrainedModel(run)).model), values(trained));
      else await assert.rejects(loadTrainedModel(run), /as its config\.json names no landmark scheme$/);
    }
  }));

Deno.test("loadWeights() takes a weights file or a run directory, and refuses another network's", () =>
  withFolder(async (run) => {
    const trained = createExperimentModel(settings, { points: 68, seed: 1 });
    const file = join(run, WEIGHTS_FILE);
    await saveWeights(file, trained, {});
    for (const path of [file, run]) {
      const model = createExperimentModel(settings, { points: 68, seed: 2 });
      assert.notDeepEqual(values(model), values(trained));
      await loadWeights(path, model, "mnv2");
      assert.deepEqual(values(model), values(trained));
    }
    const other = createExperimentModel(settings, { points: 29, seed: 1 });
    const before = values(other);
    await assert.rejects(loadWeights(file, other, "mnv2"), {
      name: "RangeError",
      message: /^Cannot read weights from '.*weights\.ckpt' as they are another network's: .*O_L\/kernel/,
    });
    assert.deepEqual(values(other), before);
    // As a start it will do, but for its last layer.
    const said = await loadWeights(file, other, "mnv2", { freshHead: true });
    assert.match(
      said,
      /^Starts from 260 weights of .*weights\.ckpt, with a fresh last layer, as its landmarks are others$/,
    );
    assert.deepEqual(values(other), [...values(trained).slice(0, -2), ...before.slice(-2)]);
    const same = createExperimentModel(settings, { points: 68, seed: 3 });
    assert.match(await loadWeights(file, same, "mnv2", { freshHead: true }), /^Starts from all 262 weights of /);
    assert.deepEqual(values(same), values(trained));
    await assert.rejects(loadWeights(join(run, "none.ckpt"), other, "mnv2"), /as there is no such file/);
    await Deno.writeTextFile(join(run, "none.h5"), "not HDF5");
    await assert.rejects(loadWeights(join(run, "none.h5"), other, "mnv2"), /^\w*Error: [^\n]+$/);
  }));

Deno.test("createExperimentModel() starts at the mean shape and sets batch norm's momentum where asked", async () => {
  await useBackend({ backend: "cpu" });
  const momenta = (model: tf.LayersModel) =>
    new Set(model.layers.flatMap((layer) => layer instanceof BatchNormalization ? [layer.momentum] : []));
  const meanShape = Float32Array.from({ length: 136 }, (_, index) => index / 136 - 0.5);
  const bias = (model: tf.LayersModel) => [...model.getLayer("O_L").getWeights()[1]!.dataSync()];
  const model = createExperimentModel(settings, { points: 68, seed: 1, meanShape });
  assert.deepEqual(bias(model), [...meanShape]);
  assert.deepEqual(momenta(model), new Set([0.99]));
  const changed = resolveExperiment(
    PAGE,
    ["model.batchNormMomentum=none", "model.initialOutput=zeros"].map(parseOverride),
  );
  const plain = createExperimentModel(changed.settings, { points: 68, seed: 1, meanShape });
  assert.deepEqual(bias(plain), new Array(136).fill(0));
  assert.deepEqual(momenta(plain), new Set([0.999]));
});
