import type { Json } from "@/results/schema.ts";
import { nearest } from "@/errors.ts";
import type { FieldValue } from "./field.ts";
import type { ExperimentPage } from "./page.ts";
import { type Override, type ResolvedExperiment, resolveExperiment } from "./resolve.ts";

/** Settings by dotted key, as `{ loss: "acr", "loss.lambda": 2 }`. */
export type Changes = Readonly<Record<string, FieldValue>>;

/** A comparison as its page states it: some experiments, changed in some ways, each from several seeds. */
export interface AblationPage {
  /** One line for lists. */
  readonly summary: string;
  /** How long it takes, and on what; or that it has not been measured. */
  readonly duration?: string;
  /** Numbers to expect; or that none were measured, and why. */
  readonly expected?: string;
  /** Names of the experiments that are varied. */
  readonly experiments: readonly string[];
  /** Changes that all trials share. @default {} */
  readonly base?: Changes;
  /** Values by key: every combination is a trial. @default {} */
  readonly grid?: Readonly<Record<string, readonly FieldValue[]>>;
  /** Changes that belong together, each one more branch of the grid. @default [{}] */
  readonly variants?: readonly Changes[];
  /** Every combination is run with each. @default [0, 1, 2] */
  readonly seeds?: readonly number[];
}

/** States an ablation; its name is that of its file. */
export function defineAblation(page: AblationPage): AblationPage {
  return page;
}

/** One run of an ablation: an ordinary run of an experiment. */
export interface Trial {
  /** Name of the page. */
  readonly experiment: string;
  /** Seed of the run. */
  readonly seed: number;
  /** What the trial changes of the experiment's page, as `--set` takes it. */
  readonly changes: Readonly<Record<string, Json>>;
  /** The page with the changes. */
  readonly resolved: ResolvedExperiment;
}

/** Every combination of one value per key, the last key changing fastest. */
function combinations(grid: Readonly<Record<string, readonly FieldValue[]>>): Changes[] {
  return Object.entries(grid).reduce<Changes[]>(
    (all, [key, values]) => all.flatMap((changes) => values.map((value) => ({ ...changes, [key]: value }))),
    [{}],
  );
}

/**
 * The trials of an ablation, in order; two that would compute the same are one.
 *
 * @param pages the experiments' pages, by name
 * @param overrides changes that a command line makes to all of them
 * @throws as {@linkcode resolveExperiment}; and {RangeError} if there is nothing to run
 */
export function expandTrials(
  page: AblationPage,
  pages: Readonly<Record<string, ExperimentPage>>,
  overrides: readonly Override[] = [],
  seeds: readonly number[] = page.seeds ?? [0, 1, 2],
): Trial[] {
  const trials = new Map<string, Trial>();
  for (const experiment of page.experiments) {
    for (const variant of page.variants ?? [{}]) {
      for (const combination of combinations(page.grid ?? {})) {
        const changes = Object.entries({ ...page.base, ...variant, ...combination });
        const resolved = resolveExperiment(pages[experiment]!, [
          ...changes.map(([key, value]) => ({ key, value })),
          ...overrides,
        ]);
        for (const seed of seeds) {
          const id = `${experiment}/${resolved.variant}/${seed}`;
          if (!trials.has(id)) trials.set(id, { experiment, seed, changes: resolved.changed, resolved });
        }
      }
    }
  }
  if (trials.size === 0) throw new RangeError("Cannot run an ablation as it has no trials: 0");
  return [...trials.values()];
}

/**
 * Leaves some values of one key of the grid out.
 *
 * @param text `key=value,value`, as `loss=acr,l2`, or `experiment=NAME`
 * @throws {RangeError} if the page does not vary such a key, or has no such value; the sentence lists what it has
 */
export function narrowAblation(page: AblationPage, text: string): AblationPage {
  const [, key = text, list = ""] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  const grid = page.grid ?? {};
  const keys = ["experiment", ...Object.keys(grid)];
  const from: readonly FieldValue[] | undefined = key === "experiment" ? page.experiments : grid[key];
  if (from === undefined) {
    const near = nearest(key, keys);
    const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `it varies ${keys.join(", ")}`;
    throw new RangeError(`Cannot narrow the ablation as it does not vary such a key, ${hint}: '${text}'`);
  }
  const wanted = list.split(",").map((value) => value.trim());
  const known = from.map(String);
  const unknown = wanted.find((value) => !known.includes(value));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot narrow the ablation as '${key}' is one of ${known.join(", ")}: '${unknown}'`);
  }
  const kept = from.filter((value) => wanted.includes(String(value)));
  return key === "experiment"
    ? { ...page, experiments: kept as string[] }
    : { ...page, grid: { ...grid, [key]: kept } };
}

/** The keys by which trials differ, for the rows of a table. */
export function varyingKeys(trials: readonly Trial[]): string[] {
  const keys = new Set(trials.flatMap(({ changes }) => Object.keys(changes)));
  const varying = [...keys].filter((key) =>
    new Set(trials.map(({ changes }) => JSON.stringify(changes[key]))).size > 1
  );
  return new Set(trials.map(({ experiment }) => experiment)).size > 1 ? ["experiment", ...varying] : varying;
}

/** A trial's settings as arguments of `deno task experiment`. */
export function trialArguments({ experiment, seed, changes }: Trial): string[] {
  const text = (value: Json): string =>
    value === null ? "none" : Array.isArray(value) ? value.join(",") : String(value);
  const sets = Object.entries(changes).flatMap(([key, value]) => ["--set", `${key}=${text(value)}`]);
  return [experiment, "--seed", String(seed), ...sets];
}
