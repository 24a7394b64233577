import type { ErrorSeries } from "./cumulative_error.ts";
import { checkNames, colorOf, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** Options of {@linkcode errorHistogram}. */
export interface ErrorHistogramOptions {
  /** What is drawn side by side; names differ. */
  readonly series: readonly Pick<ErrorSeries, "name" | "errors">[];
  /** Right end of the axis, as a fraction: faces beyond are counted in the subtitle. @default 1.5 times the 98th percentile */
  limit?: number;
  /** Number of bars. @default 40 */
  bins?: number;
  /** What an error is a part of. @default "inter-ocular distance" */
  normalizer?: string;
  /** Heading of the plot. @default "Errors of the faces" */
  title?: string;
}

/** How the NME of the faces is spread: a histogram for each series, with its mean as a line. */
export function errorHistogram(options: ErrorHistogramOptions): PlotSpec {
  const { series, bins = 40, normalizer = "inter-ocular distance", title = "Errors of the faces" } = options;
  checkNames("histograms", series.map(({ name }) => name));
  if (!(Number.isInteger(bins) && bins >= 1)) {
    throw new RangeError(`Cannot plot a histogram of ${bins} bins: expected 1 or more`);
  }
  const sorted = Float64Array.from(series.flatMap(({ errors }) => Array.from(errors, (error) => round(error, 15))))
    .sort();
  const largest = sorted.at(-1);
  if (largest === undefined) throw new RangeError("Cannot plot a histogram as there is no face: expected one or more");
  const limit = options.limit ?? Math.min(largest, 1.5 * sorted[Math.floor(0.98 * sorted.length)]!) * 1.0001;
  if (!(limit > 0)) throw new RangeError(`Cannot plot a histogram up to ${limit}: expected above 0`);
  const beyond = sorted.length - sorted.findLastIndex((error) => error < limit) - 1;

  const means = series.map(({ errors }) => Array.from(errors).reduce((sum, error) => sum + error, 0) / errors.length);
  const labels = series.map(({ name }, s) => `${name}, mean ${(100 * means[s]!).toFixed(2)} %`);
  const values = series.flatMap(({ errors }, s) => {
    const counts = new Array<number>(bins).fill(0);
    for (const error of Array.from(errors)) if (error < limit) counts[Math.floor(bins * error / limit)]!++;
    return counts.map((count, bin) => ({
      series: labels[s],
      from: round(100 * limit * bin / bins),
      to: round(100 * limit * (bin + 1) / bins),
      share: round(100 * count / errors.length),
    }));
  });
  // The outline needs the last bin's right edge.
  const outline = values.flatMap((row, i) => (i + 1) % bins === 0 ? [row, { ...row, from: row.to }] : [row]);
  const color = colorOf(labels, null, { orient: "bottom", direction: "vertical", symbolOpacity: 1, symbolSize: 100 });
  const x = {
    field: "from",
    type: "quantitative",
    title: `NME (% of ${normalizer})`,
    scale: { domain: [0, round(100 * limit)], nice: false },
  };
  return plot({
    title: beyond > 0
      ? {
        text: title,
        subtitle: `${beyond} of ${sorted.length} lie beyond ${(100 * limit).toFixed(1)} % and are not drawn`,
      }
      : title,
    width: 420,
    height: 220,
    layer: [
      {
        data: { values },
        mark: { type: "rect", opacity: 0.3, tooltip: true },
        encoding: {
          x,
          x2: { field: "to" },
          y: { field: "share", type: "quantitative", title: "faces (%)" },
          y2: { datum: 0 },
          color,
        },
      },
      {
        data: { values: outline },
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.5 },
        encoding: { x, y: { field: "share", type: "quantitative" }, color },
      },
      {
        data: {
          values: means.map((mean, s) => ({ series: labels[s], mean: round(100 * mean) })).filter(({ mean }) =>
            mean < 100 * limit
          ),
        },
        mark: { type: "rule", strokeWidth: 2, strokeDash: [4, 3] },
        encoding: { x: { ...x, field: "mean" }, color },
      },
    ],
  });
}
