import assert from "node:assert/strict";
import { join } from "node:path";
import { writeTestRun } from "@/prediction/test_run.ts";
import { withFolder } from "@/testing.ts";
import { say } from "./test_output.ts";
import { runExport } from "./export.ts";

const runIt = (...args: string[]) => say(runExport, ...args);

Deno.test("export writes both formats and prints how far they are from the model", async () => {
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder);
    const h5 = await runIt(run, "--to", "h5", "--out", join(folder, "h5"));
    assert.equal(h5.code, 0, h5.error);
    assert.match(
      h5.out,
      /^.*model\.h5\nVerified on 4 drawn faces by .*: largest difference \d\.\de[+-]\d+ px of 32\n$/,
    );
    assert.match(h5.error, /^Model: mnv2 of run toy\/acr\/seed-0/);
    // From a file, which need not be a run's; batch normalization kept.
    const out = join(folder, "layers");
    const layers = await runIt(join(folder, "h5", "model.h5"), "--to", "layers", "--no-fold", "--out", out, "--quiet");
    assert.equal(layers.code, 0, layers.error);
    assert.match(layers.out, /^.*model\.json\nVerified on 4 drawn faces by stock TensorFlow\.js \(wasm\)/);
    assert.match(await Deno.readTextFile(join(out, "model.json")), /BatchNormalization/);
    assert.equal(layers.error, "");
  });
});

Deno.test("export says in one sentence what it cannot do", async () => {
  await withFolder(async (folder) => {
    const run = await writeTestRun(folder), file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    const cases: [string[], RegExp][] = [
      [[run, "--to", "onnx", "--out", folder], /^Cannot export to ONNX as npm has no maintained package/],
      [[run, "--to", "tflite", "--out", folder], /'--to' is wrong, expected one of layers, h5, onnx: 'tflite'/],
      [[run, "--out", folder], /required option '--to <format>' not specified/],
      [[run, "--to", "h5"], /required option '--out <folder>' not specified/],
      [[run, "--to", "h5", "--out", join(file, "below")], /Cannot write '.*' as /],
      [[folder, "--to", "h5", "--out", folder], /neither config\.json \(a run\) nor model\.json/],
    ];
    for (const [args, expected] of cases) {
      const { code, error, out } = await runIt(...args, "--quiet");
      assert.equal(code, 1, args.join(" "));
      assert.match(error, expected);
      assert.equal(error.trim().split("\n").length, 1, error);
      assert.equal(out, "");
    }
  });
});
