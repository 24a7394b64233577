import { errorLine, messageOf } from "@/errors.ts";
import { fromFileUrl } from "@/paths.ts";
import { readRun, type RunRecord } from "@/results/read_run.ts";
import { RUN_FILES } from "@/results/schema.ts";
import { readMetrics } from "@/results/metrics_file.ts";
import { join } from "node:path";
import { type Trial, trialArguments } from "./ablation.ts";

/** Where a trial stands. */
export interface TrialStatus {
  readonly trial: Trial;
  /** Its run directory. */
  readonly path: string;
  readonly state: "waiting" | "running" | "finished" | "failed" | "stopped" | "elsewhere";
  /** Epochs done. */
  readonly epochs: number;
  /** Validation NME of the last epoch. */
  readonly validation: number | undefined;
  /** Test NME over all faces, when finished. */
  readonly nme: number | undefined;
  /** Why it failed, or who works on it. */
  readonly reason: string;
}

/** A trial at work. */
export interface Launched {
  /** Its exit code, and what it wrote to standard error. */
  readonly ended: Promise<{ code: number; error: string }>;
  /** Asks it to stop after its current step, with a checkpoint. */
  stop(): void;
}

/** Starts `deno task experiment` with arguments, somewhere. */
export type Launch = (args: readonly string[]) => Launched;

export interface TrialRunnerOptions {
  trials: readonly { trial: Trial; path: string }[];
  /** Arguments for every trial's process, as `["--out", "results"]`. */
  arguments: readonly string[];
  /** Processes at once. @default 1 */
  parallel?: number;
  /** Starts no more after one has failed, and stops those at work. @default false */
  failFast?: boolean;
  /** Tries those again that failed before. @default false */
  retry?: boolean;
  signal?: AbortSignal;
  /** @default {@linkcode launchHere} */
  launch?: Launch;
  /** Told whenever something changed. */
  onChange?: (statuses: readonly TrialStatus[]) => void;
}

const EXPERIMENT = fromFileUrl(new URL("../cli/experiment.ts", import.meta.url));

/**
 * Runs trials as processes of their own, some at once. Finished ones are passed over, interrupted ones go on, and one
 * that fails leaves the others alone. Stopping asks every process to stop with a checkpoint.
 */
export async function runTrials(options: TrialRunnerOptions): Promise<readonly TrialStatus[]> {
  const { trials, parallel = 1, failFast = false, retry = false, signal, onChange = () => {} } = options;
  const statuses: TrialStatus[] = await Promise.all(
    trials.map(async ({ trial, path }) => await statusOf(trial, path, retry)),
  );
  const stop = new AbortController();
  signal?.addEventListener("abort", () => stop.abort(), { once: true });
  if (signal?.aborted) stop.abort();
  const update = (index: number, change: Partial<TrialStatus>) => {
    statuses[index] = { ...statuses[index]!, ...change };
    onChange(statuses);
  };
  onChange(statuses);
  const waiting = statuses.flatMap(({ state }, index) => state === "waiting" ? [index] : []);
  const worker = async () => {
    while (!stop.signal.aborted) {
      const index = waiting.shift();
      if (index === undefined) return;
      const { trial, path } = statuses[index]!;
      update(index, { state: "running" });
      const follow = setInterval(() => progressOf(path).then((found) => update(index, found)).catch(() => {}), 1000);
      const ended = await runTrial(trial, options, stop.signal);
      clearInterval(follow);
      // What counts is what lies in the run directory, not what the process says.
      const found = await statusOf(trial, path, true);
      const lost = ended.state === "finished" && found.state !== "finished";
      const state = lost ? { state: "failed" as const, reason: "It ended without a result" } : ended;
      update(index, found.state === "finished" ? found : { ...found, ...state });
      if (ended.state === "failed" && failFast) stop.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, parallel) }, worker));
  return statuses;
}

async function statusOf(trial: Trial, path: string, retry: boolean): Promise<TrialStatus> {
  const base = { trial, path, epochs: 0, validation: undefined, nme: undefined, reason: "" };
  let run: RunRecord | undefined;
  try {
    await Deno.stat(join(path, RUN_FILES.config));
    run = await readRun(path);
  } catch { /* not begun */ }
  const progress = run === undefined ? {} : await progressOf(path).catch(() => ({}));
  if (run?.state === "finished") {
    return { ...base, ...progress, state: "finished", nme: run.result!.subsets["full"]!.nme };
  }
  if (run?.state === "running") return { ...base, ...progress, state: "elsewhere", reason: run.reason };
  if (run?.state === "failed" && !retry) return { ...base, ...progress, state: "failed", reason: run.reason };
  if (run?.state === "broken" && !retry) return { ...base, ...progress, state: "failed", reason: run.reason };
  return { ...base, ...progress, state: "waiting" };
}

async function progressOf(path: string): Promise<Partial<TrialStatus>> {
  const records = await readMetrics(join(path, RUN_FILES.metrics));
  const last = records.at(-1);
  const validation = last?.["validationNme"];
  return {
    epochs: last === undefined ? 0 : last.epoch + 1,
    validation: typeof validation === "number" ? validation : undefined,
  };
}

async function runTrial(trial: Trial, options: TrialRunnerOptions, signal: AbortSignal): Promise<Partial<TrialStatus>> {
  const { launch = launchHere } = options;
  try {
    const launched = launch([...trialArguments(trial), ...options.arguments, "--json"]);
    const ask = () => launched.stop();
    signal.addEventListener("abort", ask, { once: true });
    if (signal.aborted) ask();
    const { code, error } = await launched.ended;
    signal.removeEventListener("abort", ask);
    if (code === 0) return { state: "finished", reason: "" };
    if (signal.aborted) return { state: "stopped", reason: "" };
    return { state: "failed", reason: errorLine(error) || `exit code ${code}` };
  } catch (error) {
    return { state: "failed", reason: messageOf(error) };
  }
}

/** Starts a trial as a process on this machine. */
export const launchHere: Launch = (args) => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", EXPERIMENT, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    // A terminal's Ctrl-C goes to its whole process group: the trial must hear of it once, from here.
    detached: true,
  }).spawn();
  return {
    ended: child.output().then(({ code, stderr }) => ({ code, error: new TextDecoder().decode(stderr) })),
    stop() {
      try {
        child.kill("SIGTERM");
      } catch { /* it has ended */ }
    },
  };
};
