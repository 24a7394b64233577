import { type Command, Option } from "commander";
import type { LauncherName, LaunchOptions } from "@/launch/mod.ts";
import { wholeOption } from "./command.ts";

/** What a command line says of where trials run. */
export interface LaunchFlags {
  launcher?: LauncherName;
  parallel?: number;
  threads?: number;
  pack?: number;
  partition?: string;
  account?: string;
  time?: string;
  gres?: string;
  cpus?: number;
  mem?: string;
  tasksAtOnce?: number;
  setup?: string[];
  sbatch?: string[];
  anyCode?: boolean;
}

const collect = (text: string, before: string[] = []) => [...before, text];

/** Adds the options by which a command hands trials over; `--parallel` and `--threads` are the command's own. */
export function addLaunchOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--launcher <name>", "hands the trials over and returns: to this machine or to Slurm")
        .choices(["local", "slurm"]),
    )
    .option("--pack <n>", "Slurm: trials of each task (default: as many as --parallel)", wholeOption(1))
    .option("--partition <name>", "Slurm: where tasks run")
    .option("--account <name>", "Slurm: who is charged")
    .option("--time <limit>", "Slurm: longest time of a task, as 2:00:00; longer trials go on in a next one")
    .option("--gres <what>", "Slurm: devices of a task, as gpu:1")
    .option("--cpus <n>", "Slurm: cores of a task", wholeOption(1))
    .option("--mem <size>", "Slurm: memory of a task, as 16G")
    .option("--tasks-at-once <n>", "Slurm: tasks of the array that may run at once", wholeOption(1))
    .option("--setup <line>", "Slurm: a line of shell before the trials; repeatable", collect)
    .option("--sbatch <option>", "Slurm: any other option, as --sbatch=--constraint=a100; repeatable", collect)
    .option("--any-code", "starts trials although the code has changed since they were submitted");
}

/** The flags as options of a launcher; what is not said is taken from `before`, as of an earlier submission. */
export function launchOptions(flags: LaunchFlags, before: Partial<LaunchOptions> = {}): LaunchOptions {
  const { partition, account, time, gres, cpus, mem: memory, tasksAtOnce, setup, sbatch } = flags;
  const said = { partition, account, time, gres, cpus, memory, tasksAtOnce, setup, sbatch };
  const slurm = {
    ...before.slurm,
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
  const launcher = flags.launcher ?? before.launcher ?? "local";
  const pack = flags.pack ?? Math.max(before.pack ?? 1, flags.parallel ?? 1);
  const asked = flags.parallel ?? before.parallel ?? 1;
  const parallel = launcher === "slurm" ? Math.min(asked, pack) : asked;
  // What runs side by side shares the cores: of this machine, or those that the task asks for.
  const cores = launcher === "local" ? navigator.hardwareConcurrency : slurm.cpus;
  const share = cores === undefined ? undefined : Math.max(1, Math.floor(cores / parallel));
  const changed = flags.parallel !== undefined || flags.cpus !== undefined || flags.launcher !== undefined;
  return {
    launcher,
    parallel,
    pack,
    threads: flags.threads ?? (changed ? share : before.threads ?? share),
    anyCode: flags.anyCode === true,
    slurm,
  };
}
