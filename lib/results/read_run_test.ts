import assert from "node:assert/strict";
import { join } from "node:path";
import { withFolder } from "@/testing.ts";
import { isFinished, listRuns, readRun } from "./read_run.ts";
import { writeExample } from "./testdata/example_runs.ts";

Deno.test("listRuns() finds no run where there is no results folder", async () => {
  assert.deepEqual(await listRuns("no-such-folder"), []);
});

Deno.test("listRuns() sorts seeds by number and passes over folders that are no runs", () =>
  withFolder(async (root) => {
    for (const seed of [10, 2, 1]) writeExample(root, { seed });
    await Deno.mkdir(join(root, ".cache", "x", "seed-1"), { recursive: true });
    await Deno.mkdir(join(root, "notes", "figures"), { recursive: true });
    await Deno.writeTextFile(join(root, "README.md"), "");
    await Deno.symlink(root, join(root, "circle"));
    const runs = await listRuns(root);
    assert.deepEqual(runs.map(({ name }) => name), [1, 2, 10].map((seed) => `synthetic-mnv2/acr/seed-${seed}`));
    assert(runs.every(isFinished));
  }));

Deno.test("listRuns() follows a results folder, or an experiment in it, that is a link to another disk", () =>
  withFolder(async (root) => {
    writeExample(join(root, "disk"), {});
    await Deno.mkdir(join(root, "results"));
    await Deno.symlink(join(root, "disk", "synthetic-mnv2"), join(root, "results", "synthetic-mnv2"));
    assert.deepEqual((await listRuns(join(root, "results"))).map(({ name }) => name), ["synthetic-mnv2/acr/seed-1"]);
  }));

Deno.test("readRun() lists a run that is unfinished or broken, with why", () =>
  withFolder(async (root) => {
    const path = writeExample(root);
    const state = async () => {
      const { state, reason, name } = await readRun(path, root);
      assert.equal(name, "synthetic-mnv2/acr/seed-1");
      return `${state}: ${reason}`;
    };
    const result = await Deno.readTextFile(join(path, "result.json"));
    const config = await Deno.readTextFile(join(path, "config.json"));
    assert.equal(await state(), "finished: ");

    for (
      const [text, expected] of [
        ["", /^broken: Cannot read '.*result.json' as it is not JSON: /],
        [result.slice(0, 300), /^broken: Cannot read '.*result.json' as it is not JSON: /],
        ["[1]", /^broken: .*its 'version' is not 1: nothing/],
        [result.replace('"version": 1', '"version": 9'), /^broken: .*its 'version' is not 1: 9/],
        [result.replace('"nme": 0.05', '"nme": "low"'), /^broken: .*its 'subsets.full.nme' is not a number: "low"/],
        [result.replace('"full"', '"__proto__"'), /^broken: .*its 'subsets.full' is not an object/],
      ] as const
    ) {
      await Deno.writeTextFile(join(path, "result.json"), text);
      assert.match(await state(), expected);
    }
    await Deno.remove(join(path, "result.json"));
    assert.match(await state(), /^interrupted: It has no result.json/);
    await Deno.writeTextFile(join(path, "failure.json"), '{"message":"Loss is NaN at step 3","time":""}');
    assert.equal(await state(), "failed: Loss is NaN at step 3");
    await Deno.writeTextFile(join(path, "failure.json"), "null");
    assert.equal(await state(), "failed: No reason recorded");
    await Deno.mkdir(join(path, "result.json"));
    assert.match(await state(), /^broken: .*it is no file/);
    await Deno.remove(join(path, "result.json"));
    await Deno.writeTextFile(join(path, "config.json"), config.replace('"epochs": 5', '"epochs": null'));
    assert.match(await state(), /^broken: .*its 'settings.epochs' is not a whole number: null/);
    await Deno.remove(join(path, "config.json"));
    assert.equal(await state(), "broken: It has no config.json");
  }));

Deno.test("readRun() does not load a file that no run could have written", () =>
  withFolder(async (root) => {
    const path = writeExample(root);
    await Deno.truncate(join(path, "result.json"), 2 ** 40);
    assert.match((await readRun(path, root)).reason, /larger than 64 MiB: 1099511627776 bytes/);
  }));
