import { epochChannel, round } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";
import { palette } from "./theme.ts";

/** What the difficulties of a training set are in one epoch. */
export interface EpochDifficulty {
  /** 0-based. */
  readonly epoch: number;
  /** Explained variance of the Smooth-Face's modes in that epoch, in percent. */
  readonly percent: number;
  /** Quartiles of Phi over all faces and coordinates. */
  readonly quartiles: readonly [number, number, number];
}

/** Options of {@linkcode difficultyByEpoch}. */
export interface DifficultyByEpochOptions {
  /** In order of the epoch. */
  readonly epochs: readonly EpochDifficulty[];
  /** Heading of the plot. @default "Difficulty Φ by epoch" */
  title?: string;
}

/** Phi by epoch: its median and the middle half as a band, above it the percentage that the schedule gives. */
export function difficultyByEpoch({ epochs, title = "Difficulty Φ by epoch" }: DifficultyByEpochOptions): PlotSpec {
  if (epochs.length === 0) {
    throw new RangeError("Cannot plot difficulty by epoch as there is no epoch: expected one or more");
  }
  const rows = epochs.map(({ epoch, percent, quartiles: [low, median, high] }) => ({
    epoch,
    percent,
    low: round(low),
    median: round(median),
    high: round(high),
  }));
  // A step lasts until the next epoch, and the last one until its own end.
  const last = rows.at(-1)!;
  const values = [...rows, { ...last, epoch: last.epoch + 1 }];
  const bounds = [rows[0]!.epoch, last.epoch + 1] as const;
  const x = epochChannel(...bounds);
  const interpolate = "step-after";
  return plot({
    title: { text: title, subtitle: "median and middle half over all faces and coordinates" },
    data: { values },
    spacing: 10,
    vconcat: [
      {
        width: 420,
        height: 90,
        mark: { type: "line", interpolate, color: palette[1] },
        encoding: {
          x: { ...epochChannel(...bounds, { labels: false }), title: null },
          y: {
            field: "percent",
            type: "quantitative",
            title: "variance (%)",
            scale: { zero: false },
            axis: { values: [...new Set(rows.map(({ percent }) => percent))], labelOverlap: "greedy" },
          },
        },
      },
      {
        width: 420,
        height: 180,
        layer: [
          {
            mark: { type: "area", interpolate, color: palette[0], opacity: 0.25 },
            encoding: { x, y: { field: "low", type: "quantitative", title: "Φ" }, y2: { field: "high" } },
          },
          {
            mark: { type: "line", interpolate, color: palette[0] },
            encoding: { x, y: { field: "median", type: "quantitative" } },
          },
        ],
      },
    ],
  });
}
