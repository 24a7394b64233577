import { dejavu } from "./font_metrics.ts";
import { checkNames, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";
import { palette } from "./theme.ts";

/** One bar. */
export interface AblationRow {
  /** The setting, as `acr`. */
  readonly name: string;
  /** Mean over the seeds, in the unit of {@linkcode AblationBarsOptions.value}. */
  readonly mean: number;
  /** Standard deviation over the seeds; none for a single one. */
  readonly deviation?: number | undefined;
  /** Number of seeds. */
  readonly runs?: number | undefined;
  /** A number from a paper, not rerun: drawn as an outline. */
  readonly published?: boolean;
}

/** Options of {@linkcode ablationBars}. */
export interface AblationBarsOptions {
  /** One for each bar, in order. */
  readonly rows: readonly AblationRow[];
  /** What is compared, with its unit, as `test NME (%)`. */
  readonly value: string;
  /** Decimals of the numbers written. @default 2 */
  digits?: number;
  /** Heading of the plot. @default "Ablation" */
  title?: string;
}

const PUBLISHED = "published, not rerun";

/** Of the plot, without the names. */
const WIDTH = 400;

/** A bar for each setting, with one standard deviation to either side and the numbers written out. */
export function ablationBars({ rows, value, digits = 2, title = "Ablation" }: AblationBarsOptions): PlotSpec {
  checkNames("an ablation", rows.map(({ name }) => name));
  const allPublished = rows.every(({ published }) => published);
  const values = rows.map(({ name, mean, deviation, runs, published = false }) => ({
    name,
    // An outline alone for a number that is not ours.
    fill: published ? 0 : 0.45,
    mean: round(mean),
    low: round(mean - (deviation ?? 0)),
    high: round(mean + (deviation ?? 0)),
    label: mean.toFixed(digits) + (deviation === undefined ? "" : ` ± ${deviation.toFixed(digits)}`) +
      (runs === undefined ? "" : ` (${runs})`) + (published && !allPublished ? `, ${PUBLISHED}` : ""),
  }));
  const names = values.map(({ name }) => name);
  const low = Math.min(0, ...values.map(({ low }) => low));
  // The numbers stand at the right end of the bars: the axis is as long as the widest of them needs.
  const end = Math.max(...values.map(({ high, label }) => {
    const share = Math.min(0.75, (dejavu().width(label, 11) + 14) / WIDTH);
    return (high - low * share) / (1 - share);
  }));
  const y = { field: "name", type: "nominal", sort: names, title: null, axis: { labelLimit: 340, ticks: false } };
  const x = { type: "quantitative", scale: { domain: [round(low), round(end)], nice: false } };
  return plot({
    title: allPublished ? { text: title, subtitle: PUBLISHED } : title,
    width: WIDTH,
    height: { step: 26 },
    data: { values },
    layer: [
      {
        mark: { type: "bar", stroke: palette[0], strokeWidth: 1.2, height: { band: 0.7 } },
        encoding: {
          y,
          x: { field: "mean", title: value, ...x },
          fillOpacity: { field: "fill", type: "quantitative", scale: null },
        },
      },
      {
        transform: [{ filter: "datum.high > datum.low" }],
        mark: { type: "errorbar", ticks: { size: 8 }, rule: { strokeWidth: 1.5 } },
        encoding: { y, x: { field: "low", title: value, ...x }, x2: { field: "high" } },
      },
      {
        mark: { type: "text", align: "left", dx: 7 },
        encoding: { y, x: { field: "high", title: value, ...x }, text: { field: "label" } },
      },
    ],
  });
}
