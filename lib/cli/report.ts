/**
 * `deno task report [SELECT...]`: one HTML page with the tables, curves and faces of some runs, which works offline.
 *
 * @module
 */
import { writeFileAtomic } from "@/files.ts";
import { messageOf } from "@/errors.ts";
import { listRuns } from "@/results/read_run.ts";
import { selectRuns } from "@/results/select.ts";
import {
  createCommand,
  listOption,
  type Output,
  pathOption,
  processOutput,
  runCommand,
  wholeOption,
} from "./command.ts";
import { mixingHint } from "./results.ts";

interface ReportCommandOptions {
  root: string;
  out: string;
  title: string;
  by?: string[];
  mix: boolean;
  published: boolean;
  faces: number;
  prepared?: string;
  interactive: boolean;
}

/** @returns the exit code */
export function runReport(args: readonly string[], output: Output = processOutput): Promise<number> {
  const command = createCommand("report", "Writes one HTML page about runs, which works offline.", output)
    .argument("[select...]", "runs to report: a path or glob below the results folder (default: all)")
    .option("--out <file>", "the page to write", pathOption, "results/report.html")
    .option("--root <folder>", "the results folder", pathOption, "results")
    .option("--title <text>", "heading of the page", "Results")
    .option("--by <settings>", "what tells groups apart, as loss,architecture (default: all but the seed)", listOption)
    .option("--mix", "allows means over different protocols, datasets, sizes and partial sets", false)
    .option("--no-published", "leaves published numbers out")
    .option("--faces <number>", "worst and best faces to show; 0 for none", wholeOption(0), 8)
    .option("--no-interactive", "leaves Vega out, half a megabyte: plots stay as drawn, and no script runs")
    .option("--prepared <folder>", "where prepared faces are (default: data/prepared)", pathOption)
    .action((selections: string[], options: ReportCommandOptions) => writeReport(selections, options, output));
  return runCommand(command, args, output, mixingHint);
}

async function writeReport(selections: string[], options: ReportCommandOptions, output: Output): Promise<void> {
  const { root, out, title, by, mix, published, faces, prepared, interactive } = options;
  const runs = selectRuns(await listRuns(root), selections, root);
  if (runs.length === 0) throw new RangeError(`Cannot write a report as there are no runs: '${root}'`);
  // Plots take a moment to load: --help and mistakes answer at once.
  const { buildReport } = await import("@/results/report.ts");
  const page = await buildReport(runs, {
    ...{ title, mix, published, faces, interactive },
    ...(by ? { by } : {}),
    ...(prepared ? { prepared } : {}),
  });
  try {
    await writeFileAtomic(out, page);
  } catch (error) {
    throw new Error(`Cannot write the report to '${out}': ${messageOf(error)}`);
  }
  output.out(`${out} (${(page.length / 1e6).toFixed(1)} MB, ${runs.length} ${runs.length === 1 ? "run" : "runs"})\n`);
}

if (import.meta.main) Deno.exitCode = await runReport(Deno.args);
