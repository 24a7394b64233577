import assert from "node:assert/strict";
import { join } from "node:path";
import { type Group, groupKeys, groupRuns, measure } from "./group.ts";
import { MixedRunsError } from "./mixing.ts";
import type { FinishedRun } from "./read_run.ts";
import { exampleConfig, type ExampleOptions, exampleResult } from "./testdata/example_runs.ts";

function run(options: ExampleOptions): FinishedRun {
  const config = exampleConfig(options), result = exampleResult(options);
  const name = join(config.experiment, config.variant, `seed-${config.seed}`);
  return { path: name, name, state: "finished", reason: "", config, result };
}

const labels = (groups: readonly Group[]) => groups.map(({ label, runs }) => `${label}: ${runs.length}`);

// numpy.mean(x), numpy.std(x, ddof=1) of NumPy 2.
Deno.test("measure() equals NumPy's mean and standard deviation with n - 1", () => {
  const { mean, deviation, count } = measure([0.0413, 0.0416, 0.0419, 0.05]);
  assert.equal(count, 4);
  assert(Math.abs(mean - 0.0437) < 1e-15);
  assert(Math.abs(deviation! - 0.004207136793592527) < 1e-15);
  assert.deepEqual(measure([3]), { mean: 3, count: 1 });
  assert(Number.isNaN(measure([1, NaN]).mean));
});

Deno.test("groupRuns() keeps apart everything but the seed", () => {
  const runs = [
    run({ seed: 1, nme: 0.04 }),
    run({ seed: 2, nme: 0.05 }),
    run({ seed: 1, loss: "l2" }),
    run({ seed: 1, changed: { epochs: 9 }, epochs: 9 }),
    run({ seed: 1, dataset: "300w" }),
    run({ seed: 3, nme: 0.06 }),
  ];
  const groups = groupRuns(runs);
  assert.deepEqual(labels(groups), [
    "synthetic-mnv2 acr: 3",
    "synthetic-mnv2 l2: 1",
    "synthetic-mnv2 acr,epochs=9: 1",
    "300w-mnv2 acr: 1",
  ]);
  const { nme } = groups[0]!.subsets.full!;
  assert(Math.abs(nme.mean - 0.05) < 1e-15 && Math.abs(nme.deviation! - 0.01) < 1e-15 && nme.count === 3);
  assert.deepEqual(Object.keys(groups[0]!.subsets), ["full", "common", "challenging"]);
  assert.equal(groups[0]!.meanShape.full!.nme.mean, 0.25);
  assert.deepEqual(groups[0]!.averagedOver, []);
});

Deno.test("groupRuns() names what tells runs apart that share experiment and variant", () => {
  // As after the default of a loss was changed between two runs.
  const groups = groupRuns([
    run({ seed: 1, lossOptions: { lambda: 1 } }),
    run({ seed: 2, lossOptions: { lambda: 2 } }),
  ]);
  assert.deepEqual(labels(groups), [
    "synthetic-mnv2 acr, settings.loss.options.lambda 1: 1",
    "synthetic-mnv2 acr, settings.loss.options.lambda 2: 1",
  ]);
});

Deno.test("groupRuns() does not tell seeds apart by the faces that the seed drew for training", () => {
  const [a, b] = [run({ seed: 1 }), run({ seed: 2 })];
  const other = { ...b!.config, data: { ...b!.config.data, train: { ...b!.config.data.train!, hash: "other" } } };
  assert.equal(groupRuns([a!, { ...b!, config: other }]).length, 1);
  const fewer = { ...b!.config, data: { ...b!.config.data, train: { ...b!.config.data.train!, count: 5 } } };
  assert.equal(groupRuns([a!, { ...b!, config: fewer }]).length, 2);
});

Deno.test("groupRuns() groups by any setting, and says what it averaged over", () => {
  const runs = [
    run({ seed: 1, lossOptions: { lambda: 1 } }),
    run({ seed: 1, lossOptions: { lambda: 2 }, changed: { "loss.lambda": 2 } }),
    run({ seed: 1, loss: "l2", epochs: 9 }),
  ];
  assert.deepEqual(labels(groupRuns(runs, { by: ["loss.lambda"] })), ["1: 1", "2: 1", ": 1"]);
  const byLoss = groupRuns(runs, { by: ["loss", "architecture"] });
  assert.deepEqual(labels(byLoss), ["acr, mobilenet_v2: 2", "l2, mobilenet_v2: 1"]);
  assert.deepEqual(byLoss[0]!.averagedOver, ["loss.lambda (1, 2)"]);
  assert.deepEqual(labels(groupRuns(runs, { by: ["optimizer.learningRate", "seed"] })), ["0.001, 1: 3"]);
  for (const name of ["experiment", "loss.lambda", "optimizer", "epochs", "batch", "partial"]) {
    assert(groupKeys(runs).includes(name), name);
  }
  assert.throws(() => groupRuns(runs, { by: ["los"] }), /no such setting, near ones are loss.*: 'los'$/);
  assert.throws(() => groupRuns(runs, { by: ["zzzzzzzz"] }), /no such setting, there are experiment, .*: 'zzzzzzzz'$/);
});

Deno.test("groupRuns() refuses to average what was not measured alike, and names what differs", () => {
  const base = { loss: "acr" };
  const cases: [ExampleOptions, RegExp][] = [
    [{ dataset: "300w" }, /'acr' as that mixes datasets 'synthetic' \(1 run\) and '300w' \(1 run\)$/],
    [
      { partial: "partial: 5 of 20 faces" },
      /partial test sets 'complete' \(1 run\) and 'partial: 5 of 20 faces' \(1 run\)$/,
    ],
    [{ size: 224 }, /mixes sizes '112' \(1 run\) and '224' \(1 run\); protocols '.*crop acr-112.*' .* '.*crop acr-224/],
    [{ normalizer: "inter-pupil" }, /mixes protocols '.*NME by inter-ocular.*' .* and '.*NME by inter-pupil/],
    [{ hash: "other" }, /mixes test sets of other content '.*' \(1 run\) and 'other' \(1 run\)$/],
  ];
  for (const [options, expected] of cases) {
    const runs = [run(base), run({ ...base, ...options, seed: 2 })];
    assert.throws(() => groupRuns(runs, { by: ["loss"] }), (error: unknown) => {
      assert(error instanceof MixedRunsError);
      assert.match(error.message, expected);
      return true;
    });
    assert.equal(groupRuns(runs, { by: ["loss"], mix: true })[0]!.subsets.full!.nme.count, 2);
    assert.equal(groupRuns(runs).length, 2, "never mixed unasked");
  }
});

Deno.test("groupRuns() shows a number that could not be computed as none", () => {
  const broken = run({ seed: 1 });
  const full = { ...broken.result.subsets.full!, nme: null as unknown as number };
  const result = { ...broken.result, subsets: { full } };
  const [group] = groupRuns([{ ...broken, result }, run({ seed: 2 })]);
  assert(Number.isNaN(group!.subsets.full!.nme.mean));
});

Deno.test("groupRuns() names a setting that is null as --set takes it: none", () => {
  const plain = run({ seed: 1 });
  const config = { ...plain.config, settings: { ...plain.config.settings, init: null } };
  assert.deepEqual(groupRuns([{ ...plain, config }], { by: ["init"] })[0]!.key, { init: "none" });
});
