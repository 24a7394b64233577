import type { GroupComparison } from "./compare.ts";
import { percent, Table } from "./table.ts";

/** What the interval and the p-value of a comparison are about, to stand below it. */
export const COMPARISON_NOTE =
  "Errors of each face are averaged over a group's runs, then compared face by face: interval (bootstrap) and p " +
  "(Wilcoxon) are over faces, not over seeds; the interval with seeds resamples runs as well, and is the one to believe " +
  "of other seeds. A negative difference says that A has the lower errors.";

/** Comparisons as a table, one row each. */
export function comparisonTable(comparisons: readonly GroupComparison[]): Table {
  const number = { align: "right" } as const;
  const p = (value: number) => value === 0 ? "< 1e-300" : value < 1e-4 ? value.toExponential(1) : value.toFixed(4);
  const share = [...new Set(comparisons.map(({ confidence }) => `${Math.round(100 * confidence)} %`))].join(", ");
  const interval = (low: string, high: string, group: string) =>
    [{ key: low, title: "from" }, { key: high, title: "to" }].map((column) => ({
      ...column,
      ...{ group, format: percent(2), ...number },
    }));
  return new Table(
    [
      { key: "a", title: "A" },
      { key: "b", title: "B" },
      { key: "subset" },
      { key: "faces", ...number },
      { key: "nme_a", group: "NME (%)", title: "A", format: percent(2), ...number },
      { key: "nme_b", group: "NME (%)", title: "B", format: percent(2), ...number },
      { key: "difference", group: "NME (%)", title: "A - B", format: percent(2), ...number },
      ...interval("low", "high", `${share} interval`),
      ...(comparisons.some(({ overRuns }) => overRuns) ? interval("low_runs", "high_runs", "with seeds") : []),
      { key: "p", title: "Wilcoxon p", format: p, ...number },
      { key: "wins", title: "A better on (%)", format: percent(0), ...number },
    ],
    comparisons.map(({ a, b, subset, count, difference, low, high, pValue, wins, overRuns }) => ({
      ...{ a: `${a.label} (${a.runs})`, b: `${b.label} (${b.runs})`, subset, faces: count },
      ...{ nme_a: a.nme, nme_b: b.nme, difference, low, high, p: pValue, wins },
      ...(overRuns ? { low_runs: overRuns.low, high_runs: overRuns.high } : {}),
    })),
    { caption: "Comparison face by face", notes: [COMPARISON_NOTE] },
  );
}
