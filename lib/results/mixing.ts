import { STANDARD_AUC } from "@/evaluation/evaluate.ts";
import type { FinishedRun } from "./read_run.ts";

/** What decides whether two results may stand in one mean, or be compared. */
export interface ResultContext {
  /** Name of the dataset. */
  readonly dataset: string;
  /** `test`, or what was evaluated. */
  readonly split: string;
  /** Empty where the test set is complete. */
  readonly partial: string;
  /** Number of test faces. */
  readonly faces: string;
  /** Side of the crops in pixels. */
  readonly size: string;
  /** Everything of the evaluation's protocol, in words. */
  readonly protocol: string;
  /** SHA-256 of the test faces. */
  readonly content: string;
}

const NAMES: Readonly<Record<keyof ResultContext, string>> = {
  dataset: "datasets",
  split: "splits",
  partial: "complete and partial test sets",
  faces: "numbers of test faces",
  size: "sizes",
  protocol: "protocols",
  content: "test sets of other content",
};

/** One part of a protocol in words; two that differ never read alike. */
function inWords(key: string, value: string | number | boolean): string[] {
  switch (key) {
    case "scheme":
      return [`${value} points`];
    case "normalizer":
      return [`NME by ${value}`];
    case "space":
      return [`${value} pixels`];
    case "threshold":
      return [`FR and AUC at ${value}`];
    case "auc":
      return value === STANDARD_AUC ? [] : [`AUC by ${value}`];
    case "flipTest":
      return value === false ? [] : [`flip test ${value}`];
    default:
      return [`${key} ${value}`];
  }
}

/** The context of a run's result. */
export function contextOf({ config, result }: FinishedRun): ResultContext {
  const { dataset, split, partial, hash } = result.data;
  const { full } = result.subsets;
  const protocol = Object.entries(full?.protocol ?? {}).flatMap(([key, value]) => inWords(key, value)).join(", ");
  return {
    dataset,
    split,
    partial: partial || "complete",
    faces: String(full?.count ?? 0),
    size: String(config.settings.size),
    protocol,
    content: hash.slice(0, 12),
  };
}

/** The context of several runs; where they were mixed, every value of it. */
export function sharedContext(runs: readonly FinishedRun[]): ResultContext {
  const contexts = runs.map(contextOf);
  const names = Object.keys(contexts[0]!) as (keyof ResultContext)[];
  const joined = names.map((name) => [name, [...new Set(contexts.map((context) => context[name]))].join(" + ")]);
  return Object.fromEntries(joined) as unknown as ResultContext;
}

/** One respect in which runs differ. */
export interface Mixture {
  readonly kind: keyof ResultContext;
  /** Runs by value. */
  readonly values: ReadonlyMap<string, number>;
}

/**
 * In which respects runs cannot be averaged or compared; empty when they can. What follows from an earlier respect is
 * not listed again: another dataset has other faces.
 */
export function mixturesOf(runs: readonly FinishedRun[]): Mixture[] {
  const contexts = runs.map(contextOf);
  const counted = (kind: keyof ResultContext): Mixture => {
    const values = new Map<string, number>();
    for (const context of contexts) values.set(context[kind], (values.get(context[kind]) ?? 0) + 1);
    return { kind, values };
  };
  const differ = (kinds: (keyof ResultContext)[]) => kinds.map(counted).filter(({ values }) => values.size > 1);
  const dataset = differ(["dataset", "split"]);
  if (dataset.length > 0) return dataset;
  const main = differ(["partial", "size", "protocol"]);
  return main.length > 0 ? main : differ(["faces", "content"]);
}

/** Runs that cannot be averaged or compared were asked for together. */
export class MixedRunsError extends Error {
  override name = "MixedRunsError";
  constructor(action: string, readonly mixtures: readonly Mixture[]) {
    const described = mixtures.map(({ kind, values }) => {
      const listed = [...values].map(([value, count]) => `'${value}' (${count} ${count === 1 ? "run" : "runs"})`);
      return `${NAMES[kind]} ${listed.join(" and ")}`;
    });
    super(`${action} as that mixes ${described.join("; ")}`);
  }
}

/** @throws {MixedRunsError} where the runs cannot be averaged or compared; the sentence names what differs. */
export function refuseMixture(action: string, runs: readonly FinishedRun[]): void {
  const mixtures = mixturesOf(runs);
  if (mixtures.length > 0) throw new MixedRunsError(action, mixtures);
}

/** A context in words, as a caption: `300w test, 330 faces, partial: ..., 112 px, crop acr-112, NME by ...`. */
export function describeContext({ dataset, split, partial, faces, size, protocol }: ResultContext): string {
  const part = partial === "complete" ? [] : [partial];
  return [`${dataset} ${split}`, `${faces} faces`, ...part, `${size} px`, protocol].join(", ");
}
