import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exists } from "@/files.ts";
import { CLOCK_FIELDS } from "@/results/schema.ts";
import { withFolder } from "@/testing.ts";
import { parseOverride, resolveExperiment } from "./resolve.ts";
import { runExperiment } from "./run_experiment.ts";
import { WEIGHTS_FILE } from "./weights.ts";

const PAGE = {
  summary: "A toy",
  dataset: "synthetic",
  synthetic: { train: 60, test: 26 },
  size: 32,
  validation: 0.1,
  architecture: "mnv2",
  model: { alpha: 0.35 },
  epochs: 2,
  batch: 6,
};

/** What of a run must depend neither on the clock nor on when its faces were drawn. */
async function timeless(run: string) {
  const { environment: _environment, ...config } = JSON.parse(await Deno.readTextFile(join(run, "config.json")));
  const result = JSON.parse(await Deno.readTextFile(join(run, "result.json")));
  const metrics = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trim().split("\n").map((l) => JSON.parse(l));
  for (const record of [result.training, ...metrics]) for (const field of CLOCK_FIELDS) delete record[field];
  const bytes = (name: string) => Deno.readFile(join(run, name));
  const files = await Promise.all([WEIGHTS_FILE, "predictions.npy", "errors.csv"].map(bytes));
  return { config, result, metrics, files };
}

Deno.test("runExperiment() ends the same whether its faces were drawn before, meanwhile, or again after a stop", async () => {
  await withFolder(async (folder) => {
    const start = (name: string, cache: string, signal?: AbortSignal, ...overrides: string[]) =>
      runExperiment({
        ...{ name: "toy", experiment: resolveExperiment(PAGE, overrides.map(parseOverride)), seed: 3 },
        ...{ out: join(folder, name), cache: join(folder, cache), quiet: true, checkpointSeconds: 0, signal },
      });
    const meanwhile = await start("meanwhile", "a");
    assert.equal(meanwhile.status, "finished");
    const kept = [...Deno.readDirSync(join(folder, "a"))].map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ""));
    assert.deepEqual(kept.sort(), ["synthetic-test-32", "synthetic-train-32"]);
    const expected = await timeless(meanwhile.path);
    // The configuration is written before there are faces, the result when there are.
    assert.notEqual(expected.config.data.test.hash, expected.result.data.hash);

    const before = await start("before", "a");
    assert.deepEqual(await timeless(before.path), expected);

    const stopped = await start("again", "b", AbortSignal.abort());
    assert.equal(stopped.status, "stopped");
    const stop = new AbortController();
    const timer = setInterval(() => {
      // A checkpoint in the middle of an epoch of 9 batches.
      if (existsSync(join(stopped.path, "checkpoint", "step-00000001.ckpt"))) stop.abort();
    }, 1);
    const middle = await start("again", "b", stop.signal).finally(() => clearInterval(timer));
    assert.deepEqual([middle.status, middle.path], ["stopped", stopped.path]);
    // Drawn again, then, from the middle of an epoch on.
    await Deno.remove(join(folder, "b"), { recursive: true }).catch(() => {});
    const again = await start("again", "b");
    assert.equal(again.status, "finished");
    assert.deepEqual(await timeless(again.path), expected);
    for (const { name } of Deno.readDirSync(join(folder, "b"))) {
      assert.ok(await exists(join(folder, "b", name, "meta.json")), name);
    }
    assert.equal((await start("again", "c")).status, "already");

    // Evaluated on held-out faces, a run draws no others.
    const held = await start("held", "d", undefined, "evaluation.faces=validation", "epochs=1");
    assert.deepEqual([held.result!.data.split, held.result!.data.count], ["validation", 6]);
    assert.deepEqual([...Deno.readDirSync(join(folder, "d"))].map(({ name }) => name.slice(0, 15)), [
      "synthetic-train",
    ]);
    const afterwards = await start("held2", "d", undefined, "evaluation.faces=validation", "epochs=1");
    assert.deepEqual(await timeless(afterwards.path), await timeless(held.path));
  });
});

Deno.test("runExperiment() fails with one sentence when faces cannot be kept, and goes on when they can", async () => {
  await withFolder(async (folder) => {
    const cache = join(folder, "prepared");
    await Deno.writeTextFile(cache, "no folder");
    const experiment = resolveExperiment({ ...PAGE, epochs: 1, validation: 0 });
    const start = () => runExperiment({ name: "toy", experiment, out: folder, cache, quiet: true });
    await assert.rejects(start(), {
      message: /^Cannot write prepared faces to '.*prepared\/synthetic-train-32-[0-9a-f]{8}' as .*[Nn]ot a directory/,
    });
    assert.match(
      await Deno.readTextFile(join(folder, "toy", "acr", "seed-0", "failure.json")),
      /Cannot write prepared/,
    );
    await Deno.remove(cache);
    assert.equal((await start()).status, "finished");
  });
});
