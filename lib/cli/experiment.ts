/**
 * `deno task experiment NAME`: runs an experiment from raw data to a table.
 *
 * @module
 */
import { Option } from "commander";
import { isAbsolute, relative } from "node:path";
import { inProject } from "@/paths.ts";
import type { BackendName } from "@/tensorflow/mod.ts";
import {
  createCommand,
  ExitCode,
  fromHere,
  onInterrupt,
  type Output,
  processOutput,
  quoteArguments,
  runCommand,
  wholeOption,
} from "./command.ts";

interface ExperimentFlags {
  loss?: string;
  seed: number;
  epochs?: string;
  batch?: string;
  size?: string;
  limit?: string;
  init?: string;
  set?: string[];
  data?: string;
  out?: string;
  cache?: string;
  backend: BackendName;
  device: "auto" | "cpu" | "gpu";
  threads?: number;
  checkpointEvery?: number;
  list?: boolean;
  settings?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  json?: boolean;
  pages?: string;
}

/** @returns the exit code */
export function runExperimentCommand(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "experiment",
    "Runs an experiment from raw data to a table. Stopped at any moment, the same command goes on.",
    output,
  )
    .argument("[name]", "the experiment: a page in experiments/ (none: lists them)")
    .option("--loss <name>", "the loss, as acr, l2 or wing")
    .option("--seed <n>", "drives everything random", wholeOption(0), 0)
    .option("--epochs <n>", "how often every face is seen")
    .option("--batch <n>", "faces per step")
    .option("--size <pixels>", "side of the crops")
    .option("--limit <n>", "faces per split at most, for a quick look")
    .option("--init <file>", "weights to start from: a Keras file (ImageNet's, or any), a run, a checkpoint")
    .option("--set <key=value>", "changes any setting; repeatable", (text, before: string[] = []) => [...before, text])
    .option("--data <folder>", "the raw dataset (default: data/DATASET)")
    .option("--out <folder>", "where results go (default: results)")
    .option("--cache <folder>", "where prepared faces are kept (default: data/prepared)")
    .addOption(
      new Option("--backend <name>", "what computes").choices(["tensorflow", "webgpu", "wasm", "cpu"]).default(
        "tensorflow",
      ),
    )
    .addOption(new Option("--device <name>", "gpu demands one").choices(["auto", "cpu", "gpu"]).default("auto"))
    .option("--threads <n>", "threads that share an operation (default: one per core)", wholeOption(1))
    .option("--checkpoint-every <seconds>", "longest time between checkpoints (default: 60)", wholeOption(0))
    .option("--list", "lists the experiments")
    .option("--settings", "lists everything that --set can change")
    .option("--dry-run", "prints the settings and where the run would lie, and stops")
    .option("--quiet", "shows nothing but the table")
    .option("--verbose", "shows where TensorFlow comes from, and stacks of errors")
    .option("--json", "prints the result as JSON and nothing else")
    .addOption(new Option("--pages <folder>", "where experiments are stated").hideHelp())
    .action((name: string | undefined, flags: ExperimentFlags) => act(name, flags, args, output));
  return runCommand(command, args, output);
}

/** A path as settings have it: from the project's root where it lies below, so that runs are the same elsewhere. */
function fromProject(path: string): string {
  const short = relative(inProject("."), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

async function act(
  name: string | undefined,
  flags: ExperimentFlags,
  args: readonly string[],
  output: Output,
): Promise<void> {
  const { experimentNames, experimentsFolder, loadPage } = await import("@/experiment/experiments.ts");
  const folder = flags.pages ?? experimentsFolder();
  if (name === undefined || flags.list) {
    const names = await experimentNames(folder);
    const width = Math.max(0, ...names.map((other) => other.length));
    const lines = await Promise.all(
      names.map(async (other) => `  ${other.padEnd(width)}  ${(await loadPage(other, folder)).summary}`),
    );
    output.out(`Experiments; deno task experiment NAME runs one:\n\n${lines.join("\n")}\n`);
    return;
  }
  const page = await loadPage(name, folder);
  const { listSettings, parseOverride, resolveExperiment } = await import("@/experiment/resolve.ts");
  const shortcuts = (["loss", "epochs", "batch", "size", "limit"] as const)
    .flatMap((key) => flags[key] === undefined ? [] : [{ key, text: flags[key] }]);
  const init = flags.init === undefined ? [] : [{ key: "init", text: fromProject(fromHere(flags.init)!) }];
  const overrides = [...(flags.set ?? []).map(parseOverride), ...shortcuts, ...init];
  const experiment = resolveExperiment(page, overrides);
  const { describeKeys, describeSettings, resultTable } = await import("@/experiment/describe.ts");
  if (flags.settings) return output.out(`${describeKeys(listSettings(page, overrides))}\n`);
  const seed = flags.seed, quiet = flags.quiet === true || flags.json === true;
  const out = fromHere(flags.out) ?? inProject("results");
  if (flags.dryRun) {
    const { runPath } = await import("@/results/run_path.ts");
    const path = runPath(out, { experiment: name, variant: experiment.variant, seed });
    return output.out(`${describeSettings(name, seed, experiment)}\n\nRun: ${path}\n`);
  }

  const stop = new AbortController();
  const release = onInterrupt(stop, "Stopping after this step", output);
  try {
    const { runExperiment } = await import("@/experiment/run_experiment.ts");
    const { summary, duration, expected } = page;
    const lines = [summary, ...(duration ? [`Takes: ${duration}`] : []), ...(expected ? [`Expect: ${expected}`] : [])];
    if (!quiet) output.error(`${lines.join("\n")}\n\n`);
    const { backend, device, threads, verbose, checkpointEvery } = flags;
    const { path, status, result } = await runExperiment({
      name,
      experiment,
      seed,
      data: fromHere(flags.data),
      out,
      cache: fromHere(flags.cache),
      backend,
      device,
      threads,
      quiet,
      verbose: verbose === true,
      checkpointSeconds: checkpointEvery,
      signal: stop.signal,
    });
    if (flags.json) output.out(`${JSON.stringify({ path, status, result: result ?? null }, null, 2)}\n`);
    if (status === "stopped") {
      output.error(`Go on with: deno task experiment ${quoteArguments(args)}\n`);
      throw new ExitCode(130);
    }
    if (!flags.json) output.out(`${resultTable(result!).toText({ color: output.color })}\nRun: ${path}\n`);
  } finally {
    release();
  }
}

if (import.meta.main) Deno.exit(await runExperimentCommand(Deno.args));
