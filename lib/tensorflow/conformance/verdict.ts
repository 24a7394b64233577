import type { Exclusion } from "./exclusions.ts";
import type { SpecResult } from "./suite.ts";

/** The outcome of the suite against a list of exclusions. */
export interface Verdict {
  readonly passed: number;
  /** Failed specs that no exclusion names. */
  readonly failed: readonly SpecResult[];
  /** Failed specs that one names. */
  readonly excluded: number;
  /** Specs that the suite itself leaves out. */
  readonly pending: number;
  /** Names in the list that match no failed spec: to be removed from it. */
  readonly stale: readonly string[];
}

/** Compares what became of each spec with what was expected: a spec that passes counts as passed, listed or not. */
export function judge(results: readonly SpecResult[], exclusions: readonly Exclusion[]): Verdict {
  const allFailed = results.filter(({ status }) => status === "failed");
  const parts = exclusions.flatMap(({ specs }) => specs);
  const failed = allFailed.filter(({ name }) => !parts.some((part) => name.includes(part)));
  const stale = exclusions
    .filter(({ varies = false }) => !varies)
    .flatMap(({ specs }) => specs)
    .filter((part) => !allFailed.some(({ name }) => name.includes(part)));
  const count = (status: SpecResult["status"]) => results.filter((result) => result.status === status).length;
  return {
    passed: count("passed"),
    failed,
    excluded: allFailed.length - failed.length,
    pending: count("pending"),
    stale,
  };
}
