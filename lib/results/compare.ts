import { join } from "node:path";
import { comparePaired, type PairedComparison } from "@/evaluation/paired.ts";
import { runBootstrap } from "@/evaluation/run_bootstrap.ts";
import { parseFaceErrors } from "./face_errors.ts";
import { refuseMixture } from "./mixing.ts";
import type { FinishedRun } from "./read_run.ts";
import { type FaceError, RUN_FILES } from "./schema.ts";

/** Some runs under one name. */
export interface NamedRuns {
  /** For people, as `acr`. */
  readonly label: string;
  /** One for each seed. */
  readonly runs: readonly FinishedRun[];
}

/** Options of {@linkcode compareGroups}. */
export interface CompareOptions {
  /** Which faces. @default "full" */
  subset?: string;
  /** Share of the interval. @default 0.95 */
  confidence?: number;
  /** Resamples of the bootstrap. @default 10000 */
  resamples?: number;
  /** Of the resampling. @default 0 */
  seed?: number;
  /** Compares over different protocols, datasets, sizes and partial sets, by the faces that both have. @default false */
  mix?: boolean;
}

/** Two groups of runs compared face by face; errors are fractions of the normaliser. */
export interface GroupComparison extends PairedComparison {
  /** The subset of test faces that was compared. */
  readonly subset: string;
  /** The first group: its label, number of runs, and mean error over them. */
  readonly a: { readonly label: string; readonly runs: number; readonly nme: number };
  /** The second group. */
  readonly b: { readonly label: string; readonly runs: number; readonly nme: number };
  /** The interval over seeds as well as faces, where both groups have several runs: see `runBootstrap()`. */
  readonly overRuns?: { readonly low: number; readonly high: number };
}

/** The `errors.csv` of a run. */
export async function readFaceErrors(run: FinishedRun): Promise<FaceError[]> {
  const path = join(run.path, RUN_FILES.errors);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot read the faces' errors of run '${run.name}' as it has none: ${path}`);
  }
  return parseFaceErrors(text, path);
}

/** The errors of each face of a subset, one for every run, by the face's name; faces that a run lacks are left out. */
async function errorsByFace({ label, runs }: NamedRuns, subset: string): Promise<Map<string, number[]>> {
  if (runs.length === 0) throw new RangeError(`Cannot compare '${label}' as it has no finished run: 0`);
  const errors = new Map<string, number[]>();
  for (const [index, run] of runs.entries()) {
    const faces = (await readFaceErrors(run)).filter(({ subsets }) => subsets.includes(subset));
    if (faces.length === 0) {
      throw new RangeError(`Cannot compare run '${run.name}' as it has no face of the subset: '${subset}'`);
    }
    for (const { id, nme } of faces) {
      if (index === 0) errors.set(id, [nme]);
      else errors.get(id)?.push(nme);
    }
    for (const [id, { length }] of errors) if (length <= index) errors.delete(id);
  }
  return errors;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean error of each face of a subset over some runs, by the face's name. */
export async function meanFaceErrors(group: NamedRuns, subset: string): Promise<Map<string, number>> {
  return new Map([...await errorsByFace(group, subset)].map(([id, errors]) => [id, meanOf(errors)]));
}

/**
 * Compares two groups of runs on the same faces: first the errors of each face are averaged over a group's runs (its
 * seeds), then the two means of each face make a pair.
 *
 * The interval and the p-value are over faces: they say whether these trained networks differ. Whether other seeds would
 * differ as well is what `overRuns` says, where both groups have several.
 *
 * @throws {MixedRunsError} where the runs cannot be compared, unless `mix`.
 * @throws {RangeError} where no face is in both.
 */
export async function compareGroups(
  a: NamedRuns,
  b: NamedRuns,
  options: CompareOptions = {},
): Promise<GroupComparison> {
  const { subset = "full", confidence = 0.95, resamples = 10_000, seed = 0, mix = false } = options;
  if (!mix) refuseMixture(`Cannot compare '${a.label}' with '${b.label}'`, [...a.runs, ...b.runs]);
  const [left, right] = [await errorsByFace(a, subset), await errorsByFace(b, subset)];
  const shared = [...left.keys()].filter((id) => right.has(id));
  if (shared.length === 0) {
    throw new RangeError(`Cannot compare '${a.label}' with '${b.label}' as no face of '${subset}' is in both: 0`);
  }
  const errorsA = shared.map((id) => meanOf(left.get(id)!)), errorsB = shared.map((id) => meanOf(right.get(id)!));
  const paired = comparePaired(errorsA, errorsB, { confidence, resamples, seed });
  const perRun = (runs: readonly FinishedRun[], errors: ReadonlyMap<string, number[]>) =>
    runs.map((_, run) => Float64Array.from(shared, (id) => errors.get(id)![run]!));
  const several = a.runs.length > 1 && b.runs.length > 1;
  const over = several && runBootstrap(perRun(a.runs, left), perRun(b.runs, right), { confidence, resamples, seed });
  return {
    ...paired,
    subset,
    a: { label: a.label, runs: a.runs.length, nme: meanOf(errorsA) },
    b: { label: b.label, runs: b.runs.length, nme: meanOf(errorsB) },
    ...(over ? { overRuns: { low: over.low, high: over.high } } : {}),
  };
}

/** A p-value for people, with its sign, as `= 0.0312` or `< 1e-300`. */
export function formatP(value: number): string {
  if (value === 0) return "< 1e-300";
  return `= ${value < 1e-4 ? value.toExponential(1) : value.toFixed(4)}`;
}

/** A comparison as one statement with its error, NME in percent. */
export function describeComparison(comparison: GroupComparison): string {
  const { a, b, difference, low, high, confidence, count, wins, pValue, subset, overRuns } = comparison;
  const percent = (value: number) => (100 * value).toFixed(2);
  const side = ({ label, runs, nme }: GroupComparison["a"]) =>
    `${label} (${runs} ${runs === 1 ? "run" : "runs"}, NME ${percent(nme)} %)`;
  const faces = high < 0 ? "has a lower NME than" : low > 0 ? "has a higher NME than" : "is not shown to differ from";
  // A face may tell two trained networks apart where two other seeds would have come out the other way round.
  const unsure = overRuns !== undefined && (high < 0 || low > 0) && overRuns.low <= 0 && overRuns.high >= 0;
  const verdict = unsure ? faces.replace("NME than", "NME with these seeds, not surely with others, than") : faces;
  return [
    `${side(a)} ${verdict} ${side(b)}, on ${count} faces of '${subset}': difference ${percent(difference)} points`,
    `${Math.round(100 * confidence)} % interval ${percent(low)} to ${percent(high)}` +
    (overRuns === undefined ? "" : `, over seeds as well ${percent(overRuns.low)} to ${percent(overRuns.high)}`),
    `Wilcoxon p ${formatP(pValue)}`,
    `the first is better on ${Math.round(100 * wins)} % of the faces`,
  ].join("; ");
}
