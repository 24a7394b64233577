import { colorOf, round, wholeTicks } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";
import { palette } from "./theme.ts";

/** Options of {@linkcode pcaSpectrum}. */
export interface PcaSpectrumOptions {
  /** Explained share of the variance of each mode, as fractions, largest first. */
  readonly ratios: ArrayLike<number>;
  /** Percentages to mark, with the number of modes that each takes. */
  readonly marks?: readonly { readonly percent: number; readonly modes: number }[];
  /** Modes to show. @default enough for the last mark and a quarter more, or 30 */
  count?: number;
  /** Heading of the plot. @default "Explained variance of the shape model" */
  title?: string;
}

/** The share of each mode as bars, the shares' sum as a line, and the numbers of modes that given percentages take. */
export function pcaSpectrum(
  { ratios, marks = [], count, title = "Explained variance of the shape model" }: PcaSpectrumOptions,
): PlotSpec {
  const wanted = count ?? (marks.length > 0 ? Math.ceil(1.25 * Math.max(...marks.map(({ modes }) => modes))) : 30);
  const shown = Math.min(ratios.length, wanted);
  if (!(shown >= 1)) throw new RangeError(`Cannot plot a PCA spectrum of ${shown} modes: expected at least 1`);
  let sum = 0;
  const rows = Array.from({ length: shown }, (_, i) => {
    sum += ratios[i]!;
    return { mode: i + 1, left: i + 0.6, right: i + 1.4, share: round(100 * ratios[i]!), sum: round(100 * sum) };
  });
  const names = marks.map(({ percent, modes }) => `${percent} %: ${modes} mode${modes === 1 ? "" : "s"}`);
  const x = {
    field: "mode",
    type: "quantitative",
    title: "mode",
    scale: { domain: [0.4, shown + 0.6], nice: false },
    axis: { values: wholeTicks(1, shown), format: "d", grid: false },
  };
  const points = marks.filter(({ modes }) => modes >= 1 && modes <= shown)
    .map(({ modes, percent }) => ({
      ...rows[modes - 1]!,
      series: names[marks.findIndex((mark) => mark.percent === percent)],
    }));
  return plot({
    title,
    width: 420,
    height: 230,
    layer: [
      {
        data: { values: rows },
        mark: { type: "rect", color: palette[0], opacity: 0.75, tooltip: true },
        encoding: {
          x: { ...x, field: "left" },
          x2: { field: "right" },
          y2: { datum: 0 },
          y: { field: "share", type: "quantitative", title: "explained variance (%)" },
        },
      },
      {
        data: { values: rows },
        mark: { type: "line", color: palette[0], strokeWidth: 1.5 },
        encoding: { x, y: { field: "sum", type: "quantitative" } },
      },
      ...(points.length === 0 ? [] : [{
        data: { values: points },
        mark: { type: "point", filled: true, size: 70, opacity: 1, tooltip: true },
        encoding: {
          x,
          y: { field: "sum", type: "quantitative" },
          color: colorOf(names, "sum of shares", { symbolSize: 70 }),
          shape: {
            field: "series",
            type: "nominal",
            sort: null,
            title: "sum of shares",
            scale: { domain: names },
            legend: { orient: "right", symbolSize: 70 },
          },
        },
      }]),
    ],
  });
}
