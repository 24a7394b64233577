import { WARNING_SECONDS } from "./requeue.ts";

/** What a user asks of a Slurm cluster. */
export interface SlurmOptions {
  readonly partition?: string;
  readonly account?: string;
  /** Longest time of a task, as `2:00:00` or `1-12`. */
  readonly time?: string;
  /** As `gpu:1`. */
  readonly gres?: string;
  /** Cores of a task. */
  readonly cpus?: number;
  /** As `16G`. */
  readonly memory?: string;
  /** Tasks at once. @default all */
  readonly tasksAtOnce?: number;
  /** Lines of shell before the trials, as `module load cuda`. */
  readonly setup?: readonly string[];
  /** Further options of sbatch, as `--constraint=a100`. */
  readonly sbatch?: readonly string[];
}

/** What the script of a job array is made of. */
export interface ArrayJob {
  /** The sweep's. */
  readonly name: string;
  readonly tasks: number;
  /** Where tasks start: the project's root. */
  readonly directory: string;
  /** Folder of the tasks' logs. */
  readonly logs: string;
  /** The command of a task; its number in the array follows. */
  readonly command: readonly string[];
}

/**
 * The text that sbatch gets.
 *
 * @throws {RangeError} if an option could be read as more than one
 */
export function arrayScript(job: ArrayJob, options: SlurmOptions): string {
  const { partition, account, time, gres, cpus, memory, tasksAtOnce, setup = [], sbatch = [] } = options;
  const directives = [
    `--job-name=${plain("sweep", `acr-lab-${job.name}`)}`,
    `--array=0-${job.tasks - 1}${tasksAtOnce === undefined ? "" : `%${tasksAtOnce}`}`,
    `--chdir=${quoted("directory", job.directory)}`,
    // %A is the array, %a the task; a percent sign of the path is doubled.
    `--output=${quoted("log folder", `${job.logs.replaceAll("%", "%%")}/%A_%a.log`)}`,
    // A task that starts again goes on in the log of its first start.
    "--open-mode=append",
    "--requeue",
    // Without B: so that it reaches the steps of srun, where the trials are.
    `--signal=USR2@${WARNING_SECONDS}`,
    "--ntasks=1",
    ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`]),
    ...(memory === undefined ? [] : [`--mem=${plain("memory", memory)}`]),
    ...(time === undefined ? [] : [`--time=${plain("time", time)}`]),
    ...(partition === undefined ? [] : [`--partition=${plain("partition", partition)}`]),
    ...(account === undefined ? [] : [`--account=${plain("account", account)}`]),
    ...(gres === undefined ? [] : [`--gres=${plain("gres", gres)}`]),
    ...sbatch.map((option) => oneLine("sbatch option", option)),
  ];
  // Newer versions of srun do not take the cores over from sbatch.
  const srun = ["srun", "--unbuffered", ...(cpus === undefined ? [] : [`--cpus-per-task=${cpus}`])];
  return [
    "#!/bin/bash",
    ...directives.map((directive) => `#SBATCH ${directive}`),
    "",
    ...setup.map((line) => oneLine("setup line", line)),
    ...(setup.length > 0 ? [""] : []),
    `exec ${[...srun, ...job.command].map(shellQuote).join(" ")} "$SLURM_ARRAY_TASK_ID"`,
    "",
  ].join("\n");
}

function plain(what: string, text: string): string {
  if (/^[A-Za-z0-9_.,:=@/+%-]+$/.test(text)) return text;
  throw new RangeError(
    `Cannot write a Slurm script as its ${what} has characters that sbatch would misread: '${text}'`,
  );
}

function oneLine(what: string, text: string): string {
  if (!/[\n\r\0]/.test(text)) return text;
  throw new RangeError(`Cannot write a Slurm script as its ${what} is more than one line: ${JSON.stringify(text)}`);
}

function quoted(what: string, path: string): string {
  if (/["\\]/.test(oneLine(what, path))) {
    throw new RangeError(`Cannot write a Slurm script as its ${what} has a quote or backslash: '${path}'`);
  }
  return /\s/.test(path) ? `"${path}"` : path;
}

function shellQuote(text: string): string {
  return /^[A-Za-z0-9_.,:=/@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
