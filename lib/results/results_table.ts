import { nearest } from "@/errors.ts";
import { commonSettings, withoutSettings } from "./common_settings.ts";
import { type Group, type Metric, METRICS } from "./group.ts";
import { describeContext, mixturesOf, type ResultContext } from "./mixing.ts";
import { PUBLISHED, publishedFor } from "./published.ts";
import type { RunRecord } from "./read_run.ts";
import { type Column, fixed, percent, type Row, Table } from "./table.ts";

/** Options of {@linkcode resultsTables}. */
export interface ResultsTableOptions {
  /** The names that the groups were made by. @default experiment and variant */
  by?: readonly string[];
  /** Which subsets to show. @default all: NME of each, the other numbers of the first */
  subsets?: readonly string[];
  /** Which numbers to show. @default NME, FR and AUC */
  metrics?: readonly Metric[];
  /** Puts published rows beside ours, marked. @default false */
  published?: boolean;
  /** Puts results of different protocols, datasets, sizes and partial sets into one table. @default false */
  mix?: boolean;
}

const MEAN_SHAPE = "predictor that always answers the mean training shape";

function formatOf(metric: Metric): (value: number) => string {
  return metric === "auc" || metric === "authorsAuc" ? fixed(3) : percent(2);
}

function titleOf(metric: Metric, threshold: string): string {
  switch (metric) {
    case "nme":
      return "NME (%)";
    case "median":
      return "NME median (%)";
    case "p75":
    case "p90":
    case "p95":
      return `NME ${metric} (%)`;
    case "failureRate":
      return `FR@${threshold} (%)`;
    case "auc":
      return `AUC@${threshold}`;
    case "authorsAuc":
      return "authors' AUC";
  }
}

/**
 * Tables of groups of runs, one for each context: only numbers of one dataset, test set, size and protocol stand in one
 * table, and are ranked, unless `mix`.
 */
export function resultsTables(groups: readonly Group[], options: ResultsTableOptions = {}): Table[] {
  const { mix = false } = options;
  const contexts = new Map<string, Group[]>();
  for (const group of groups) {
    const id = mix ? "" : JSON.stringify(group.context);
    if (!contexts.has(id)) contexts.set(id, []);
    contexts.get(id)!.push(group);
  }
  const subsets = new Set(groups.flatMap((group) => Object.keys(group.subsets)));
  for (const name of options.subsets ?? []) {
    if (subsets.has(name)) continue;
    const near = nearest(name, subsets);
    throw new RangeError(
      `Cannot show a subset as no result has it, only ${(near.length > 0 ? near : [...subsets]).join(", ")}: '${name}'`,
    );
  }
  return [...contexts.values()].map((members) => resultsTable(members, options));
}

function resultsTable(groups: readonly Group[], options: ResultsTableOptions): Table {
  const { by = ["experiment", "variant"], published = false } = options;
  const { context } = groups[0]!;
  const present = [...new Set(groups.flatMap((group) => Object.keys(group.subsets)))];
  const subsets = options.subsets?.filter((name) => present.includes(name)) ?? present;
  const metrics = options.metrics ?? (["nme", "failureRate", "auc"] as const);
  const threshold = [
    ...new Set(groups.map(({ runs }) => String(runs[0]!.result.subsets.full!.protocol.threshold))),
  ].join("/");
  const numbers = subsets.flatMap((subset, index) =>
    metrics
      // Unless asked for, the numbers beside NME are those of the first subset alone, which keeps lines short.
      .filter((metric) => options.subsets || options.metrics || metric === "nme" || index === 0)
      .map((metric) => ({ subset, metric, key: `${metric}_${subset}` }))
  );
  const mixed = mixturesOf(groups.flatMap(({ runs }) => runs)).map(({ kind }) => kind);
  const apart = (Object.keys(context) as (keyof ResultContext)[]).filter((name) =>
    !by.includes(name) && (mixed.includes(name) || (name === "partial" && mixed.includes("dataset")))
  );
  // Held-out training faces are no test set of anybody's.
  const tested = groups.flatMap(({ runs }) => runs.filter(({ result }) => result.data.split === "test"));
  const datasets = new Set(tested.map(({ result }) => result.data.dataset));
  const rowsPublished = published && [...datasets].some((dataset) => publishedFor(dataset).length > 0);
  const twins = groups.some(({ differs }) => differs !== "");
  const common = options.by ? [] : commonSettings(groups.map(({ key }) => key.variant!));
  const columns: Column[] = [
    ...by.map((key) => ({ key })),
    ...(twins ? [{ key: "differs" }] : []),
    ...apart.map((key) => ({ key })),
    ...numbers.map(({ subset, metric, key }): Column => ({
      key,
      group: subset,
      title: titleOf(metric, threshold),
      format: formatOf(metric),
      align: "right",
      best: metric === "auc" || metric === "authorsAuc" ? "max" : "min",
    })),
    ...(rowsPublished ? [{ key: "source" }] : []),
  ];
  const rows = groups.map((group): Row => ({
    ...group.key,
    ...(options.by ? {} : { variant: withoutSettings(group.key.variant!, common) }),
    ...(twins ? { differs: group.differs } : {}),
    ...Object.fromEntries(apart.map((name) => [name, group.context[name]])),
    ...Object.fromEntries(numbers.map(({ subset, metric, key }) => [key, group.subsets[subset]?.[metric]])),
    source: "ours",
  }));
  const notes = [
    "Mean ± standard deviation (number of runs); NME and FR in percent.",
    ...(common.length > 0 ? [`All variants have ${common.join(", ")}.`] : []),
    ...(mixed.length > 0
      ? ["MIXED: not all of these numbers were made in the same way, so their ranks may mean nothing."]
      : []),
    ...groups.flatMap(({ label, averagedOver }) =>
      averagedOver.length > 0 ? [`'${label}' is averaged over ${averagedOver.join(", ")}.`] : []
    ),
    ...(published && datasets.size > 0 ? publishedNotes(groups, [...datasets]) : []),
  ];
  const caption = mixed.length > 0 ? "Results of different protocols or data" : describeContext(context);
  const table = new Table(columns, rows, { caption, notes });
  addMeanShape(table, groups, by[0]!, numbers);
  if (published) {
    for (const dataset of datasets) addPublished(table, dataset, by[0]!, numbers, threshold);
  }
  return table;
}

function addMeanShape(
  table: Table,
  groups: readonly Group[],
  nameKey: string,
  numbers: readonly { subset: string; metric: Metric; key: string }[],
): void {
  const rows = new Map<string, Row>();
  for (const { meanShape, label } of groups) {
    const cells = Object.fromEntries(
      numbers.map(({ subset, metric, key }) => [key, meanShape[subset]?.[metric].mean]),
    );
    const id = JSON.stringify(cells);
    const name = rows.size === 0 ? "mean shape" : `mean shape of ${label}`;
    if (!rows.has(id)) rows.set(id, { [nameKey]: name, ...cells, source: "ours" });
  }
  table.addSection(MEAN_SHAPE, [...rows.values()], { ranked: false });
}

function addPublished(
  table: Table,
  dataset: string,
  nameKey: string,
  numbers: readonly { subset: string; metric: Metric; key: string }[],
  threshold: string,
): void {
  const rows = publishedFor(dataset).map(({ row, nme, failureRate }): Row => {
    const cells = numbers.map(({ subset, metric, key }) => {
      if (metric === "nme") return [key, nme[subset]];
      return [key, metric === "failureRate" && subset === "full" && threshold === "0.1" ? failureRate : undefined];
    });
    const source = row.source ? `${PUBLISHED} (${row.source})` : PUBLISHED;
    return { [nameKey]: row.method, ...Object.fromEntries(cells), source };
  });
  if (rows.length > 0) table.addSection(`${PUBLISHED}: ${dataset}`, rows, { ranked: false });
}

function publishedNotes(groups: readonly Group[], datasets: readonly string[]): string[] {
  const notes: string[] = [];
  const known = datasets.filter((dataset) => publishedFor(dataset).length > 0);
  if (known.length === 0) return [`No published numbers are known here for ${datasets.join(", ")}.`];
  notes.push(`Rows marked '${PUBLISHED}' are as printed by their sources, in percent of the inter-ocular distance.`);
  const partial = new Set(groups.flatMap(({ runs }) => runs.map(({ result }) => result.data.partial)).filter(Boolean));
  if (partial.size > 0) {
    notes.push(`Ours are not numbers of the published test sets, as these are ${[...partial].join("; ")}.`);
  }
  if (groups.some(({ context }) => !context.protocol.includes("NME by inter-ocular"))) {
    notes.push("Ours are divided by another length than the inter-ocular distance: do not compare them.");
  }
  return notes;
}

/** The runs that have no result, with why. */
export function unfinishedTable(runs: readonly RunRecord[]): Table {
  // A whole sentence with a batch's faces would make every line as long; failure.json and --json have all of it.
  const short = (reason: string) => reason.length > 120 ? `${reason.slice(0, 120)} ...` : reason;
  const rows = runs.map(({ name, state, reason }): Row => ({ run: name, state, reason: short(reason) }));
  return new Table([{ key: "run" }, { key: "state" }, { key: "reason" }], rows, { caption: "Runs without a result" });
}

/** @throws {RangeError} for a name that is no metric. */
export function parseMetrics(names: readonly string[]): Metric[] {
  return names.map((name) => {
    if ((METRICS as readonly string[]).includes(name)) return name as Metric;
    throw new RangeError(`Cannot show a number as it must be one of ${METRICS.join(", ")}: '${name}'`);
  });
}
