/** Each option of `deno task experiment` that changes a run or its output, through the command line. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { inProject } from "@/paths.ts";

const PAGE = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy",
  dataset: "synthetic",
  synthetic: { train: 12, test: 4 },
  size: 32,
  architecture: "mnv2",
  model: { alpha: 0.35 },
  epochs: 3,
  batch: 4,
});
`;

async function withToy(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-options-" });
  try {
    await Deno.writeTextFile(join(folder, "toy.ts"), PAGE);
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function experiment(folder: string, ...options: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", inProject("lib", "cli", "experiment.ts"), ...options, "--pages", folder],
      ...["--cache", join(folder, "prepared"), "--out", join(folder, "out")],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

Deno.test("deno task experiment --loss --seed --epochs --batch --size --limit --set each change the run they name", async () => {
  await withToy(async (folder) => {
    const { code, out, error } = await experiment(
      folder,
      ...["toy", "--loss", "l2", "--seed", "7", "--epochs", "1", "--batch", "3", "--size", "48", "--limit", "6"],
      ...["--set", "model.alpha=0.5", "--quiet", "--json"],
    );
    assert.equal(code, 0, error);
    assert.equal(error, "", "--quiet leaves standard error empty");
    // --json: standard output is one object and nothing else.
    const { path, status, result } = JSON.parse(out);
    assert.equal(status, "finished");
    assert.deepEqual([result.loss, result.seed, result.epochs, result.architecture], ["l2", 7, 1, "mnv2"]);
    assert.match(path, /toy\/l2,.*\/seed-7$/);
    const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
    const text = JSON.stringify(config);
    for (const setting of ['"batch":3', '"size":48', '"limit":6', '"alpha":0.5', '"epochs":1']) {
      assert.ok(text.includes(setting), `${setting} is not in config.json`);
    }
    const metrics = (await Deno.readTextFile(join(path, "metrics.jsonl"))).trim().split("\n");
    assert.equal(metrics.length, 1);
    assert.equal(result.subsets.full.count, 4, "--limit 6 leaves a test set of 4 whole");
  });
});

Deno.test("deno task experiment --dry-run shows the settings and makes nothing", async () => {
  await withToy(async (folder) => {
    const { code, out, error } = await experiment(folder, "toy", "--loss", "wing", "--dry-run");
    assert.equal(code, 0, error);
    assert.match(out + error, /wing/);
    await assert.rejects(Deno.stat(join(folder, "out")));
  });
});

Deno.test("deno task experiment --help names every option, and --list every page", async () => {
  await withToy(async (folder) => {
    const help = await experiment(folder, "--help");
    assert.equal(help.code, 0);
    const named = ["loss", "seed", "epochs", "batch", "size", "limit", "set", "data", "out", "backend", "device"];
    for (const option of [...named, "threads", "quiet", "verbose", "json", "list", "settings", "dry-run"]) {
      assert.ok(help.out.includes(`--${option}`), option);
    }
    const list = await experiment(folder, "--list");
    assert.equal(list.code, 0, list.error);
    assert.match(list.out, /toy\s+A toy/);
  });
});

Deno.test("deno task experiment refuses --threads 0 and an unknown --device, in one sentence each", async () => {
  await withToy(async (folder) => {
    const threads = await experiment(folder, "toy", "--threads", "0");
    assert.notEqual(threads.code, 0);
    assert.equal(threads.error.trim().split("\n").length, 1, threads.error);
    const device = await experiment(folder, "toy", "--device", "moon");
    assert.notEqual(device.code, 0);
    assert.match(device.error, /auto, cpu, gpu/);
  });
});
