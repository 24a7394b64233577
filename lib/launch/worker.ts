import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorLine, messageOf } from "@/errors.ts";
import { projectRoot } from "@/paths.ts";
import { readRun } from "@/results/read_run.ts";
import { RunClaim, RunInUseError, STALE_AFTER } from "@/results/run_lock.ts";
import { codeState, describeDrift } from "./code_state.ts";
import { type Interruption, mayRequeue, readWarning } from "./requeue.ts";
import type { Submission, SweepFolder, TaskRecord } from "./sweep.ts";
import { trialCommand } from "./task_command.ts";

/** What a task can ask of the cluster that it runs on. */
export interface TaskPlace {
  /** Seconds until its time is up; undefined where it cannot be told. */
  secondsLeft(): Promise<number | undefined>;
  /** Puts this task, and no other of its array, into the queue again. */
  requeue(): Promise<void>;
}

export interface WorkOptions {
  folder: SweepFolder;
  /** Number of the submission. */
  number: number;
  /** Number of the task in it. */
  task: number;
  /** Undefined on a machine without a queue. */
  place?: TaskPlace | undefined;
  /** Says what happens, for the task's log. */
  say: (text: string) => void;
  /** Makes the command of a trial. @default {@linkcode trialCommand} */
  command?: (args: readonly string[]) => string[];
  /** How often cancellation is looked for, in milliseconds. @default 1000 */
  lookEvery?: number;
  /** How long a trial may be at work elsewhere before it is given up, in milliseconds. @default 180000 */
  patience?: number;
}

/**
 * Works on the trials of a task. Finished ones are passed over and stopped ones go on, so it may be started as often as
 * one likes. A warning (USR2) stops the trials with checkpoints and, where {@linkcode mayRequeue} allows it, puts the
 * task into the queue again.
 *
 * @returns the exit code: 0 when every trial has ended well
 */
export async function work(options: WorkOptions): Promise<number> {
  const { folder, number, task, say } = options;
  const submission = (await folder.submissions()).get(number);
  const trials = submission?.tasks[task];
  if (submission === undefined || trials === undefined) {
    throw new RangeError(
      `Cannot work on sweep '${folder.sweep.name}' as it has no task ${task} of submission ${number}`,
    );
  }
  if (await folder.isCancelled(number)) return say("Cancelled before it began"), 0;
  const home = folder.taskFolder(number, task);
  await Deno.mkdir(home, { recursive: true });
  const before = await folder.readTask(number, task);
  const { preemptions = 0, timeouts = 0, starts = 0 } = before ?? {};
  const record: TaskRecord = { state: "running", reason: "", preemptions, timeouts, starts: starts + 1 };
  const claim = await claimWhenFree(home, options.patience);
  try {
    const drift = submission.anyCode ? undefined : describeDrift(submission.code, await codeState(projectRoot));
    if (drift !== undefined) {
      const reason = `Cannot start trials as the code is not what was submitted: ${drift}`;
      await folder.writeTask(number, task, { ...record, state: "refused", reason });
      say(reason);
      return 3;
    }
    await folder.writeTask(number, task, record);
    say(`Start ${record.starts} of task ${task}: ${trials.length} ${trials.length === 1 ? "trial" : "trials"}`);
    const stopper = new Stopper(options, submission.launcher === "slurm");
    let failed = 0;
    try {
      failed = await runTrials(options, submission, trials, stopper);
    } finally {
      stopper.close();
    }
    if (stopper.why === undefined) {
      await folder.writeTask(number, task, { ...record, state: "ended" });
      say(failed === 0 ? "Every trial has ended" : `${failed} of ${trials.length} trials failed`);
      return failed === 0 ? 0 : 1;
    }
    return await endInterrupted(options, record, stopper.why);
  } finally {
    await claim.release();
  }
}

async function endInterrupted(
  { folder, number, task, place, say }: WorkOptions,
  record: TaskRecord,
  why: Interruption,
): Promise<number> {
  const counted = {
    ...record,
    preemptions: record.preemptions + (why === "preempted" ? 1 : 0),
    timeouts: record.timeouts + (why === "timed-out" ? 1 : 0),
  };
  if (place !== undefined && mayRequeue(why, record) && !await folder.isCancelled(number)) {
    // First the record: requeueing ends this process.
    await folder.writeTask(number, task, { ...counted, state: "requeued", reason: why });
    say(`Stopped with checkpoints, as it was ${why}; back into the queue`);
    try {
      await place.requeue();
      return 0;
    } catch (error) {
      await folder.writeTask(number, task, { ...counted, state: "stopped", reason: messageOf(error) });
      throw error;
    }
  }
  const state = why === "timed-out" ? "timed-out" : "stopped";
  const reason = why === "timed-out" ? `its time was up ${counted.timeouts} times` : why;
  await folder.writeTask(number, task, { ...counted, state, reason });
  say(`Stopped with checkpoints: ${reason}`);
  return 130;
}

/** After a node died, its claim looks alive until it is stale. */
async function claimWhenFree(home: string, patience = STALE_AFTER + 60_000): Promise<RunClaim> {
  const until = performance.now() + patience;
  while (true) {
    try {
      return await RunClaim.take(home);
    } catch (error) {
      if (!(error instanceof RunInUseError) || performance.now() > until) throw error;
      await sleep(Math.min(5000, patience / 4));
    }
  }
}

/** Hears of everything that ends a task early, and stops its trials. */
class Stopper {
  why: Interruption | undefined;
  readonly #controller = new AbortController();
  readonly #looking: ReturnType<typeof setInterval>;
  readonly #listeners: [Deno.Signal, () => void][] = [];

  constructor({ folder, number, place, say, lookEvery = 1000 }: WorkOptions, onCluster: boolean) {
    if (Deno.build.os !== "windows") {
      this.#listen("SIGUSR2", async () => {
        const left = await place?.secondsLeft();
        const why = readWarning(left);
        say(`Warned with ${left === undefined ? "unknown time" : `${left} s`} left: ${why}`);
        this.#stop(why);
      });
      this.#listen("SIGTERM", async () => {
        this.why ??= "stopped";
        // Slurm may have told the trials as well, and a trial that is told twice does not wait for its checkpoint.
        if (onCluster) await sleep(5000);
        this.#stop("stopped");
      });
    }
    this.#listen("SIGINT", () => this.#stop("stopped"));
    this.#looking = setInterval(async () => {
      if (await folder.isCancelled(number).catch(() => false)) this.#stop("stopped");
    }, lookEvery);
  }

  #listen(signal: Deno.Signal, heard: () => void): void {
    Deno.addSignalListener(signal, heard);
    this.#listeners.push([signal, heard]);
  }

  #stop(why: Interruption): void {
    // What came first counts: a cluster follows its warning with others.
    this.why ??= why;
    this.#controller.abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    clearInterval(this.#looking);
    for (const [signal, heard] of this.#listeners) Deno.removeSignalListener(signal, heard);
  }
}

/** @returns how many failed */
async function runTrials(
  options: WorkOptions,
  submission: Submission,
  trials: readonly number[],
  stopper: Stopper,
): Promise<number> {
  const { folder, say } = options;
  const waiting = [...trials];
  let failed = 0;
  const worker = async () => {
    for (let trial = waiting.shift(); trial !== undefined && !stopper.why; trial = waiting.shift()) {
      const { name } = folder.sweep.trials[trial]!;
      const error = await runTrial(options, submission, trial, stopper).catch(messageOf);
      if (error === undefined) {
        if (!stopper.why) say(`${name}: finished`);
      } else {
        failed++;
        await folder.writeFailure(trial, { submission: options.number, message: error });
        say(`${name}: ${error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: submission.parallel }, worker));
  return failed;
}

/** @returns what went wrong; undefined if it has finished, or was stopped */
async function runTrial(
  options: WorkOptions,
  { threads, launcher }: Submission,
  index: number,
  stopper: Stopper,
): Promise<string | undefined> {
  const { folder, number, command = trialCommand, patience = STALE_AFTER + 60_000 } = options;
  const trial = folder.sweep.trials[index]!;
  const until = performance.now() + patience;
  while (!stopper.why) {
    const run = await readRun(trial.path);
    if (run.state === "finished") {
      await folder.clearFailure(index);
      return undefined;
    }
    // An exception is the trial's own: to start it again by itself would only repeat it.
    const before = await folder.readFailure(index);
    if (before?.submission === number) return before.message;
    if (run.state === "running") {
      // Most likely the dead process of an earlier start, on another node.
      if (performance.now() > until) return `${run.reason}: this task waited for it in vain`;
      await sleep(Math.min(5000, patience / 4), undefined, { signal: stopper.signal }).catch(() => {});
      continue;
    }
    await folder.clearFailure(index);
    const args = [...trial.arguments, ...(threads === null ? [] : ["--threads", String(threads)])];
    const log = folder.logFile(index);
    const { code, said } = await runLogged(command(args), log, launcher === "slurm", stopper.signal);
    const after = await readRun(trial.path);
    if (after.state === "finished" || stopper.why) return undefined;
    // It met the dead process's claim after all.
    if (after.state === "running") continue;
    if (code === 0) return `It ended without a result, see ${log}`;
    return said || `exit code ${code}, see ${log}`;
  }
  return undefined;
}

/** Runs a command whose output is added to a file; aborting asks it to stop. Returns its last line as well. */
function runLogged(
  command: readonly string[],
  log: string,
  onCluster: boolean,
  signal: AbortSignal,
): Promise<{ code: number; said: string }> {
  // A cluster's warning may reach every process of the task: the trials, who know nothing of it, would die of it.
  const shielded = onCluster ? ["/bin/sh", "-c", `trap "" USR2; exec "$@"`, "sh", ...command] : command;
  mkdirSync(dirname(log), { recursive: true });
  // A file, not a pipe: a trial outlives a task that is killed.
  const file = openSync(log, "a");
  const from = statSync(log).size;
  return new Promise((resolve, reject) => {
    const child = spawn(shielded[0]!, shielded.slice(1), {
      cwd: projectRoot,
      stdio: ["ignore", file, file],
      env: { ...Deno.env.toObject(), NO_COLOR: "1" },
    });
    const stop = () => child.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", (error) => {
      closeSync(file);
      reject(error);
    });
    child.on("exit", (code, killedBy) => {
      closeSync(file);
      signal.removeEventListener("abort", stop);
      const said = errorLine(readFileSync(log).subarray(from).toString());
      resolve(
        killedBy ? { code: 1, said: `It was ended by ${killedBy}` } : { code: code ?? 1, said: said.slice(0, 500) },
      );
    });
    if (signal.aborted) stop();
  });
}
