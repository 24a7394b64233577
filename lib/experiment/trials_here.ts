import { messageOf } from "@/errors.ts";
import { createProgress, type ProgressOptions } from "@/progress.ts";
import type { Trial } from "./ablation.ts";
import { MissingDataError } from "./data.ts";
import { type ExperimentOutcome, runExperiment, type RunExperimentOptions } from "./run_experiment.ts";

/** Options of {@linkcode runTrialsHere}. */
export interface TrialsHereOptions
  extends Pick<RunExperimentOptions, "out" | "data" | "cache" | "backend" | "device" | "threads" | "signal" | "quiet"> {
  /** What is going on. @default "Trials" */
  label?: string;
  /** Leaves trials out whose dataset is not there, and says so, rather than fail. @default false */
  skipMissing?: boolean;
  /** Runs one trial; for tests. @default runExperiment */
  run?: typeof runExperiment;
  /** Shows progress; for tests. @default createProgress */
  progress?: (options: ProgressOptions) => Pick<ReturnType<typeof createProgress>, "update" | "done" | "stop">;
}

/**
 * Runs the trials of an ablation in this process, one after another, as suits a notebook: one bar goes over the epochs of
 * all. What has run before is not run again; stopped by the signal, the same call goes on.
 *
 * For processes side by side, and failures that leave others alone: `deno task ablation`.
 *
 * @returns the outcome of every trial that was begun
 */
export async function runTrialsHere(
  trials: readonly Trial[],
  options: TrialsHereOptions = {},
): Promise<ExperimentOutcome[]> {
  const { label = "Trials", skipMissing = false, run = runExperiment, progress: create = createProgress } = options;
  const { quiet = false, signal, out, data, cache, backend, device, threads } = options;
  const total = trials.reduce((sum, { resolved }) => sum + resolved.settings.epochs, 0);
  const progress = create({ label, total, unit: "epochs", quiet });
  const outcomes: ExperimentOutcome[] = [];
  let before = 0;
  try {
    for (const [i, { experiment: name, seed, resolved }] of trials.entries()) {
      if (signal?.aborted) break;
      const note = `${i + 1} of ${trials.length}: ${name}, ${resolved.variant}, seed ${seed}`;
      progress.update(before, note);
      try {
        outcomes.push(
          await run({
            ...{ name, experiment: resolved, seed, out, data, cache, device: device ?? "auto", threads, signal },
            ...(backend === undefined ? {} : { backend }),
            quiet: true,
            onEpoch: ({ epoch }) => progress.update(before + epoch + 1, note),
          }),
        );
      } catch (error) {
        if (!(skipMissing && error instanceof MissingDataError)) throw error;
        console.log(`${name}, ${resolved.variant} is left out: ${messageOf(error).split("\n")[0]}`);
      }
      before += resolved.settings.epochs;
    }
  } catch (error) {
    progress.stop();
    throw error;
  }
  const ended = outcomes.filter(({ status }) => status !== "stopped").length;
  if (signal?.aborted) progress.stop();
  else progress.done(`${label}: ${ended} of ${trials.length} ran`);
  return outcomes;
}
