import { join } from "node:path";
import { writeFileAtomic } from "@/files.ts";
import type { CodeState } from "./code_state.ts";
import type { Interruptions } from "./requeue.ts";
import type { SlurmOptions } from "./slurm_script.ts";

/** One run of a sweep: an ordinary `deno task experiment` with a run directory of its own. */
export interface SweepTrial {
  /** As `synthetic-mnv2/acr/seed-0`; tells trials apart. */
  readonly name: string;
  /** What follows `deno task experiment`. */
  readonly arguments: readonly string[];
  /** Its run directory. */
  readonly path: string;
  /** How many epochs it will have. */
  readonly epochs: number;
}

export type LauncherName = "local" | "slurm";

/** `sweep.json`: what a sweep is, written once. */
export interface Sweep {
  readonly version: 1;
  readonly name: string;
  /** The results folder of its runs. */
  readonly out: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly trials: readonly SweepTrial[];
  /** The settings that tell rows of its table apart. */
  readonly by: readonly string[];
}

/** `submissions/<n>/submission.json`: what was handed to a launcher at once. */
export interface Submission {
  readonly version: 1;
  readonly launcher: LauncherName;
  /** ISO 8601, UTC. */
  readonly submitted: string;
  /** Slurm's number of the job array; null until it is known, and for other launchers. */
  readonly job: string | null;
  /** Trials of each task, as places in `sweep.json`. */
  readonly tasks: readonly (readonly number[])[];
  /** Trials at once within a task. */
  readonly parallel: number;
  /** Threads of each trial; null leaves it to the trial. */
  readonly threads: number | null;
  readonly code: CodeState;
  /** Starts although the code has changed since. */
  readonly anyCode: boolean;
  /** How to ask the cluster for room; null for other launchers. */
  readonly slurm: SlurmOptions | null;
}

/** `submissions/<n>/task-<k>/task.json`: what became of a task. */
export interface TaskRecord extends Interruptions {
  /**
   * - `running`: it was begun; whether it still lives is told by its claim
   * - `requeued`: it stopped with checkpoints and asked to be started again
   * - `timed-out`: its time was up too often
   * - `stopped`: it was asked to stop
   * - `refused`: it did not begin
   * - `ended`: it has nothing more to do
   */
  readonly state: "running" | "requeued" | "timed-out" | "stopped" | "refused" | "ended";
  readonly reason: string;
  readonly starts: number;
}

/** `failures/<trial>.json`: the error of a trial, until it is tried again. */
export interface TrialFailure {
  /** The submission in which it failed. */
  readonly submission: number;
  readonly message: string;
}

/** A sweep on the disk: plain JSON files, each written whole. */
export class SweepFolder {
  constructor(readonly path: string, readonly sweep: Sweep) {}

  submissionFolder(submission: number): string {
    return join(this.path, "submissions", String(submission));
  }

  taskFolder(submission: number, task: number): string {
    return join(this.submissionFolder(submission), `task-${task}`);
  }

  /** What a trial printed, of all its starts. */
  logFile(trial: number): string {
    return join(this.path, "logs", `trial-${trial}.log`);
  }

  /** The submissions so far, by number. One that was never written whole is passed over. */
  async submissions(): Promise<Map<number, Submission>> {
    const numbers: number[] = [];
    try {
      for await (const { name } of Deno.readDir(join(this.path, "submissions"))) {
        if (/^\d{1,9}$/.test(name)) numbers.push(Number(name));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const found = new Map<number, Submission>();
    for (const number of numbers.sort((a, b) => a - b)) {
      const submission = await readJson<Submission>(join(this.submissionFolder(number), "submission.json"));
      if (submission) found.set(number, submission);
    }
    return found;
  }

  /** Takes the next free number: of two processes at once, each gets its own. */
  async nextSubmission(): Promise<number> {
    await Deno.mkdir(join(this.path, "submissions"), { recursive: true });
    for (let number = 0;; number++) {
      try {
        await Deno.mkdir(this.submissionFolder(number));
        return number;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
    }
  }

  writeSubmission(number: number, submission: Submission): Promise<void> {
    return writeJson(join(this.submissionFolder(number), "submission.json"), submission);
  }

  readTask(submission: number, task: number): Promise<TaskRecord | undefined> {
    return readJson<TaskRecord>(join(this.taskFolder(submission, task), "task.json"));
  }

  writeTask(submission: number, task: number, record: TaskRecord): Promise<void> {
    return writeJson(join(this.taskFolder(submission, task), "task.json"), record);
  }

  readFailure(trial: number): Promise<TrialFailure | undefined> {
    return readJson<TrialFailure>(join(this.path, "failures", `${trial}.json`));
  }

  writeFailure(trial: number, failure: TrialFailure): Promise<void> {
    return writeJson(join(this.path, "failures", `${trial}.json`), failure);
  }

  async clearFailure(trial: number): Promise<void> {
    await Deno.remove(join(this.path, "failures", `${trial}.json`)).catch(() => {});
  }

  /** Asks every task of a submission to stop, wherever it runs. */
  async markCancelled(submission: number): Promise<void> {
    await writeJson(join(this.submissionFolder(submission), "cancelled.json"), { time: new Date().toISOString() });
  }

  async isCancelled(submission: number): Promise<boolean> {
    return await readJson(join(this.submissionFolder(submission), "cancelled.json")) !== undefined;
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/**
 * The folder of a sweep.
 *
 * @throws {RangeError} if the name is no safe file name
 */
export function sweepPath(out: string, name: string): string {
  if (!NAME.test(name)) {
    throw new RangeError(
      `Cannot place a sweep as its name must be at most 80 letters, digits, '.', '_' and '-': '${name}'`,
    );
  }
  return join(out, "sweeps", name);
}

/** The names of the sweeps below a results folder. */
export async function listSweeps(out: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(out, "sweeps"))) {
      if (isDirectory && NAME.test(name)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

/**
 * Opens a sweep.
 *
 * @throws {RangeError} if there is none of that name; it lists what exists
 */
export async function openSweep(out: string, name: string): Promise<SweepFolder> {
  const path = sweepPath(out, name);
  const file = join(path, "sweep.json");
  const sweep = await readJson<Sweep>(file);
  if (sweep === undefined) {
    const names = await listSweeps(out);
    const there = names.length > 0 ? `there are ${names.join(", ")}` : "there is none";
    throw new RangeError(`Cannot open sweep '${name}' as ${there} in '${out}': no ${file}`);
  }
  const sound = sweep.version === 1 && Array.isArray(sweep.trials) &&
    sweep.trials.every((trial) =>
      typeof trial.name === "string" && typeof trial.path === "string" && Array.isArray(trial.arguments)
    );
  if (!sound) throw new SyntaxError(`Cannot open sweep '${name}' as '${file}' is not one of version 1`);
  return new SweepFolder(path, sweep);
}

/**
 * Creates a sweep, or opens it when it is there with the same trials.
 *
 * @throws {RangeError} if one of that name has other trials
 */
export async function createSweep(sweep: Omit<Sweep, "version" | "created">): Promise<SweepFolder> {
  const path = sweepPath(sweep.out, sweep.name);
  const existing = await readJson<Sweep>(join(path, "sweep.json"));
  if (existing !== undefined) {
    const folder = await openSweep(sweep.out, sweep.name);
    const same = JSON.stringify(folder.sweep.trials) === JSON.stringify(sweep.trials);
    if (same) return folder;
    throw new RangeError(
      `Cannot create sweep '${sweep.name}' as one with ${folder.sweep.trials.length} other trials has that name, ` +
        `choose another with --sweep: ${path}`,
    );
  }
  const whole: Sweep = { version: 1, created: new Date().toISOString(), ...sweep };
  await writeJson(join(path, "sweep.json"), whole);
  return new SweepFolder(path, whole);
}

/** More than any record has. */
const LARGEST = 32 * 2 ** 20;

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    const { size } = await Deno.stat(path);
    if (size > LARGEST) throw new RangeError(`Cannot read '${path}' as it is larger than 32 MiB: ${size} bytes`);
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof value !== "object" || value === null) {
      throw new SyntaxError(`Cannot read '${path}' as it is no JSON object: ${typeof value}`);
    }
    return value as T;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (error instanceof SyntaxError && !error.message.startsWith("Cannot")) {
      throw new SyntaxError(`Cannot read '${path}' as it is no JSON: ${error.message}`);
    }
    throw error;
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value, null, 2) + "\n");
}
