import { codeState, describeDrift } from "./code_state.ts";
import { launchers } from "./launchers.ts";
import type { SlurmOptions } from "./slurm_script.ts";
import { sweepStatus } from "./status.ts";
import { createSweep, type LauncherName, type Submission, type SweepFolder, type SweepTrial } from "./sweep.ts";

/** How trials are handed to a launcher. */
export interface LaunchOptions {
  launcher: LauncherName;
  /** Trials at once: within a task of Slurm, or on this machine. @default 1 */
  parallel?: number;
  /** Trials of each task of Slurm. @default 1 */
  pack?: number;
  /** Threads of each trial. @default left to the trial */
  threads?: number | undefined;
  /** Starts tasks although the code has changed since they were submitted. @default false */
  anyCode?: boolean;
  /** What is asked of a cluster. @default {} */
  slurm?: SlurmOptions;
}

/** What was submitted. */
export interface Receipt {
  readonly folder: SweepFolder;
  /** Undefined when there was nothing to do. */
  readonly submission: { readonly number: number; readonly content: Submission } | undefined;
  /** How many trials were not submitted as they have a result, or are at work or in a queue. */
  readonly passed: number;
}

export interface SubmitTrialsOptions extends LaunchOptions {
  /** The sweep's. */
  name: string;
  /** The results folder. */
  out: string;
  trials: readonly SweepTrial[];
  /** The settings that tell rows of the sweep's table apart. @default [] */
  by?: readonly string[];
}

/**
 * Makes a sweep of trials and submits them, without waiting for any. Where the sweep exists with the same trials, only
 * what is missing, failed or interrupted is submitted.
 *
 * @throws {RangeError} if a sweep of that name has other trials
 */
export async function submitTrials(options: SubmitTrialsOptions): Promise<Receipt> {
  const { name, out, trials, by = [], ...launch } = options;
  return await submitMissing(await createSweep({ name, out, trials, by }), launch);
}

/**
 * Submits the trials of a sweep that have no result and that nothing works on.
 *
 * @throws {Error} if the code has changed since the sweep was first submitted, unless `anyCode`
 */
export async function submitMissing(folder: SweepFolder, options: LaunchOptions): Promise<Receipt> {
  const { launcher, parallel = 1, pack = 1, threads, anyCode = false, slurm = {} } = options;
  const statuses = await sweepStatus(folder);
  const missing = statuses.filter(({ state }) => state !== "finished" && state !== "running" && state !== "waiting");
  const passed = statuses.length - missing.length;
  if (missing.length === 0) return { folder, submission: undefined, passed };
  const code = await codeState();
  const first = [...(await folder.submissions()).values()][0];
  const drift = first && !anyCode ? describeDrift(first.code, code) : undefined;
  if (drift !== undefined) {
    throw new Error(
      `Cannot submit trials of sweep '${folder.sweep.name}' as the code has changed since its first ones, ` +
        `--any-code allows it: ${drift}`,
    );
  }
  const indices = missing.map(({ index }) => index);
  const each = launcher === "slurm" ? pack : indices.length;
  const tasks: number[][] = [];
  for (let from = 0; from < indices.length; from += each) tasks.push(indices.slice(from, from + each));
  const number = await folder.nextSubmission();
  const content: Submission = {
    version: 1,
    launcher,
    submitted: new Date().toISOString(),
    job: null,
    tasks,
    parallel: Math.min(parallel, each),
    threads: threads ?? null,
    code,
    anyCode,
    slurm: launcher === "slurm" ? slurm : null,
  };
  // Before anything starts: a task reads here what it is to do.
  await folder.writeSubmission(number, content);
  try {
    const job = await launchers[launcher].submit(folder, number, content);
    const submitted = { ...content, job };
    if (job !== null) await folder.writeSubmission(number, submitted);
    return { folder, submission: { number, content: submitted }, passed };
  } catch (error) {
    await Deno.remove(folder.submissionFolder(number), { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Asks everything of a sweep that still runs or waits to stop. Returns how many tasks that were. */
export async function cancelSweep(folder: SweepFolder): Promise<number> {
  let count = 0;
  for (const [number, submission] of await folder.submissions()) {
    const launcher = launchers[submission.launcher];
    const states = await launcher.status(folder, number, submission);
    const open = states.filter(({ state }) => state === "running" || state === "waiting" || state === "unknown");
    if (open.length === 0) continue;
    count += open.length;
    // The mark first: a task that is warned in between does not requeue itself.
    await folder.markCancelled(number);
    await launcher.cancel(folder, number, submission);
  }
  return count;
}
