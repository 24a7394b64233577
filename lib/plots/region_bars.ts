import { checkNames, colorOf, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** The errors of one network by region. */
export interface RegionSeries {
  /** As it stands in the legend. */
  readonly name: string;
  /** Mean error by region, as `{ jaw: 0.05, ... }`, in fractions of the normalizer. */
  readonly regions: Readonly<Record<string, number>>;
}

/** Options of {@linkcode regionBars}. */
export interface RegionBarsOptions {
  /** What is drawn side by side; names differ. */
  readonly series: readonly RegionSeries[];
  /** What an error is a part of. @default "inter-ocular distance" */
  normalizer?: string;
  /** Heading of the plot. @default "Error by region" */
  title?: string;
}

/** The error of each facial region as bars, side by side for several series. */
export function regionBars(
  { series, normalizer = "inter-ocular distance", title = "Error by region" }: RegionBarsOptions,
): PlotSpec {
  const names = series.map(({ name }) => name);
  checkNames("region errors", names);
  const values = series.flatMap(({ name, regions }) =>
    Object.entries(regions).map(([region, error]) => ({ series: name, region, error: round(100 * error) }))
  );
  const regions = [...new Set(values.map(({ region }) => region))];
  return plot({
    title,
    width: Math.max(200, regions.length * (24 + 20 * names.length)),
    height: 220,
    data: { values },
    mark: { type: "bar", tooltip: true },
    encoding: {
      x: { field: "region", type: "nominal", sort: regions, title: null, axis: { labelAngle: 0, ticks: false } },
      xOffset: { field: "series", type: "nominal", sort: names },
      y: { field: "error", type: "quantitative", title: `mean error (% of ${normalizer})` },
      color: colorOf(names),
    },
  });
}
