import { checkLength, checkNames, colorOf, dashOf, epochChannel, round, seriesColor } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** One run's history of one value. */
export interface TrainingRun {
  /** Runs of one name are seeds of one setting. */
  readonly name: string;
  /** One value for each epoch, from `first`. */
  readonly values: ArrayLike<number>;
  /** The first value's epoch. @default 0 */
  readonly first?: number;
  /** Minutes of training until each value: where every run has them, time takes the place of epochs. */
  readonly minutes?: ArrayLike<number>;
}

/** Options of {@linkcode trainingCurves}. */
export interface TrainingCurvesOptions {
  /** Runs of one name become a line with a band. */
  readonly runs: readonly TrainingRun[];
  /** What is drawn, with its unit, as `validation NME (%)`. */
  readonly value: string;
  /** Of the value. @default "linear" */
  scale?: "linear" | "log";
  /** Whether names stand beside the plot. @default true */
  legend?: boolean;
  /** Heading of the plot. @default "Training" */
  title?: string;
}

/**
 * A line for each name: the mean over its runs, in a band of one standard deviation to either side; by epoch, or by time
 * where the runs have it (its mean over the runs, epoch by epoch).
 *
 * @example
 * ```ts
 * import { show, trainingCurves } from "@/mod.ts";
 *
 * await show(trainingCurves({
 *   runs: [
 *     { name: "acr", values: [9.1, 6.2, 5.0] }, // two seeds of one setting: a line with a band
 *     { name: "acr", values: [8.7, 6.6, 5.1] },
 *     { name: "l2", values: [9.5, 7.0, 5.6] },
 *   ],
 *   value: "validation NME (%)",
 * }));
 * ```
 */
export function trainingCurves(
  { runs, value, scale = "linear", legend = true, title = "Training" }: TrainingCurvesOptions,
): PlotSpec {
  const names = [...new Set(runs.map(({ name }) => name))];
  checkNames("training curves", names);
  const timed = runs.every(({ minutes }) => minutes !== undefined);
  for (const { name, values, minutes } of runs) {
    if (timed) checkLength(`minutes of '${name}'`, minutes!.length, values.length);
  }
  const rows = names.flatMap((name) => {
    const byEpoch = new Map<number, number[]>(), times = new Map<number, number[]>();
    for (const { values, first = 0, minutes } of runs.filter((run) => run.name === name)) {
      for (let i = 0; i < values.length; i++) {
        const epoch = first + i;
        if (!byEpoch.has(epoch)) byEpoch.set(epoch, []);
        byEpoch.get(epoch)!.push(values[i]!);
        if (timed) times.set(epoch, [...times.get(epoch) ?? [], minutes![i]!]);
      }
    }
    return [...byEpoch].sort(([a], [b]) => a - b).map(([epoch, all]) => {
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
      const squares = all.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      const deviation = all.length > 1 ? Math.sqrt(squares / (all.length - 1)) : 0;
      // A band that leaves the positive numbers cannot be drawn on a logarithmic scale: it stops at the lowest run.
      const low = scale === "log" ? Math.max(mean - deviation, Math.min(...all)) : mean - deviation;
      if (scale === "log" && !(low > 0)) {
        throw new RangeError(
          `Cannot plot '${name}' on a logarithmic scale as epoch ${epoch} has a value that is not positive: ${low}`,
        );
      }
      return {
        series: name,
        fill: seriesColor(names.indexOf(name)),
        epoch,
        ...(timed ? { minutes: round(times.get(epoch)!.reduce((sum, time) => sum + time, 0) / all.length) } : {}),
        runs: all.length,
        mean: round(mean),
        low: round(low),
        high: round(mean + deviation),
      };
    });
  });
  const bare = legend ? {} : { legend: null };
  const seeds = Math.max(...rows.map((row) => row.runs));
  const epochs = rows.map(({ epoch }) => epoch);
  const x = timed
    ? { field: "minutes", type: "quantitative", title: "minutes of training" }
    : epochChannel(Math.min(...epochs), Math.max(...epochs));
  const y = {
    type: "quantitative",
    title: value,
    scale: scale === "log" ? { type: scale, nice: false } : { type: scale, zero: false },
  };
  return plot({
    title: seeds > 1 ? { text: title, subtitle: `mean and standard deviation over up to ${seeds} seeds` } : title,
    width: 420,
    height: 240,
    data: { values: rows },
    layer: [
      ...(seeds > 1
        ? [{
          mark: { type: "area", opacity: 0.2 },
          encoding: {
            x,
            y: { field: "low", ...y },
            y2: { field: "high" },
            fill: { field: "fill", type: "nominal", scale: null },
          },
        }]
        : []),
      {
        mark: { type: "line", point: rows.length <= 3 * names.length, tooltip: true },
        encoding: {
          x,
          y: { field: "mean", ...y },
          color: { ...colorOf(names), ...bare },
          strokeDash: { ...dashOf(names), ...bare },
        },
      },
    ],
  });
}
