import assert from "node:assert/strict";
import { join } from "node:path";
import { RunClaim } from "@/results/run_lock.ts";
import type { Submission } from "./sweep.ts";
import { type ToySweep, type ToyTrial, withToySweep } from "./testdata/toy_sweep.ts";
import { type TaskPlace, work, type WorkOptions } from "./worker.ts";

/** A worker's tests need a shell and signals. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os === "windows", fn });
}

/** Works on a task that has all trials of a sweep. */
async function workOn(
  { folder, command, submit }: ToySweep,
  options: Partial<WorkOptions> & { submission?: Partial<Submission> } = {},
): Promise<{ code: number; number: number; said: string[] }> {
  const { submission, ...rest } = options;
  const number = options.number ??
    await submit({ tasks: [folder.sweep.trials.map((_, index) => index)], ...submission });
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const code = await work({ folder, task: 0, say, command, lookEvery: 20, patience: 400, ...rest, number });
  return { code, number, said };
}

/** Does something once every trial has been started. */
async function whenStarted({ starts }: ToySweep, act: () => void | Promise<void>): Promise<void> {
  while ((await starts()).some((count) => count === 0)) await new Promise((resolve) => setTimeout(resolve, 10));
  // The script writes its line after it has learnt to listen to signals.
  await act();
}

function cluster(secondsLeft: number): TaskPlace & { requeued: number } {
  return {
    requeued: 0,
    secondsLeft: () => Promise.resolve(secondsLeft),
    requeue() {
      this.requeued++;
      return Promise.resolve();
    },
  };
}

/** Warns a task, as a cluster does. */
async function warned(kinds: ToyTrial[], place: TaskPlace, number: number | undefined, sweep: ToySweep) {
  const before = (await sweep.starts()).map((count) => count);
  const working = workOn(sweep, {
    place,
    submission: { launcher: "slurm" },
    ...(number === undefined ? {} : { number }),
  });
  while ((await sweep.starts()).some((count, index) => kinds[index] === "long" && count === before[index])) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  Deno.kill(Deno.pid, "SIGUSR2");
  return await working;
}

test("work() runs every trial of its task, and passes finished and failed ones over when it is started again", async () => {
  await withToySweep(["good", "bad", "good", "empty"], async (sweep) => {
    const { folder, starts } = sweep;
    await sweep.write(2, "finished");
    const { code, number } = await workOn(sweep);
    assert.equal(code, 1);
    assert.deepEqual(await starts(), [1, 1, 0, 1]);
    assert.deepEqual(await folder.readFailure(1), { submission: number, message: "Cannot train as it broke: 7" });
    assert.match((await folder.readFailure(3))!.message, /^It ended without a result, see .*trial-3\.log$/);
    assert.match(await Deno.readTextFile(folder.logFile(1)), /^Some words\nCannot train as it broke: 7\n$/);
    assert.equal((await folder.readTask(number, 0))!.state, "ended");

    assert.equal((await workOn(sweep, { number })).code, 1);
    assert.deepEqual(await starts(), [1, 1, 0, 1], "an exception is never repeated by itself");
    await workOn(sweep);
    assert.deepEqual(await starts(), [1, 2, 0, 2], "a new submission tries again");
  });
});

test("work() stops trials and requeues its own task when it is preempted, as often as it takes", async () => {
  await withToySweep(["long", "long"], async (sweep) => {
    const place = cluster(3600);
    let number: number | undefined;
    for (let turn = 1; turn <= 5; turn++) {
      const ended = await warned(["long"], place, number, sweep);
      number = ended.number;
      assert.equal(ended.code, 0);
      assert.equal(place.requeued, turn);
    }
    assert.deepEqual(await sweep.starts(), [5, 0], "a stopped task begins no further trial");
    assert.equal(await sweep.folder.readFailure(0), undefined);
    assert.deepEqual(await sweep.folder.readTask(number!, 0), {
      state: "requeued",
      reason: "preempted",
      preemptions: 5,
      timeouts: 0,
      starts: 5,
    });
  });
});

test("work() requeues a task whose time was up three times, then gives up", async () => {
  await withToySweep(["long"], async (sweep) => {
    const place = cluster(100);
    let number: number | undefined;
    const codes: number[] = [];
    for (let turn = 1; turn <= 4; turn++) {
      const ended = await warned(["long"], place, number, sweep);
      number = ended.number;
      codes.push(ended.code);
    }
    assert.deepEqual(codes, [0, 0, 0, 130]);
    assert.equal(place.requeued, 3);
    const record = await sweep.folder.readTask(number!, 0);
    assert.deepEqual([record!.state, record!.timeouts], ["timed-out", 4]);
  });
});

test("work() stops its trials when its sweep is cancelled or it is told to, and does not requeue", async () => {
  await withToySweep(["long", "long"], async (sweep) => {
    const place = cluster(3600);
    const working = workOn(sweep, { place, submission: { parallel: 2 } });
    await whenStarted(sweep, () => sweep.folder.markCancelled(0));
    assert.equal((await working).code, 130);
    assert.equal((await sweep.folder.readTask(0, 0))!.state, "stopped");
    assert.equal((await workOn(sweep, { number: 0 })).code, 0, "what was cancelled before its start does nothing");
    assert.deepEqual(await sweep.starts(), [1, 1]);
    assert.equal(place.requeued, 0);
  });
  await withToySweep(["long"], async (sweep) => {
    const working = workOn(sweep);
    await whenStarted(sweep, () => Deno.kill(Deno.pid, "SIGTERM"));
    assert.equal((await working).code, 130);
    assert.equal(await sweep.folder.readFailure(0), undefined);
  });
});

test("work() refuses code that is not what was submitted, unless any code will do", async () => {
  await withToySweep(["good"], async (sweep) => {
    const code = { commit: "0123456789abcdef", dirty: "" };
    const { code: exit, number, said } = await workOn(sweep, { submission: { code, anyCode: false } });
    assert.equal(exit, 3);
    assert.match(said[0]!, /^Cannot start trials as the code is not what was submitted: commit .*, was 0123456789$/);
    assert.equal((await sweep.folder.readTask(number, 0))!.state, "refused");
    assert.deepEqual(await sweep.starts(), [0]);
    assert.equal((await workOn(sweep, { submission: { code, anyCode: true } })).code, 0);
    assert.deepEqual(await sweep.starts(), [1]);
  });
});

test("work() waits for a run at which another process is at work, and says so in the end", async () => {
  await withToySweep(["good"], async (sweep) => {
    await sweep.write(0, "interrupted");
    const { path } = sweep.folder.sweep.trials[0]!;
    const claim = await RunClaim.take(path);
    const { code } = await workOn(sweep);
    assert.equal(code, 1);
    assert.match(
      (await sweep.folder.readFailure(0))!.message,
      /is at work, since .*: this task waited for it in vain$/,
    );
    const working = workOn(sweep, { patience: 4000 });
    setTimeout(() => claim.release(), 100);
    assert.equal((await working).code, 0);
    assert.deepEqual(await sweep.starts(), [1]);
  });
});

test("work() lets only one process work on a task", async () => {
  await withToySweep(["good"], async (sweep) => {
    const number = await sweep.submit({ tasks: [[0]] });
    const home = sweep.folder.taskFolder(number, 0);
    await Deno.mkdir(home, { recursive: true });
    const claim = await RunClaim.take(home);
    await assert.rejects(workOn(sweep, { number }), /^RunInUseError: Cannot work on run .*task-0/);
    await claim.release();
    await assert.rejects(workOn(sweep, { number, task: 7 }), /has no task 7 of submission 0$/);
    assert.deepEqual(await sweep.starts(), [0]);
    assert.ok(await Deno.stat(join(sweep.folder.path, "sweep.json")));
  });
});
