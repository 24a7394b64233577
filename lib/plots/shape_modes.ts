import {
  facePanel,
  frameAround,
  lineLayer,
  type Lines,
  POINT_LEGEND,
  pointLayer,
  pointRows,
  type Shape,
} from "./face_layers.ts";
import { checkNames, colorOf } from "./series.ts";
import { plot, type PlotSpec } from "./spec.ts";

/** One mode, as two faces. */
export interface ShapeMode {
  /** Heading of its panel, as `mode 1 (41.2 %)`. */
  readonly name: string;
  /** The mean less some standard deviations of this mode, `[2M]`. */
  readonly minus: Shape;
  /** The mean plus as many. */
  readonly plus: Shape;
}

/** Options of {@linkcode shapeModes}. */
export interface ShapeModesOptions {
  /** The mean shape, `[2M]`. */
  readonly mean: Shape;
  /** One panel each. */
  readonly modes: readonly ShapeMode[];
  /** Lines between landmarks, as those of a scheme. */
  readonly lines: Lines;
  /** How many standard deviations: for the legend. @default 3 */
  deviations?: number;
  /** Side of one panel. @default 170 */
  side?: number;
  /** Panels in a row. @default 4 */
  columns?: number;
  /** Heading of the plot. @default "Modes of the shape model" */
  title?: string;
}

/** What each mode does to the mean face: the faces at plus and minus some standard deviations. */
export function shapeModes(options: ShapeModesOptions): PlotSpec {
  const { mean, modes, lines, deviations = 3, side = 170, columns = 4, title = "Modes of the shape model" } = options;
  checkNames("modes", modes.map(({ name }) => name));
  const names = [`mean − ${deviations} sd`, `mean + ${deviations} sd`];
  const frame = frameAround(mean, ...modes.flatMap(({ minus, plus }) => [minus, plus]));
  const color = colorOf(names, null, POINT_LEGEND);
  const panels = modes.map(({ name, minus, plus }) =>
    facePanel(
      [
        lineLayer(mean, lines, frame, { style: "ink", opacity: 0.5 }),
        ...[minus, plus].flatMap((shape, i) => [
          lineLayer(shape, lines, frame, { strokeWidth: 1.5 }, { color }, { series: names[i] }),
          pointLayer(pointRows(shape, () => ({ series: names[i] })), frame, { size: 8 }, { color }),
        ]),
      ],
      side,
      name,
    )
  );
  return plot({ title: { text: title, subtitle: "gray: the mean face" }, columns, concat: panels });
}
