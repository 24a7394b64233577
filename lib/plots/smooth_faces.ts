import {
  displacementLayer,
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
import { palette } from "./theme.ts";

/** A Smooth-Face of some share of the variance. */
export interface SmoothFace {
  /** Explained variance of the modes kept, in percent. */
  readonly percent: number;
  /** The Smooth-Face. */
  readonly shape: Shape;
  /** Number of modes kept. */
  readonly modes?: number;
}

/** Options of {@linkcode smoothFaces}. */
export interface SmoothFacesOptions {
  /** The face, `[2M]`. */
  readonly face: Shape;
  /** One panel each. */
  readonly smooths: readonly SmoothFace[];
  /** Lines between landmarks, as those of a scheme. @default none */
  readonly lines?: Lines;
  /** Side of one panel. @default 170 */
  side?: number;
  /** Panels in a row. @default 5 */
  columns?: number;
  /** Heading of the plot. @default "Smooth-Face against face" */
  title?: string;
}

/** One panel for each percentage: the face, its Smooth-Face, and how far each landmark lies from its place. */
export function smoothFaces(options: SmoothFacesOptions): PlotSpec {
  const { face, smooths, lines = [], side = 170, columns = 5, title = "Smooth-Face against face" } = options;
  checkNames("Smooth-Faces", smooths.map(({ percent }) => `${percent} %`));
  const names = ["face", "Smooth-Face"];
  const frame = frameAround(face, ...smooths.map(({ shape }) => shape));
  const color = colorOf(names, null, POINT_LEGEND);
  const panels = smooths.map(({ percent, shape, modes }) =>
    facePanel(
      [
        lineLayer(face, lines, frame, { color: palette[0], opacity: 0.35 }),
        lineLayer(shape, lines, frame, { color: palette[1], opacity: 0.35 }),
        displacementLayer(face, shape, frame),
        pointLayer(pointRows(face, () => ({ series: names[0] })), frame, {}, { color }),
        pointLayer(pointRows(shape, () => ({ series: names[1] })), frame, {}, { color }),
      ],
      side,
      `${percent} %${modes === undefined ? "" : `, ${modes} mode${modes === 1 ? "" : "s"}`}`,
    )
  );
  return plot({ title, columns, concat: panels });
}
