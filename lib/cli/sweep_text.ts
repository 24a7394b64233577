import { type Receipt, type SweepFolder, sweepStatus, type SweepTrialStatus } from "@/launch/mod.ts";

const MARKS: Readonly<Record<SweepTrialStatus["state"], string>> = {
  finished: "+",
  running: ">",
  waiting: " ",
  failed: "!",
  refused: "!",
  "timed-out": "!",
  cancelled: "=",
  interrupted: "=",
};

/** A trial in one line. */
export function trialLine({ trial, state, reason, epochs, run }: SweepTrialStatus): string {
  const nme = run?.result?.subsets["full"]?.nme;
  const done = `epoch ${epochs}/${trial.epochs}`;
  const because = reason === "" ? "" : `: ${reason}`;
  const what = state === "finished"
    ? `${run?.result?.data.split ?? "test"} NME ${nme === undefined ? "?" : (100 * nme).toFixed(2)} %`
    : state === "running"
    ? done
    : `${state}${epochs > 0 ? ` at ${done}` : ""}${because}`;
  return `${MARKS[state]} ${trial.name}  ${what}`;
}

/** A sweep in one line, as `losses: 9 trials, 3 finished, 6 waiting (Slurm job 12)`. */
export async function summaryOf(folder: SweepFolder, statuses?: readonly SweepTrialStatus[]): Promise<string> {
  const all = statuses ?? await sweepStatus(folder);
  const states = Object.keys(MARKS) as SweepTrialStatus["state"][];
  const counts = states
    .map((state) => [state, all.filter((status) => status.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const submissions = [...(await folder.submissions()).values()];
  const jobs = submissions.flatMap(({ job }) => job ?? []);
  const where = jobs.length > 0 ? `Slurm job ${jobs.join(", ")}` : submissions.length > 0 ? "this machine" : "nowhere";
  const trials = all.length === 1 ? "1 trial" : `${all.length} trials`;
  return `${folder.sweep.name}: ${trials}, ${counts.join(", ")} (${where})`;
}

/** The finished trials as tables of means and deviations. */
export async function resultsOf(
  statuses: readonly SweepTrialStatus[],
  by: readonly string[],
  color: boolean,
): Promise<string[]> {
  const { isFinished } = await import("@/results/read_run.ts");
  const { groupKeys, groupRuns } = await import("@/results/group.ts");
  const { resultsTables } = await import("@/results/results_table.ts");
  const finished = statuses.flatMap(({ run }) => run && isFinished(run) ? [run] : []);
  if (finished.length === 0) return [];
  // Rows are told apart by what varies, where that is a setting of its own; else by all settings.
  const known = groupKeys(finished);
  const options = by.length > 0 && by.every((key) => known.includes(key)) ? { by: [...by] } : {};
  return resultsTables(groupRuns(finished, options), options).map((table) => table.toText({ color }));
}

/** What was submitted, in one line, and how to follow it. */
export function describeReceipt(
  { submission, passed }: Pick<Receipt, "submission" | "passed">,
  follow: string,
): string {
  if (submission === undefined) return `Nothing to submit: all ${passed} trials are finished, running or waiting\n`;
  const { tasks, job, launcher } = submission.content;
  const count = tasks.flat().length;
  const trials = count === 1 ? "1 trial" : `${count} trials`;
  const where = launcher === "local"
    ? "to a process of its own on this machine"
    : `as Slurm job ${job}, ${tasks.length === 1 ? "1 task" : `${tasks.length} tasks`}`;
  return `Handed ${trials} over ${where}${passed > 0 ? `, ${passed} passed over` : ""}. Follow with: ${follow}\n`;
}
