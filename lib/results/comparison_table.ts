import type { GroupComparison } from "./compare.ts";
import { fixed, percent, Table } from "./table.ts";

/** What the interval and the p-value of a comparison are about, to stand below it. */
export const COMPARISON_NOTE =
  "Errors of each face are averaged over a group's runs, then compared face by face: interval (bootstrap) and p " +
  "(Wilcoxon) are over faces, not over seeds; the interval with seeds resamples runs as well, and is the one to believe " +
  "of other seeds. A negative difference says that A has the lower errors.";

/** Comparisons as a table, one row each. */
export function comparisonTable(comparisons: readonly GroupComparison[]): Table {
  const number = { align: "right" } as const;
  const p = (value: number) => value === 0 ? "< 1e-300" : value < 1e-4 ? value.toExponential(1) : value.toFixed(4);
  return new Table(
    [
      { key: "a", title: "A" },
      { key: "b", title: "B" },
      { key: "subset" },
      { key: "faces", ...number },
      { key: "nme_a", title: "NME of A (%)", format: percent(2), ...number },
      { key: "nme_b", title: "NME of B (%)", format: percent(2), ...number },
      { key: "difference", title: "A - B (points)", format: percent(2), ...number },
      { key: "low", title: "interval from", format: percent(2), ...number },
      { key: "high", title: "to", format: percent(2), ...number },
      ...(comparisons.some(({ overRuns }) => overRuns)
        ? [
          { key: "low_runs", title: "with seeds, from", format: percent(2), ...number },
          { key: "high_runs", title: "to", format: percent(2), ...number },
        ]
        : []),
      { key: "confidence", format: fixed(2), ...number },
      { key: "p", title: "Wilcoxon p", format: p, ...number },
      { key: "wins", title: "A better on (% of faces)", format: percent(0), ...number },
    ],
    comparisons.map(({ a, b, subset, count, difference, low, high, confidence, pValue, wins, overRuns }) => ({
      ...{ a: `${a.label} (${a.runs})`, b: `${b.label} (${b.runs})`, subset, faces: count },
      ...{ nme_a: a.nme, nme_b: b.nme, difference, low, high, confidence, p: pValue, wins },
      ...(overRuns ? { low_runs: overRuns.low, high_runs: overRuns.high } : {}),
    })),
    { caption: "Comparison face by face", notes: [COMPARISON_NOTE] },
  );
}
