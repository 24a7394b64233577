import { join } from "node:path";
import { readMetrics } from "@/results/metrics_file.ts";
import { readRun, type RunRecord } from "@/results/read_run.ts";
import { RUN_FILES } from "@/results/schema.ts";
import type { TaskState } from "./launcher.ts";
import { launchers } from "./launchers.ts";
import type { Submission, SweepFolder, SweepTrial, TaskRecord, TrialFailure } from "./sweep.ts";

/**
 * - `finished`: its run has a result
 * - `running`: a living process works on its run
 * - `waiting`: its task is in the queue, or at work on other trials
 * - `failed`: it ended with an error
 * - `cancelled`, `timed-out`, `refused`: its task will not go on by itself
 * - `interrupted`: nothing works on it any more, or ever did
 */
export type SweepState =
  | "finished"
  | "running"
  | "waiting"
  | "failed"
  | "cancelled"
  | "timed-out"
  | "refused"
  | "interrupted";

/** Where a trial of a sweep stands. */
export interface SweepTrialStatus {
  readonly index: number;
  readonly trial: SweepTrial;
  readonly state: SweepState;
  /** Why, or by whom; may be empty. */
  readonly reason: string;
  /** Epochs done. */
  readonly epochs: number;
  readonly run: RunRecord | undefined;
  /** The task of its last submission; undefined before its first. */
  readonly task:
    | { readonly submission: number; readonly task: number; readonly record: TaskRecord | undefined }
    | undefined;
}

/** Whether nothing will happen to a trial by itself. */
export function isSettled({ state }: SweepTrialStatus): boolean {
  return state !== "running" && state !== "waiting";
}

/** Where every trial of a sweep stands: by its run directory first, then by what its launcher says. */
export async function sweepStatus(folder: SweepFolder): Promise<SweepTrialStatus[]> {
  const submissions = await folder.submissions();
  const states = new Map<number, TaskState[]>();
  const cancelled = new Set<number>();
  // Of each trial, its last submission; of the earlier ones only those that still matter.
  const latest = new Map<number, { submission: number; task: number }>();
  for (const [number, submission] of submissions) {
    for (const [task, trials] of submission.tasks.entries()) {
      for (const trial of trials) latest.set(trial, { submission: number, task });
    }
  }
  for (const number of new Set([...latest.values()].map(({ submission }) => submission))) {
    const submission: Submission = submissions.get(number)!;
    states.set(number, await launchers[submission.launcher].status(folder, number, submission));
    if (await folder.isCancelled(number)) cancelled.add(number);
  }
  return await Promise.all(folder.sweep.trials.map(async (trial, index): Promise<SweepTrialStatus> => {
    const began = await Deno.stat(join(trial.path, RUN_FILES.config)).then(() => true, () => false);
    const run = began ? await readRun(trial.path, folder.sweep.out) : undefined;
    const epochs = began ? await epochsOf(trial.path) : 0;
    const place = latest.get(index);
    const record = place && await folder.readTask(place.submission, place.task);
    const failure = await folder.readFailure(index);
    const said = place && states.get(place.submission)?.[place.task];
    const known = { run, failure, record, said, submission: place?.submission };
    const judged = judge({ ...known, cancelled: place !== undefined && cancelled.has(place.submission) });
    return { index, trial, epochs, run, task: place && { ...place, record }, ...judged };
  }));
}

async function epochsOf(path: string): Promise<number> {
  const last = (await readMetrics(join(path, RUN_FILES.metrics)).catch(() => [])).at(-1);
  return last === undefined ? 0 : last.epoch + 1;
}

/** All that is known of a trial. */
export interface Evidence {
  readonly run: Pick<RunRecord, "state" | "reason"> | undefined;
  readonly failure: TrialFailure | undefined;
  /** Number of its last submission. */
  readonly submission: number | undefined;
  readonly record: TaskRecord | undefined;
  /** What the launcher says of its task. */
  readonly said: TaskState | undefined;
  readonly cancelled: boolean;
}

/** Where a trial stands by all that is known: what lies in its run directory counts before what a queue says. */
export function judge(evidence: Evidence): { state: SweepState; reason: string } {
  const { run, failure, submission, record, said, cancelled } = evidence;
  if (run?.state === "finished") return { state: "finished", reason: "" };
  if (run?.state === "running") return { state: "running", reason: run.reason };
  const alive = said?.state === "waiting" || said?.state === "running";
  if (failure !== undefined && (failure.submission === submission || !alive)) {
    return { state: "failed", reason: failure.message };
  }
  if (record?.state === "refused") return { state: "refused", reason: record.reason };
  const works = said?.state === "running" && record?.state !== "stopped";
  if (cancelled && !works) return { state: "cancelled", reason: "by sweep cancel" };
  if (record?.state === "timed-out") return { state: "timed-out", reason: record.reason };
  switch (said?.state) {
    case "waiting":
      return { state: "waiting", reason: record?.state === "requeued" ? `requeued: ${record.reason}` : said.reason };
    case "running":
      // What a cluster said up to a minute ago may be over by now; its task then has said so itself.
      if (record?.state === "ended") break;
      if (record?.state === "stopped") return { state: "waiting", reason: "it was stopped, and may be started again" };
      return { state: "waiting", reason: "its task is at work" };
    case "cancelled":
      return { state: "cancelled", reason: said.reason };
    case "timed-out":
      return { state: "timed-out", reason: said.reason };
    case "failed":
      return { state: "failed", reason: `its task ended with ${said.reason}` };
  }
  if (run?.state === "failed" || run?.state === "broken") return { state: "failed", reason: run.reason };
  const heard = said?.reason ? `: ${said.reason}` : "";
  if (submission === undefined) return { state: "interrupted", reason: "it was never submitted" };
  return { state: "interrupted", reason: `nothing works on it${heard}` };
}
