import assert from "node:assert/strict";
import { join } from "node:path";
import { experimentNames, experimentsFolder } from "@/experiment/experiments.ts";
import { expandTrials } from "@/experiment/ablation.ts";
import type { TrialStatus } from "@/experiment/trial_runner.ts";
import { say } from "./test_output.ts";
import { liveTable, runAblationCommand } from "./ablation.ts";

const ablation = (...args: string[]) => say(runAblationCommand, ...args);

const TOY = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy", dataset: "synthetic", synthetic: { train: 12, test: 3 }, size: 32, validation: 0.2,
  architecture: "mnv2", model: { alpha: 0.35 }, epochs: 1, batch: 5,
});`;
const ABLATION = `
import { defineAblation } from "@/experiment/ablation.ts";
export default defineAblation({
  summary: "Toys", experiments: ["toy"], variants: [{}, { loss: "l2" }, { init: "nowhere.ckpt" }], seeds: [0, 1],
});`;

Deno.test("deno task ablation runs trials to a table, tells failures, and passes finished ones over", async () => {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-ablation-" });
  try {
    await Deno.mkdir(join(folder, "ablations"));
    await Deno.writeTextFile(join(folder, "toy.ts"), TOY);
    await Deno.writeTextFile(join(folder, "ablations", "toys.ts"), ABLATION);
    const args = ["toys", "--pages", folder, "--out", join(folder, "results"), "--cache", join(folder, "prepared")];
    const dry = await ablation(...args, "--dry-run");
    assert.equal(dry.code, 0);
    assert.match(dry.out, /6 trials\n$/);
    assert.match(dry.out, /deno task experiment toy --seed 1 --set loss=l2\n/);

    const first = await ablation(...args, "--parallel", "2", "--seeds", "0");
    assert.equal(first.code, 1, first.error);
    assert.match(first.error, /^\+ toy\/acr\/seed-0 {2}test NME \d+\.\d\d %$/m);
    assert.match(
      first.error,
      /^! toy\/acr,init=nowhere\.ckpt\/seed-0 {2}failed: Cannot read weights as there is no such file/m,
    );
    assert.match(first.error, /1 of 3 trials failed; try them again with: deno task ablation toys .*--resume\n$/);
    assert.match(first.out, /acr/);
    assert.match(first.out, /l2/);

    const since = performance.now();
    const second = await ablation(...args, "--seeds", "0", "--json", "--tables", join(folder, "tables"));
    assert.ok(performance.now() - since < 5000, "nothing was left to do");
    const states = JSON.parse(second.out).map((trial: { state: string }) => trial.state);
    assert.deepEqual(states, ["finished", "finished", "failed"]);
    const written = (file: string) => Deno.readTextFile(join(folder, "tables", file));
    assert.match(await written("table.md"), /^\| acr .*\n\| l2 /m);
    assert.match(await written("table.tex"), /\\begin\{tabular\}[^]* acr & [^]* l2 & [^]*\\end\{table\}\n$/);
    assert.match(await written("table.csv"), /,loss,|^loss,/);
    const page = await written("report.html");
    assert.ok(page.includes("<h1>toys</h1>") && page.includes("Comparison face by face"));
    assert.match(page, /Worst faces of toy\//, "from the prepared faces of --cache");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const name of await experimentNames(join(experimentsFolder(), "ablations"))) {
  Deno.test(`experiments/ablations/${name}.ts states trials that can be run`, async () => {
    const { code, out, error } = await ablation(name, "--dry-run", "--limit", "20");
    assert.equal(code, 0, error);
    const trials = Number(/(\d+) trials\n$/.exec(out)![1]);
    assert.ok(trials >= 6, out);
    const source = await Deno.readTextFile(join(experimentsFolder(), "ablations", `${name}.ts`));
    assert.match(source.split("*/")[0]!, new RegExp(`deno task ablation ${name}( |\n)`));
    assert.match(source, /\n {2}duration:[^]*\n {2}expected:/, "or that nobody has measured it");
  });
}

Deno.test("deno task ablation --only leaves values of what it varies out", async () => {
  const { code, out } = await ablation(
    "losses",
    "--dry-run",
    "--only",
    "loss=wing,l2",
    "--only",
    "experiment=synthetic-mnv2",
  );
  assert.equal(code, 0);
  assert.match(out, /6 trials\n$/);
  assert.deepEqual([...new Set(out.match(/--set loss=\S+/g))], ["--set loss=l2", "--set loss=wing"]);
});

Deno.test("deno task ablation answers mistakes by one sentence", async () => {
  for (
    const [args, expected] of [
      [["losse"], /^Cannot run ablation 'losse' as there is no such page, did you mean losses\?/],
      [["losses", "--seeds", "a"], /expected a whole number of at least 0: 'a'\n$/],
      [["losses", "--set", "epocs=1"], /'epocs' as there is no such setting/],
      [["losses", "--parallel", "0"], /'--parallel' is wrong/],
      [["losses", "--launcher", "local", "--tables", "t"], /^Cannot write tables with --launcher, .*t\n$/],
      [["losses", "--only", "los=l2"], /does not vary such a key, did you mean loss\?: 'los=l2'\n$/],
      [["losses", "--only", "loss=l3"], /'loss' is one of acr, l2, l1, .*: 'l3'\n$/],
    ] as const
  ) {
    const { code, error } = await ablation(...args);
    assert.equal(code, 1);
    assert.match(error, expected);
    assert.equal(error.trim().split("\n").length, 1);
  }
});

Deno.test("liveTable() puts what moves first, below how far all of it has come", () => {
  const toy = { summary: "", dataset: "synthetic", architecture: "mnv2", epochs: 9 };
  const trials = expandTrials({ summary: "", experiments: ["toy"], seeds: [0, 1, 2, 3] }, { toy });
  const status = (seed: number, change: Partial<TrialStatus>): TrialStatus => ({
    ...{
      trial: trials[seed]!,
      path: "",
      state: "waiting",
      epochs: 0,
      validation: undefined,
      nme: undefined,
      reason: "",
    },
    ...change,
  });
  const lines = liveTable(
    [
      status(0, { state: "finished", epochs: 9, nme: 0.0512 }),
      status(1, { state: "failed", reason: "It broke" }),
      status(2, { state: "running", epochs: 4, validation: 0.0634 }),
      status(3, {}),
    ],
    { since: performance.now() - 60_000, before: 0, parallel: 2 },
  );
  assert.match(lines[0]!, /^1 of 4 trials done, 1 failed, 2 at once, about 2 min 0\d s left$/);
  assert.deepEqual(lines.slice(1), [
    "> toy/acr/seed-2  epoch 4/9, validation NME 6.34 %",
    "! toy/acr/seed-1  failed: It broke",
    "+ toy/acr/seed-0  test NME 5.12 %",
    "  toy/acr/seed-3  waiting",
  ]);
});
