import { cumulativeErrorDistribution } from "@/evaluation/distribution.ts";
import { checkNames, colorOf, dashOf, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** The errors of one network. */
export interface ErrorSeries {
  /** As it stands in the legend. */
  readonly name: string;
  /** NME of each face, as fractions. */
  readonly errors: ArrayLike<number>;
  /** Area under the curve up to the limit, as a fraction, by the named definition of the caller's. */
  readonly auc?: number;
  /** Share of faces above {@linkcode CumulativeErrorOptions.threshold}, as a fraction. */
  readonly failureRate?: number;
}

/** Options of {@linkcode cumulativeError}. */
export interface CumulativeErrorOptions {
  /** What is drawn side by side; names differ. */
  readonly series: readonly ErrorSeries[];
  /** Right end of the axis, as a fraction: a multiple of 0.0005. @default 0.1 */
  limit?: number;
  /** Where a face counts as failed, as a fraction. @default 0.1 */
  threshold?: number;
  /** What an error is a part of. @default "inter-ocular distance" */
  normalizer?: string;
  /** Heading of the plot. @default "Cumulative error distribution" */
  title?: string;
}

/** Every fifth point of the distribution is enough to draw it. */
const STEP = 5;

const percent = (fraction: number, digits: number) => `${(100 * fraction).toFixed(digits)} %`;

/** CEDs, one over the other: the share of faces whose NME is at most so much; AUC and FR stand in the legend. */
export function cumulativeError(options: CumulativeErrorOptions): PlotSpec {
  const {
    series,
    limit = 0.1,
    threshold = 0.1,
    normalizer = "inter-ocular distance",
    title = "Cumulative error distribution",
  } = options;
  checkNames("error distributions", series.map(({ name }) => name));
  // A limit that leaves out the threshold would hide where faces fail.
  const end = Math.max(limit, threshold);
  const labels = series.map(({ name, auc, failureRate }) =>
    [
      name,
      ...(auc === undefined ? [] : [`AUC ${auc.toFixed(3)}`]),
      ...(failureRate === undefined ? [] : [`FR ${percent(failureRate, 1)}`]),
    ].join(", ")
  );
  const values = series.flatMap(({ errors }, s) => {
    const { thresholds, shares } = cumulativeErrorDistribution(errors, end);
    return Array.from({ length: Math.floor((shares.length - 1) / STEP) + 1 }, (_, i) => ({
      series: labels[s],
      error: round(100 * thresholds[STEP * i]!),
      share: round(100 * shares[STEP * i]!),
    }));
  });
  const legend = { orient: "bottom", direction: "vertical" };
  return plot({
    title: { text: title, subtitle: `dashed: failure above ${percent(threshold, 0)}` },
    width: 420,
    height: 260,
    layer: [
      {
        data: { values: [{ error: round(100 * threshold) }] },
        mark: { type: "rule", strokeDash: [3, 3] },
        encoding: { x: { field: "error", type: "quantitative" } },
      },
      {
        data: { values },
        mark: { type: "line", interpolate: "linear" },
        encoding: {
          x: {
            field: "error",
            type: "quantitative",
            title: `NME (% of ${normalizer})`,
            scale: { domain: [0, round(100 * end)], nice: false },
          },
          y: { field: "share", type: "quantitative", title: "faces (%)", scale: { domain: [0, 100] } },
          color: colorOf(labels, null, legend),
          strokeDash: dashOf(labels, null, legend),
        },
      },
    ],
  });
}
