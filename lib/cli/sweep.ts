/**
 * `deno task sweep status|resume|cancel|logs NAME`: what became of trials that were handed over.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { inProject } from "@/paths.ts";
import type { SweepFolder, SweepTrialStatus } from "@/launch/mod.ts";
import {
  createCommand,
  ExitCode,
  fromHere,
  type Output,
  processOutput,
  quoteArguments,
  runCommand,
  wholeOption,
} from "./command.ts";
import { addLaunchOptions, type LaunchFlags, launchOptions } from "./launch_options.ts";
import { describeReceipt, resultsOf, summaryOf, trialLine } from "./sweep_text.ts";

interface SweepFlags extends LaunchFlags {
  out?: string;
  wait?: boolean;
  lines: number;
  json?: boolean;
}

const ACTIONS = ["status", "resume", "cancel", "logs", "work"] as const;
type Action = typeof ACTIONS[number];

/** @returns the exit code */
export function runSweepCommand(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "sweep",
    "Shows and steers trials that 'deno task ablation NAME --launcher local|slurm' handed over.",
    output,
  )
    .argument("[action]", "status, resume (what is missing, failed or interrupted), cancel or logs", readAction)
    .argument("[name]", "the sweep (none: lists them)")
    .argument("[more...]", "logs: parts of trials' names (none: those that are not finished)")
    .option("--out <folder>", "where results lie (default: results)")
    .option("--wait", "status: waits until nothing more happens by itself")
    .option("--lines <n>", "logs: how many of the last lines", wholeOption(1), 20)
    .option("--json", "status: prints JSON and nothing else")
    .option("--parallel <n>", "resume: trials at once, within a task or on this machine", wholeOption(1))
    .option("--threads <n>", "resume: threads of each trial", wholeOption(1));
  addLaunchOptions(command).action((action: Action = "status", name: string | undefined, more: string[], flags) =>
    act(action, name, more, flags, output)
  );
  return runCommand(command, args, output);
}

function readAction(text: string): Action {
  const action = ACTIONS.find((known) => known === text);
  if (action) return action;
  throw new InvalidArgumentError(`expected one of status, resume, cancel, logs: '${text}'`);
}

async function act(
  action: Action,
  name: string | undefined,
  more: string[],
  flags: SweepFlags,
  output: Output,
): Promise<void> {
  const { listSweeps, openSweep } = await import("@/launch/mod.ts");
  const out = fromHere(flags.out) ?? inProject("results");
  if (name === undefined) {
    const names = await listSweeps(out);
    if (action !== "status") {
      throw new RangeError(`Cannot ${action} without the name of a sweep, there are: ${names.join(", ") || "none"}`);
    }
    for (const other of names) output.out(`${await summaryOf(await openSweep(out, other))}\n`);
    if (names.length === 0) output.out("No sweeps; deno task ablation NAME --launcher local|slurm makes one\n");
    return;
  }
  const folder = await openSweep(out, name);
  const again = (what: Action) =>
    `deno task sweep ${what} ${quoteArguments([name, ...(flags.out ? ["--out", out] : [])])}`;
  if (action === "work") return await work(folder, more, output);
  if (action === "logs") return await showLogs(folder, more, flags.lines, output);
  if (action === "resume") return await resume(folder, flags, output, again("status"));
  if (action === "cancel") {
    const { cancelSweep } = await import("@/launch/mod.ts");
    const count = await cancelSweep(folder);
    const tasks = count === 1 ? "1 task" : `${count} tasks`;
    output.out(
      count === 0 ? "Nothing was running or waiting\n" : `Asked ${tasks} to stop. Go on with: ${again("resume")}\n`,
    );
    return;
  }
  await showStatus(folder, flags, output, again("resume"));
}

async function showStatus(folder: SweepFolder, flags: SweepFlags, output: Output, again: string): Promise<void> {
  const { isSettled, sweepStatus } = await import("@/launch/mod.ts");
  let statuses = await sweepStatus(folder);
  const told = new Map<string, string>();
  while (flags.wait && !statuses.every(isSettled)) {
    for (const status of statuses) {
      if (flags.json || told.get(status.trial.path) === status.state) continue;
      told.set(status.trial.path, status.state);
      output.error(`${trialLine(status)}\n`);
    }
    // Run directories are cheap to read; the cluster is asked once a minute, however often this looks.
    await sleep(2000);
    statuses = await sweepStatus(folder);
  }
  const { name, by, out } = folder.sweep;
  if (flags.json) {
    const trials = statuses.map(({ trial, state, reason, epochs, run }) => ({
      ...{ name: trial.name, path: trial.path, state, reason, epochs },
      nme: run?.result?.subsets["full"]?.nme ?? null,
    }));
    output.out(`${JSON.stringify({ name, trials }, null, 2)}\n`);
  } else {
    output.out(
      `${await summaryOf(folder, statuses)}\n\n${statuses.map((status) => `${trialLine(status)}\n`).join("")}`,
    );
    for (const table of await resultsOf(statuses, by, output.color)) output.out(`\n${table.trimEnd()}\n`);
    if (statuses.some((status) => isSettled(status) && status.state !== "finished")) {
      output.out(`\nGo on with: ${again}\n`);
    } else if (statuses.every(({ state }) => state === "finished")) output.out(`\nRuns: ${out}\n`);
  }
  if (flags.wait && statuses.some(({ state }) => state !== "finished")) throw new ExitCode(1);
}

async function resume(folder: SweepFolder, flags: SweepFlags, output: Output, follow: string): Promise<void> {
  const { submitMissing } = await import("@/launch/mod.ts");
  const before = [...(await folder.submissions()).values()];
  const last = before.at(-1);
  const alike = before.filter(({ launcher }) => launcher === last?.launcher);
  const options = launchOptions(flags, {
    ...(last === undefined ? {} : { launcher: last.launcher, parallel: last.parallel, slurm: last.slurm ?? {} }),
    ...(last === undefined || last.threads === null ? {} : { threads: last.threads }),
    // A last submission of few trials does not tell how many a task may have.
    pack: Math.max(1, ...alike.flatMap(({ tasks }) => tasks.map((trials) => trials.length))),
  });
  output.out(describeReceipt(await submitMissing(folder, options), follow));
}

/** What a task runs: `sweep work NAME SUBMISSION TASK`. */
async function work(folder: SweepFolder, [submission, task]: string[], output: Output): Promise<void> {
  const { work } = await import("@/launch/worker.ts");
  const { slurmPlace } = await import("@/launch/slurm_place.ts");
  const read = (text: string) => {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    throw new RangeError(`Cannot work on sweep '${folder.sweep.name}' as a task has a whole number: '${text}'`);
  };
  const number = read(submission ?? ""), place = (await folder.submissions()).get(number)?.launcher === "slurm";
  const code = await work({
    folder,
    number,
    task: read(task ?? ""),
    place: place ? slurmPlace(Deno.env.toObject()) : undefined,
    say: (text) => output.error(`${new Date().toISOString()} ${text}\n`),
  });
  if (code !== 0) throw new ExitCode(code);
}

async function showLogs(folder: SweepFolder, parts: string[], lines: number, output: Output): Promise<void> {
  const { launchers, sweepStatus } = await import("@/launch/mod.ts");
  const statuses = await sweepStatus(folder);
  const asked = (status: SweepTrialStatus) =>
    parts.length === 0 ? status.state !== "finished" : parts.some((part) => status.trial.name.includes(part));
  const chosen = statuses.filter(asked);
  if (chosen.length === 0 && parts.length > 0) {
    const names = statuses.map(({ trial }) => trial.name);
    throw new RangeError(`Cannot show logs as no trial is named so, only ${names.join(", ")}: '${parts.join(" ")}'`);
  }
  const files = chosen.map(({ trial, index }) => ({ title: trial.name, file: folder.logFile(index) }));
  for (const [number, submission] of await folder.submissions()) {
    const tasks = launchers[submission.launcher].logs(folder, number, submission);
    for (const [task, file] of tasks.entries()) {
      if (!chosen.some((status) => status.task?.submission === number && status.task.task === task)) continue;
      files.push({ title: `submission ${number}, task ${task}`, file });
    }
  }
  for (const { title, file } of files) {
    const text = await readTail(file);
    if (text === undefined) continue;
    output.out(`== ${title}  ${file}\n${text.trimEnd().split("\n").slice(-lines).join("\n")}\n\n`);
  }
  if (files.length === 0) output.out("Every trial is finished; name one to see its log\n");
}

/** The end of a log; undefined where there is none. */
async function readTail(path: string, most = 1 << 20): Promise<string | undefined> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, most));
    await file.seek(size - bytes.length, Deno.SeekMode.Start);
    for (let at = 0; at < bytes.length;) {
      const read = await file.read(bytes.subarray(at));
      if (read === null) break;
      at += read;
    }
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) Deno.exit(await runSweepCommand(Deno.args));
