import { dejavu } from "./font_metrics.ts";
import { checkNames, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** One field. */
export interface HeatMapCell {
  /** As the architecture. */
  readonly row: string;
  /** As the data set. */
  readonly column: string;
  /** In the unit of {@linkcode AblationHeatMapOptions.value}. */
  readonly value: number;
}

/** Options of {@linkcode ablationHeatMap}. */
export interface AblationHeatMapOptions {
  /** The fields; rows and columns stand in the order in which they come first. */
  readonly cells: readonly HeatMapCell[];
  /** What is compared, with its unit, as `test NME (%)`. */
  readonly value: string;
  /** Decimals of the numbers written. @default 2 */
  digits?: number;
  /** Heading of the plot. @default "Ablation" */
  title?: string;
}

/** A value for each pair of settings, as architecture and data set, in color and as a number; an absent pair stays empty. */
export function ablationHeatMap({ cells, value, digits = 2, title = "Ablation" }: AblationHeatMapOptions): PlotSpec {
  checkNames("a heat map", cells.map(({ row, column }) => `${row} x ${column}`));
  const rows = [...new Set(cells.map(({ row }) => row))], columns = [...new Set(cells.map(({ column }) => column))];
  const low = Math.min(...cells.map((cell) => cell.value)), high = Math.max(...cells.map((cell) => cell.value));
  const values = cells.map((cell) => ({
    ...cell,
    value: round(cell.value),
    label: cell.value.toFixed(digits),
    bright: high > low && (cell.value - low) / (high - low) > 0.55,
  }));
  const x = {
    field: "column",
    type: "nominal",
    sort: columns,
    title: null,
    axis: { orient: "top", labelAngle: 0, ticks: false, domain: false },
  };
  const y = { field: "row", type: "nominal", sort: rows, title: null, axis: { ticks: false, domain: false } };
  // As wide as the longest heading needs.
  const step = Math.max(110, ...columns.map((column) => Math.ceil(dejavu().width(column, 11)) + 16));
  return plot({
    title,
    width: { step },
    height: { step: 40 },
    data: { values },
    layer: [
      {
        mark: { type: "rect", tooltip: true },
        encoding: {
          x,
          y,
          color: {
            field: "value",
            type: "quantitative",
            title: value,
            scale: { scheme: "viridis", zero: false, ...(high > low ? {} : { domain: [low, low + 1] }) },
            legend: {
              orient: "bottom",
              gradientLength: 180,
              direction: "horizontal",
              values: [...new Set([round(low), round(high)])],
              format: `.${digits}f`,
            },
          },
        },
      },
      {
        mark: { type: "text", fontSize: 12 },
        encoding: {
          x,
          y,
          text: { field: "label" },
          color: { condition: { test: "datum.bright", value: "#000000" }, value: "#ffffff" },
        },
      },
    ],
  });
}
