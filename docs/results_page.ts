/**
 * Fills in the tables of results.md, and draws its figures, from the runs that are archived in results/runs:
 * `deno task docs:results`. A test sees to it that the tables are what their commands print.
 *
 * @module
 */
import { join } from "node:path";
import { fromFileUrl } from "@/paths.ts";
import { ablationBars, savePlot, trainingCurves } from "@/plots/mod.ts";
import { runResults } from "@/cli/results.ts";
import { groupRuns } from "@/results/group.ts";
import { readMetrics } from "@/results/metrics_file.ts";
import { type FinishedRun, isFinished, listRuns } from "@/results/read_run.ts";
import { barsOf } from "@/results/report_figures.ts";
import { RUN_FILES } from "@/results/schema.ts";

const folder = fromFileUrl(new URL("./results/", import.meta.url));

/** A table: between the two comments stands what its command prints. */
const TABLE = /(<!-- table -->\n\n {4}deno task results (.*)\n)[^]*?(<!-- end of table -->)/g;

/** A page with its tables as the archive gives them now. */
export async function fillTables(page: string): Promise<string> {
  const printed: string[] = [];
  for (const [, , args] of page.matchAll(TABLE)) {
    const words = Array.from(args!.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!);
    let text = "";
    const code = await runResults([...words, "--format", "markdown"], {
      out: (part) => void (text += part),
      error: (part) => void (text += part),
      color: false,
    });
    if (code !== 0) throw new Error(`Cannot fill in the table of '${args}' as its command failed: ${text}`);
    printed.push(text.trim());
  }
  return page.replace(TABLE, (_, head, _args, end) => `${head}\n${printed.shift()}\n\n${end}`);
}

/**
 * Images/s of stock tfjs-node by side of the crops, MobileNetV2, batches of 16, two idle cores:
 * `deno task bench:training --only ours,stock --batch 16 --size SIZE`.
 */
const STOCK: Readonly<Record<number, number>> = { 64: 27.6, 112: 15.2, 224: 4.9 };

/** The error by time of a training in stages, and when stock tfjs-node would have come as far. */
async function growth(stages: readonly FinishedRun[]): Promise<void> {
  const values: number[] = [], ours: number[] = [], stock: number[] = [];
  let before = 0, stockBefore = 0;
  for (const { path, config: { settings }, result } of stages) {
    const records = await readMetrics(join(path, RUN_FILES.metrics));
    const images = result.training.imagesPerSecond * result.training.seconds / settings.epochs;
    for (const { epoch, validationNme, seconds } of records) {
      values.push(100 * Number(validationNme));
      before += Number(seconds) / 60;
      ours.push(before);
      stock.push(stockBefore + (epoch + 1) * images / STOCK[settings.size]! / 60);
    }
    stockBefore = stock.at(-1)!;
  }
  const plot = trainingCurves({
    runs: [
      { name: "acr-lab, as it ran: one core", values, minutes: ours },
      { name: "stock tfjs-node on two cores, by its images/s", values, minutes: stock },
    ],
    value: "validation NME (%)",
    scale: "log",
    title: "300W from scratch, crops of 64, 112 and 224 px",
  });
  await savePlot(plot, join(folder, "growth.svg"));
}

/** Bars of a group of runs, best first. */
async function bars(file: string, title: string, chosen: readonly FinishedRun[]): Promise<void> {
  const rows = barsOf(groupRuns(chosen), ({ key }) => key.variant!);
  rows.sort((a, b) => a.mean - b.mean);
  await savePlot(ablationBars({ rows, value: "test NME (%)", title }), join(folder, file));
}

const LOSSES = /^(l1|l2|smooth-l1|wing|acr|acr,loss\.(unit=pixel|form=paper))$/;

if (import.meta.main) {
  const runs = (await listRuns(join(folder, "runs"))).filter(isFinished);
  const of = (experiment: string, variant: RegExp) =>
    runs.filter(({ config }) => config.experiment === experiment && variant.test(config.variant));
  const page = join(folder, "..", "results.md");
  await Deno.writeTextFile(page, await fillTables(await Deno.readTextFile(page)));
  await growth(of("300w-long-mnv2", /./).sort((a, b) => a.config.settings.size - b.config.settings.size));
  await bars("losses.svg", "Losses, 300W (partial), 64 px", of("300w-tuned-mnv2", LOSSES));
  await bars(
    "difficulty.svg",
    "Difficulty of ACR Loss, 300W (partial), 64 px",
    of("300w-tuned-mnv2", /^acr(,difficulty.*|,loss\.difficulty.*)?$/),
  );
}
