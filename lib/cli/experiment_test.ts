import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { inProject } from "@/paths.ts";
import { CLOCK_FIELDS } from "@/results/schema.ts";
import { runExperimentCommand } from "./experiment.ts";
import { say as sayOf } from "./test_output.ts";

const PAGE = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy",
  dataset: "synthetic",
  synthetic: { train: 22, test: 4 },
  size: 32,
  validation: 0.1,
  architecture: "mnv2",
  model: { alpha: 0.35, batchNormMomentum: 0.9 },
  averaging: 0.5,
  keep: "best",
  epochs: 4,
  batch: 4,
});
`;

const children: Deno.ChildProcess[] = [];

/** A folder with a page named toy, and room for results and prepared faces. */
async function withToy(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-experiment-" });
  try {
    await Deno.writeTextFile(join(folder, "toy.ts"), PAGE);
    await run(folder);
  } finally {
    for (const child of children.splice(0)) {
      try {
        child.kill("SIGKILL");
      } catch { /* ended */ }
    }
    await Deno.remove(folder, { recursive: true });
  }
}

const toyArguments = (folder: string, out: string) => [
  ...["toy", "--pages", folder, "--cache", join(folder, "prepared"), "--out", join(folder, out)],
  ...["--seed", "3", "--checkpoint-every", "0", "--quiet"],
];

/** Starts `deno task experiment` as a process of its own. */
function start(args: string[]): Deno.ChildProcess {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", inProject("lib", "cli", "experiment.ts"), ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
  const child = command.spawn();
  children.push(child);
  return child;
}

async function finish(child: Deno.ChildProcess): Promise<{ code: number; out: string; error: string }> {
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), error: new TextDecoder().decode(stderr) };
}

/** Waits for a checkpoint in the middle of an epoch of 5 batches, of a later step than `after`; returns the step. */
async function midEpoch(run: string, after: number): Promise<number> {
  for (let waited = 0; waited < 60_000; waited += 5) {
    try {
      for await (const { name } of Deno.readDir(join(run, "checkpoint"))) {
        const step = Number(/^step-(\d+)\.ckpt$/.exec(name)?.[1] ?? 0);
        if (step > after && step % 5 !== 0) return step;
      }
    } catch { /* not there yet */ }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("The run came to no such checkpoint within a minute");
}

/** What of a run must not depend on how often it was stopped. */
async function timeless(run: string) {
  const result = JSON.parse(await Deno.readTextFile(join(run, "result.json")));
  for (const field of CLOCK_FIELDS) delete result.training[field];
  const metrics = (await Deno.readTextFile(join(run, "metrics.jsonl"))).trim().split("\n").map((line) => {
    const record = JSON.parse(line);
    for (const field of [...CLOCK_FIELDS, "stall"]) delete record[field];
    return record;
  });
  return {
    result,
    metrics,
    errors: await Deno.readTextFile(join(run, "errors.csv")),
    predictions: [...await Deno.readFile(join(run, "predictions.npy"))],
  };
}

Deno.test("deno task experiment ends as if undisturbed after kill -9 and Ctrl-C in the middle of epochs", async () => {
  await withToy(async (folder) => {
    const path = (out: string) => join(folder, out, "toy", "acr", "seed-3");
    const whole = await finish(start(toyArguments(folder, "whole")));
    assert.equal(whole.code, 0, whole.error);
    assert.match(whole.out, /Mean-shape predictor/);

    const killed = start(toyArguments(folder, "broken"));
    const step = await midEpoch(path("broken"), 5);
    killed.kill("SIGKILL");
    assert.notEqual((await finish(killed)).code, 0);
    await assert.rejects(Deno.stat(join(path("broken"), "result.json")));

    const stopped = start(toyArguments(folder, "broken"));
    await midEpoch(path("broken"), step + 1);
    stopped.kill("SIGINT");
    stopped.kill("SIGINT");
    const { code, error } = await finish(stopped);
    assert.equal(code, 130, error);
    assert.match(error, /Go on with: deno task experiment toy --pages .* --seed 3/);

    const ended = await finish(start(toyArguments(folder, "broken")));
    assert.equal(ended.code, 0, ended.error);
    assert.deepEqual(await timeless(path("broken")), await timeless(path("whole")));

    const pictures = await Deno.readFile(join(path("broken"), "faces.png"));
    assert.deepEqual([...pictures.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
    const events = join(path("broken"), "events");
    const last = (await Array.fromAsync(Deno.readDir(events))).map(({ name }) => name).sort().at(-1)!;
    const written = Buffer.from(await Deno.readFile(join(events, last)));
    assert.ok(written.includes("test faces, best to worst") && written.includes(pictures), "TensorBoard shows them");
  });
});

const say = (...args: string[]) => sayOf(runExperimentCommand, ...args);

const MISTAKES: [string, (folder: string) => string[], RegExp][] = [
  [
    "an unknown experiment",
    () => ["toyy"],
    /^Cannot run experiment 'toyy' as there is no such page, did you mean toy\?: there are toy\n$/,
  ],
  [
    "an unknown option",
    () => ["toy", "--epoch", "3"],
    /^Cannot run 'experiment' as it has no option '--epoch', did you mean --epochs.*--help\n$/,
  ],
  [
    "an unknown setting",
    () => ["toy", "--set", "epocs=3"],
    /^Cannot set 'epocs' as there is no such setting, did you mean epochs.*: epocs=3\n$/,
  ],
  [
    "a setting without a value",
    () => ["toy", "--set", "epochs"],
    /^Cannot set anything as it must be key=value.*: 'epochs'\n$/,
  ],
  ["an unknown loss", () => ["toy", "--loss", "acrr"], /^Cannot set 'loss' as it must be one of acr, .*: loss=acrr\n$/],
  [
    "a seed that is no number",
    () => ["toy", "--seed", "one"],
    /^Cannot run 'experiment' as '--seed' is wrong.*: 'one'\n$/,
  ],
  [
    "an unknown backend",
    () => ["toy", "--backend", "cuda"],
    /expected one of tensorflow, webgpu, wasm, cpu: 'cuda'\n$/,
  ],
  ["too many names", () => ["toy", "toy"], /^Cannot run 'experiment' as too many arguments/],
  [
    "an option without its value",
    () => ["toy", "--out"],
    /^Cannot run 'experiment' as option '--out <folder>' argument missing\n$/,
  ],
  [
    "a results folder that is a file",
    (folder) => ["toy", "--out", join(folder, "toy.ts")],
    /^Cannot create run directory '.*': .*\n$/,
  ],
  [
    "weights that do not exist",
    () => ["toy", "--set", "init=nowhere.ckpt"],
    /^Cannot read weights as there is no such file: 'nowhere.ckpt'\n$/,
  ],
  [
    "weights that are none",
    (folder) => ["toy", "--set", `init=${folder}/toy.ts`],
    /^Cannot read checkpoint '.*toy.ts' as it must start with ACRCKPT1.*\n$/,
  ],
];

Deno.test("deno task experiment answers each mistake by one sentence and exit code 1", async (context) => {
  await withToy(async (folder) => {
    const common = ["--pages", folder, "--cache", join(folder, "prepared"), "--quiet", "--backend", "cpu"];
    for (const [name, args, expected] of MISTAKES) {
      await context.step(name, async () => {
        const given = args(folder);
        const rest = given.includes("--backend") ? common.slice(0, -2) : common;
        const out = given.includes("--out") ? [] : ["--out", join(folder, "results")];
        const { code, error, out: shown } = await say(...rest, ...out, ...given);
        assert.match(error, expected);
        assert.equal(code, 1);
        assert.equal(shown, "");
        assert.equal(error.trim().split("\n").length, 1);
      });
    }
    await context.step("a dataset that is not there: what to get, and what needs none", async () => {
      const { code, error } = await say("toy", ...common, "--set", "dataset=300w", "--data", join(folder, "none"));
      assert.equal(code, 1);
      assert.match(error, /https:\/\/ibug\.doc\.ic\.ac\.uk\/resources\/facial-point-annotations/);
      assert.match(error, /deno task experiment synthetic-mnv2/);
      assert.ok(error.split("\n").length <= 24, "it must fit in a small terminal");
    });
    await context.step("a run directory with another configuration", async () => {
      const args = ["toy", ...common, "--out", join(folder, "results")];
      const path = join(folder, "results", "toy", "acr", "seed-0");
      await Deno.mkdir(path, { recursive: true });
      const { out } = await say(...args, "--dry-run");
      assert.match(out, new RegExp(`Run: ${path}\n$`));
      await Deno.writeTextFile(join(path, "config.json"), "{}");
      const { code, error } = await say(...args);
      assert.equal(code, 1);
      assert.match(error, /config\.json/);
    });
  });
});

Deno.test("deno task experiment lists experiments, settings and what a dry run would do", async () => {
  await withToy(async (folder) => {
    assert.match((await say("--pages", folder)).out, /^Experiments.*\n\n {2}toy {2}A toy\n$/);
    const { out } = await say("toy", "--pages", folder, "--settings", "--loss", "wing");
    assert.match(out, /^ {2}loss\.w +.*a number above 0$/m);
    assert.match(out, /^ {2}epochs +.*a whole number of at least 1/m);
    const dry = await say("toy", "--pages", folder, "--dry-run", "--epochs", "9", "--seed", "4");
    assert.match(dry.out, /^ {2}epochs +9 {2}\(changed\)$/m);
    assert.match(dry.out, /acr,epochs=9\/seed-4\n$/);
    assert.equal((await say("--help")).code, 0);
  });
});

Deno.test("evaluation.faces=validation evaluates on the held-out faces, the same for every seed, and reads no test face", async () => {
  await withToy(async (folder) => {
    const results: { data: Record<string, unknown>; subsets: { full: { count: number } } }[] = [];
    for (const seed of ["1", "2"]) {
      const args = [
        ...[
          "toy",
          "--pages",
          folder,
          "--cache",
          join(folder, "prepared"),
          "--out",
          join(folder, "out"),
          "--seed",
          seed,
        ],
        ...["--quiet", "--json", "--set", "evaluation.faces=validation", "--epochs", "1", "--set", "synthetic.test=9"],
      ];
      const { code, out, error } = await say(...args);
      assert.equal(code, 0, error);
      results.push(JSON.parse(out).result);
    }
    assert.deepEqual(results[0]!.data, results[1]!.data);
    assert.equal(results[0]!.data["split"], "validation");
    assert.equal(results[0]!.subsets.full.count, 2);
    // No test faces were drawn.
    const prepared = Array.from(Deno.readDirSync(join(folder, "prepared")), ({ name }) => name.split("-")[1]);
    assert.deepEqual(prepared, ["train"]);
    const none = ["--set", "validation=0", "--set", "keep=last", "--set", "evaluation.faces=validation"];
    const refused = await say("toy", "--pages", folder, ...none);
    assert.match(refused.error, /^Cannot set 'evaluation.faces=validation' as it needs held-out training faces/);
  });
});
