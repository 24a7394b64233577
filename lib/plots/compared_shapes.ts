import { facePanel, frameAround, lineLayer, type Lines, pointLayer, pointRows, type Shape } from "./face_layers.ts";
import { checkNames, colorOf, round, wholeTicks } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** A set of shapes, by what {@linkcode comparedShapes} draws of it. */
export interface ComparedShapes {
  /** What stands in the legend, as `300W`. */
  readonly name: string;
  /** Its mean shape, `[2M]`, in a unit that all sets share. */
  readonly mean: Shape;
  /** Share of the variance that each mode explains, as fractions, largest first. */
  readonly ratios: ArrayLike<number>;
}

/** Options of {@linkcode comparedShapes}. */
export interface ComparedShapesOptions {
  /** The sets; names differ. */
  readonly sets: readonly ComparedShapes[];
  /** Polylines to draw through the landmarks. */
  readonly lines: Lines;
  /** Modes to show. @default 30 */
  modes?: number;
  /** Heading of the plot. @default "Shapes compared" */
  title?: string;
}

/** How sets of shapes differ: the share of variance that each mode explains, and the mean shapes over each other. */
export function comparedShapes(
  { sets, lines, modes = 30, title = "Shapes compared" }: ComparedShapesOptions,
): PlotSpec {
  const names = sets.map(({ name }) => name);
  checkNames("shapes", names);
  const values = sets.flatMap(({ name, ratios }) =>
    // A share of nothing has no logarithm.
    Array.from(ratios).slice(0, modes).filter((share) => share > 1e-9)
      .map((share, i) => ({ series: name, mode: i + 1, share: round(100 * share) }))
  );
  const last = Math.max(1, ...values.map(({ mode }) => mode));
  // Listed, as a logarithmic axis would hide most of the labels that it makes.
  const lowest = Math.floor(Math.log10(Math.min(10, ...values.map(({ share }) => share))));
  const decades = Array.from({ length: 3 - lowest }, (_, i) => round(10 ** (lowest + i)));
  const frame = frameAround(...sets.map(({ mean }) => mean));
  const color = colorOf(names, null, { orient: "bottom", symbolSize: 70 });
  return plot({
    title,
    hconcat: [
      {
        width: 360,
        height: 260,
        data: { values },
        mark: { type: "line", point: { size: 22 }, strokeWidth: 1.5, tooltip: true },
        encoding: {
          x: {
            field: "mode",
            type: "quantitative",
            title: "mode",
            scale: { domain: [0.4, last + 0.6], nice: false },
            axis: { values: wholeTicks(1, last), format: "d", grid: false },
          },
          y: {
            field: "share",
            type: "quantitative",
            title: "explained variance (%)",
            scale: { type: "log", domain: [decades[0], 100], nice: false },
            axis: { values: decades },
          },
          color,
        },
      },
      facePanel(
        sets.flatMap(({ name, mean }) => [
          lineLayer(mean, lines, frame, { strokeWidth: 1.5 }, { color }, { series: name }),
          pointLayer(pointRows(mean, () => ({ series: name })), frame, { size: 10 }, { color }),
        ]),
        260,
        "mean shapes",
      ),
    ],
  });
}
