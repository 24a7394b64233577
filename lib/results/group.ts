import { nearest } from "@/errors.ts";
import type { Measurement } from "./cell.ts";
import { commonSettings, withoutSettings } from "./common_settings.ts";
import { differences } from "./differences.ts";
import { MixedRunsError, mixturesOf, type ResultContext, sharedContext } from "./mixing.ts";
import type { FinishedRun } from "./read_run.ts";
import type { Json, SubsetResult } from "./schema.ts";

/** The numbers of a result that tables show, by name. */
export const METRICS = ["nme", "median", "p75", "p90", "p95", "failureRate", "auc", "authorsAuc"] as const;
/** One of the numbers that a result has: see {@linkcode METRICS}. */
export type Metric = typeof METRICS[number];

/** Runs that differ in the seed, and in nothing that was asked to be told apart. */
export interface Group {
  /** As `acr, mobilenet_v2`; without the settings that all groups share. */
  readonly label: string;
  /** What tells this group from another of the same experiment and variant, as after a default has changed. */
  readonly differs: string;
  /** What the runs have in common, by the names that were asked for. */
  readonly key: Readonly<Record<string, string>>;
  /** The runs, one for each seed. */
  readonly runs: readonly FinishedRun[];
  /** Dataset, test set, size and protocol: what their numbers may be compared with. */
  readonly context: ResultContext;
  /** By subset: `full`, then in the results' order. */
  readonly subsets: Readonly<Record<string, Readonly<Record<Metric, Measurement>>>>;
  /** The same of the mean-shape predictor. */
  readonly meanShape: Readonly<Record<string, Readonly<Record<Metric, Measurement>>>>;
  /** Settings that differ between the runs, beside the seed. */
  readonly averagedOver: readonly string[];
}

/** Options of {@linkcode groupRuns}. */
export interface GroupOptions {
  /**
   * What tells groups apart, by names that {@linkcode groupKeys} lists, as `loss` or `loss.lambda`.
   * @default everything but the seed
   */
  by?: readonly string[];
  /** Averages over different protocols, datasets, sizes and partial sets. @default false */
  mix?: boolean;
}

/** Mean, standard deviation (n - 1) and number of some values; those that are not finite make the mean NaN. */
export function measure(values: readonly number[]): Measurement {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** Short names for what lies deeper in a configuration or result. */
const SHORT: Readonly<Record<string, (run: FinishedRun) => Json>> = {
  experiment: ({ config }) => config.experiment,
  variant: ({ config }) => config.variant,
  seed: ({ config }) => config.seed,
  backend: ({ config }) => config.backend,
  dataset: ({ result }) => result.data.dataset,
  split: ({ result }) => result.data.split,
  partial: ({ result }) => result.data.partial || "complete",
  normalizer: ({ result }) => result.subsets.full!.protocol.normalizer,
};

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every setting by dotted name; a choice by its name, its options as `loss.lambda`. */
function flatten(value: Json, name: string, into: Map<string, Json>): void {
  if (!isObject(value)) {
    into.set(name, value);
    return;
  }
  const { name: choice, options, ...rest } = value;
  const isChoice = typeof choice === "string" && (options === undefined || isObject(options));
  if (isChoice && name !== "") into.set(name, choice);
  const inner = isChoice ? { ...rest, ...(isObject(options) ? options : {}) } : value;
  for (const [key, part] of Object.entries(inner)) flatten(part, name ? `${name}.${key}` : key, into);
}

function valuesOf(run: FinishedRun): Map<string, Json> {
  const values = new Map<string, Json>();
  flatten(run.config.settings, "", values);
  for (const [name, read] of Object.entries(SHORT)) values.set(name, read(run));
  return values;
}

/** The names by which runs can be grouped. */
export function groupKeys(runs: readonly FinishedRun[]): string[] {
  const names = new Set(Object.keys(SHORT));
  for (const run of runs) for (const name of valuesOf(run).keys()) names.add(name);
  return [...names];
}

const print = (value: Json | undefined): string =>
  value === undefined ? "" : value === null ? "none" : typeof value === "string" ? value : JSON.stringify(value);

/** All that makes two runs different, but for seed, time and place. */
function identity({ config, result }: FinishedRun): Json {
  const { experiment, variant, backend, settings, data } = config;
  const { seed: _seed, ...rest } = settings;
  // The faces of training and validation may be drawn by the seed; how many there are may not.
  const sets = Object.fromEntries(
    Object.entries(data).map((
      [role, { dataset, split, count, partial }],
    ) => [role, { dataset, split, count, partial }]),
  );
  const protocol = result.subsets.full!.protocol;
  return { experiment, variant, backend, settings: rest, data: sets, test: result.data, protocol };
}

function sortedJson(value: Json): string {
  return JSON.stringify(
    value,
    (_, part) => isObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

/**
 * Groups runs, in the order of their first runs, and takes mean and standard deviation over each group.
 *
 * @throws {RangeError} for a name to group by that no run has; the sentence lists near ones.
 * @throws {MixedRunsError} where a mean would mix protocols, datasets, sizes or partial sets.
 */
export function groupRuns(runs: readonly FinishedRun[], options: GroupOptions = {}): Group[] {
  const { by, mix = false } = options;
  const known = by && new Set(groupKeys(runs));
  for (const name of by ?? []) {
    if (known!.has(name)) continue;
    const near = nearest(name, known!);
    const hint = near.length > 0 ? `near ones are ${near.join(", ")}` : `there are ${[...known!].join(", ")}`;
    throw new RangeError(`Cannot group runs as there is no such setting, ${hint}: '${name}'`);
  }
  const groups = new Map<string, { key: Record<string, string>; runs: FinishedRun[] }>();
  for (const run of runs) {
    const values = valuesOf(run);
    const key = Object.fromEntries((by ?? ["experiment", "variant"]).map((name) => [name, print(values.get(name))]));
    const id = by ? sortedJson(key) : sortedJson(identity(run));
    if (!groups.has(id)) groups.set(id, { key, runs: [] });
    groups.get(id)!.runs.push(run);
  }
  const found = [...groups.values()];
  const common = by ? [] : commonSettings(found.map(({ key }) => key.variant!));
  return found.map(({ key, runs }) => {
    const differs = by ? "" : whatDiffers(found, key, runs);
    const name = by ? Object.values(key).join(", ") : `${key.experiment} ${withoutSettings(key.variant!, common)}`;
    const label = differs === "" ? name : `${name}, ${differs}`;
    const mixtures = mix ? [] : mixturesOf(runs);
    if (mixtures.length > 0) throw new MixedRunsError(`Cannot average the runs of '${label}'`, mixtures);
    return {
      label,
      differs,
      key,
      runs,
      context: sharedContext(runs),
      subsets: measureSubsets(runs.map(({ result }) => result.subsets)),
      meanShape: measureSubsets(runs.map(({ result }) => result.meanShape)),
      averagedOver: averagedOver(runs),
    };
  });
}

/** Where two groups share experiment and variant (a default has changed, say), what else tells them apart. */
function whatDiffers(
  groups: readonly { key: Record<string, string>; runs: FinishedRun[] }[],
  key: Record<string, string>,
  runs: readonly FinishedRun[],
): string {
  const twins = groups.filter((other) => other.key.experiment === key.experiment && other.key.variant === key.variant);
  if (twins.length < 2) return "";
  const first = identity(twins[0]!.runs[0]!);
  const apart = new Set(twins.flatMap((twin) => differences(first, identity(twin.runs[0]!)).map(({ key }) => key)));
  const own = new Map(differences({}, identity(runs[0]!)).flatMap(({ key, right }) => expand(key, right)));
  return [...apart].map((path) => `${path} ${print(own.get(path)).slice(0, 16)}`).join(", ");
}

function expand(path: string, value: Json | undefined): [string, Json | undefined][] {
  if (!isObject(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, part]) => expand(`${path}.${key}`, part));
}

/** A number of a subset; NaN where it could not be computed: JSON has no NaN, it comes back as null. */
function numberOf(subset: SubsetResult, metric: Metric): number {
  const percentiles = { median: 50, p75: 75, p90: 90, p95: 95 } as const;
  const value = metric in percentiles
    ? (subset.percentiles as Partial<SubsetResult["percentiles"]> | undefined)?.[
      percentiles[metric as keyof typeof percentiles]
    ]
    : subset[metric as Exclude<Metric, keyof typeof percentiles>];
  return (value as number | null | undefined) ?? NaN;
}

function measureSubsets(results: readonly Readonly<Record<string, SubsetResult>>[]): Group["subsets"] {
  // The full test set first, whatever the order of its parts.
  const names = [...new Set(["full", ...results.flatMap((subsets) => Object.keys(subsets))])];
  return Object.fromEntries(names.map((name) => {
    const found = results.flatMap((subsets) => subsets[name] ? [subsets[name]] : []);
    const metrics = METRICS.map((metric) => [metric, measure(found.map((subset) => numberOf(subset, metric)))]);
    return [name, Object.fromEntries(metrics) as Record<Metric, Measurement>];
  }));
}

function averagedOver(runs: readonly FinishedRun[]): string[] {
  const all = runs.map(valuesOf);
  const names = new Set(all.flatMap((values) => [...values.keys()]));
  names.delete("seed");
  // The variant only repeats what differs.
  names.delete("variant");
  return [...names].flatMap((name) => {
    const found = [...new Set(all.map((values) => print(values.get(name))))];
    return found.length > 1 ? [`${name} (${found.map((value) => value || "none").join(", ")})`] : [];
  });
}
