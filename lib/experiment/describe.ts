import { describeAugment } from "@/data/augment.ts";
import type { Choice, Json, RunResult, SubsetResult } from "@/results/schema.ts";
import { fixed, percent, type Row, Table } from "@/results/table.ts";
import { expectation, type Field } from "./field.ts";
import type { ResolvedExperiment } from "./resolve.ts";

/** The resolved settings, one line each, with what was changed marked. */
export function describeSettings(name: string, seed: number, { settings, changed }: ResolvedExperiment): string {
  const text = (value: Json): string => {
    if (value === null) return "none";
    if (Array.isArray(value)) return value.join(", ");
    if (typeof value === "object") {
      return Object.entries(value).map(([key, item]) => `${key} ${text(item as Json)}`).join(", ");
    }
    return String(value);
  };
  const choice = ({ name, options }: Choice) => [name, text(options)].filter((part) => part !== "").join(": ");
  const lines: [string, string][] = [["experiment", name], ["seed", String(seed)]];
  for (const [key, value] of Object.entries(settings)) {
    if (key === "synthetic" && value === null) continue;
    if (key === "augmentation") {
      const [first, ...rest] = describeAugment(settings.augmentation);
      lines.push([key, first!], ...rest.map((line): [string, string] => ["", line]));
    } else if (key === "loss" || key === "optimizer" || key === "schedule") lines.push([key, choice(settings[key])]);
    else lines.push([key, text(value as Json)]);
  }
  const marked = new Set(Object.keys(changed).map((key) => key.split(".")[0]));
  const width = Math.max(...lines.map(([key]) => key.length));
  return lines.map(([key, value]) => `  ${key.padEnd(width)}  ${value}${marked.has(key) ? "  (changed)" : ""}`).join(
    "\n",
  );
}

/** What `--set` can change, one line each. */
export function describeKeys(settings: readonly { key: string; field: Field }[]): string {
  const width = Math.max(...settings.map(({ key }) => key.length));
  return settings
    .map(({ key, field }) => `  ${key.padEnd(width)}  ${field.about}${field.about ? "; " : ""}${expectation(field)}`)
    .join("\n");
}

/** The table that ends a run: every subset, and what always answering with the mean shape would have given. */
export function resultTable(result: RunResult): Table {
  const { subsets, meanShape, data } = result;
  const { protocol } = subsets["full"]!;
  const threshold = `${+(100 * protocol.threshold).toFixed(2)} %`;
  const rows = (numbers: Readonly<Record<string, SubsetResult>>): Row[] =>
    Object.values(numbers).map(({ name, count, nme, percentiles, failureRate, auc, authorsAuc }) => ({
      name,
      count,
      nme,
      median: percentiles[50],
      failureRate,
      auc,
      authorsAuc,
    }));
  const notes = [
    `NME: ${protocol.normalizer}, in pixels of the ${protocol.space === "original" ? "original image" : "crop"}` +
    `${protocol.flipTest ? ", mean of each face and its mirror image" : ""}; test crops ${protocol.crop} ` +
    "(made from the true landmarks)",
    `FR, AUC: at ${threshold}; AUC': the ACR authors' own definition, never comparable with AUC`,
    ...(data.partial === "" ? [] : [`${data.dataset} ${data.split} is ${data.partial}`]),
  ];
  const table = new Table(
    [
      { key: "name", title: "Subset" },
      { key: "count", title: "Faces", align: "right", format: String },
      { key: "nme", title: "NME %", align: "right", format: percent(2) },
      { key: "median", title: "Median %", align: "right", format: percent(2) },
      { key: "failureRate", title: "FR %", align: "right", format: percent(2) },
      { key: "auc", title: "AUC", align: "right", format: fixed(4) },
      { key: "authorsAuc", title: "AUC'", align: "right", format: fixed(4) },
    ],
    [],
    { caption: `${result.experiment}, ${result.variant}, seed ${result.seed}`, notes },
  );
  table.addSection(
    `${result.architecture} with ${result.loss}, epoch ${result.training.epoch + 1} of ${result.epochs}`,
    rows(subsets),
  );
  table.addSection("Mean-shape predictor", rows(meanShape), { ranked: false });
  return table;
}
