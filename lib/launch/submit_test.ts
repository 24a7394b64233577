import assert from "node:assert/strict";
import { join } from "node:path";
import { parseDuration, slurmPlace } from "./slurm_place.ts";
import { cancelSweep, submitMissing } from "./submit.ts";
import { createSweep, listSweeps, openSweep, sweepPath } from "./sweep.ts";
import { withFakeSlurm } from "./testdata/fake_slurm.ts";
import { withToySweep } from "./testdata/toy_sweep.ts";

Deno.test("submitMissing() hands Slurm one array of packed tasks, then only what is missing", async () => {
  await withFakeSlurm(async ({ set, calls }) => {
    await withToySweep(["good", "good", "good", "good", "good"], async ({ folder, write }) => {
      await set("sbatch", "77;cluster");
      await write(1, "finished");
      const slurm = { partition: "gpu", time: "1:00:00" };
      const { submission, passed } = await submitMissing(folder, { launcher: "slurm", pack: 2, parallel: 2, slurm });
      assert.equal(passed, 1);
      assert.deepEqual(submission!.content.tasks, [[0, 2], [3, 4]]);
      assert.equal(submission!.content.job, "77");
      assert.equal((await folder.submissions()).get(0)!.job, "77");
      const script = join(folder.submissionFolder(0), "array.sbatch");
      assert.deepEqual(await calls(), [`sbatch --parsable ${script}`]);
      const text = await Deno.readTextFile(script);
      assert.match(text, /^#SBATCH --array=0-1$/m);
      assert.match(text, /^#SBATCH --partition=gpu$/m);
      assert.match(text, / work toys --out \S+ 0 "\$SLURM_ARRAY_TASK_ID"$/m);

      const again = await submitMissing(folder, { launcher: "slurm" });
      assert.deepEqual([again.submission, again.passed], [undefined, 5], "all are finished or in the queue");

      assert.equal(await cancelSweep(folder), 2);
      assert.ok((await calls()).includes("scancel 77"));
      assert.ok(await folder.isCancelled(0));
      const resumed = await submitMissing(folder, { launcher: "slurm" });
      assert.deepEqual(resumed.submission!.content.tasks, [[0], [2], [3], [4]]);
      assert.equal(resumed.submission!.number, 1);
    });
  });
});

Deno.test("submitMissing() leaves nothing behind where sbatch refuses", async () => {
  await withFakeSlurm(async ({ set }) => {
    await withToySweep(["good"], async ({ folder }) => {
      await set("sbatch", "", 1);
      await assert.rejects(submitMissing(folder, { launcher: "slurm" }), /^Error: Cannot use Slurm as sbatch failed/);
      await set("sbatch", "no number");
      await assert.rejects(submitMissing(folder, { launcher: "slurm" }), /as it has no job number: 'no number'$/);
      assert.equal((await folder.submissions()).size, 0);
    });
  });
});

Deno.test("submitMissing() refuses trials of other code than the sweep's first", async () => {
  await withToySweep(["good"], async ({ folder, submit }) => {
    await submit({ tasks: [[0]], submitted: "2020-01-01T00:00:00Z", code: { commit: "0123456789abcdef", dirty: "" } });
    await assert.rejects(
      submitMissing(folder, { launcher: "local" }),
      /^Error: Cannot submit trials of sweep 'toys' as the code has changed since its first ones, --any-code allows it: /,
    );
  });
});

Deno.test("createSweep() opens a sweep of the same trials and refuses another of its name", async () => {
  await withToySweep(["good", "bad"], async ({ folder: { sweep } }) => {
    const { out, name, trials, by } = sweep;
    assert.deepEqual((await createSweep({ out, name, trials, by })).sweep, sweep);
    await assert.rejects(
      createSweep({ out, name, trials: trials.slice(1), by }),
      /^RangeError: Cannot create sweep 'toys' as one with 2 other trials has that name, choose another with --sweep/,
    );
    assert.deepEqual(await listSweeps(out), ["toys"]);
  });
});

Deno.test("openSweep() answers wrong names and damaged files by one sentence", async () => {
  await withToySweep(["good"], async ({ folder: { path, sweep: { out } } }) => {
    await assert.rejects(openSweep(out, "toy"), /^RangeError: Cannot open sweep 'toy' as there are toys in /);
    for (const name of ["", "..", "a/b", "-x", "a".repeat(81)]) assert.throws(() => sweepPath(out, name), RangeError);
    for (const damage of ["{", "null", '{"version":2,"trials":[]}', '{"version":1,"trials":[{}]}']) {
      await Deno.writeTextFile(join(path, "sweep.json"), damage);
      await assert.rejects(openSweep(out, "toys"), SyntaxError);
    }
  });
});

Deno.test("slurmPlace() requeues its own element, never the whole array", async () => {
  assert.equal(slurmPlace({ SLURM_JOB_ID: "9" }), undefined);
  await withFakeSlurm(async ({ calls, set }) => {
    const place = slurmPlace({ SLURM_ARRAY_JOB_ID: "12", SLURM_ARRAY_TASK_ID: "3", SLURM_JOB_ID: "15" })!;
    await place.requeue();
    await set("squeue", "1-02:00:05");
    assert.equal(await place.secondsLeft(), 93_605);
    assert.deepEqual(await calls(), ["scontrol requeue 12_3", "squeue --noheader --format=%L --jobs=12_3"]);
    const end = { SLURM_JOB_END_TIME: String(Math.round(Date.now() / 1000) + 500) };
    const told = slurmPlace({ SLURM_ARRAY_JOB_ID: "12", SLURM_ARRAY_TASK_ID: "3", ...end })!;
    assert.ok(Math.abs((await told.secondsLeft())! - 500) <= 1);
  });
});

Deno.test("parseDuration() reads Slurm's times", () => {
  const times = { "5": 5, "1:05": 65, "2:00:00": 7200, "1-00:00:01": 86_401, UNLIMITED: Infinity, INVALID: undefined };
  for (const [text, seconds] of Object.entries(times)) assert.equal(parseDuration(text), seconds, text);
});
