import { dirname, join } from "node:path";
import { messageOf } from "@/errors.ts";
import { writeFileAtomic } from "@/files.ts";
import { projectRoot } from "@/paths.ts";
import { runOwner } from "@/results/run_lock.ts";
import type { Launcher, TaskState } from "./launcher.ts";
import { arrayScript } from "./slurm_script.ts";
import { pollQueue, readSlurmState } from "./slurm_queue.ts";
import { listSweeps, openSweep } from "./sweep.ts";
import { taskCommand } from "./task_command.ts";

/** How long the accounting may take to hear of a job, in milliseconds. */
const ACCOUNTED = 120_000;

/** Runs tasks as an array of a Slurm cluster whose nodes share the project's and the results folder. */
export const slurmLauncher: Launcher = {
  name: "slurm",

  async submit(folder, number, submission) {
    const home = folder.submissionFolder(number);
    const script = join(home, "array.sbatch");
    // sbatch answers at once, but a task cannot write its log into a folder that is not there.
    await Deno.mkdir(home, { recursive: true });
    const text = arrayScript({
      name: folder.sweep.name,
      tasks: submission.tasks.length,
      directory: projectRoot,
      logs: home,
      command: taskCommand(folder, number),
    }, submission.slurm ?? {});
    await writeFileAtomic(script, text);
    const printed = await call("sbatch", "--parsable", script);
    // With several clusters it is "number;cluster".
    const job = /^(\d+)(;\S+)?\s*$/m.exec(printed)?.[1];
    if (job === undefined) {
      throw new Error(`Cannot read the answer of sbatch as it has no job number: '${printed.trim()}'`);
    }
    return job;
  },

  async status(folder, number, submission) {
    const { job, tasks } = submission;
    if (job === null) return tasks.map(() => ({ state: "unknown", reason: "sbatch gave no number" }));
    const queue = await pollQueue(dirname(folder.path), await openJobs(folder.sweep.out));
    return await Promise.all(tasks.map(async (_, task): Promise<TaskState> => {
      if (!queue.asked(job)) return { state: "waiting", reason: "just submitted" };
      if (queue.source !== "") {
        const state = queue.stateOf(`${job}_${task}`);
        const age = Math.abs(queue.time - Date.parse(submission.submitted));
        if (state === undefined && age < ACCOUNTED) return { state: "waiting", reason: "just submitted" };
        return readSlurmState(state);
      }
      // Nobody answers: the heartbeat of the task tells whether it lives.
      const held = await runOwner(folder.taskFolder(number, task));
      return held?.alive
        ? { state: "running", reason: "by its heartbeat" }
        : { state: "unknown", reason: "neither sacct nor squeue answers" };
    }));
  },

  async cancel(_folder, _number, { job }) {
    if (job === null) return;
    // TERM lets the trials write their checkpoints; Slurm follows with KILL.
    await call("scancel", job);
  },

  logs(folder, number, { job, tasks }) {
    if (job === null) return [];
    return tasks.map((_, task) => join(folder.submissionFolder(number), `${job}_${task}.log`));
  },
};

/** The jobs of all sweeps: they share one question. */
async function openJobs(out: string): Promise<string[]> {
  const jobs: string[] = [];
  for (const name of await listSweeps(out)) {
    // Another sweep's damaged file is not this one's concern.
    const other = await openSweep(out, name).then((folder) => folder.submissions()).catch(() => undefined);
    for (const { job } of other?.values() ?? []) if (job !== null) jobs.push(job);
  }
  return jobs;
}

/**
 * Runs a command of Slurm.
 *
 * @throws {Error} with what it says
 */
export async function call(command: string, ...args: string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args, stdin: "null" }).output();
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "is not installed here"
      : `cannot be started: ${messageOf(error)}`;
    throw new Error(`Cannot use Slurm as ${command} ${reason}`);
  }
  if (output.success) return new TextDecoder().decode(output.stdout);
  const said = new TextDecoder().decode(output.stderr).trim().split("\n").at(-1);
  throw new Error(`Cannot use Slurm as ${command} failed with exit code ${output.code}: ${said}`);
}
