import assert from "node:assert/strict";
import { defineAblation, expandTrials, trialArguments, varyingKeys } from "./ablation.ts";
import { defineExperiment } from "./page.ts";
import { parseOverride, resolveExperiment } from "./resolve.ts";

const toy = defineExperiment({
  summary: "A toy",
  dataset: "synthetic",
  architecture: "mnv2",
  size: 32,
  epochs: 2,
});
const pages = { toy, other: { ...toy, architecture: "efnb0" } };

Deno.test("expandTrials() gives every combination of experiments, variants, grid and seeds", () => {
  const trials = expandTrials(
    defineAblation({
      summary: "",
      experiments: ["toy", "other"],
      base: { batch: 8 },
      variants: [{}, { optimizer: "sgd", "schedule.learningRate": 0.1 }],
      grid: { loss: ["acr", "l2"], size: [32, 64] },
      seeds: [5, 6],
    }),
    pages,
  );
  assert.equal(trials.length, 2 * 2 * 2 * 2 * 2);
  assert.equal(
    new Set(trials.map(({ experiment, resolved, seed }) => `${experiment}/${resolved.variant}/${seed}`)).size,
    32,
  );
  assert.ok(trials.every(({ resolved }) => resolved.settings.batch === 8));
  assert.deepEqual(varyingKeys(trials), ["experiment", "size", "loss", "optimizer", "schedule.learningRate"]);
});

Deno.test("expandTrials() runs trials that would compute the same once", () => {
  const page = defineAblation({ summary: "", experiments: ["toy"], grid: { epochs: [2, 2, 3] }, seeds: [0, 0] });
  assert.deepEqual(expandTrials(page, pages).map(({ resolved }) => resolved.variant), ["acr", "acr,epochs=3"]);
});

Deno.test("expandTrials() takes seeds and changes from the command line, which count more than the page's", () => {
  const page = defineAblation({
    summary: "",
    experiments: ["toy"],
    base: { epochs: 7 },
    grid: { loss: ["acr", "l2"] },
  });
  assert.deepEqual(expandTrials(page, pages).map(({ seed }) => seed), [0, 1, 2, 0, 1, 2]);
  const trials = expandTrials(page, pages, [parseOverride("epochs=9")], [4]);
  assert.deepEqual(trials.map(({ resolved }) => resolved.variant), ["acr,epochs=9", "l2,epochs=9"]);
});

Deno.test("trialArguments() lead back to the same settings and variant", () => {
  const page = defineAblation({
    summary: "",
    experiments: ["toy"],
    grid: {
      "difficulty.schedule": ["paper", "0:80,0.5:95"],
      "schedule.at": [[0.5], [0.3, 0.6]],
      "model.dropout": [null, 0.2],
    },
    base: { schedule: "step", "evaluation.flipTest": true, "schedule.learningRate": 1e-4 },
  });
  for (const trial of expandTrials(page, pages)) {
    const [name, flag, seed, ...sets] = trialArguments(trial);
    assert.deepEqual([name, flag, seed], ["toy", "--seed", String(trial.seed)]);
    const overrides = sets.filter((_, index) => index % 2 === 1).map(parseOverride);
    assert.ok(sets.every((text, index) => index % 2 === 1 || text === "--set"));
    assert.deepEqual(resolveExperiment(toy, overrides), trial.resolved);
  }
});

Deno.test("expandTrials() refuses a mistake in a grid, and nothing to run", () => {
  const page = (change: object) => () => expandTrials({ summary: "", experiments: ["toy"], ...change }, pages);
  assert.throws(
    page({ grid: { "loss.lamda": [1] } }),
    /'loss.lamda' as there is no such setting, did you mean loss.lambda/,
  );
  assert.throws(page({ grid: { epochs: ["3"] } }), /must be a whole number .*: epochs='3'/);
  assert.throws(page({ grid: { epochs: [] } }), /it has no trials: 0/);
  assert.throws(page({ experiments: [] }), /it has no trials: 0/);
});
