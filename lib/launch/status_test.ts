import assert from "node:assert/strict";
import { RunClaim } from "@/results/run_lock.ts";
import { type Evidence, judge, sweepStatus } from "./status.ts";
import type { TaskRecord } from "./sweep.ts";
import { withFakeSlurm } from "./testdata/fake_slurm.ts";
import { withToySweep } from "./testdata/toy_sweep.ts";

const record = (state: TaskRecord["state"], reason = ""): TaskRecord => ({
  state,
  reason,
  preemptions: 0,
  timeouts: 0,
  starts: 1,
});

function judged(evidence: Partial<Evidence>): string {
  const { state, reason } = judge({
    run: undefined,
    failure: undefined,
    submission: 1,
    record: undefined,
    said: undefined,
    cancelled: false,
    ...evidence,
  });
  return reason === "" ? state : `${state}: ${reason}`;
}

Deno.test("judge() believes a run directory before a queue", () => {
  const late = { said: { state: "cancelled", reason: "CANCELLED" }, cancelled: true } as const;
  assert.equal(judged({ ...late, run: { state: "finished", reason: "" } }), "finished");
  assert.equal(judged({ ...late, run: { state: "running", reason: "Pid 1" } }), "running: Pid 1");
  assert.equal(judged({ ...late, run: { state: "interrupted", reason: "" } }), "cancelled: by sweep cancel");
});

Deno.test("judge() tells every way in which a trial can wait", () => {
  const run = { state: "interrupted", reason: "" } as const;
  const waiting = { state: "waiting", reason: "PENDING" } as const, running = { state: "running", reason: "" } as const;
  assert.equal(judged({ said: waiting }), "waiting: PENDING");
  assert.equal(judged({ said: running }), "waiting: its task is at work");
  assert.equal(judged({ run, said: waiting, record: record("requeued", "preempted") }), "waiting: requeued: preempted");
  // A queue's answer may be a minute old.
  assert.match(judged({ run, said: running, record: record("stopped") }), /^waiting: it was stopped/);
});

Deno.test("judge() tells every way in which a trial can end without a result", () => {
  const failure = { submission: 1, message: "It broke" };
  assert.equal(judged({ failure, said: { state: "running", reason: "" } }), "failed: It broke");
  assert.equal(judged({ failure, submission: 2, said: { state: "waiting", reason: "" } }), "waiting");
  assert.equal(judged({ failure, submission: 2, said: { state: "gone", reason: "" } }), "failed: It broke");
  assert.equal(judged({ record: record("refused", "Other code") }), "refused: Other code");
  assert.equal(
    judged({ record: record("timed-out", "4 times"), said: { state: "ended", reason: "" } }),
    "timed-out: 4 times",
  );
  assert.equal(judged({ said: { state: "timed-out", reason: "TIMEOUT" } }), "timed-out: TIMEOUT");
  assert.equal(judged({ said: { state: "failed", reason: "NODE_FAIL" } }), "failed: its task ended with NODE_FAIL");
  assert.equal(judged({ said: { state: "gone", reason: "PREEMPTED" } }), "interrupted: nothing works on it: PREEMPTED");
  assert.equal(judged({ submission: undefined }), "interrupted: it was never submitted");
});

Deno.test("sweepStatus() joins run directories, the tasks' records and the queue", async () => {
  await withFakeSlurm(async ({ set, calls }) => {
    await withToySweep(["good", "good", "good", "good", "good", "good"], async ({ folder, write, submit }) => {
      const states = async () => (await sweepStatus(folder)).map(({ state }) => state);
      assert.deepEqual(new Set(await states()), new Set(["interrupted"]));
      await submit({ launcher: "slurm", job: "7", slurm: {}, tasks: [[0], [1], [2, 3], [4], [5]] });
      await set("sacct", "7_0|COMPLETED\n7_1|CANCELLED by 0\n7_1.batch|CANCELLED\n7_2|RUNNING\n7_[3-4%1]|PENDING");
      await write(0, "finished");
      await write(1, "interrupted");
      await write(2, "interrupted");
      const claim = await RunClaim.take(folder.sweep.trials[2]!.path);
      assert.deepEqual(await states(), ["finished", "cancelled", "running", "waiting", "waiting", "waiting"]);
      await claim.release();
      assert.deepEqual(await states(), ["finished", "cancelled", "waiting", "waiting", "waiting", "waiting"]);
      assert.equal((await calls()).length, 1);
    });
  });
});

Deno.test("sweepStatus() falls back to the tasks' heartbeats where no command answers", async () => {
  await withFakeSlurm(async ({ set }) => {
    await set("sacct", "", 1);
    await set("squeue", "", 1);
    await withToySweep(["good", "good"], async ({ folder, submit }) => {
      const number = await submit({ launcher: "slurm", job: "7", slurm: {}, tasks: [[0], [1]] });
      const home = folder.taskFolder(number, 0);
      await Deno.mkdir(home, { recursive: true });
      const claim = await RunClaim.take(home);
      const [first, second] = await sweepStatus(folder);
      await claim.release();
      assert.deepEqual([first!.state, first!.reason], ["waiting", "its task is at work"]);
      assert.deepEqual([second!.state, second!.reason], [
        "interrupted",
        "nothing works on it: neither sacct nor squeue answers",
      ]);
    });
  });
});
