/**
 * `deno task results [SELECT...]`: the runs that exist, side by side.
 *
 * @module
 */
import { Option } from "commander";
import { archiveRuns } from "@/results/archive.ts";
import { compareGroups, describeComparison, type GroupComparison } from "@/results/compare.ts";
import { COMPARISON_NOTE, comparisonTable } from "@/results/comparison_table.ts";
import { type Group, groupRuns, METRICS } from "@/results/group.ts";
import { MixedRunsError } from "@/results/mixing.ts";
import { publishedFor } from "@/results/published.ts";
import { type FinishedRun, isFinished, listRuns, type RunRecord } from "@/results/read_run.ts";
import { parseMetrics, resultsTables, unfinishedTable } from "@/results/results_table.ts";
import { selectRuns } from "@/results/select.ts";
import { TABLE_FORMATS, type TableFormat } from "@/results/table.ts";
import { createCommand, listOption, type Output, pathOption, processOutput, runCommand } from "./command.ts";

/** What to do about runs that may not stand in one mean. */
export function mixingHint(error: unknown): string | undefined {
  return error instanceof MixedRunsError
    ? "Select fewer runs, tell them apart with --by, or allow it with --mix"
    : undefined;
}

interface ResultsOptions {
  root: string;
  by?: string[];
  format: TableFormat;
  compare?: string[];
  published: boolean;
  mix: boolean;
  subset?: string[];
  metric?: string[];
  archive?: string;
  json: boolean;
}

/** @returns the exit code */
export function runResults(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand("results", "Shows the runs that exist, side by side.", output)
    .argument("[select...]", "runs to show: a path or glob below the results folder, as 300w-mnv2/acr or '*/{acr,l2}'")
    .option("--root <folder>", "the results folder", pathOption, "results")
    .option("--by <settings>", "what tells rows apart, as loss,architecture (default: all but the seed)", listOption)
    .addOption(new Option("--format <format>", "how to print").choices(TABLE_FORMATS).default("terminal"))
    .option("--compare <selections...>", "compares the first selection with each other, face by face")
    .option("--published", `puts published numbers beside ours, marked`, false)
    .option("--mix", "allows means and ranks over different protocols, datasets, sizes and partial sets", false)
    .option("--subset <names>", "subsets of the test faces to show, as full,challenging", listOption)
    .option("--metric <names>", `numbers to show: ${METRICS.join(", ")}`, listOption)
    .option("--archive <folder>", "also copies the numbers of these runs there: no weights, no pictures", pathOption)
    .option("--json", "prints JSON", false)
    .action((selections: string[], options: ResultsOptions) => showResults(selections, options, output));
  return runCommand(command, args, output, mixingHint);
}

async function showResults(selections: string[], options: ResultsOptions, output: Output): Promise<void> {
  const { root, format, by, mix, published, subset, json } = options;
  const metrics = options.metric && parseMetrics(options.metric);
  const all = await listRuns(root);
  if (all.length === 0 && selections.length === 0 && !options.compare) {
    output.out(json ? `${JSON.stringify({ groups: [], unfinished: [] })}\n` : emptyMessage(root));
    return;
  }
  const runs = selectRuns(all, selections, root);
  const finished = runs.filter(isFinished);
  const unfinished = runs.filter((run) => !isFinished(run));
  if (options.archive !== undefined) await archiveRuns(finished, options.archive);
  const groups = groupRuns(finished, { mix, ...(by ? { by } : {}) });
  const comparisons = options.compare ? await compare(finished, options.compare, options) : [];

  if (json) {
    output.out(`${JSON.stringify(toJson(groups, unfinished, comparisons, published), null, 2)}\n`);
    return;
  }
  const print = { color: output.color && format === "terminal" };
  if (comparisons.length > 0 && format === "csv") {
    output.out(comparisonTable(comparisons).toCsv());
    return;
  }
  const tables = resultsTables(groups, {
    published,
    // A CSV file is one table; its context stands in columns, and nothing in it is ranked.
    mix: mix || format === "csv",
    ...(by ? { by } : {}),
    ...(subset ? { subsets: subset } : {}),
    ...(metrics ? { metrics } : {}),
  });
  const parts = tables.map((table) => table.print(format, print));
  if (comparisons.length > 0) {
    parts.push(
      format === "terminal"
        ? [...comparisons.map(describeComparison), COMPARISON_NOTE].join("\n") + "\n"
        : comparisonTable(comparisons).print(format),
    );
  }
  if (unfinished.length > 0 && format !== "csv" && format !== "latex") {
    parts.push(unfinishedTable(unfinished).print(format, print));
  }
  output.out(parts.join("\n"));
  if (unfinished.length > 0 && (format === "csv" || format === "latex")) {
    output.error(`${unfinished.length} of ${runs.length} runs have no result and are left out\n`);
  }
}

function emptyMessage(root: string): string {
  return `There are no runs in '${root}' yet. This makes one, with nothing to download:\n\n` +
    "  deno task experiment synthetic-mnv2\n";
}

async function compare(
  runs: readonly FinishedRun[],
  selections: readonly string[],
  { root, subset, mix }: ResultsOptions,
): Promise<GroupComparison[]> {
  if (selections.length < 2) {
    throw new RangeError(`Cannot compare as it takes two selections or more: ${selections.join(" ") || "none"}`);
  }
  const [a, ...others] = selections.map((label) => ({ label, runs: selectRuns(runs, [label], root) }));
  const comparisons: GroupComparison[] = [];
  for (const b of others) {
    const both = a!.runs.find((run) => b.runs.includes(run));
    if (both) {
      throw new RangeError(`Cannot compare '${a!.label}' with '${b.label}' as one run is in both: ${both.name}`);
    }
    for (const name of subset ?? ["full"]) comparisons.push(await compareGroups(a!, b, { subset: name, mix }));
  }
  return comparisons;
}

function toJson(
  groups: readonly Group[],
  unfinished: readonly RunRecord[],
  comparisons: readonly GroupComparison[],
  published: boolean,
): unknown {
  const datasets = [...new Set(groups.map(({ context }) => context.dataset))];
  return {
    groups: groups.map(({ label, key, context, runs, subsets, meanShape, averagedOver }) => ({
      ...{ label, key, context, runs: runs.map(({ name }) => name), subsets, meanShape, averagedOver },
    })),
    unfinished: unfinished.map(({ name, state, reason }) => ({ name, state, reason })),
    ...(comparisons.length > 0 ? { comparisons } : {}),
    ...(published
      ? { published: datasets.flatMap((dataset) => publishedFor(dataset).map(({ row }) => ({ dataset, ...row }))) }
      : {}),
  };
}

if (import.meta.main) Deno.exitCode = await runResults(Deno.args);
