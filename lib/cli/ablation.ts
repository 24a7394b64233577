/**
 * `deno task ablation NAME`: runs a comparison, each trial an ordinary run, and ends in a table of means and deviations.
 *
 * @module
 */
import { Option } from "commander";
import type { BackendName } from "@/tensorflow/mod.ts";
import type { Trial } from "@/experiment/ablation.ts";
import type { TrialStatus } from "@/experiment/trial_runner.ts";
import { inProject } from "@/paths.ts";
import { formatDuration } from "@/progress.ts";
import {
  createCommand,
  ExitCode,
  fromHere,
  listOption,
  onInterrupt,
  type Output,
  processOutput,
  quoteArguments,
  runCommand,
  wholeOption,
} from "./command.ts";
import { addLaunchOptions, type LaunchFlags, launchOptions } from "./launch_options.ts";
import { createLiveLines } from "./live_lines.ts";

interface AblationFlags extends LaunchFlags {
  seeds?: number[];
  only?: string[];
  epochs?: string;
  batch?: string;
  size?: string;
  limit?: string;
  set?: string[];
  data?: string;
  out?: string;
  cache?: string;
  tables?: string;
  backend?: BackendName;
  device?: string;
  threads?: number;
  parallel: number;
  dryRun?: boolean;
  resume?: boolean;
  failFast?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  json?: boolean;
  pages?: string;
  sweep?: string;
}

/** @returns the exit code */
export function runAblationCommand(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand(
    "ablation",
    "Runs a comparison: each trial an ordinary run, finished ones passed over, stopped ones continued.",
    output,
  )
    .argument("[name]", "the ablation: a page in experiments/ablations/ (none: lists them)")
    .option("--seeds <n,n,...>", "seeds instead of the page's", (text, before: number[] = []) => [
      ...before,
      ...listOption(text).map(wholeOption(0)),
    ])
    .option(
      "--only <key=values>",
      "fewer values of what the page varies, as loss=acr,l2; repeatable",
      (text, before: string[] = []) => [...before, text],
    )
    .option("--epochs <n>", "for all trials, as --set epochs=n")
    .option("--batch <n>", "for all trials")
    .option("--size <pixels>", "for all trials")
    .option("--limit <n>", "for all trials: faces per split at most")
    .option(
      "--set <key=value>",
      "changes any setting of all trials; repeatable",
      (text, before: string[] = []) => [...before, text],
    )
    .option("--parallel <n>", "trials at once, each with its share of the cores", wholeOption(1), 1)
    .option("--dry-run", "prints the trials and where they would lie, and stops")
    .option("--resume", "tries failed trials again as well")
    .option("--fail-fast", "stops at the first failure")
    .option("--data <folder>", "the raw dataset")
    .option("--out <folder>", "where results go (default: results)")
    .option(
      "--tables <folder>",
      "in the end also writes table.md, table.tex, table.csv and report.html there",
      fromHere,
    )
    .option("--cache <folder>", "where prepared faces are kept (default: data/prepared)")
    .addOption(new Option("--backend <name>", "what computes").choices(["tensorflow", "webgpu", "wasm", "cpu"]))
    .addOption(new Option("--device <name>", "gpu demands one").choices(["auto", "cpu", "gpu"]))
    .option("--threads <n>", "threads of each trial (default: the cores, shared)", wholeOption(1))
    .option("--quiet", "shows nothing but the table")
    .option("--verbose", "shows stacks of errors")
    .option("--json", "prints the trials as JSON and nothing else")
    .option("--sweep <name>", "with --launcher: under what name to follow them (default: the ablation's)")
    .addOption(new Option("--pages <folder>", "where experiments and ablations/ are stated").hideHelp());
  addLaunchOptions(command).action((name: string | undefined, flags: AblationFlags) => act(name, flags, args, output));
  return runCommand(command, args, output);
}

async function act(
  name: string | undefined,
  flags: AblationFlags,
  args: readonly string[],
  output: Output,
): Promise<void> {
  const { join } = await import("node:path");
  const { experimentNames, experimentsFolder, loadPage } = await import("@/experiment/experiments.ts");
  const pages = flags.pages ?? experimentsFolder();
  const folder = join(pages, "ablations");
  type Page = import("@/experiment/ablation.ts").AblationPage;
  if (name === undefined) {
    const names = await experimentNames(folder);
    const width = Math.max(0, ...names.map((other) => other.length));
    const lines = await Promise.all(
      names.map(async (other) =>
        `  ${other.padEnd(width)}  ${(await loadPage<Page>(other, folder, "ablation")).summary}`
      ),
    );
    output.out(`Ablations; deno task ablation NAME runs one:\n\n${lines.join("\n")}\n`);
    return;
  }
  const { expandTrials, narrowAblation, trialArguments, varyingKeys } = await import("@/experiment/ablation.ts");
  const page = (flags.only ?? []).reduce(narrowAblation, await loadPage<Page>(name, folder, "ablation"));
  const { parseOverride } = await import("@/experiment/resolve.ts");
  const { runPath } = await import("@/results/run_path.ts");
  const shortcuts = (["epochs", "batch", "size", "limit"] as const)
    .flatMap((key) => flags[key] === undefined ? [] : [{ key, text: flags[key] }]);
  const loaded = await Promise.all(
    page.experiments.map(async (experiment) => [experiment, await loadPage(experiment, pages)] as const),
  );
  const overrides = [...(flags.set ?? []).map(parseOverride), ...shortcuts];
  const trials = expandTrials(page, Object.fromEntries(loaded), overrides, flags.seeds);
  const out = fromHere(flags.out) ?? inProject("results");
  const placed = trials.map((trial) => ({
    trial,
    path: runPath(out, { experiment: trial.experiment, variant: trial.resolved.variant, seed: trial.seed }),
  }));
  if (flags.dryRun) {
    const commands = placed.map(({ trial, path }) =>
      `deno task experiment ${quoteArguments(trialArguments(trial))}\n    ${path}\n`
    );
    output.out(`${commands.join("")}${trials.length} trials\n`);
    return;
  }

  const shared = [
    ...["--out", out],
    ...(flags.data === undefined ? [] : ["--data", fromHere(flags.data)!]),
    ...(flags.cache === undefined ? [] : ["--cache", fromHere(flags.cache)!]),
    ...(flags.backend === undefined ? [] : ["--backend", flags.backend]),
    ...(flags.device === undefined ? [] : ["--device", flags.device]),
    ...(flags.pages === undefined ? [] : ["--pages", fromHere(flags.pages)!]),
  ];
  if (flags.launcher !== undefined) {
    if (flags.tables !== undefined) {
      throw new RangeError(
        `Cannot write tables with --launcher, which does not wait for them, use 'results' later: ${flags.tables}`,
      );
    }
    const { submitTrials } = await import("@/launch/mod.ts");
    const { describeReceipt } = await import("./sweep_text.ts");
    const sweep = flags.sweep ?? name;
    const receipt = await submitTrials({
      ...launchOptions(flags),
      name: sweep,
      out,
      trials: placed.map(({ trial, path }) => ({
        name: nameOf(trial),
        arguments: [...trialArguments(trial), ...shared],
        path,
        epochs: trial.resolved.settings.epochs,
      })),
      by: varyingKeys(trials),
    });
    const where = flags.out === undefined ? [] : ["--out", out];
    output.out(describeReceipt(receipt, `deno task sweep status ${quoteArguments([sweep, ...where])}`));
    return;
  }

  const quiet = flags.quiet === true || flags.json === true;
  const { summary, duration, expected } = page;
  const about = [summary, ...(duration ? [`Takes: ${duration}`] : []), ...(expected ? [`Expect: ${expected}`] : [])];
  if (!quiet) output.error(`${about.join("\n")}\n\n`);
  const stop = new AbortController();
  const release = onInterrupt(stop, "Stopping after this step of every trial", output);
  const live = createLiveLines({ enabled: !quiet && Deno.stderr.isTerminal() });
  const threads = flags.threads ?? Math.max(1, Math.floor(navigator.hardwareConcurrency / flags.parallel));
  let statuses: readonly TrialStatus[];
  try {
    const { runTrials } = await import("@/experiment/trial_runner.ts");
    const told = new Map<string, string>();
    let pace: Pace | undefined;
    statuses = await runTrials({
      trials: placed,
      arguments: [...shared, "--threads", String(threads)],
      parallel: flags.parallel,
      failFast: flags.failFast === true,
      retry: flags.resume === true,
      signal: stop.signal,
      onChange(now) {
        const before = now.filter(({ state }) => state === "finished").length;
        pace ??= { since: performance.now(), before, parallel: flags.parallel };
        live.draw(liveTable(now, pace));
        if (quiet || Deno.stderr.isTerminal()) return;
        // In a log, one line per event instead of a table that moves.
        for (const status of now) {
          if (status.state === "waiting" || told.get(status.path) === status.state) continue;
          told.set(status.path, status.state);
          output.error(`${describeStatus(status)}\n`);
        }
      },
    });
  } finally {
    live.clear();
    release();
  }
  const { tables, cache } = flags;
  const prepared = fromHere(cache);
  await report(statuses, { json: flags.json === true, by: varyingKeys(trials), out, tables, prepared, name }, output);
  const failed = statuses.filter(({ state }) => state === "failed");
  const rest = statuses.filter(({ state }) => state !== "finished");
  if (stop.signal.aborted) {
    output.error(`Go on with: deno task ablation ${quoteArguments(args)}\n`);
    throw new ExitCode(130);
  }
  if (failed.length > 0) {
    const again = flags.resume === true ? args : [...args, "--resume"];
    output.error(
      `${failed.length} of ${statuses.length} trials failed; try them again with: deno task ablation ${
        quoteArguments(again)
      }\n`,
    );
  }
  if (rest.length > 0) throw new ExitCode(1);
}

function nameOf({ experiment, seed, resolved }: Trial): string {
  return `${experiment}/${resolved.variant}/seed-${seed}`;
}

function describeStatus({ trial, state, epochs, validation, nme, reason }: TrialStatus): string {
  const done = `epoch ${epochs}/${trial.resolved.settings.epochs}`;
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  const what = {
    waiting: epochs > 0 ? `waiting at ${done}` : "waiting",
    running: done + (validation === undefined ? "" : `, validation NME ${percent(validation)}`),
    finished: `${trial.resolved.settings.evaluation.faces} NME ${nme === undefined ? "?" : percent(nme)}`,
    failed: `failed: ${reason}`,
    stopped: `stopped after ${done}`,
    elsewhere: `another process is at work: ${reason}`,
  }[state];
  return `${{ waiting: " ", running: ">", finished: "+", failed: "!", stopped: "=", elsewhere: "?" }[state]} ${
    nameOf(trial)
  }  ${what}`;
}

const RANK = { running: 0, failed: 1, elsewhere: 2, stopped: 3, finished: 4, waiting: 5 } as const;

export interface Pace {
  /** When this session began, by `performance.now()`. */
  readonly since: number;
  /** Trials that were finished then. */
  readonly before: number;
  readonly parallel: number;
}

/** What moves comes first, below how far all of it has come. */
export function liveTable(statuses: readonly TrialStatus[], { since, before, parallel }: Pace): string[] {
  const count = (state: TrialStatus["state"]) => statuses.filter((status) => status.state === state).length;
  const finished = count("finished"), left = count("waiting") + count("running");
  const seconds = (performance.now() - since) / 1000;
  const known = finished > before && left > 0;
  const time = known ? `, about ${formatDuration(left * seconds / (finished - before))} left` : "";
  const failed = count("failed") > 0 ? `, ${count("failed")} failed` : "";
  const head = `${finished} of ${statuses.length} trials done${failed}, ${parallel} at once${time}`;
  return [head, ...[...statuses].sort((a, b) => RANK[a.state] - RANK[b.state]).map(describeStatus)];
}

async function report(
  statuses: readonly TrialStatus[],
  { json, by, out, tables: folder, prepared, name }: {
    json: boolean;
    by: string[];
    out: string;
    tables: string | undefined;
    prepared: string | undefined;
    name: string;
  },
  output: Output,
): Promise<void> {
  const { isFinished, readRun } = await import("@/results/read_run.ts");
  const finished = (await Promise.all(
    statuses.filter(({ state }) => state === "finished").map(({ path }) => readRun(path, out)),
  )).filter(isFinished);
  const { groupKeys, groupRuns } = await import("@/results/group.ts");
  const { resultsTables } = await import("@/results/results_table.ts");
  // Rows are told apart by what varies, where that is a setting of its own; else by all settings.
  const known = groupKeys(finished);
  const options = by.length > 0 && by.every((key) => known.includes(key)) ? { by } : {};
  if (folder !== undefined && finished.length > 0) {
    const { join } = await import("node:path");
    const { writeFileAtomic } = await import("@/files.ts");
    const { buildReport } = await import("@/results/report.ts");
    const groups = groupRuns(finished, options);
    const tables = resultsTables(groups, options);
    await writeFileAtomic(join(folder, "table.md"), tables.map((table) => table.toMarkdown()).join("\n"));
    await writeFileAtomic(join(folder, "table.tex"), tables.map((table) => table.toLatex()).join("\n"));
    // A CSV file is one table; its context stands in columns, and nothing in it is ranked.
    await writeFileAtomic(join(folder, "table.csv"), resultsTables(groups, { ...options, mix: true })[0]!.toCsv());
    const page = await buildReport(finished, {
      ...options,
      title: name,
      ...(prepared === undefined ? {} : { prepared }),
    });
    await writeFileAtomic(join(folder, "report.html"), page);
  }
  if (json) {
    const list = statuses.map(({ trial: { experiment, seed, changes }, path, state, nme, reason }) => ({
      ...{ experiment, seed, changes, path, state, nme: nme ?? null, reason },
    }));
    output.out(`${JSON.stringify(list, null, 2)}\n`);
    return;
  }
  if (finished.length > 0) {
    for (const table of resultsTables(groupRuns(finished, options), options)) {
      output.out(`${table.toText({ color: output.color })}\n`);
    }
  }
  for (const status of statuses) if (status.state !== "finished") output.out(`${describeStatus(status)}\n`);
}

if (import.meta.main) Deno.exit(await runAblationCommand(Deno.args));
