import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { join } from "node:path";
import { roughFace, write300WFace } from "@/data/test_fixtures.ts";
import { resolveExperiment } from "@/experiment/resolve.ts";
import { runExperiment } from "@/experiment/run_experiment.ts";
import { writeKeras } from "@/models/keras/mod.ts";
import { openNet } from "@/prediction/open_net.ts";
import { writeTestRun } from "@/prediction/test_run.ts";
import { withFolder } from "@/testing.ts";
import { say } from "./test_output.ts";
import { runEvaluate } from "./evaluate.ts";

const evaluate = (...args: string[]) => say(runEvaluate, ...args);

Deno.test("evaluate gives a run's own result again", async () => {
  await withFolder(async (folder) => {
    const experiment = resolveExperiment({
      summary: "A toy",
      dataset: "synthetic",
      synthetic: { train: 12, test: 6 },
      size: 32,
      architecture: "mnv2",
      model: { alpha: 0.35 },
      epochs: 1,
      batch: 4,
      evaluation: { normalizer: "box", flipTest: true },
    }, []);
    const cache = join(folder, "prepared");
    const { path, result } = await runExperiment({ name: "toy", experiment, out: folder, cache, quiet: true });
    const { code, out, error } = await evaluate("--model", path, "--cache", cache, "--json");
    assert.equal(code, 0, error);
    const { subsets, data, model, warning } = JSON.parse(out);
    assert.equal(data.hash, result!.data.hash);
    assert.equal(warning, null);
    assert.deepEqual(model.convention, "centered");
    for (const [name, { nme, auc, protocol }] of Object.entries(result!.subsets)) {
      assert.ok(Math.abs(subsets[name].nme - nme) < 1e-7, `${subsets[name].nme} ${nme}`);
      assert.equal(subsets[name].auc, auc);
      assert.deepEqual(subsets[name].protocol, protocol);
    }
    const table = await evaluate("--model", path, "--cache", cache, "--quiet", "--normalizer", "inter-ocular");
    assert.match(table.out, /mnv2 of run toy\/acr\/seed-0 on synthetic test/);
    assert.match(table.out, /NME: inter-ocular, .* mean of each face and its mirror image; test crops acr-224/);
    assert.doesNotMatch(table.out, /Not the faces/);
    const fewer = await evaluate("--model", path, "--cache", cache, "--quiet", "--limit", "3");
    assert.match(fewer.out, /Not the faces, or not the crops, of the run's own result/);
  });
});

/** Centered labels of a rough face in its acr-224 crop. */
function meanLabels(): Float32Array {
  const face = roughFace(80, 70, 90);
  const extent = [0, 1].map((axis) => {
    const values = face.filter((_, i) => i % 2 === axis);
    return [Math.min(...values), Math.max(...values)] as const;
  });
  return Float32Array.from(face, (value, i) => {
    const [low, high] = extent[i % 2]!;
    return (value - low + 5) / (high - low + 10) - 0.5;
  });
}

Deno.test("evaluate tests a Keras file on 300W, and finds out a wrong convention", async () => {
  await withFolder(async (folder) => {
    const data = join(folder, "300w"), file = join(folder, "300w_mnv2_ACRLoss.h5");
    for (let i = 0; i < 3; i++) await write300WFace(data, i < 2 ? "helen/testset" : "ibug", `${i}`, { seed: i });
    const net = await openNet(await writeTestRun(folder));
    const head = net.model.layers.at(-1)!;
    // Always the same face, in the convention that the file's name denies.
    const [kernel] = head.getWeights() as [tf.Tensor];
    head.setWeights([tf.zerosLike(kernel), tf.tensor1d(meanLabels())]);
    await writeKeras(file, net.model);
    net.model.dispose();
    const args = ["--model", file, "--dataset", "300w", "--data", data, "--cache", join(folder, "cache")];
    const { code, out, error } = await evaluate(...args, "--flip-test", "--threshold", "0.08", "--protocol", "acr-224");
    assert.equal(code, 0, error);
    assert.match(error, /Label convention: released \(by its name: a file of the ACR Loss release\)\n/);
    assert.match(error, /Crop protocol: acr-224 \(assumed: the model does not say\)\n/);
    for (const row of ["full +3", "common +2", "challenging +1"]) assert.match(out, new RegExp(`^${row} `, "m"));
    assert.match(out, /Label convention: released \(by its name/);
    assert.match(out, /FR, AUC: at 8 %/);
    assert.match(out, /300w test is partial: 3 of 689 faces/);
    assert.match(out, /The other label convention would give an NME of \d\.\d\d %: try --convention centered/);
    assert.match(out, /Nothing is recorded of the faces that this model was trained on/);
    const centered = await evaluate(...args, "--convention", "centered", "--json");
    const { model, warning, protocol } = JSON.parse(centered.out);
    assert.deepEqual([model.convention, protocol.threshold, protocol.flipTest], ["centered", 0.1, false]);
    assert.equal(warning, null);
    const markdown = await evaluate(...args, "--format", "markdown", "--space", "crop", "--quiet");
    assert.match(markdown.out, /\| full +\|/);
    assert.match(markdown.out, /in pixels of the crop/);
  });
});

Deno.test("evaluate says in one sentence what is wrong", async () => {
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder), own = await writeTestRun(join(folder, "own"), { scheme: "cats-9" });
    const file = join(folder, "mine.h5"), data = join(folder, "300w");
    await write300WFace(data, "ibug", "1");
    const net = await openNet(run);
    await writeKeras(file, net.model);
    net.model.dispose();
    const on300W = ["--dataset", "300w", "--data", data, "--cache", join(folder, "cache")];
    const cases: [string[], RegExp][] = [
      [[], /required option '--model <path>' not specified/],
      [["--model", file], /as it is no run, which knows its dataset: add --dataset 300w, /],
      [["--model", own, ...on300W], /on 300w as that has 68 landmarks: the model has 9/],
      [["--model", file, "--dataset", "300v"], /'--dataset' is wrong, expected one of 300w, /],
      [["--model", file, ...on300W, "--threshold", "8%"], /'--threshold' is wrong, expected a fraction/],
      [["--model", file, ...on300W, "--protocol", "x"], /'--protocol' is wrong, expected one of acr-224/],
      [["--model", join(folder, "none.h5"), ...on300W], /no such file or folder/],
    ];
    for (const [args, expected] of cases) {
      const { code, error, out } = await evaluate(...args, "--quiet");
      assert.equal(code, 1, args.join(" "));
      assert.match(error, expected);
      assert.equal(error.trim().split("\n").length, 1, error);
      assert.equal(out, "");
    }
    const missing = await evaluate("--model", file, "--dataset", "300w", "--data", join(folder, "nowhere"), "--quiet");
    assert.equal(missing.code, 1);
    assert.match(missing.error, /Unpack them into/);
  });
});
