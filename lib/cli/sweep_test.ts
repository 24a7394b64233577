import assert from "node:assert/strict";
import { join } from "node:path";
import { withFakeSlurm } from "@/launch/testdata/fake_slurm.ts";
import { type ToySweep, withToySweep } from "@/launch/testdata/toy_sweep.ts";
import { say } from "./test_output.ts";
import { runAblationCommand } from "./ablation.ts";
import { runSweepCommand } from "./sweep.ts";

const sweep = ({ folder }: ToySweep, ...args: string[]) => say(runSweepCommand, ...args, "--out", folder.sweep.out);

const TOY = `
import { defineExperiment } from "@/experiment/page.ts";
export default defineExperiment({
  summary: "A toy", dataset: "synthetic", synthetic: { train: 12, test: 3 }, size: 32, validation: 0.2,
  architecture: "mnv2", model: { alpha: 0.35 }, epochs: 1, batch: 5,
});`;
const ABLATION = `
import { defineAblation } from "@/experiment/ablation.ts";
export default defineAblation({
  summary: "Toys", experiments: ["toy"], variants: [{}, { init: "nowhere.ckpt" }], seeds: [0],
});`;

Deno.test("deno task ablation --launcher local returns at once; deno task sweep follows, waits and resumes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "acr-lab-sweep-" });
  const out = join(folder, "results");
  try {
    await Deno.mkdir(join(folder, "ablations"));
    await Deno.writeTextFile(join(folder, "toy.ts"), TOY);
    await Deno.writeTextFile(join(folder, "ablations", "toys.ts"), ABLATION);
    const handed = await say(
      runAblationCommand,
      ...["toys", "--pages", folder, "--out", out, "--cache", join(folder, "prepared")],
      // Others may be at work on the code while this test runs.
      ...["--launcher", "local", "--any-code"],
    );
    assert.equal(handed.code, 0, handed.error);
    assert.match(
      handed.out,
      /^Handed 2 trials over to a process of its own on this machine\. Follow with: deno task sweep/,
    );
    const follow = (...args: string[]) => say(runSweepCommand, ...args, "toys", "--out", out);
    assert.match((await follow("status")).out, /^toys: 2 trials, .*(waiting|running)/);

    const ended = await follow("status", "--wait");
    assert.equal(ended.code, 1, "one trial has failed");
    assert.match(ended.out, /^toys: 2 trials, 1 finished, 1 failed \(this machine\)$/m);
    assert.match(ended.out, /^\+ toy\/acr\/seed-0 {2}test NME \d+\.\d\d %$/m);
    assert.match(
      ended.out,
      /^! toy\/acr,init=nowhere\.ckpt\/seed-0 {2}failed: Cannot read weights as there is no such/m,
    );
    assert.match(ended.out, /full NME \(%\)/);
    assert.match(ended.out, /Go on with: deno task sweep resume toys --out /);
    assert.match((await follow("logs")).out, /^Cannot read weights as there is no such file: 'nowhere\.ckpt'$/m);

    const resumed = await follow("resume", "--any-code");
    assert.match(resumed.out, /^Handed 1 trial over .*, 1 passed over\./);
    const json = await follow("status", "--wait", "--json");
    const { trials } = JSON.parse(json.out);
    assert.deepEqual(trials.map(({ state }: { state: string }) => state), ["finished", "failed"]);
    assert.equal(typeof trials[0].nme, "number");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task sweep shows, cancels and resumes what Slurm has", async () => {
  await withFakeSlurm(async ({ set, calls }) => {
    await withToySweep(["good", "good", "good"], async (toys) => {
      const { folder, write } = toys;
      const queue = join(folder.sweep.out, "sweeps", "queue.json");
      await set("sbatch", "41");
      const options = [
        "--launcher",
        "slurm",
        "--cpus",
        "4",
        "--parallel",
        "2",
        "--setup",
        "module load cuda",
        "--any-code",
      ];
      const handed = await sweep(toys, "resume", "toys", ...options, "--sbatch=--constraint=a100");
      assert.equal(handed.code, 0, handed.error);
      assert.match(handed.out, /^Handed 3 trials over as Slurm job 41, 2 tasks\./);
      const first = (await folder.submissions()).get(0)!;
      assert.equal(first.threads, 2, "trials side by side share the cores of their task");
      assert.deepEqual(first.slurm, { cpus: 4, setup: ["module load cuda"], sbatch: ["--constraint=a100"] });

      await set("sacct", "41_0|FAILED\n41_1|PENDING");
      await Deno.remove(queue).catch(() => {});
      await write(0, "finished");
      const { out, code } = await sweep(toys, "status", "toys");
      assert.equal(code, 0);
      assert.match(out, /^toys: 3 trials, 1 finished, 1 waiting, 1 failed \(Slurm job 41\)$/m);
      assert.match(out, /^! toy-1 {2}failed: its task ended with FAILED$/m);
      assert.match((await sweep(toys, "status")).out, /^toys: 3 trials, 1 finished/);

      const cancelled = await sweep(toys, "cancel", "toys");
      assert.match(cancelled.out, /^Asked 1 task to stop\. Go on with: deno task sweep resume toys --out /);
      assert.ok((await calls()).includes("scancel 41"));
      await set("sacct", "41_0|FAILED\n41_1|CANCELLED by 0");
      await Deno.remove(queue);
      assert.match((await sweep(toys, "cancel", "toys")).out, /^Nothing was running or waiting$/m);

      await set("sbatch", "42");
      assert.match(
        (await sweep(toys, "resume", "toys", "--any-code")).out,
        /as Slurm job 42, 1 task, 1 passed over\./,
      );
      const second = (await folder.submissions()).get(1)!;
      assert.deepEqual([second.slurm, second.threads, second.parallel], [first.slurm, 2, 2]);
    });
  });
});

Deno.test("deno task sweep answers mistakes by one sentence", async () => {
  await withToySweep(["good"], async (toys) => {
    for (
      const [args, expected] of [
        [["stat"], /expected one of status, resume, cancel, logs: 'stat'/],
        [["resume"], /^Cannot resume without the name of a sweep, there are: toys\n$/],
        [["status", "losses"], /^Cannot open sweep 'losses' as there are toys in /],
        [["status", "../toys"], /^Cannot place a sweep as its name must be/],
        [["logs", "toys", "nobody"], /as no trial is named so, only toy-0: 'nobody'\n$/],
        [["resume", "toys", "--launcher", "cloud"], /'--launcher' is wrong, expected one of local, slurm: 'cloud'/],
        [["work", "toys", "x"], /^Cannot work on sweep 'toys' as a task has a whole number: 'x'\n$/],
        [["work", "toys", "0", "5"], /^Cannot work on sweep 'toys' as it has no task 5 of submission 0\n$/],
      ] as const
    ) {
      const { code, error } = await sweep(toys, ...args);
      assert.equal(code, 1, args.join(" "));
      assert.match(error, expected);
      assert.equal(error.trim().split("\n").length, 1, error);
    }
  });
});
